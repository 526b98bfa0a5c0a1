# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's virt machine for 64-bit Arm with EFI firmware: the image as an EFI application, with the firmware's ACPI tables.

`--machine acpi=off` makes the firmware pass on the machine's device tree instead; the other values are those of
qemu-virt-arm64.
"""

from touchstone.qemu import Qemu


FIRMWARE = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"


class Vmm(Qemu):
    IMAGE = "aarch64/BOOTAA64.EFI"
    NEED = "build build-arm64 efi qemu-arm64 aavmf"
    PROGRAM = "qemu-system-aarch64"

    def machine(self, _config: str) -> list[str]:
        return ["-M", self.with_more("virt"), "-bios", FIRMWARE, "-cpu", "cortex-a57", "-m", "3200M"]
