# SPDX-License-Identifier: BSD-2-Clause
"""The common part of QEMU's machines with our own virtio-mmio transport (host/qemu) and QEMU's devices behind it. Each
layout of messages is a configuration; two more have no messages."""

from __future__ import annotations

import os
import subprocess
from typing import Sequence

from .options import Options
from .qemu import Qemu

# "today" has what the drafts used with the meanings of today's specification: Version 3, bits 39 and 40, the register at 0x0c0.
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
    """A base class that must come before the class of the machine if that belongs to another VMM file.

    A VMM file says what is free in its machine: FIRST_WINDOW, and FIRST_IRQ, the first of _IRQS unused inputs of the
    interrupt controller.
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
        """The words that announce our transports to the guest, because the machine's tables do not."""
        return [f"virtio_mmio.device={_WINDOW_BYTES:#x}@{self.window(number):#x}:{self.irq(number)}"
                for number in range(len(self.devices))]

    def window(self, number: int) -> int:
        """The address of the window."""
        return self.FIRST_WINDOW + number * _WINDOW_BYTES

    def irq(self, number: int) -> int:
        """The device's input of the machine's interrupt controller."""
        return self.FIRST_IRQ + number


def _built(program: str) -> str:
    """The folder with our QEMU, which the first call builds. ValueError with the reason if that is impossible."""
    done = subprocess.run([_BUILD, program.removeprefix("qemu-system-")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ValueError("this QEMU cannot be built, see above")
    return done.stdout.strip()
