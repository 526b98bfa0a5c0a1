# SPDX-License-Identifier: BSD-2-Clause
"""The devices that a VMM gets: the list of --devices, and the disk of a block device."""

from __future__ import annotations

import os
from typing import Optional, Sequence

_DISK_BYTES = 2 << 20
_SECTOR = 512


def chosen(text: Optional[str], known: Sequence[str]) -> list[str]:
    """The names in --devices, or each of the `known` names once without that option. ValueError if a name is not known."""
    if text is None:
        return list(known)
    devices = [] if text == "none" else text.split(",")
    for device in devices:
        if device not in known:
            raise ValueError(f"--devices {text}: '{device}' is not one of {' '.join(known) or 'none'}")
    return devices


def make_disk(scratch: str, name: str = "disk") -> str:
    """Makes a disk in the folder `scratch` and returns its path. Every sector is filled with its own number, as 64-bit
    little-endian words."""
    path = os.path.join(scratch, f"{name}.raw")
    with open(path, "wb") as disk:
        disk.write(b"".join(sector.to_bytes(8, "little") * (_SECTOR // 8) for sector in range(_DISK_BYTES // _SECTOR)))
    return path
