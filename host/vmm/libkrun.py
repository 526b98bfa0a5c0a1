# SPDX-License-Identifier: BSD-2-Clause
"""libkrun on x86_64, a library: host/libkrun.py is its program. From reading its source, not seen running: it wants KVM.

A console device is there in any case.
"""

import os
import sys

import from_reading

CONFIGS = ("",)
IMAGE = "x86_64/touchstone.elf"
NEED = "build"

_LAUNCHER = os.path.join(os.path.dirname(os.path.abspath(from_reading.__file__)), "libkrun.py")


class Vmm(from_reading.FromReading):
    """See host/qemu.py."""

    PROGRAM = _LAUNCHER
    DEVICES = ("blk",)
    DEFAULT = DEVICES
    EXIT_MEANING = {2: "libkrun is missing or refused something"}

    def argv(self, _config, image, cmdline, scratch):
        disk = [from_reading.disk(scratch)] if "blk" in self.devices else []
        return [sys.executable, "-E", "-s", "-S", _LAUNCHER, image, cmdline, str(self.smp), *disk]
