#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Packs an x86_64 image, as assembler for firmware/boot/x86_64/packed: pack.py IMAGE > PAYLOAD.S"""

import lzma
import struct
import sys
import zlib

PT_LOAD, PT_NOTE = 1, 4
XEN_ELFNOTE_PHYS32_ENTRY = 18
FILTER = {"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "lc": 3, "lp": 0, "pb": 0}    # what lzma.c decodes


def read(path):
    """(lowest address, bytes to load there, end of memory, Linux 64-bit entry, PVH entry) of an ELF64."""
    with open(path, "rb") as file:
        elf = file.read()
    entry, table = struct.unpack_from("<QQ", elf, 24)
    size, count = struct.unpack_from("<HH", elf, 54)
    segments = [struct.unpack_from("<IIQQQQQ", elf, table + i * size) for i in range(count)]
    loaded = [(address, elf[offset:offset + size], address + memory)
              for kind, _, offset, _, address, size, memory in segments if kind == PT_LOAD]
    start = min(address for address, _, _ in loaded)
    image = bytearray()
    for address, data, _ in sorted(loaded):
        if data:
            image += bytes(address - start - len(image)) + data
    notes = [elf[offset:offset + size] for kind, _, offset, _, _, size, _ in segments if kind == PT_NOTE]
    pvh = [struct.unpack_from("<Q", note, 16)[0] for note in notes
           if struct.unpack_from("<III4s", note) == (4, 8, XEN_ELFNOTE_PHYS32_ENTRY, b"Xen\0")]
    return start, bytes(image), max(end for _, _, end in loaded), entry, pvh[0]


def replace_distances(image):
    """In calls and jumps, replaces the distance by the target, modulo 32 MiB: calls of one function become the same bytes.

    What looks like a call may overlap another one: the unpacker undoes the steps in the opposite order, first to last.
    """
    out = bytearray(image)
    for i in reversed(range(len(out) - 4)):
        if out[i] in (0xe8, 0xe9) and out[i + 4] in (0, 0xff):
            target = int.from_bytes(out[i + 1:i + 5], "little") + i
            out[i + 1:i + 4] = (target & 0xffffff).to_bytes(3, "little")
            out[i + 4] = 0xff if target >> 24 & 1 else 0
    return bytes(out)


def compress(data):
    return lzma.compress(data, lzma.FORMAT_RAW, filters=[FILTER])


def main():
    start, image, end, linux64, pvh = read(sys.argv[1])
    packed = compress(replace_distances(image))
    print("/* Made by pack.py. */")
    for name, value in (("image_start", start), ("image_end", end), ("image_entry_linux64", linux64), ("image_entry_pvh", pvh)):
        print(f"\t.globl {name}\n{name} = {value:#x}")
    print("\n\t.section .rodata\n\t.balign 4\n\t.globl payload\npayload:")
    print(f"\t.long image_start, {len(image)}, {zlib.adler32(image):#x}, {len(packed)}")
    for i in range(0, len(packed), 32):
        print("\t.byte " + ",".join(map(str, packed[i:i + 32])))
    print('\n\t.section .note.GNU-stack, "", @progbits')


if __name__ == "__main__":
    main()
