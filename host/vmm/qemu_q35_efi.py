# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's q35 machine with OVMF: the image as an EFI application. A PC has no virtio-mmio window, so the run tests the
reference device inside the image. It shows that the image boots and works there."""

from touchstone.qemu import EXIT_MEANING, Qemu
from touchstone.vmm import REFERENCE


FIRMWARE = "/usr/share/ovmf/OVMF.fd"


class Vmm(Qemu):
    CONFIGS = (REFERENCE,)
    IMAGE = "x86_64/BOOTX64.EFI"
    NEED = "build efi qemu ovmf"
    EXPECT = "qemu-q35"
    DEVICES = ()
    EXIT_MEANING = {**EXIT_MEANING, 33: "the guest asked to exit"}

    def machine(self, config: str) -> list[str]:
        return ["-M", self.with_more("q35"), "-bios", FIRMWARE, "-cpu", "max", "-m", "256M",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
