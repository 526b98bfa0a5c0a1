#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a loader has to know of a packed image, as assembler for firmware/boot/x86_64/wrapped: wrap.py IMAGE.elf > IMAGE.packed.S"""

import struct
import sys

PT_LOAD = 1


def main():
    path = sys.argv[1]
    with open(path, "rb") as file:
        elf = file.read()
    entry, table = struct.unpack_from("<QQ", elf, 24)
    size, count = struct.unpack_from("<HH", elf, 54)
    segments = [struct.unpack_from("<IIQQQQQ", elf, table + i * size) for i in range(count)]
    # One has nothing in the file: it keeps the memory free into which the other unpacks the image.
    [(offset, start, length, end)] = [(offset, address, length, address + memory)
                                      for kind, _, offset, _, address, length, memory in segments if kind == PT_LOAD and length]
    print("/* Made by wrap.py: the packed program, where it goes, where its memory ends, its Linux 64-bit entry. */")
    for name, value in (("packed_start", start), ("packed_end", end), ("packed_size", length), ("packed_clear", end - start - length),
                        ("packed_entry", entry)):
        print(f"\t.globl {name}\n{name} = {value:#x}")
    print(f'\n\t.section .packed, "a"\n\t.globl packed\npacked:\n\t.incbin "{path}", {offset}, {length}')
    print('\n\t.section .note.GNU-stack, "", @progbits')


if __name__ == "__main__":
    main()
