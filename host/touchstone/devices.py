# SPDX-License-Identifier: BSD-2-Clause
"""The devices that a VMM is given: the list of --devices, and the disk behind a block device."""

from __future__ import annotations

import os
from typing import Optional, Sequence

_DISK_BYTES = 2 << 20
_SECTOR = 512


def chosen(text: Optional[str], known: Sequence[str]) -> list[str]:
    """The names in --devices, of those that are `known`; each of them once, if nobody said. ValueError if there is another."""
    if text is None:
        return list(known)
    devices = [] if text == "none" else text.split(",")
    for device in devices:
        if device not in known:
            raise ValueError(f"--devices {text}: '{device}' is not one of {' '.join(known) or 'none'}")
    return devices


def make_disk(scratch: str, name: str = "disk") -> str:
    """The path of a new disk in the folder `scratch`. Every sector is filled with its own number, 64 bits, little-endian."""
    path = os.path.join(scratch, f"{name}.raw")
    with open(path, "wb") as disk:
        disk.write(b"".join(sector.to_bytes(8, "little") * (_SECTOR // 8) for sector in range(_DISK_BYTES // _SECTOR)))
    return path
