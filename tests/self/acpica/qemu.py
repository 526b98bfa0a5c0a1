# SPDX-License-Identifier: BSD-2-Clause
"""Fetches the DSDTs of QEMU's machines from a QEMU that needs no guest.

QEMU makes them together with the machine, and fw_cfg holds them for the guest's firmware. A loader device puts a DMA
request for each of fw_cfg's files into RAM. On a PC the monitor starts the requests; on Arm, where the monitor cannot
write registers, a dozen instructions do.
"""

import os
import struct
import subprocess
import tempfile

DIRECTORY = 0x19                        # the file that lists the others
KEYS = [DIRECTORY, *range(0x20, 0x40)]
FILE_MAX = 1 << 16
READ_AND_SELECT = 2 | 8

PC_REQUESTS, PC_DATA = 0x100000, 0x110000
ARM_CODE, ARM_REQUESTS, ARM_DATA = 0x40200000, 0x40210000, 0x40300000

# The code for Arm starts the requests, and then writes the answers to a file by semihosting: open, write, exit.
ARM_WORDS = (
    0xd2800200, 0xf2a12040,             # x0 = 0x09020010, the DMA register
    0xd2a80421,                         # x1 = the first request
    0x52800000 | len(KEYS) << 5 | 3,    # w3 = their number
    0xdac00c22, 0xf9000002,             # loop: *x0 = x1, big-endian
    0x91004021, 0x71000463, 0x54ffff81, # x1 += 16, until w3 is 0
    0x10000161, 0x52800020, 0xd45e0000, # open
    0x100001c1, 0xf9000020, 0x528000a0, 0xd45e0000,     # write
    0x10000201, 0x52800300, 0xd45e0000, # exit
    0x14000000,
)


def requests(data):
    return b"".join(struct.pack(">IIQ", key << 16 | READ_AND_SELECT, FILE_MAX, data + number * FILE_MAX) for number, key in enumerate(KEYS))


def dsdt(memory):
    """The DSDT among the files of fw_cfg."""
    count, = struct.unpack_from(">I", memory)
    for number in range(count):
        _, key, _, name = struct.unpack_from(">IHH56s", memory, 4 + 64 * number)
        if name.rstrip(b"\0") == b"etc/acpi/tables":
            tables = memory[KEYS.index(key) * FILE_MAX:][:FILE_MAX]
            at = tables.index(b"DSDT")
            length, = struct.unpack_from("<I", tables, at + 4)
            return tables[at:at + length]
    raise RuntimeError("QEMU has no ACPI tables")


def start(folder, arguments, commands=""):
    command = [*arguments, "-m", "64", "-display", "none", "-nodefaults", "-global", "virtio-mmio.force-legacy=false",
               "-device", f"loader,file={folder}/requests,addr={PC_REQUESTS if commands else ARM_REQUESTS:#x},force-raw=on"]
    done = subprocess.run(command, cwd=folder, input=commands, capture_output=True, text=True, timeout=120, check=False)
    if not os.path.exists(f"{folder}/memory"):
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    with open(f"{folder}/memory", "rb") as file:
        return dsdt(file.read())


def pc(machine, *devices):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/requests", "wb") as file:
            file.write(requests(PC_DATA))
        commands = ""
        for number in range(len(KEYS)):
            address = int.from_bytes((PC_REQUESTS + 16 * number).to_bytes(4, "big"), "little")
            commands += f"o /w 0x514 0\no /w 0x518 {address:#x}\n"
        commands += f"pmemsave {PC_DATA:#x} {FILE_MAX * len(KEYS)} memory\nquit\n"
        return start(folder, ["qemu-system-x86_64", "-M", machine, "-S", "-monitor", "stdio", *devices], commands)


def arm():
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/requests", "wb") as file:
            file.write(requests(ARM_DATA))
        code = b"".join(struct.pack("<I", word) for word in ARM_WORDS)
        name = ARM_CODE + len(code) + 5 * 8 + 3 * 8
        code += struct.pack("<8Q", name, 4, len("memory"), 0, ARM_DATA, FILE_MAX * len(KEYS), 0x20026, 0) + b"memory\0"
        with open(f"{folder}/code", "wb") as file:
            file.write(code)
        return start(folder, ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a57", "-semihosting",
                              "-device", f"loader,file={folder}/code,addr={ARM_CODE:#x},force-raw=on",
                              "-device", f"loader,addr={ARM_CODE:#x},cpu-num=0"])


def all_dsdts():
    """{machine: the bytes of its DSDT}"""
    return {
        "QEMU microvm": pc("microvm,acpi=on", *["-device", "virtio-rng-device"] * 6),
        "QEMU q35": pc("q35"),
        "QEMU virt": arm(),
    }
