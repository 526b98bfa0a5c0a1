# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's machine spike: 64-bit RISC-V in machine mode, with HTIF for console and power, a CLINT, and nothing else. It
has no virtio-mmio window, so the run tests the reference device inside the image. It shows that the image boots and
works there."""

from touchstone.qemu import Qemu
from touchstone.vmm import REFERENCE


class Vmm(Qemu):
    CONFIGS = (REFERENCE,)
    IMAGE = "riscv64/touchstone.bin"
    NEED = "build build-riscv64 qemu-riscv64"
    PROGRAM = "qemu-system-riscv64"
    EXPECT = "qemu-spike"
    DEVICES = ()

    def machine(self, config: str) -> list[str]:
        return ["-M", self.with_more("spike"), "-m", "2200M", "-bios", "none"]
