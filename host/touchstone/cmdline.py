# SPDX-License-Identifier: BSD-2-Clause
"""The guest's command line, and the user's command line that runs one check again."""

from __future__ import annotations

import re
import shlex
from typing import Optional, Sequence

from .expectations import glob_fits
from .judge import Result
from .options import Options
from .vmm import REFERENCE


def configs_to_boot(options: Options, configs: Sequence[str]) -> list[str]:
    """The configurations that --config, --only and --selfproof select, in the VMM's order."""
    if options.selfproof and REFERENCE in configs:
        configs = [REFERENCE]
    return [config for config in configs
            if (not options.config or config in options.config)
            and (not options.only or _for_config(options.only, config))]


def guest_words(options: Options, config: str, after: Optional[str], alone: Optional[str] = None) -> str:
    """The words for the guest. `after` names the check after which it goes on, or is None; `alone` names the only check
    to run, or is "" for a list of all checks."""
    words, skip = [], _for_config(options.skip, config)
    if alone:
        words += [f"touchstone.only={alone}", "touchstone.isolated"]
        skip = []
    elif only := _for_config(options.only, config):
        words.append("touchstone.only=" + ",".join(only))
    if skip:
        words.append("touchstone.skip=" + ",".join(skip))
    if after:
        words.append(f"touchstone.after={after}")
    if not (options.thorough or options.selfproof or alone):
        words.append("touchstone.brief")        # checks that are named by --only run all the same
    for _flag, about, value in options.given():
        if about.word:
            words.append(f"touchstone.{about.word}" + (f"={about.show(value)}" if about.metavar else ""))
    if alone == "" and not options.list:
        words.append("touchstone.list")
    if options.append:
        words.append(options.append)
    return " ".join(words)


def again(options: Options, result: Result) -> str:
    """The command that runs the check of a Result again, with the seed that the guest reported, if it did."""
    values, flags = [], []
    for flag, about, value in options.given():
        if about.again and about.metavar:
            values += [flag, str(value)]
        elif about.again:
            flags.append(flag)
    if options.selfproof:
        return shlex.join(["./run.sh", *values, *flags])
    replay = re.search(r"touchstone\.seed=(0x[0-9a-f]+|\d+)", "\n".join(result.check.lines))
    seed = replay[1] if replay else f"{options.seed:#x}"
    return shlex.join(["./run.sh", *values, *flags, "--only", result.full, "--seed", seed])


def _for_config(patterns: Sequence[str], config: str) -> list[str]:
    """The patterns of a list that concern one configuration, as the guest knows them: without `config/`."""
    fitting = []
    for pattern in patterns:
        of_config, slash, rest = pattern.rpartition("/")
        if not slash or glob_fits(of_config, config):
            fitting.append(rest)
    return fitting
