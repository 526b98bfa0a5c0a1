# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's virt machine for 64-bit RISC-V, with modern and with legacy virtio-mmio transports, which boot side by side.

It has OpenSBI, which enters the image in supervisor mode, and a PLIC. `--machine aia=aplic-imsic` has an APLIC and
IMSICs for messages instead; `--machine bios=none`, a word of ours and not of QEMU's, has no firmware, so that the image
runs in machine mode. Both: `--machine aia=aplic-imsic,bios=none`.
"""

from touchstone.options import Options
from touchstone.qemu import EXIT_MEANING, Qemu


class Vmm(Qemu):
    IMAGE = "riscv64/touchstone.bin"
    NEED = "build build-riscv64 qemu-riscv64"
    PROGRAM = "qemu-system-riscv64"
    EXIT_MEANING = {**EXIT_MEANING, 1: "QEMU refused its options or gave up, or the guest said that it failed"}

    def __init__(self, options: Options) -> None:
        words = (options.machine or "").split(",")
        self._bare = "bios=none" in words
        super().__init__(options)
        self._more = ",".join(word for word in words if word != "bios=none")

    def machine(self, _config: str) -> list[str]:
        # RAM begins at 2 GiB, so with this size some lies above 4 GiB, where virtqueues can lie, too.
        return ["-M", self.with_more("virt"), "-m", "2200M", *(["-bios", "none"] if self._bare else [])]
