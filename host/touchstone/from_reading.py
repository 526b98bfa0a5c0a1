# SPDX-License-Identifier: BSD-2-Clause
"""What the VMM files have in common that were written from the VMM's own source; docs/vmms.md says which were seen running since.

`Vmm` has the functions that host/qemu.py describes. The options that are QEMU's own are refused.
"""

import os

from qemu import device_list, make_disk

NETWORK_MAC = "06:00:ac:10:00:02"
TAP = "tap0"        # made by the user: ip tuntap add tap0 mode tap


class FromReading:
    """A VMM that says nothing of its version that we could use: no file of expect/ goes with it but the one of --expect."""

    PROGRAM = ""
    DEVICES = ()        # what it can have
    DEFAULT = ()        # what it has if nobody says: what needs no preparation
    EXIT_MEANING = {}

    def __init__(self, options):
        for option in ("qemu", "machine"):
            if getattr(options, option):
                raise ValueError(f"--{option}: {options.name} is no QEMU")
        self.devices = list(self.DEFAULT) if options.devices is None else device_list(options.devices, self.DEVICES)
        if any(self.devices.count(device) > 1 for device in self.DEVICES):
            raise ValueError(f"--devices {options.devices}: one of each is all that this file knows to ask for")
        self.smp = options.smp

    def ask_version(self):
        """See host/qemu.py."""
        return lambda: None

    def argv(self, config, image, cmdline, scratch):
        """See host/qemu.py."""
        raise NotImplementedError

    def exit_meaning(self, code):
        """See host/qemu.py."""
        return self.EXIT_MEANING.get(code, "")


def disk(scratch):
    """A fresh disk in the directory `scratch`."""
    return make_disk(os.path.join(scratch, "disk.raw"))
