# SPDX-License-Identifier: BSD-2-Clause
"""Any VMM that the user gives as a command line with {image}, {cmdline} and {smp} in it."""

import re
import shlex

CONFIGS = ("",)
IMAGE = "x86_64/touchstone.elf"
NEED = "build"


class Vmm:
    """How the user's command is run."""

    def __init__(self, options):
        self._words = shlex.split(options.cmd)
        self._smp = options.smp

    def ask_version(self):
        """Nothing is known of this VMM, so no file in expect/ goes with it."""
        return lambda: None

    def argv(self, _config, image, cmdline, _scratch):
        """The command, every placeholder replaced within its word."""
        values = {"image": image, "cmdline": cmdline, "smp": str(self._smp)}
        return [re.sub(r"\{(image|cmdline|smp)\}", lambda match: values[match[1]], word) for word in self._words]

    def exit_meaning(self, _code):
        """Nothing is known of this VMM's exit codes."""
        return ""
