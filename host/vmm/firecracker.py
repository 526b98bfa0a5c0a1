# SPDX-License-Identifier: BSD-2-Clause
"""Firecracker on x86_64. Written from reading its source and not seen running, because it needs KVM.

Its network device needs a tap device, which the user has to make: `--devices blk,net,rng`. It has no console device.
"""

import json
import os
from typing import Any

from touchstone.devices import make_disk
from touchstone.from_reading import NETWORK_MAC, TAP, FromReading
from touchstone.scratch import Scratch


class Vmm(FromReading):
    IMAGE = "x86_64/touchstone.elf"
    PROGRAM = "firecracker"
    DEVICES = ("blk", "net", "rng")
    DEFAULT = ("blk", "rng")

    def argv(self, _config: str, image: str, cmdline: str, scratch: Scratch) -> list[str]:
        machine: dict[str, Any] = {
            "boot-source": {"kernel_image_path": image, "boot_args": f"console=ttyS0 {cmdline}".strip()},
            "drives": [],
            "machine-config": {"vcpu_count": self.smp, "mem_size_mib": 128},
        }
        if "blk" in self.devices:
            machine["drives"] = [{"drive_id": "blk0", "path_on_host": make_disk(scratch), "is_root_device": False, "is_read_only": False}]
        if "net" in self.devices:
            machine["network-interfaces"] = [{"iface_id": "net0", "guest_mac": NETWORK_MAC, "host_dev_name": TAP}]
        if "rng" in self.devices:
            machine["entropy"] = {}
        path, log = os.path.join(scratch, "machine.json"), os.path.join(scratch, "log")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(machine, file, indent=1)
        # Without this its log would be in the middle of the report. The file must exist.
        open(log, "wb").close()
        return [self.PROGRAM, "--no-api", "--config-file", path, "--log-path", log]
