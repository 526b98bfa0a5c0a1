# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's virt machine for 64-bit Arm with our own virtio-mmio transport, which has message signalled interrupts
(host/qemu). Messages go to a GICv2m frame, or to an ITS with `--machine gic-version=3`."""

from touchstone.qemu_msi import QemuMsi
from vmm import qemu_virt_arm64


class Vmm(QemuMsi, qemu_virt_arm64.Vmm):
    IMAGE = "aarch64/touchstone.Image"
    NEED = "build build-arm64"
    FIRST_WINDOW = 0x0b000000
    FIRST_IRQ = 176             # the first SPI after the machine's own
