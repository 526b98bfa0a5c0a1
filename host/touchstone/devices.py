# SPDX-License-Identifier: BSD-2-Clause
"""The devices that a VMM gets: the list of --devices, and the disk of a block device."""

from __future__ import annotations

import functools
import os
import sys
from array import array
from typing import Optional, Sequence

from .scratch import Scratch

DISK_BYTES = 2 << 20        # of a disk


def chosen(text: Optional[str], known: Sequence[str]) -> list[str]:
    """The names in --devices, or each of the `known` names once without that option. ValueError if a name is not known."""
    if text is None:
        return list(known)
    devices = [] if text == "none" else text.split(",")
    for device in devices:
        if device not in known:
            raise ValueError(f"--devices {text}: '{device}' is not one of {' '.join(known) or 'none'}")
    return devices


def make_disk(scratch: Scratch, name: str = "disk") -> str:
    """Makes a disk in the folder `scratch` and returns its path. Its content tells position, see `_content`."""
    path = os.path.join(scratch, f"{name}.raw")
    with open(path, "wb") as disk:
        disk.write(_content())
    return path


@functools.cache
def _content() -> bytes:
    """What the reference device's disk holds, too (tests/guest/reference/disk.c): the 64-bit little-endian word number N is
    splitmix64 of N. All words are computed at once, as the lanes of one large number."""
    words = DISK_BYTES // 8
    one = int.from_bytes((b"\1" + bytes(15)) * words, "little")      # 1 in each lane of 128 bits
    low = one * ((1 << 64) - 1)
    numbers = array("Q", bytes(16 * words))
    numbers[::2] = array("Q", range(1, words + 1))
    if sys.byteorder != "little":
        numbers.byteswap()
    lanes = int.from_bytes(numbers.tobytes(), "little")
    lanes = lanes * 0x9e3779b97f4a7c15 & low
    for shift, factor in ((30, 0xbf58476d1ce4e5b9), (27, 0x94d049bb133111eb), (31, 1)):
        lanes = (lanes ^ (lanes >> shift & low)) * factor & low
    return array("Q", lanes.to_bytes(16 * words, "little"))[::2].tobytes()
