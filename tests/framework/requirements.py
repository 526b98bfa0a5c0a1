#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Turns requirements.csv into C: requirements.py FILE.csv > FILE.c"""

import csv
import sys


def main():
    with open(sys.argv[1], newline="", encoding="utf-8") as table:
        rows = [(row["id"], row["section"].split()[0]) for row in csv.DictReader(table)]
    print("/* Made from requirements.csv by requirements.py. */")
    print('#include "firmware/lib/string.h"')
    print('#include "tests/framework/requirements.h"\n')
    print("static const struct { char row[16], section[16]; } table[] = {")
    for row, section in rows:
        if len(row) > 15 or len(section) > 15:
            sys.exit(f"requirements.csv: {row}: id and section number must be shorter than 16 bytes")
        print(f'\t{{ "{row}", "{section}" }},')
    print("};\n")
    print("const char *requirement_section(const char *row)\n{")
    print("\tfor (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)")
    print("\t\tif (!strcmp(table[i].row, row))\n\t\t\treturn table[i].section;")
    print("\treturn NULL;\n}")


main()
