# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's microvm machine, with modern and with legacy virtio-mmio transports, which boot side by side."""

from touchstone.qemu import EXIT_MEANING, Qemu


class Vmm(Qemu):
    IMAGE = "x86_64/touchstone.elf"
    NEED = "build qemu"
    EXIT_MEANING = {**EXIT_MEANING, 0: "the guest reset or powered off: a triple fault?", 33: "the guest asked to exit"}

    def machine(self, _config: str) -> list[str]:
        # qboot boots the image without an option ROM; with SeaBIOS, the default of some versions, it would need one.
        # 3 GiB lie below 4 GiB and the rest above, where virtqueues can lie, too. Memory that nothing uses costs nothing.
        return ["-M", self.with_more("microvm,x-option-roms=off"), "-bios", "qboot.rom", "-cpu", "max", "-m", "3200M",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
