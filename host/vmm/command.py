# SPDX-License-Identifier: BSD-2-Clause
"""Any VMM that the user gives as a command line with {image}, {cmdline} and {smp} in it: --cmd."""

import re
import shlex

import touchstone.vmm
from touchstone.options import Options
from touchstone.scratch import Scratch


class Vmm(touchstone.vmm.Vmm):
    IMAGE = "x86_64/touchstone.elf"
    NEED = "build"

    def __init__(self, options: Options) -> None:
        self._words = shlex.split(options.cmd)
        self._smp = options.smp

    def argv(self, _config: str, image: str, cmdline: str, _scratch: Scratch) -> list[str]:
        """The command, every placeholder replaced within its word."""
        values = {"image": image, "cmdline": cmdline, "smp": str(self._smp)}
        return [re.sub(r"\{(image|cmdline|smp)\}", lambda match: values[str(match[1])], word) for word in self._words]
