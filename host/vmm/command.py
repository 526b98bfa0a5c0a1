# SPDX-License-Identifier: BSD-2-Clause
"""Any VMM that the user gives as a command line with {image}, {cmdline} and {smp} in it: --cmd. {peer}, {loop} and {disk}
stand for what the runner puts behind a network, a console and a block device (docs/environment.md)."""

import re
import shlex

import touchstone.vmm
from touchstone.devices import make_disk
from touchstone.options import Options
from touchstone.scratch import Scratch

_PLACE = re.compile(r"\{(image|cmdline|smp|peer|loop|disk)\}")


class Vmm(touchstone.vmm.Vmm):
    IMAGE = "x86_64/touchstone.elf"
    NEED = "build"

    def __init__(self, options: Options) -> None:
        self._words = shlex.split(options.cmd)
        self._smp = options.smp

    def argv(self, _config: str, image: str, cmdline: str, scratch: Scratch) -> list[str]:
        """The command, every placeholder replaced within its word."""
        used = {name for word in self._words for name in _PLACE.findall(word)}
        values = {"image": image, "smp": str(self._smp)}
        for name, make in (("peer", scratch.peer_socket), ("loop", lambda: scratch.loop("loop")), ("disk", lambda: make_disk(scratch))):
            if name in used:
                values[name] = make()
                cmdline = f"{cmdline} touchstone.{name}".strip()
        values["cmdline"] = cmdline
        return [_PLACE.sub(lambda match: values[match[1]], word) for word in self._words]
