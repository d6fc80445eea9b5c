"""Pictures as exact pixels: read from PPM (QEMU) and PNG (the terminal), written as PNG."""

import struct
import zlib
from dataclasses import dataclass, field

MAXIMUM_SIDE = 16384


@dataclass(frozen=True)
class Picture:
    """`width` × `height` pixels, three bytes each: red, green, blue; rows from the top without gaps."""

    width: int
    height: int
    rgb: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.rgb) != self.width * self.height * 3:
            raise ValueError(f"{len(self.rgb)} bytes for {self.width}x{self.height}")

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        at = (y * self.width + x) * 3
        return self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]

    @property
    def colours(self) -> int:
        """How many colours there are."""
        return len({self.rgb[at : at + 3] for at in range(0, len(self.rgb), 3)})

    def differences(self, other: "Picture", tolerance: int = 0) -> int:
        """Pixels that are further apart than `tolerance` in some channel; all of them if the sizes differ."""
        if (self.width, self.height) != (other.width, other.height):
            return max(self.width * self.height, other.width * other.height)
        count, stride = 0, self.width * 3
        for at in range(0, len(self.rgb), stride):
            a, b = self.rgb[at : at + stride], other.rgb[at : at + stride]
            if a != b:
                apart = [abs(p - q) > tolerance for p, q in zip(a, b)]
                count += sum(map(any, zip(apart[0::3], apart[1::3], apart[2::3])))
        return count

    @classmethod
    def from_ppm(cls, data: bytes) -> "Picture":
        magic, width, height, depth, rest = data.split(maxsplit=4)[:4] + [b""]
        if magic != b"P6" or depth != b"255":
            raise ValueError("a binary PPM of 8 bits is wanted")
        size = int(width) * int(height) * 3
        return cls(int(width), int(height), data[len(data) - size :] if not rest else rest)

    @classmethod
    def from_png(cls, data: bytes) -> "Picture":
        """8 bits, RGB or RGBA (alpha is dropped), not interlaced: what the terminal and this class write."""
        if data[:8] != b"\x89PNG\r\n\x1a\n":
            raise ValueError("not a PNG")
        at, packed, header = 8, b"", b""
        while at + 8 <= len(data):
            (length,) = struct.unpack(">I", data[at : at + 4])
            kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
            if zlib.crc32(kind + body) != struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]:
                raise ValueError(f"{kind!r} is damaged")
            if kind == b"IHDR":
                header = body
            elif kind == b"IDAT":
                packed += body
            at += 12 + length
        width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
        if bits != 8 or colour not in (2, 6) or interlaced or not 0 < max(width, height) <= MAXIMUM_SIDE:
            raise ValueError("a plain RGB or RGBA PNG is wanted")
        step = 3 if colour == 2 else 4
        rows = _unfilter(zlib.decompress(packed), width * step, height, step)
        if step == 4:
            rows = bytes(value for at, value in enumerate(rows) if at % 4 != 3)
        return cls(width, height, rows)

    def png(self) -> bytes:
        stride = self.width * 3
        rows = b"".join(b"\0" + self.rgb[at : at + stride] for at in range(0, len(self.rgb), stride))
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        return (
            b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
        )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _unfilter(data: bytes, stride: int, height: int, step: int) -> bytes:
    """Takes back PNG's row filters (PNG, third edition, 9.2)."""
    if len(data) != (stride + 1) * height:
        raise ValueError("rows are missing")
    above, result = bytearray(stride), bytearray()
    for y in range(height):
        at = y * (stride + 1)
        kind, row = data[at], bytearray(data[at + 1 : at + 1 + stride])
        if kind == 2:
            row = _add(row, above)
        for x in range(stride if kind not in (0, 2) else 0):
            left = row[x - step] if x >= step else 0
            corner = above[x - step] if x >= step else 0
            if kind == 1:
                row[x] = row[x] + left & 255
            elif kind == 3:
                row[x] = row[x] + (left + above[x]) // 2 & 255
            elif kind == 4:
                row[x] = row[x] + _paeth(left, above[x], corner) & 255
            else:
                raise ValueError(f"filter {kind}")
        result += row
        above = row
    return bytes(result)


def _add(row: bytearray, above: bytearray) -> bytearray:
    """Sums byte by byte, modulo 256: every second byte at a time, in one long number, so that carries have room."""
    mask = int.from_bytes(b"\xff\0" * (len(row) // 2 + 1), "little")
    a, b = int.from_bytes(row, "little"), int.from_bytes(above, "little")
    even = ((a & mask) + (b & mask)) & mask
    odd = ((a >> 8 & mask) + (b >> 8 & mask)) & mask
    return bytearray((even | odd << 8).to_bytes(len(row) + 2, "little")[: len(row)])


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    distances = abs(guess - left), abs(guess - above), abs(guess - corner)
    if distances[0] <= distances[1] and distances[0] <= distances[2]:
        return left
    return above if distances[1] <= distances[2] else corner
