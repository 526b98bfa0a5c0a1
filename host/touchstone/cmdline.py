# SPDX-License-Identifier: BSD-2-Clause
"""The guest's command line, and the user's command line that would run one check again."""

import re
import shlex

from expectations import glob_fits
from judge import REFERENCE

# Left out on the reference device, unless somebody asks for it: 65536 requests of a model take longer than all other checks.
TOO_LONG = "ring.index-wraps-at-65536"


def configs_to_boot(options, configs):
    """The configurations that --config, --only and --selfproof leave, in their own order."""
    if options.selfproof and REFERENCE in configs:
        configs = [REFERENCE]
    return [config for config in configs
            if (not options.config or config in options.config)
            and (not options.only or _for_config(options.only, config))]


def guest_words(options, config, after, alone=None):
    """The words for the guest; `after` is the name of the check to go on from, or None; `alone` that of the only one, or "" for a list of all."""
    words, skip = [], _for_config(options.skip, config)
    if alone:
        words += [f"touchstone.only={alone}", "touchstone.isolated"]
        skip = []
    elif only := _for_config(options.only, config):
        words.append("touchstone.only=" + ",".join(only))
    elif config == REFERENCE and not options.selfproof:
        skip = [*skip, TOO_LONG]
    if options.selfproof:
        words.append("touchstone.proof=first")
    if options.bench:
        words.append("touchstone.bench")
    if skip:
        words.append("touchstone.skip=" + ",".join(skip))
    if after:
        words.append(f"touchstone.after={after}")
    if options.seed != 1:
        words.append(f"touchstone.seed={options.seed:#x}")
    if options.repeat != 1:
        words.append(f"touchstone.repeat={options.repeat}")
    if options.rounds:
        words.append(f"touchstone.rounds={options.rounds}")
    if options.list or alone == "":
        words.append("touchstone.list")
    if options.append:
        words.append(options.append)
    return " ".join(words)


def again(options, result):
    """The command that runs the check of a Result again, with the seed that the guest gave, if it did."""
    words = ["./run.sh"]
    for option in ("cmd", "vmm", "qemu", "machine", "devices", "defect", "append"):
        if value := getattr(options, option):
            words += [f"--{option}", value]
    if options.smp != 1:
        words += ["--smp", str(options.smp)]
    if options.rounds:
        words += ["--rounds", str(options.rounds)]
    if options.isolate:
        words.append("--isolate")
    if options.selfproof:
        return shlex.join(words + ["--selfproof"])
    if options.bench:
        words.append("--bench")
    replay = re.search(r"touchstone\.seed=(0x[0-9a-f]+|\d+)", "\n".join(result.check.lines))
    seed = replay[1] if replay else f"{options.seed:#x}"
    return shlex.join(words + ["--only", result.full, "--seed", seed])


def _for_config(patterns, config):
    """What a list of patterns says about one configuration, in the guest's terms: without `config/`."""
    fitting = []
    for pattern in patterns:
        of_config, slash, rest = pattern.rpartition("/")
        if not slash or glob_fits(of_config, config):
            fitting.append(rest)
    return fitting
