#!/usr/bin/env python3
"""Writes golden.txt: one message a line, "name hexadecimal", encoded by cbor2 and not by us.

The numbers here come from Documentation/vitrine.cddl; Tests/WireTests holds the same messages as Swift values.
Needs the Debian package python3-cbor2. With --check it only compares, and exits with 1 when the file differs.
"""
import pathlib
import sys

import cbor2

token = bytes(range(0xA0, 0xB0))
request = bytes(range(0x10, 0x20))
secret = bytes(range(0x40, 0x60))
invoice = {
    1: "Café de la Gare", 2: "FR7630006000011234567890189", 3: "2026-0042", 4: 2490, 5: "EUR",
}
target = {1: 800, 2: 448, 3: 60000, 4: 31, 5: 1}
picture = {1: 800, 2: 448, 3: 66, 4: 31, 5: 1}
keys = [0, 9, 10, 11, 12, 13, 14, 15, 16, 17, 24, 0x20, 0x7E, 0xA0, ord("é"), 0x10FFFF]
outcomes = [
    {1: 1, 2: "A-1024"}, {1: 2, 2: "not enough money"}, {1: 3, 2: "an account"}, {1: 4}, {1: 5}, {1: 6, 2: ""},
]

track2 = bytes.fromhex("4111111111111111d2912201")
inputs = [
    {0: 13, 2: b"4111111111111111", 3: track2, 4: 2912, 5: 1, 6: "VISA TEST", 7: bytes.fromhex("a0000000031010")},
    {0: 13, 2: b"40001234", 4: 2912, 6: "", 7: bytes([1, 2, 3, 4, 5])},
    {0: 28, 2: "The card was taken away"},
    {0: 14, 2: request, 3: token[:12]},
    {0: 15, 2: 4}, {0: 29, 2: 1}, {0: 29, 2: 4},
    {0: 27, 2: invoice}, {0: 27, 2: invoice, 3: 0}, {0: 27, 2: invoice, 3: 1, 4: 150}, {0: 27, 2: invoice, 3: 2, 4: 725},
    {0: 26, 2: 799, 3: 0, 4: 1}, {0: 26, 2: 4095, 3: 4095, 4: 3},
]
account = {1: "411111…1111", 2: "VISA TEST", 3: 2912}

terminal = [
    {0: 2, 1: [1], 2: "vitrine-terminal 0.1"},
    {0: 3, 1: request, 2: "wallet", 3: "ada", 4: target, 5: invoice},
    {0: 3, 1: request, 2: "records", 3: "ada", 4: target},
    {0: 5, 1: 70000, 2: 850},
    {0: 6},
    {0: 7, 1: 1 << 32, 2: token},
    {0: 8, 1: 0},
    {0: 8, 1: 1},
    {0: 8, 1: 2},
    {0: 9},
    {0: 2, 1: [1], 2: "vitrine-terminal 0.1", 3: 7, 4: secret},
    {0: 3, 1: request, 2: "wallet", 3: "ada", 4: target, 6: {"account": "FR76 3000", "identity": "Ada\nLovelace"}},
    {0: 10, 1: request, 2: secret + secret, 3: b"\xa0", 4: secret},
    {0: 10, 1: request, 2: secret + secret, 3: b"\xa0"},
    {0: 11, 1: request},
    {0: 12, 1: 8},
    {0: 1},
    {0: 7, 1: 5, 2: token, 3: request},
    {0: 30},
] + [{**fields, 1: n + 1} for n, fields in enumerate(inputs)] + [{0: 4, 1: n + 1, 2: code} for n, code in enumerate(keys)]

server = [
    {0: 16, 1: 1, 2: "vitrine-server 0.1"},
    {0: 17, 1: 3, 2: "no right for wallet"},
    {0: 18, 1: 1 << 32, 2: token, 3: picture},
    {0: 19, 1: 1, 2: True, 4: [0, 0, 800, 448], 5: 0, 6: 1200, 23: bytes(range(256))},
    {0: 19, 1: 1000000, 3: 3, 4: [0, 0, 0, 0], 5: 23, 6: 24, 23: b"\x00\x00\x00\x01\x41"},
    {0: 20, 1: 0},
    {0: 20, 1: 1},
    {0: 22, 1: 1 << 32, 2: 4, 3: 1},
    {0: 16, 1: 1, 2: "vitrine-server 0.1", 3: 1800000000, 4: secret},
    {0: 17, 1: 10, 2: "measurements differ"},
    {0: 23, 1: secret, 2: [11, 14]},
    {0: 24, 1: request},
    {0: 25, 1: request},
    {0: 1},
    {0: 20, 1: 31},
    {0: 20, 1: 6},
    {0: 30},
] + [{0: 21, **outcome} for outcome in outcomes]

application = [
    {
        0: 32, 1: "wallet", 2: "ada", 3: "till-1", 4: 800, 5: 448, 6: invoice,
        7: {"balance": "10000", "code_salt": "5f2a", "notes": "one\ntwo"},
    },
    {0: 32, 1: "wallet", 2: "ada", 3: "till-1", 4: 800, 5: 448, 7: {}, 8: {"account": "FR76 3000"}},
    {0: 32, 1: "wallet", 2: "ada", 3: "till-1", 4: 800, 5: 448, 7: {}, 9: account},
]
event = [
    {0: 33, 1: 1}, {0: 33, 1: 0}, {0: 33, 1: 12}, {0: 35, 1: 1, 2: invoice, 3: 1},
    {0: 35, 1: 8, 2: invoice, 3: 2, 4: "123456"},
] + [{0: 34, **outcome} for outcome in outcomes]
input = [
    {0: 40, **account}, {0: 40, 1: "…1111", 2: ""}, {0: 41, 1: "Hold it still"}, {0: 43, 1: 12}, {0: 42}, {0: 44, 1: 2},
    {0: 45, 2: invoice, 3: 1, 4: 5}, {0: 46, 1: 1, 2: "000000000042", 3: "A1B2C3"},
    {0: 46, 1: 2, 2: "not enough money"}, {0: 46, 1: 3, 2: 2},
]

lines = []
for name, messages in [
    ("terminal", terminal), ("server", server), ("application", application), ("event", event), ("input", input),
]:
    for message in messages:
        lines.append(f"{name} {cbor2.dumps(message, canonical=True).hex()}\n")

path = pathlib.Path(__file__).with_name("golden.txt")
if "--check" in sys.argv:
    sys.exit(0 if path.read_text() == "".join(lines) else 1)
path.write_text("".join(lines))
