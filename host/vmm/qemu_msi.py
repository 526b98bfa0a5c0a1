# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's microvm machine with our own virtio-mmio transport, which has message signalled interrupts (host/qemu)."""

from touchstone.qemu import EXIT_MEANING
from touchstone.qemu_msi import QemuMsi


class Vmm(QemuMsi):
    IMAGE = "x86_64/touchstone.elf"
    NEED = "build qemu-msi"
    EXIT_MEANING = {**EXIT_MEANING, 33: "the guest asked to exit"}
    FIRST_WINDOW = 0xfeb10000
    FIRST_IRQ = 16

    def machine(self, config: str) -> list[str]:
        return ["-M", self.with_more("microvm,x-option-roms=off"), "-bios", "qboot.rom", "-cpu", "max", "-m", "3200M",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]

    def guest_words(self) -> list[str]:
        # The machine's ACPI tables list only its own transports, which are empty.
        return self.device_words()
