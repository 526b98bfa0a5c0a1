# SPDX-License-Identifier: BSD-2-Clause
"""TinyEMU, riscv64 in machine mode, with the HTIF console. It emulates the CPU, so it needs no KVM, and has only one
CPU.

The machine always has a console device, which writes to the same stream as the report. The network device needs a
TinyEMU that was built with CONFIG_SLIRP, which is the default; without it, use `--devices blk`. To build TinyEMU
without its libraries: `make CONFIG_FS_NET= CONFIG_SDL=`.
"""

import json
import os
import re
import subprocess
from typing import Callable, Optional

from touchstone.devices import make_disk
from touchstone.from_reading import FromReading
from touchstone.options import Options
from touchstone.scratch import Scratch


class Vmm(FromReading):
    IMAGE = "riscv64/touchstone.bin"
    NEED = "build build-riscv64"
    PROGRAM = "temu"
    DEVICES = ("blk", "net")
    DEFAULT = DEVICES

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if self.smp != 1:
            raise ValueError(f"--smp {self.smp}: TinyEMU has one CPU")

    def ask_version(self) -> Callable[[], Optional[str]]:
        """The first line of its help contains a date, which is its version."""
        child = subprocess.Popen([self.PROGRAM], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 text=True, errors="replace")

        def answer() -> Optional[str]:
            match = re.search(r"version ([0-9-]+)", child.communicate()[0])
            return f"tinyemu-{match[1]}" if match else None

        return answer

    def argv(self, _config: str, image: str, cmdline: str, scratch: Scratch) -> list[str]:
        if "net" in self.devices:
            cmdline = f"{cmdline} touchstone.peer".strip()      # user networking answers ARP, so silence is the device's fault
        if "blk" in self.devices:
            cmdline = f"{cmdline} touchstone.disk".strip()      # what it is written is gone at the end: snapshot mode
        # The console device writes to the same stream as the report, and these checks let it output whatever lies in memory.
        more = "touchstone.skip=con0.robust.*"
        cmdline = cmdline.replace("touchstone.skip=", f"{more},") if "touchstone.skip=" in cmdline else f"{cmdline} {more}".strip()
        entries = ["version: 1", 'machine: "riscv64"', "memory_size: 128", f"bios: {json.dumps(os.path.abspath(image))}",
                   f"cmdline: {json.dumps(cmdline)}"]
        if "blk" in self.devices:
            entries.append(f"drive0: {{ file: {json.dumps(make_disk(scratch))} }}")
        if "net" in self.devices:
            entries.append('eth0: { driver: "user" }')
        path = os.path.join(scratch, "machine.cfg")
        with open(path, "w", encoding="utf-8") as file:
            file.write("{ " + ",\n  ".join(entries) + " }\n")
        return [self.PROGRAM, "-ctrlc", path]
