# SPDX-License-Identifier: BSD-2-Clause
"""libkrun on x86_64. It is a library; host/libkrun.py is the program that calls it. Written from reading its source and
not seen running, because it needs KVM.

The machine always has a console device.
"""

import os
import sys

from touchstone.devices import make_disk
from touchstone.from_reading import FromReading
from touchstone.scratch import Scratch

_LAUNCHER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "libkrun.py")


class Vmm(FromReading):
    IMAGE = "x86_64/touchstone.elf"
    PROGRAM = _LAUNCHER
    DEVICES = ("blk",)
    DEFAULT = DEVICES
    EXIT_MEANING = {2: "libkrun is missing or refused something"}

    def argv(self, _config: str, image: str, cmdline: str, scratch: Scratch) -> list[str]:
        disk = [make_disk(scratch)] if "blk" in self.devices else []
        return [sys.executable, "-E", "-s", "-S", _LAUNCHER, image, cmdline, str(self.smp), *disk]
