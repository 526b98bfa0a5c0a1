# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's monitor, by which the runner changes a device's configuration when the report asks for it (docs/environment.md)."""

from __future__ import annotations

import json
import socket
from typing import Any, Dict, Mapping, NamedTuple


class Change(NamedTuple):
    """A command of QMP, with the arguments that change something, and those that change it back."""

    command: str
    there: Mapping[str, Any]
    back: Mapping[str, Any]


def link(name: str) -> Change:
    """The link of a network device goes down, and up again."""
    return Change("set_link", {"name": name, "up": False}, {"name": name, "up": True})


def size(name: str, usual: int, more: int) -> Change:
    """A disk of `usual` bytes grows by `more`, and shrinks again."""
    return Change("block_resize", {"device": name, "size": usual + more}, {"device": name, "size": usual})


class Monitor:
    """The runner's end of a monitor. `changes`: what each of the guest's devices can do, by the name that the report has."""

    def __init__(self, line: socket.socket, changes: Mapping[str, Change]) -> None:
        self._line = line
        self._line.setblocking(False)
        self._changes = changes
        self._away: Dict[str, bool] = {}
        self._say("qmp_capabilities", {})

    def change(self, device: str) -> None:
        """Changes the configuration of a device, or changes it back. A device that cannot stays as it is."""
        if device in self._changes:
            change = self._changes[device]
            self._away[device] = not self._away.get(device, False)
            self._say(change.command, change.there if self._away[device] else change.back)

    def close(self) -> None:
        """Hangs up."""
        self._line.close()

    def _say(self, command: str, arguments: Mapping[str, Any]) -> None:
        try:
            while self._line.recv(1 << 16):     # nobody reads what it answers, but it must not fill the line
                pass
        except BlockingIOError:
            pass
        except OSError:
            return
        try:
            self._line.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        except OSError:     # the VMM is gone, as its report will show
            pass
