# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's microvm machine with our own virtio-mmio transport, which has message signalled interrupts (host/qemu), and
QEMU's own devices behind it. One configuration for each layout, and two without messages."""

import os
import subprocess

from qemu import EXIT_MEANING, Qemu

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
CONFIGS = tuple(_TRANSPORT)
IMAGE = "x86_64/touchstone.elf"
NEED = "build qemu-msi"

_BUILD = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "qemu", "build.sh")

# Where the machine has neither memory nor anything else, and inputs of its IOAPIC that nobody drives.
_FIRST_WINDOW = 0xfeb10000
_WINDOW_BYTES = 0x2000
_FIRST_IRQ = 16
_IRQS = 8


class Vmm(Qemu):
    """See host/qemu.py."""

    EXPECT = "qemu-msi"
    EXIT_MEANING = {**EXIT_MEANING, 33: "the guest asked to exit"}

    def __init__(self, options):
        super().__init__(options)
        if len(self.devices) > _IRQS:
            raise ValueError(f"--devices: more than the {_IRQS} interrupt lines that are free")
        self._defect = f",defect={options.defect.replace(',', '+')}" if options.defect else ""
        self._qemu = options.qemu or os.path.join(_built(), self.PROGRAM)

    def machine(self, config):
        return ["-M", self.with_more("microvm,x-option-roms=off"), "-bios", "qboot.rom", "-cpu", "max", "-m", "128M",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]

    def guest_words(self):
        # The machine's ACPI tables list its own transports only, which are empty.
        return [f"virtio_mmio.device={_WINDOW_BYTES:#x}@{_window(number):#x}:{_FIRST_IRQ + number}"
                for number in range(len(self.devices))]

    def plug(self, config, number, words):
        transport = f"virtio-mmio-msi,id=m{number},addr={_window(number):#x},irq={_FIRST_IRQ + number},{_TRANSPORT[config]}"
        return ["-device", transport + self._defect,
                *(f"{word},bus=m{number}.0" if word.startswith("virtio-") else word for word in words)]


def _window(number):
    return _FIRST_WINDOW + number * _WINDOW_BYTES


def _built():
    """The folder with our QEMU, which the first call builds. ValueError with the reason if that is impossible."""
    done = subprocess.run([_BUILD], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ValueError("this QEMU cannot be built, see above")
    return done.stdout.strip()
