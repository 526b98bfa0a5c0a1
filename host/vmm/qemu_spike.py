# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's machine spike: 64-bit RISC-V in machine mode, with HTIF for console and power, a CLINT, and nothing else. It has no virtio-mmio
window, so the reference device inside the image is what is tested: what this run shows is that the image boots and works there."""

from qemu import REFERENCE, Qemu

CONFIGS = (REFERENCE,)
IMAGE = "riscv64/touchstone.bin"
NEED = "build build-riscv64 qemu-riscv64"


class Vmm(Qemu):
    """See host/qemu.py."""

    PROGRAM = "qemu-system-riscv64"
    EXPECT = "qemu-spike"
    DEVICES = ()

    def machine(self, config):
        return ["-M", self.with_more("spike"), "-m", "2200M", "-bios", "none"]
