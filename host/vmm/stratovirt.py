# SPDX-License-Identifier: BSD-2-Clause
"""StratoVirt's microvm machine on x86_64. Written from reading its source and not seen running, because it needs KVM.

It takes a bzImage, or else a flat image that it loads at 16 MiB, such as TOUCHSTONE_IMAGE=build/x86_64/touchstone.flat.
Its network device needs a tap device, which the user has to make: `--devices blk,net,rng`. The machine always has four
block and two network devices, which are placeholders.
"""

import os

from touchstone.devices import make_disk
from touchstone.from_reading import TAP, FromReading
from touchstone.qemu import escape
from touchstone.scratch import Scratch


class Vmm(FromReading):
    IMAGE = "x86_64/touchstone.bzimage"
    PROGRAM = "stratovirt"
    DEVICES = ("blk", "net", "rng")
    DEFAULT = ("blk", "rng")

    def argv(self, _config: str, image: str, cmdline: str, scratch: Scratch) -> list[str]:
        words = [self.PROGRAM, "-machine", "microvm", "-kernel", image, "-append", f"console=ttyS0 {cmdline}".strip(),
                 "-smp", str(self.smp), "-m", "128m", "-serial", "stdio",
                 "-qmp", f"unix:{escape(os.path.join(scratch, 'qmp'))},server,nowait"]
        if "blk" in self.devices:
            words += ["-drive", f"file={escape(make_disk(scratch))},id=blk0,readonly=off,direct=off",
                      "-device", "virtio-blk-device,drive=blk0,id=blk0"]
        if "net" in self.devices:
            words += ["-netdev", f"tap,id=net0,ifname={TAP}", "-device", "virtio-net-device,netdev=net0,id=net0"]
        if "rng" in self.devices:
            words += ["-object", "rng-random,id=source,filename=/dev/urandom", "-device", "virtio-rng-device,rng=source,id=rng0"]
        return words
