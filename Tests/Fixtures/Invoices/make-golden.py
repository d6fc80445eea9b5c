#!/usr/bin/env python3
"""Writes made-codes.txt and made-messages.txt: merchant codes put together here with Python's CRC (binascii.crc_hqx), and
NDEF messages encoded by ndeflib. Neither uses our code.

Needs ndeflib from PyPI. With --check it only compares, and exits with 1 when a file differs.
"""
import binascii
import pathlib
import random
import sys

import ndef


def code(*objects):
    text = "".join(f"{name}{len(value):02d}{value}" for name, value in objects) + "6304"
    return text + f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def template(*objects):
    return "".join(f"{name}{len(value):02d}{value}" for name, value in objects)


# The data objects of EMVCo's "QR Code Guidance and Examples, Merchant-Presented Mode" 1.0, chapter 4, as quoted by
# chokchai9900/QR_Wiki, Example/*.md. (That document gives them as tables, without the checksums.)
head = [("00", "01")]
visa = [("02", "4000123456789012")]
shop = [("52", "5251"), ("53", "840")]
place = [("58", "US"), ("59", "ABC Hammers"), ("60", "New York")]
ten = [("54", "10")]
codes = {
    "guidance: base": code(*head, ("01", "11"), *visa, *shop, *place),
    "guidance: amount": code(*head, *visa, *shop, *ten, *place),
    "guidance: two networks": code(
        *head, *visa, ("26", template(("00", "D1560000000"), ("01", "A93FO3230QDJ8F93845K"))), *shop, *ten, *place),
    "guidance: fixed fee": code(*head, *visa, *shop, *ten, ("55", "02"), ("56", "10.25"), *place),
    "guidance: percentage": code(*head, *visa, *shop, *ten, ("55", "03"), ("57", "3.00"), *place),
    "guidance: tip": code(*head, *visa, *shop, *ten, ("55", "01"), *place),
    # Of our own: a bill in euros, a point without decimals, accents.
    "own: bill": code(
        *head, ("01", "12"), ("26", template(("00", "fr.example"), ("01", "FR7630006000011234567890189"))),
        ("52", "5812"), ("53", "978"), ("54", "24.90"), ("58", "FR"), ("59", "Café Lumière"), ("60", "Lyon"),
        ("62", template(("01", "2026-0117"), ("05", "REF9"), ("07", "T1")))),
    "own: point": code(*head, *visa, *shop, ("54", "98."), *place),
}

lines = ["# Made by make-golden.py. A line is: name, tab, code."] + [f"{name}\t{text}" for name, text in codes.items()]
outputs = {"made-codes.txt": "\n".join(lines) + "\n"}

source = random.Random(4)
messages = [
    [ndef.UriRecord("vitrine:wallet?amount=24.90&currency=EUR")],
    [ndef.TextRecord(codes["own: bill"], "fr")],
    [ndef.TextRecord(codes["own: bill"], "fr", "UTF-16")],
    [ndef.TextRecord("hello", "en"), ndef.UriRecord("vitrine:wallet")],
    [ndef.SmartposterRecord("https://example.test/menu", {"en": "Menu"}), ndef.TextRecord(codes["guidance: tip"])],
]
for prefix in range(36):
    messages.append([ndef.Record("urn:nfc:wkt:U", "", bytes([prefix]) + b"example.test/\xc3\xa9")])
for number in range(40):
    records = []
    for _ in range(source.randint(1, 6)):
        kind = source.choice(["urn:nfc:wkt:X", "text/plain", "http://a.b/c", "urn:nfc:ext:a.com:t", "unknown", ""])
        size = 0 if kind == "" else source.choice([0, 1, 255, 256, 700])
        name = "" if kind == "" else source.choice(["", "id", "n" * 255])
        records.append(ndef.Record(kind, name, bytes(source.randrange(256) for _ in range(size))))
    messages.append(records)

numbers = {"urn:nfc:wkt": 1, "urn:nfc:ext": 4}


def kind_and_type(record):
    kind, name = ndef.Record._encode_type(record.type)
    return kind, name


lines = ["# Made by make-golden.py with ndeflib 0.3.3. A line is: message, then its records as kind:type:identifier:payload."]
for records in messages:
    words = [b"".join(ndef.message_encoder(records)).hex()]
    for record in records:
        kind, name = kind_and_type(record)
        words.append(f"{kind}:{name.hex()}:{record.name.encode('latin').hex()}:{bytes(record.data).hex()}")
    lines.append(" ".join(words))
outputs["made-messages.txt"] = "\n".join(lines) + "\n"

folder = pathlib.Path(__file__).parent
if "--check" in sys.argv:
    sys.exit(any((folder / name).read_text() != text for name, text in outputs.items()))
for name, text in outputs.items():
    (folder / name).write_text(text)
