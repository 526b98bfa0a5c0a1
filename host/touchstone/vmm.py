# SPDX-License-Identifier: BSD-2-Clause
"""What the runner wants to know of a VMM, and where it finds one: each file of host/vmm has a class `Vmm` made from this one."""

from __future__ import annotations

import importlib
import os
from abc import ABC, abstractmethod
from typing import Callable, Mapping, Optional, Sequence

from .options import Options

# The configuration in which the reference device inside the image is tested: the VMM's part are CPUs, interrupts and time.
REFERENCE = "reference"

_BEHIND_CMD = "command"     # the file of host/vmm that runs what --cmd says


class Vmm(ABC):
    """How a VMM is run with the user's options."""

    CONFIGS: Sequence[str] = ("",)      # the configurations that one run consists of
    IMAGE: str                          # what it boots, below build/
    NEED: str                           # the steps of host/need.sh that put its parts there
    EXIT_MEANING: Mapping[int, str] = {}

    @abstractmethod
    def __init__(self, options: Options) -> None:
        """ValueError if the options make no sense for this VMM."""

    @abstractmethod
    def argv(self, config: str, image: str, cmdline: str, scratch: str) -> list[str]:
        """The command line that boots `image`; `scratch` is an empty directory for the devices' files."""

    def ask_version(self) -> Callable[[], Optional[str]]:
        """Starts to find out the version; the function that it returns waits for the answer: the name of the file in expect/ that goes
        with this VMM, or None. OSError if there is no such VMM."""
        return lambda: None

    def exit_meaning(self, code: Optional[int]) -> str:
        """What an exit code that comes too early means, if that is known."""
        return self.EXIT_MEANING.get(code, "") if code is not None else ""


def names() -> list[str]:
    """The names that --vmm knows: those of the files in host/vmm, with - for _."""
    folder = os.path.dirname(importlib.import_module("vmm").__file__ or "")
    stems = [name[:-len(".py")] for name in sorted(os.listdir(folder)) if name.endswith(".py")]
    return [stem.replace("_", "-") for stem in stems if stem not in (_BEHIND_CMD, "__init__")]


def find(name: Optional[str]) -> type[Vmm]:
    """The class of one of `names`, or of what --cmd says (None)."""
    found = importlib.import_module(f"vmm.{name.replace('-', '_') if name else _BEHIND_CMD}").Vmm
    assert isinstance(found, type) and issubclass(found, Vmm)
    return found
