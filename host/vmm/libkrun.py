# SPDX-License-Identifier: BSD-2-Clause
"""libkrun on x86_64, a library: host/libkrun.py is its program. From reading its source, not seen running: it wants KVM.

A console device is there in any case.
"""

import os
import sys

from touchstone.devices import make_disk
from touchstone.from_reading import FromReading

_LAUNCHER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "libkrun.py")


class Vmm(FromReading):
    IMAGE = "x86_64/touchstone.elf"
    PROGRAM = _LAUNCHER
    DEVICES = ("blk",)
    DEFAULT = DEVICES
    EXIT_MEANING = {2: "libkrun is missing or refused something"}

    def argv(self, _config: str, image: str, cmdline: str, scratch: str) -> list[str]:
        disk = [make_disk(scratch)] if "blk" in self.devices else []
        return [sys.executable, "-E", "-s", "-S", _LAUNCHER, image, cmdline, str(self.smp), *disk]
