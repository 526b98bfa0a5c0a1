# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's virt machine for 64-bit Arm with our own virtio-mmio transport, which has message signalled interrupts
(host/qemu_msi.py). They go to a GICv2m frame, with `--machine gic-version=3` to an ITS."""

import qemu_msi
from vmm import qemu_virt_arm64

CONFIGS = qemu_msi.CONFIGS
IMAGE = "aarch64/touchstone.Image"
NEED = "build build-arm64"


class Vmm(qemu_msi.QemuMsi, qemu_virt_arm64.Vmm):
    """See host/qemu.py."""

    FIRST_WINDOW = 0x0b000000
    FIRST_IRQ = 176             # of the SPIs, behind the machine's last
