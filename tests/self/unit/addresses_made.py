#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes what addresses_test reads: a made-up image of tables that point to strings, and its addresses, taken out."""

import struct
import sys

from addresses import Addresses, Data

CODE = 16               # words of 8 bytes, to each of which an "instruction" points
LINKED = 0x40200000
NOTHING = bytes(8 * 700)        # further than a place can say at once


def image():
    """(bytes, [(place, address)]): names and rows of a table that name two of them, some twice, some from the end."""
    strings = [f"string number {i}".encode()[:3 + i % 15] + b"\0" for i in range(300)]
    out, where = bytearray(CODE * 8), []
    for string in strings:
        where.append(len(out))
        out += string
    out += NOTHING + bytes(-len(out) % 8)
    relocations = []
    for i in range(0, 300, 2):
        for target in where[i], where[i + 1], where[i // 7 * 3 % 300] if i % 20 == 0 else None:
            if target is not None:
                relocations.append((LINKED + len(out), LINKED + target))
                out += struct.pack("<Q", 0xdead)        # what was there does not count
        out += struct.pack("<Q", i)
    return bytes(out + NOTHING), relocations


def main():
    made, relocations = image()
    data = Data(made, LINKED, relocations)
    addresses = Addresses(data.empty, CODE * 8)
    for i in range(CODE):
        addresses.add(8 * i)
    for place, address in data.addresses:
        addresses.add_at(place, address)
    head = struct.pack("<5I", len(data.full) // 8, CODE, len(data.addresses), len(addresses), len(data.places))
    sys.stdout.buffer.write(head + data.full + data.bare + addresses.packed() + data.places)


main()
