#!/usr/bin/env python3
"""Reads files of messages with two bytes of length in front of each, by pyiso8583 and not by us.

Every message must be read by the specification default_ascii, and be written again as the same bytes. Prints a line for
each: type, and a few fields that are no secret; of others how long they are. Exit status 1 when something is wrong.
"""
import sys

import iso8583
from iso8583.specs import default_ascii as spec


def line(fields):
    kind = fields["t"]
    if kind == "0200" or kind == "0201":
        text = (f"{kind} amount={fields['4']} currency={fields['49']} terminal={fields['41']!r} "
                f"merchant={fields['43'].rstrip()!r}")
        for name, number in (("pin", "110"), ("proof", "60")):
            if number in fields:
                text += f" {name}={len(fields[number])}"
        return text
    if kind in ("0420", "0421"):
        original = fields["90"]
        return f"{kind} original={original[:10]} acquirer={original[20:31]} amount={fields['4']}"
    return " ".join([kind] + [fields[number] for number in ("39", "44", "70") if number in fields])


count = 0
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        data = file.read()
    while data:
        length = int.from_bytes(data[:2], "big")
        raw, data = data[2:2 + length], data[2 + length:]
        # What was cut off when the line was closed.
        if len(raw) < length:
            break
        fields, _ = iso8583.decode(raw, spec)
        again, _ = iso8583.encode(dict(fields), spec)
        if bytes(again) != raw:
            print(f"{path}: a {fields['t']} is written otherwise")
            sys.exit(1)
        print(line(fields))
        count += 1
sys.exit(0 if count else 1)
