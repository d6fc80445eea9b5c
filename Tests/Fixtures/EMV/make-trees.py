#!/usr/bin/env python3
"""Writes trees.txt: every answer of traces.txt, selection.txt and records.txt as a tree, read by ber-tlv and not by us.

A line is the answer's hexadecimal and its tree: TAG=VALUE for a data object, TAG{…} for a template, commas between.
Needs the package ber-tlv (PyPI, 0.0.6). With --check it only compares, and exits with 1 when the file differs.
"""
import os, re, sys
from ber_tlv.tlv import Tag, Tlv

folder = os.path.dirname(os.path.abspath(__file__))


def lines(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]


def answers():
    for line in lines("traces.txt"):
        if line.startswith("< ") and line.endswith("9000"):
            yield line[2:-4]
    for line in lines("selection.txt"):
        yield line.split(" ")[1]
    for line in lines("records.txt"):
        if line.endswith("taken") or " taken " in line:
            yield from line.split("; ")[2].split()
    # Answers of test cards to GET PROCESSING OPTIONS: openemv/emv-utils, tests/emv_c3_initiate_kernel_processing_test.c;
    # ResponseMessageTemplateFormat2Test of a public Scala parser; the length test of a public JavaScript one.
    yield "771682022000941008030300100103001005050018010101"
    yield "7712941008030300100103001005050018010101"
    yield "771357114761739001010119D22122011758928889"
    yield (
        "77659F26086C7C0BF5DC7F9159940408030300820200409F360200019F6C0201809F2701809F6E04238C00009F10201F43015120"
        "00000000010203040403450100000000000000000000000000000057124761739001010010D201220112345123456F5F340100"
    )
    yield (
        "7781CE82022000940C08010100180101011002030057134761739001010010D20122015123499999991F9F1007060111039000009F26"
        "08E13DB3D65B106EAB9F2701409F360200029F6C0200009F4B818071A88E5BCB44015E3F9D1F5024332FB2E639F7880732E8BB849ABC"
        "FC184DA262F0039299BE9B1790970ED0DD7083698BFB22D337850404E629F76736346350D867C7EF1A6B52C698D9BA778EA80E29F5A4"
        "0A1A5DC2458456FA973E7F52D1F2510A339D8BE1E3961B30824B5B9E975834241C2FF4CBDDE94B5F0FA1FCC22DEFA0"
    )
    # github.com/binaryfoo/emv-bertlv, BerTlvTest.java and TagTest.java: lengths of one to three bytes, tags of three.
    yield "9F1A0401020304"
    yield "9F1A8180" + "00" * 128
    yield "9F1A81FF" + "00" * 255
    yield "9F1A82013A" + "00" * 314
    yield "EF079A01019F1A0103"
    yield "E00E9A0101EF049F1A0103EF038A01CC"
    yield "E009EF049F1A01039A0101"
    yield "E1059FC81A0101"
    # github.com/russss/python-emv, test_structures.py: a directory record with three entries.
    yield (
        "704A61164F07A000000029101050084C494E4B2041544D87010161184F07A0000000031010500A56495341204445424954870102"
        "61164F07A00000000380025008424152434C415953870100"
    )


def tree(objects):
    parts = []
    for tag, value in objects:
        name = format(tag, "X")
        name = name if len(name) % 2 == 0 else "0" + name
        parts.append(name + ("{" + tree(value or []) + "}" if Tag.isConstructed(tag) else "=" + value.hex().upper()))
    return ",".join(parts)


text = "# Made by make-trees.py.\n" + "".join(f"{a.upper()} {tree(Tlv.parse(bytes.fromhex(a)))}\n" for a in answers())
path = os.path.join(folder, "trees.txt")
if "--check" in sys.argv:
    sys.exit(open(path, encoding="utf-8").read() != text)
open(path, "w", encoding="utf-8").write(text)
