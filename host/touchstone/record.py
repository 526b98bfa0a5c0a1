# SPDX-License-Identifier: BSD-2-Clause
"""Records of which checks ran on a VMM: the files in expect/ran/, which expect/README.md describes."""

from __future__ import annotations

import os
import textwrap
from typing import Iterable, Sequence

from .stream import Check
from .verdicts import SKIP

FOLDER = os.path.join("expect", "ran")
_WIDTH = 100
_HEAD = """\
# The checks that ran and were not skipped, below the devices that they ran on. ./run.sh --record
# wrote this; expect/README.md says what it is for.
"""

Ran = frozenset[tuple[str, str]]        # (configuration/device, id)


def place(config: str, check: Check) -> tuple[str, str]:
    """How a record names a check."""
    return (f"{config}/{check.device}" if config else check.device, check.id)


def name(vmm: str, version: str) -> str:
    """The file for a VMM and its version."""
    return os.path.join(FOLDER, f"{vmm}@{version}")


def read(path: str) -> Ran:
    """What ran. OSError if there is no such file."""
    ran: set[tuple[str, str]] = set()
    devices: Sequence[str] = ()
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(" "):
                ran.update((device, check) for device in devices for check in line.split())
            elif not line.startswith("#"):
                devices = line.split()
    return frozenset(ran)


def write(path: str, checks: Iterable[tuple[str, Check]]) -> None:
    """Writes a record of the results (configuration, check). The reference device inside the image is not the VMM's."""
    devices: dict[str, set[str]] = {}
    for config, check in checks:
        if check.verdict is not SKIP and not check.of_reference:
            device, check_id = place(config, check)
            devices.setdefault(check_id, set()).add(device)
    groups: dict[tuple[str, ...], list[str]] = {}
    for check_id, found in devices.items():
        groups.setdefault(tuple(sorted(found)), []).append(check_id)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(_HEAD)
        for group, ids in sorted(groups.items()):
            file.write("\n" + " ".join(group) + "\n")
            file.write(textwrap.fill(" ".join(sorted(ids)), _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False) + "\n")
