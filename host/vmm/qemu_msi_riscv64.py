# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's virt machine for 64-bit RISC-V with our own virtio-mmio transport, which has message signalled interrupts
(host/qemu). Messages go to IMSICs, in supervisor mode or, with `--machine bios=none`, in machine mode."""

from touchstone.qemu_msi import QemuMsi
from vmm import qemu_virt_riscv64


class Vmm(QemuMsi, qemu_virt_riscv64.Vmm):
    IMAGE = "riscv64/touchstone.bin"
    NEED = "build build-riscv64 qemu-msi-riscv64"
    FIRST_WINDOW = 0x10200000
    FIRST_IRQ = 40

    def with_more(self, machine: str) -> str:
        return super().with_more(f"{machine},aia=aplic-imsic")
