#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Turns hints.txt, which check notices a defect the soonest, into numbers: hints.py HINTS.txt CATALOGUE.h CHECKS.c... > FILE.c

Both are counted from 1: defects in the order of the catalogue, checks in the order in which they are linked. A hint that names neither is left out,
so that a catalogue that grew still builds; `make matrix` makes the hints anew.
"""

import re
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    hints = dict(line.split() for line in read(sys.argv[1]).splitlines() if not line.startswith("#"))
    defects = re.findall(r"^X\((\w+),", read(sys.argv[2]), re.M)
    checks = re.findall(r'^CHECK\(\w+,\s*"([^"]+)"', "".join(map(read, sys.argv[3:])), re.M)
    numbers = {check: number for number, check in enumerate(checks, 1)}
    print("/* Made from hints.txt by hints.py. */")
    print('#include "tests/framework/proof.h"\n')
    print("const uint16_t proof_hints[] = { 0,")
    for defect in defects:
        print(f"\t{numbers.get(hints.get(defect), 0)}, /* {defect} */")
    print("};")


main()
