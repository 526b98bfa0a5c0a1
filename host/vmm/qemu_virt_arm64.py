# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's virt machine for 64-bit Arm, with modern and with legacy virtio-mmio transports, which boot side by side.

`--machine gic-version=3` has a GICv3 with an ITS for messages instead of the GICv2 with a GICv2m frame;
`--machine virtualization=on` enters the image at EL2, with PSCI by smc.
"""

from touchstone.qemu import Qemu


class Vmm(Qemu):
    IMAGE = "aarch64/touchstone.Image"
    NEED = "build build-arm64 qemu-arm64"
    PROGRAM = "qemu-system-aarch64"

    def machine(self, _config: str) -> list[str]:
        # RAM begins at 1 GiB, so with this size some lies above 4 GiB, where virtqueues can lie, too.
        return ["-M", self.with_more("virt"), "-cpu", "cortex-a57", "-m", "3200M"]
