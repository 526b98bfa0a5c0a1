#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes the seeds, the inputs from which fuzzing starts: seeds.py FOLDER FOLDER-OF-AML FOLDER-OF-DTB

Each harness gets a folder. Its inputs have the form that the harness reads, and are the same every time.
"""

import os
import random
import struct
import sys

CMDLINES = (
    "",
    "console=ttyS0 virtio_mmio.device=512@0xfeb00e00:12 virtio_mmio.device=4K@0xc0001000:5:7 pci=off",
    "virtio-mmio.device=01000@010000:0x10 -- virtio_mmio.device=512@0x1000:5",
    "virtio_mmio.device=0x1G@0x1000000000:5:18446744073709551615 virtio_mmio.device=512@0xfeb00000:4294967295",
    "touchstone.only=blk?.ring.*,*.net* touchstone.skip=a.b touchstone.after=blk0.ring.wrap touchstone.seed=0xffffffffffffffff",
    "touchstone.repeat=1000000 touchstone.timeout=1 touchstone.patience=3600000 touchstone.list touchstone.peer touchstone.peer=1",
    "touchstone.ref=only touchstone.ref-version=3 touchstone.ref-schedule=mixed touchstone.ref-line=edge touchstone.ref-read-only",
    "touchstone.ref=only touchstone.oddity=polls,net-noise touchstone.ref-queue-size=16",
    "touchstone.proof=first touchstone.defect=ack_ignored,con_size_zero touchstone.seed=1 touchstone.seed=2 touchstone.ref=",
    "touchstone.only=" + "a*b?," * 300,
)

MADT = bytes.fromhex("0000e0fe01000000" "0008000001000000" "00080101" "01000000" "010c02000000c0fe00000000" "020a000005150000000f"
                     "0910000002000000" "0100000003000000" "050c00000000e0fe00000000")
# Arm's MADT: distributor, CPUs, MSI frame, redistributors, ITS; all of a GICv2, or all of a GICv3
GIC_CPU = bytes.fromhex("0b500000") + bytes(8) + b"\1" + bytes(19) + struct.pack("<Q", 0x8010000) + bytes(20) + struct.pack("<QQ", 0x80a0000, 1) + bytes(4)
GICV2_MADT = (bytes(8) + bytes.fromhex("0c18000000000000" "0000000800000000" "0000000002000000") + GIC_CPU +
              bytes.fromhex("0d18000000000000" "0000020800000000" "0100000040005000"))
GICV3_MADT = (bytes(8) + GIC_CPU + bytes.fromhex("0c18000000000000" "0000000800000000" "0000000003000000" "0e100000" "00000a0800000000" "0000f600"
                                                 "0f14000000000000" "0000080800000000" "00000000"))
GTDT_TABLE = bytes(12) + struct.pack("<8I", 29, 0, 30, 4, 27, 0, 26, 0) + bytes(16) + struct.pack("<2I", 28, 0)
SPCR_TABLE = bytes.fromhex("03000000" "00200003") + struct.pack("<Q", 0x8000000) + bytes(28)
ARM_FADT = bytes(93) + b"\3" + bytes(138)
MP_ENTRIES = bytes.fromhex("0000140300000000" "0000000000000000" "00000000" "0100504349202020" "0101495341202020" "020211010000c0fe"
                           "0300000001050205" "03000f000106020a" "0400000001000200")
FADT = bytes(232)
MEMORY32 = bytes.fromhex("8609000100e0b0fe00020000")
INTERRUPT = bytes.fromhex("890600010110000000")
IRQ = bytes.fromhex("23200001")
QWORD = bytes.fromhex("8a2b00000c01") + struct.pack("<5Q", 0, 0xd0000000, 0xd0000fff, 0, 0x1000)
END = b"\x79\x00"

DSDT, SSDT, MADT_KIND, FADT_KIND, DEVICE, RESOURCES, MP, POINTER, WHOLE, ENTRY, REGISTER, BIOS_AREA, GTDT, SPCR = range(14)


def record(kind, data):
    return struct.pack("<BH", kind, len(data)) + data


def save(folder, name, inputs):
    os.makedirs(f"{folder}/{name}", exist_ok=True)
    for number, data in enumerate(inputs):
        with open(f"{folder}/{name}/{number:03}", "wb") as file:
            file.write(data)


def cmdline():
    for number, text in enumerate(CMDLINES):
        ranges = [(0, 0x9fc00), (0x100000, 0x7f00000), (0x100000000, 1 << 30)][:number % 4]
        yield (struct.pack("<BH", len(ranges) | (number & 1) << 6, number * 500) +
               b"".join(struct.pack("<QQ", *pair) for pair in ranges) + text.encode() + b"\0")


def tables(aml):
    for name in sorted(os.listdir(aml)):
        if name.endswith(".aml"):
            with open(f"{aml}/{name}", "rb") as file:
                table = file.read()
            yield b"\0" + record(DSDT, table[36:])
            yield b"\0" + record(WHOLE, b"SSDT" + table[4:])
    yield b"\0" + record(MADT_KIND, MADT) + record(RESOURCES, MEMORY32 + INTERRUPT + END) + record(RESOURCES, QWORD + IRQ + END)
    yield b"\2" + record(MADT_KIND, MADT) + record(DEVICE, b"\x08_STA\x00")
    yield b"\0" + record(FADT_KIND, FADT) + record(DSDT, b"\x08_S5_\x12\x06\x04\x0a\x05\x00\x00\x00")
    for madt in GICV2_MADT, GICV3_MADT:
        yield b"\x08" + record(MADT_KIND, madt) + record(GTDT, GTDT_TABLE) + record(SPCR, SPCR_TABLE) + record(FADT_KIND, ARM_FADT)
    yield b"\x08" + record(GTDT, GTDT_TABLE[:60]) + record(SPCR, b"\x12" + SPCR_TABLE[1:])
    yield b"\1" + record(MP, MP_ENTRIES) + record(REGISTER, b"\0\0")
    yield b"\1" + record(POINTER, b"\x04\0RSD PTR \0TESTER\0" + struct.pack("<I", 0x100000))
    yield b"\1" + record(BIOS_AREA, b"\0\x01_MP_" + bytes(12)) + record(ENTRY, struct.pack("<Q", 0x100000))
    yield b"\1" + b"".join(record(REGISTER, bytes([number, 0])) for number in range(20))


def devicetree(dtb):
    """Each tree as a blob, and in the parts from which the harness makes a blob."""
    for name in sorted(os.listdir(dtb)):
        if name.endswith(".dtb"):
            with open(f"{dtb}/{name}", "rb") as file:
                blob = file.read()
            structure, strings, reservations, _, _, _, strings_size, structure_size = struct.unpack_from(">8I", blob, 8)
            yield b"\1" + blob
            yield (b"\0" + struct.pack("<H", structure - reservations) + blob[reservations:structure] +
                   struct.pack("<H", strings_size) + blob[strings:strings + strings_size] + blob[structure:structure + structure_size])


def noise(dice, size):
    return bytes(dice.randrange(256) for _ in range(size))


def queue(dice):
    add, publish, use, judge, pop, look = 0, 2, 3, 7, 8, 9
    for what in range(12):
        head = bytes([what | (what & 1) << 7]) + struct.pack("<H", 4 << what % 5) + noise(dice, 16)
        calm = b"".join(bytes([add, number, 0]) + struct.pack("<Q", number) + bytes([publish]) +
                        bytes([use, 1, 0, 0, what]) + bytes([judge if number % 3 else pop]) for number in range(20))
        yield head + calm + bytes([look])
        yield head + calm[:60] + noise(dice, 300)


def checks(dice):
    for number in range(120):
        small = number & 0x1c if number % 12 >= 8 else 0     # small virtqueues
        head = bytes([number % 12 | (number % 16 == 0) << 4 | number % 32 & 0x20, number % 4 | small]) + noise(dice, 2)
        head += struct.pack("<H", number % 8 << 10)
        yield head + b"".join(noise(dice, 12) for _ in range(number % 8))


def main():
    folder, aml, dtb = sys.argv[1:]
    save(folder, "cmdline", cmdline())
    save(folder, "tables", tables(aml))
    save(folder, "devicetree", devicetree(dtb))
    save(folder, "queue", queue(random.Random(1)))
    save(folder, "checks", checks(random.Random(2)))


main()
