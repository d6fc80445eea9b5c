#!/usr/bin/env python3
"""Writes golden.txt: messages encoded by pyiso8583 and not by us.

A line is: the message in hexadecimal, then its fields as "number:characters on the wire, in hexadecimal". Needs pyiso8583
from PyPI. With --check it only compares, and exits with 1 when the file differs.
"""
import pathlib
import random
import sys

import iso8583
from iso8583.specs import default_ascii as spec

purchase = {
    "t": "0200", "2": "4000001234567899", "3": "000000", "4": "000000002490", "7": "1123083000", "11": "000042",
    "12": "093000", "13": "1123", "14": "3012", "22": "071", "25": "00", "32": "12345678901",
    "35": "4000001234567899=30122010000000000000", "37": "632709000042", "41": "TERM0001", "42": "MERCHANT-000001",
    "43": "Cafe Lumiere             Lyon         FR", "49": "978", "53": "2001010100000000", "60": "VITRINE",
    "110": "00112233445566778899AABBCCDDEEFF123456789012345600000001",
}
named = [
    purchase,
    {**purchase, "t": "0100"},
    {**purchase, "t": "0201"},
    {"t": "0110", "2": "4111111111111111", "3": "000000", "4": "000000000001", "7": "0101000000", "11": "000001",
     "37": "000000000001", "38": "A1B2C3", "39": "00", "41": "T       ", "49": "392"},
    {"t": "0210", "11": "999999", "39": "51", "44": "NOT ENOUGH MONEY"},
    {"t": "0400", "3": "000000", "4": "000000002490", "7": "1123083100", "11": "000042", "39": "68",
     "90": "020000004211230830000123456789000000000000"},
    {"t": "0420", "7": "1123083110", "11": "000042", "90": "010000004211230830000000000000000000000000"},
    {"t": "0421", "7": "1123083120", "11": "000042", "90": "010000004211230830000000000000000000000000"},
    {"t": "0410", "11": "000042", "39": "00"},
    {"t": "0430", "11": "000042", "39": "00"},
    {"t": "0800", "7": "1123083000", "11": "000001", "70": "301"},
    {"t": "0810", "7": "1123083000", "11": "000001", "39": "00", "70": "301"},
    {"t": "0200", "52": "0123456789ABCDEF", "64": "FEDCBA9876543210"},
    {"t": "0200"},
    {"t": "0200", "128": "0011223344556677"},
    {"t": "0200", "2": "", "48": "x" * 999},
]

# The fields' classes as the standard has them; pyiso8583 knows lengths only.
binary = {52, 55, 64, 96, 110, 128}
signed = {28, 29, 30, 31, 97}
letters = {37, 38, 39, 40, 49, 50, 51, 91, 92, 93, 94, 95}
printable = {34, 41, 42, 43, 44, 45, 46, 47, 48, 54, 98, 101, 102, 103, *range(56, 64), *range(104, 128)} - binary
source = random.Random(8583)


def value(field):
    line = spec[str(field)]
    limit = 56 if field == 110 else line["max_len"]
    length = limit if line["len_type"] == 0 else source.randint(0, min(limit, 120))
    if field in binary:
        return "".join(source.choice("0123456789ABCDEF") for _ in range(length // 2 * 2))
    if field in signed:
        return source.choice("CD") + "".join(source.choice("0123456789") for _ in range(length - 1))
    if field in (35, 36):
        return "".join(source.choice("0123456789=") for _ in range(length))
    if field in letters:
        return "".join(source.choice("ABCXYZabcxyz0189 ") for _ in range(length))
    if field in printable:
        return "".join(chr(source.randint(0x20, 0x7E)) for _ in range(length))
    return "".join(source.choice("0123456789") for _ in range(length))


fields = [field for field in range(2, 129) if field != 65]
messages = list(named)
for field in fields:
    messages.append({"t": "0200", str(field): value(field)})
types = ["0100", "0110", "0200", "0210", "0400", "0410", "0420", "0430", "0800", "0810"]
for number in range(60):
    chosen = source.sample(fields, source.randint(1, 40))
    messages.append({"t": types[number % 10], **{str(field): value(field) for field in sorted(chosen)}})

lines = ["# Made by make-golden.py with pyiso8583 4.0.1, its specification default_ascii."]
for message in messages:
    raw, _ = iso8583.encode(dict(message), spec)
    values = [f"{key}:{text.encode().hex()}" for key, text in message.items() if key != "t"]
    lines.append(" ".join([bytes(raw).hex()] + values))

text = "\n".join(lines) + "\n"
path = pathlib.Path(__file__).with_name("golden.txt")
if "--check" in sys.argv:
    sys.exit(path.read_text() != text)
path.write_text(text)
