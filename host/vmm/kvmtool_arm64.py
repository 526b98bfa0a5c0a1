# SPDX-License-Identifier: BSD-2-Clause
"""kvmtool on 64-bit Arm, with modern and with legacy virtio-mmio transports. Written from reading its source and not
seen running, because it needs KVM. On x86 it has virtio over PCI only."""

from touchstone.devices import make_disk
from touchstone.from_reading import FromReading
from touchstone.scratch import Scratch


_TRANSPORT = {"modern": "mmio", "legacy": "mmio-legacy"}


class Vmm(FromReading):
    CONFIGS = ("modern", "legacy")
    IMAGE = "aarch64/touchstone.Image"
    NEED = "build build-arm64"
    PROGRAM = "lkvm"
    DEVICES = ("blk", "net", "rng")
    DEFAULT = DEVICES

    def argv(self, config: str, image: str, cmdline: str, scratch: Scratch) -> list[str]:
        words = [self.PROGRAM, "run", "--virtio-transport", _TRANSPORT[config], "-k", image, "-p", cmdline,
                 "-m", "128", "-c", str(self.smp), "--console", "serial", "-n", "mode=user" if "net" in self.devices else "mode=none"]
        if "blk" in self.devices:
            words += ["-d", make_disk(scratch)]
        if "rng" in self.devices:
            words.append("--rng")
        return words
