#!/usr/bin/env python3
"""Writes psec.txt: PIN blocks of every PIN length, account length and AES key size, enciphered by psec and not by us.

Needs psec and cryptography from PyPI. The lines are those of format4.txt. With --check it only compares, and exits with 1
when the file differs.
"""
import hashlib
import pathlib
import sys

from psec import pinblock

lines = ["# Made by make-golden.py with psec 1.3.0. The lines are those of format4.txt."]
for pin_length in range(4, 13):
    for account_length in range(8, 20):
        name = f"{pin_length}/{account_length}".encode()
        digest = hashlib.sha512(name).digest()
        digits = str(int.from_bytes(digest, "big"))
        key = digest[: 16 + 8 * ((pin_length + account_length) % 3)]
        pin, fill = digits[:pin_length], digest[40:48]
        account = "4000001234567899012"[:account_length]
        pinblock._urandom = lambda count: fill[:count]
        block = pinblock.encipher_pinblock_iso_4(key, pin, account)
        lines.append(" ".join([key.hex().upper(), account, pin, fill.hex().upper(), block.hex().upper()]))

text = "\n".join(lines) + "\n"
path = pathlib.Path(__file__).with_name("psec.txt")
if "--check" in sys.argv:
    sys.exit(path.read_text() != text)
path.write_text(text)
