# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's microvm machine with our own virtio-mmio transport, which has message signalled interrupts (host/qemu_msi.py)."""

import qemu_msi
from qemu import EXIT_MEANING, Qemu

CONFIGS = qemu_msi.CONFIGS
IMAGE = "x86_64/touchstone.elf"
NEED = "build qemu-msi"


class Vmm(qemu_msi.QemuMsi, Qemu):
    """See host/qemu.py."""

    EXIT_MEANING = {**EXIT_MEANING, 33: "the guest asked to exit"}
    FIRST_WINDOW = 0xfeb10000
    FIRST_IRQ = 16

    def machine(self, config):
        return ["-M", self.with_more("microvm,x-option-roms=off"), "-bios", "qboot.rom", "-cpu", "max", "-m", "128M",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]

    def guest_words(self):
        # The machine's ACPI tables list its own transports only, which are empty.
        return self.device_words()
