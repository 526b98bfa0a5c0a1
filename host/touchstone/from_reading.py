# SPDX-License-Identifier: BSD-2-Clause
"""The common part of the VMM files that were written from the VMM's source; docs/vmms.md says which of them have been
run since."""

from __future__ import annotations

from typing import Sequence

from .devices import chosen
from .options import Options
from .vmm import Vmm

NETWORK_MAC = "06:00:ac:10:00:02"
TAP = "tap0"        # the user makes it: ip tuntap add tap0 mode tap


class FromReading(Vmm):
    """A VMM that has at most one of each of its devices, and none of the options that only QEMU has."""

    NEED = "build"
    PROGRAM: str
    DEVICES: Sequence[str]              # the devices that it can have
    DEFAULT: Sequence[str]              # its devices without --devices: those that need no preparation

    def __init__(self, options: Options) -> None:
        for option in ("qemu", "machine"):
            if getattr(options, option):
                raise ValueError(f"--{option}: {options.name} is no QEMU")
        self.devices = list(self.DEFAULT) if options.devices is None else chosen(options.devices, self.DEVICES)
        if any(self.devices.count(device) > 1 for device in self.DEVICES):
            raise ValueError(f"--devices {options.devices}: one of each is all that this file knows to ask for")
        self.smp = options.smp
