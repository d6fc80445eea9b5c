#!/usr/bin/env python3
"""Draws the pictures here with segno: QR codes (in UTF-8, as EMVCo wants them) as PBM files, and as PGM files the way a
camera sees them.

Needs segno from PyPI. With --check it only compares, and exits with 1 when a file differs.
"""
import io
import math
import pathlib
import random
import sys

import segno

folder = pathlib.Path(__file__).parent
codes = {}
for name in ("codes.txt", "made-codes.txt"):
    for line in (folder.parent / "Invoices" / name).read_text().splitlines():
        if not line.startswith("#"):
            key, text = line.split("\t")
            codes[key] = text


def bitmap(text, scale=3):
    out = io.BytesIO()
    segno.make(text, error="m", micro=False, mode="byte", encoding="utf-8").save(out, kind="pbm", scale=scale, border=4)
    return out.getvalue()


def seen(text, angle, noise, size=420):
    """Rotated, with a gradient of light and noise, on a grey table."""
    matrix = [list(row) for row in segno.make(text, error="m", micro=False, mode="byte", encoding="utf-8").matrix_iter(border=4)]
    source = random.Random(size)
    side = len(matrix)
    unit = size * 0.62 / side
    cos, sin = math.cos(angle), math.sin(angle)
    pixels = bytearray()
    for y in range(size):
        for x in range(size):
            u, v = x - size / 2, y - size / 2
            column = math.floor((u * cos + v * sin) / unit + side / 2)
            row = math.floor((v * cos - u * sin) / unit + side / 2)
            inside = 0 <= column < side and 0 <= row < side
            grey = (40 if matrix[row][column] else 215) if inside else 120
            grey += (x - size / 2) * 0.12 + source.uniform(-noise, noise)
            pixels.append(max(0, min(255, int(grey))))
    return b"P5\n# seen by nobody\n%d %d\n255\n" % (size, size) + bytes(pixels)


pictures = {
    "specification.pbm": bitmap(codes["specification"]),
    "bill.pbm": bitmap(codes["own: bill"]),
    "address.pbm": bitmap("vitrine:wallet?amount=24.90&currency=EUR&merchant=Shop&account=A1&identifier=7"),
    "elsewhere.pbm": bitmap("https://example.test/"),
    "wrong.pbm": bitmap(codes["own: bill"][:-4] + "0000"),
    "bill.pgm": seen(codes["own: bill"], 0.3, 18),
    "brcode.pgm": seen(codes["brcode"], -1.2, 10),
}
if "--check" in sys.argv:
    sys.exit(any((folder / name).read_bytes() != data for name, data in pictures.items()))
for name, data in pictures.items():
    (folder / name).write_bytes(data)
