# SPDX-License-Identifier: BSD-2-Clause
"""TinyEMU, riscv64 in M-mode, with the HTIF console. From reading its source, not seen running.

A console device is there in any case. The network device wants a TinyEMU that was built with CONFIG_SLIRP: `--devices blk,net`. One CPU.
"""

import json
import os

from from_reading import FromReading, disk

CONFIGS = ("",)
IMAGE = "riscv64/touchstone.bin"
NEED = "build build-riscv64"


class Vmm(FromReading):
    """See host/qemu.py."""

    PROGRAM = "temu"
    DEVICES = ("blk", "net")
    DEFAULT = ("blk",)

    def __init__(self, options):
        super().__init__(options)
        if self.smp != 1:
            raise ValueError(f"--smp {self.smp}: TinyEMU has one CPU")

    def argv(self, _config, image, cmdline, scratch):
        entries = ["version: 1", 'machine: "riscv64"', "memory_size: 128", f"bios: {json.dumps(os.path.abspath(image))}",
                   f"cmdline: {json.dumps(cmdline)}"]
        if "blk" in self.devices:
            entries.append(f"drive0: {{ file: {json.dumps(disk(scratch))} }}")
        if "net" in self.devices:
            entries.append('eth0: { driver: "user" }')
        path = os.path.join(scratch, "machine.cfg")
        with open(path, "w", encoding="utf-8") as file:
            file.write("{ " + ",\n  ".join(entries) + " }\n")
        return [self.PROGRAM, "-ctrlc", path]
