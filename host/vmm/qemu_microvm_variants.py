# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's microvm machine with its devices set up in other ways than in the default run.

The network device has a tap device behind it, so that it offers checksums, segmentation, four pairs of queues, RSS and
hash reports. One disk is read-only, and one has blocks of 4 KiB. The console has one port and no MULTIPORT. The
interrupt lines are edge-triggered, and the command line names the devices. A QEMU that knows IN_ORDER (10.0) offers it
on all but the entropy device. A tap device needs /dev/net/tun, and root or user namespaces.
"""

import subprocess
from typing import Optional, Sequence

from touchstone.devices import make_disk
from touchstone.options import Options
from touchstone.qemu import DEVICE, DRIVE, escape
from touchstone.scratch import Scratch
from vmm import qemu_microvm

_PAIRS = 4


def _net(name: str, scratch: Scratch) -> list[str]:
    return ["-netdev", f"tap,id={name},vhost=off,fds={':'.join(map(str, scratch.tap(_PAIRS)))}",
            # A packet that the device has not cut into fragments reaches no packet socket at the other end.
            "-device", f"virtio-net-device,netdev={name},mq=on,rss=on,hash=on,host_ufo=off"]


def _blk(name: str, scratch: Scratch, drive: str, device: str) -> list[str]:
    return ["-drive", f"{DRIVE},id={name},{drive}file={escape(make_disk(scratch, name))}",
            "-device", f"virtio-blk-device,drive={name}{device}"]


def _read_only(name: str, scratch: Scratch) -> list[str]:
    return _blk(name, scratch, "readonly=on,", "")      # and without a serial number


def _large_blocks(name: str, scratch: Scratch) -> list[str]:
    return _blk(name, scratch, "", f",serial={name:.>20},logical_block_size=4096,physical_block_size=4096")


def _con(name: str, scratch: Scratch) -> list[str]:
    return ["-chardev", f"pipe,id={name},path={escape(scratch.loop(name))}",
            "-device", f"virtio-serial-device,id=bus-{name},max_ports=1", "-device", f"virtconsole,bus=bus-{name}.0,chardev={name}"]


class Vmm(qemu_microvm.Vmm):
    CONFIGS = ("modern", "legacy")
    DEVICE = {"ro": _read_only, "big": _large_blocks, "net": _net, "rng": DEVICE["rng"], "con": _con}
    DEVICES = tuple(DEVICE)

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._in_order: Optional[str] = None
        self._more = ",".join(["acpi=off", *([options.machine] if options.machine else [])])

    def plug(self, config: str, number: int, words: list[str]) -> list[str]:
        """Adds to every device what this QEMU has to offer."""
        if self._in_order is None:
            said = subprocess.run([self._qemu, "-M", "none", "-device", "virtio-rng-device,help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, errors="replace", check=False).stdout
            self._in_order = ",in_order=on" if "in_order=" in said else ""
        # Not to the entropy device: a virtqueue of more than 8 entries then overruns a table of the VMM (docs/findings.md).
        words = [word + self._in_order if word.startswith("virtio-") and "rng" not in word else word for word in words]
        return super().plug(config, number, words)

    def more_expectations(self) -> Sequence[str]:
        return ["variants", *super().more_expectations()]
