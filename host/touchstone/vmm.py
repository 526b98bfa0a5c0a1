# SPDX-License-Identifier: BSD-2-Clause
"""What the runner must know about a VMM. Each file of host/vmm has a class `Vmm` that is derived from this one."""

from __future__ import annotations

import importlib
import os
from abc import ABC, abstractmethod
from typing import Callable, Mapping, Optional, Sequence

from .options import Options
from .scratch import Scratch

# The configuration that tests the reference device inside the image. The VMM provides CPUs, interrupts and time.
REFERENCE = "reference"

_BEHIND_CMD = "command"     # the file of host/vmm for --cmd


class Vmm(ABC):
    """How to run a VMM with the user's options."""

    CONFIGS: Sequence[str] = ("",)      # the configurations of a run
    IMAGE: str                          # what it boots, below build/
    NEED: str                           # the steps of host/need.sh that install what it needs
    EXIT_MEANING: Mapping[int, str] = {}

    @abstractmethod
    def __init__(self, options: Options) -> None:
        """Raises ValueError if the options make no sense for this VMM."""

    @abstractmethod
    def argv(self, config: str, image: str, cmdline: str, scratch: Scratch) -> list[str]:
        """The command line that boots `image`; `scratch` is an empty folder for the devices' files, and makes the other
        ends of network and console devices."""

    def ask_version(self) -> Callable[[], Optional[str]]:
        """Starts to ask for the version, and returns a function that waits for the answer: the name of the file in
        expect/ for this VMM, or None. Raises OSError if the VMM does not exist."""
        return lambda: None

    def more_expectations(self) -> Sequence[str]:
        """What is special about this run: each WORD stands for the file NAME+WORD in expect/, if there is one, whose lines are
        added to those of the file NAME."""
        return []

    def exit_meaning(self, code: Optional[int]) -> str:
        """What an exit code before the end of the report means, if that is known."""
        return self.EXIT_MEANING.get(code, "") if code is not None else ""


def names() -> list[str]:
    """The names that --vmm knows: those of the files in host/vmm, with - for _."""
    folder = os.path.dirname(importlib.import_module("vmm").__file__ or "")
    stems = [name[:-len(".py")] for name in sorted(os.listdir(folder)) if name.endswith(".py")]
    return [stem.replace("_", "-") for stem in stems if stem not in (_BEHIND_CMD, "__init__")]


def find(name: Optional[str]) -> type[Vmm]:
    """The class of the VMM with one of these `names`, or (None) of --cmd."""
    found = importlib.import_module(f"vmm.{name.replace('-', '_') if name else _BEHIND_CMD}").Vmm
    assert isinstance(found, type) and issubclass(found, Vmm)
    return found
