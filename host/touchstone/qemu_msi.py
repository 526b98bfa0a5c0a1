# SPDX-License-Identifier: BSD-2-Clause
"""What the machines of QEMU with our own virtio-mmio transport (host/qemu) have in common: its layouts, one a configuration,
and two without messages; QEMU's own devices behind it."""

from __future__ import annotations

import os
import subprocess
from typing import Sequence

from .options import Options
from .qemu import Qemu

# "today" is what the specification says now of all that the drafts used: Version 3, bits 39 and 40, the register at 0x0c0.
_TRANSPORT = {
    "draft3": "msi=draft3",
    "f40": "msi=f40",
    "f40-fixed-patch": "msi=f40-fixed-patch",
    "dragonball": "msi=dragonball",
    "f44": "msi=f44",
    "wired": "msi=none",
    "today": "msi=none,version=3,notif-config-data=on",
}

_BUILD = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "qemu", "build.sh")
_WINDOW_BYTES = 0x2000
_IRQS = 8


class QemuMsi(Qemu):
    """Goes before the class of the machine, where that is another VMM's.

    A VMM file says where in its machine there is nothing else: FIRST_WINDOW, and FIRST_IRQ, the first of _IRQS inputs of the
    interrupt controller that nobody drives.
    """

    CONFIGS: Sequence[str] = tuple(_TRANSPORT)
    EXPECT = "qemu-msi"         # the same on every machine
    FIRST_WINDOW: int
    FIRST_IRQ: int

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if len(self.devices) > _IRQS:
            raise ValueError(f"--devices: more than the {_IRQS} interrupt lines that are free")
        self._defect = f",defect={options.defect.replace(',', '+')}" if options.defect else ""
        self._qemu = options.qemu or os.path.join(_built(self.PROGRAM), self.PROGRAM)

    def plug(self, config: str, number: int, words: list[str]) -> list[str]:
        transport = f"virtio-mmio-msi,id=m{number},addr={self.window(number):#x},irq={self.irq(number)},{_TRANSPORT[config]}"
        return ["-device", transport + self._defect,
                *(f"{word},bus=m{number}.0" if word.startswith("virtio-") else word for word in words)]

    def device_words(self) -> list[str]:
        """For the guest of a machine whose tables do not tell of our transports: words that do."""
        return [f"virtio_mmio.device={_WINDOW_BYTES:#x}@{self.window(number):#x}:{self.irq(number)}"
                for number in range(len(self.devices))]

    def window(self, number: int) -> int:
        """Where it begins."""
        return self.FIRST_WINDOW + number * _WINDOW_BYTES

    def irq(self, number: int) -> int:
        """Its input of the machine's interrupt controller."""
        return self.FIRST_IRQ + number


def _built(program: str) -> str:
    """The folder with our QEMU, which the first call builds. ValueError with the reason if that is impossible."""
    done = subprocess.run([_BUILD, program.removeprefix("qemu-system-")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ValueError("this QEMU cannot be built, see above")
    return done.stdout.strip()
