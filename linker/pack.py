#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Packs an image, as assembler for firmware/boot/ARCH/packed: pack.py IMAGE > PAYLOAD.S"""

import lzma
import struct
import sys
import zlib

from addresses import Addresses, Data

FILTER = {"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "mf": lzma.MF_BT2, "nice_len": 128}    # what packs best, by trying
BYTES = {"lc": 3, "lp": 0, "pb": 1}     # as lzma.c is compiled: for x86
WORDS = {"lc": 2, "lp": 2, "pb": 2}     # for instructions that are words
HALVES = {"lc": 3, "lp": 1, "pb": 1}    # for those that are halves of a word, or two

EM_X86_64, EM_AARCH64, EM_RISCV = 62, 183, 243
PT_LOAD, PT_NOTE = 1, 4
SHT_SYMTAB, SHT_STRTAB, SHT_RELA = 2, 3, 4
XEN_ELFNOTE_PHYS32_ENTRY = 18
R_AARCH64_RELATIVE = 1027
R_RISCV_RELATIVE = 3


class Elf:
    """An ELF64: where it is loaded, and what is loaded there."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self._elf = file.read()
        self.machine, = struct.unpack_from("<H", self._elf, 18)
        self.entry, table = struct.unpack_from("<QQ", self._elf, 24)
        size, count = struct.unpack_from("<HH", self._elf, 54)
        self._segments = [struct.unpack_from("<IIQQQQQ", self._elf, table + i * size) for i in range(count)]
        loaded = [(address, self._elf[offset:offset + size], address + memory)
                  for kind, _, offset, _, address, size, memory in self._segments if kind == PT_LOAD]
        self.start = min(address for address, _, _ in loaded)
        self.end = max(end for _, _, end in loaded)
        image = bytearray()
        for address, data, _ in sorted(loaded):
            if data:
                image += bytes(address - self.start - len(image)) + data
        self.image = bytes(image)

    def notes(self):
        return [self._elf[offset:offset + size] for kind, _, offset, _, _, size, _ in self._segments if kind == PT_NOTE]

    def _sections(self, wanted):
        """(address, bytes, section that it goes with) of all sections of a kind."""
        table, = struct.unpack_from("<Q", self._elf, 40)
        size, count = struct.unpack_from("<HH", self._elf, 58)
        for i in range(count):
            _, kind, _, address, offset, length, link = struct.unpack_from("<IIQQQQI", self._elf, table + i * size)
            if kind == wanted:
                yield address, self._elf[offset:offset + length], table + link * size

    def symbols(self):
        """{name: value}"""
        found = {}
        for _, entries, link in self._sections(SHT_SYMTAB):
            strings, = struct.unpack_from("<Q", self._elf, link + 24)
            for name, _, _, _, value, _ in struct.iter_unpack("<IBBHQQ", entries):
                at = strings + name
                found[self._elf[at:self._elf.index(b"\0", at)].decode()] = value
        return found

    def relocations(self, wanted):
        """(address, addend) of all dynamic relocations of the only kind that is allowed."""
        found = []
        for address, entries, _ in self._sections(SHT_RELA):
            for place, info, addend in struct.iter_unpack("<QQq", entries):
                if address and info & 0xffffffff == wanted:
                    found.append((place, addend))
                elif info:
                    sys.exit(f"pack.py: relocation {info & 0xffffffff} at {place:#x} needs a linker at run time")
        return sorted(found)


def replace_distances_x86(image):
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


def replace_distances_arm(text, addresses):
    """The same for bl, whose distance is in words, and for adrp, whose distance is in pages of 4 KiB; but adrp and an add that
    completes it lose what they have of the address, to the list of `addresses`.
    """
    out, i = bytearray(text), 0
    while i + 8 <= len(out):
        word, after = struct.unpack_from("<II", out, i)
        if word >> 26 == 0b100101:
            struct.pack_into("<I", out, i, word & 0xfc000000 | (word + i // 4) & 0x03ffffff)
        elif word & 0x9f000000 == 0x90000000:
            pages = (word >> 5 & 0x7ffff) << 2 | word >> 29 & 3
            target = (pages ^ 1 << 20) - (1 << 20) + i // 4096
            word &= 0x9f00001f
            if after & 0xffc00000 == 0x91000000 and after >> 5 & 0x1f == word & 0x1f:
                addresses.add(target * 4096 + (after >> 10 & 0xfff))
                struct.pack_into("<II", out, i, word, after & 0xffc003ff)
                i += 4
            else:
                struct.pack_into("<I", out, i, word | (target & 3) << 29 | (target >> 2 & 0x7ffff) << 5)
        i += 4
    return bytes(out)


def replace_distances_riscv(text, addresses):
    """The same for jal, whose distance is in halves of words and in four pieces; auipc and what completes it lose all of it.

    Where an instruction begins is not known: each step leaves the bits that led to it, and goes on behind it.
    """
    out, i = bytearray(text), 0
    while i + 8 <= len(out):
        word, after = struct.unpack_from("<II", out, i)
        if word & 0x7f == 0x6f and word >> 7 & 0x1f in (0, 1, 5):
            distance = (word >> 31 & 1) << 19 | (word >> 12 & 0xff) << 11 | (word >> 20 & 1) << 10 | word >> 21 & 0x3ff
            struct.pack_into("<I", out, i, word & 0xfff | ((distance + i // 2) & 0xfffff) << 12)
            i += 4
        elif word & 0x7f == 0x17 and word >> 7 & 0x1f and after & 0x7f in (0x03, 0x13, 0x67) and after >> 15 & 0x1f == word >> 7 & 0x1f:
            addresses.add(((word & 0xfffff000) + ((after >> 20 ^ 0x800) - 0x800) + i) & 0xffffffff)
            struct.pack_into("<II", out, i, word & 0xfff, after & 0xfffff)
            i += 8
        else:
            i += 2
    return bytes(out)


def compress(data, bits=BYTES):
    return lzma.compress(data, lzma.FORMAT_RAW, filters=[{**FILTER, **bits}])


def write(symbols, words, packed):
    print("/* Made by pack.py. */")
    for name, value in symbols.items():
        print(f"\t.globl {name}\n{name} = {value:#x}")
    print("\n\t.section .rodata\n\t.balign 4\n\t.globl payload\npayload:")
    print("\t.long " + ", ".join(map(str, words)))
    for i in range(0, len(packed), 32):
        print("\t.byte " + ",".join(map(str, packed[i:i + 32])))
    print('\n\t.section .note.GNU-stack, "", %progbits')


def pack_x86_64(elf):
    pvh = [struct.unpack_from("<Q", note, 16)[0] for note in elf.notes()
           if struct.unpack_from("<III4s", note) == (4, 8, XEN_ELFNOTE_PHYS32_ENTRY, b"Xen\0")]
    packed = compress(replace_distances_x86(elf.image), BYTES)
    write({"image_start": elf.start, "image_end": elf.end, "image_entry_linux64": elf.entry, "image_entry_pvh": pvh[0]},
          ["image_start", len(elf.image), zlib.adler32(elf.image), len(packed)], packed)


def pack_movable(elf, relocation, replace_distances, bits):
    """An image that runs anywhere: payload.h of its architecture says what becomes of it."""
    symbols = elf.symbols()
    text = symbols["__text_end"] - elf.start
    data = Data(elf.image[:symbols["__packed_end"] - elf.start], elf.start, elf.relocations(relocation))
    addresses = Addresses(data.empty, text)
    bare = replace_distances(data.bare[:text], addresses) + data.bare[text:]
    for place, address in data.addresses:
        addresses.add_at(place, address)
    packed = compress(bare + addresses.packed() + data.places, bits)
    write({"image_memory": elf.end - elf.start},
          [len(data.full), text, len(data.addresses), len(addresses), len(data.places), zlib.adler32(data.full),
           symbols["entry_unpacked"] - elf.start, elf.end - elf.start, len(packed)], packed)


def pack_aarch64(elf):
    pack_movable(elf, R_AARCH64_RELATIVE, replace_distances_arm, WORDS)


def pack_riscv64(elf):
    pack_movable(elf, R_RISCV_RELATIVE, replace_distances_riscv, HALVES)


def main():
    elf = Elf(sys.argv[1])
    {EM_X86_64: pack_x86_64, EM_AARCH64: pack_aarch64, EM_RISCV: pack_riscv64}[elf.machine](elf)


if __name__ == "__main__":
    main()
