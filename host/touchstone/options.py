# SPDX-License-Identifier: BSD-2-Clause
"""The command line: what the user may ask for, checked before anything boots."""

import argparse
import os
import shlex

import expectations
from stream import LEVELS

DEFAULT_VMM = "qemu-microvm"
GUEST_TEXT = 1023       # OPTION_TEXT in tests/framework/options.h, without its NUL
MAX_SEED = (1 << 64) - 1
MAX_ROUNDS = 1000000    # tests/framework/options.c

_EPILOG = """\
A GLOB is compared with the name of a check (identity.magic), with its full name on a device (blk0.identity.magic), or, with a
slash in it, in one configuration (legacy/blk0.identity.magic). `*` and `?` are as in a shell.

exit codes: 0 no unexpected result; 1 an unexpected result, or an expectation that is not true any more; 2 usage, or
something is missing; 3 the guest or the VMM died; 4 timed out; 77 nothing was tested.

environment: TOUCHSTONE_IMAGE=FILE boots this image and builds nothing; TOUCHSTONE_NO_INSTALL=1 names what is missing
and installs nothing.
"""


class UsageError(Exception):
    """The text says what was wrong and what is possible."""


def parse(words, vmms):
    """The options; `vmms` are the names that --vmm knows. SystemExit(2) with a message on stderr if they are wrong."""
    parser = _parser(vmms)
    options = parser.parse_args(words)
    try:
        _complete(options, vmms)
    except UsageError as error:
        parser.error(str(error))
    return options


def _parser(vmms):
    parser = argparse.ArgumentParser(
        prog="run.sh", allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Boots Touchstone under a VMM, shows its report and judges it.", epilog=_EPILOG)

    what = parser.add_argument_group("what runs").add_argument
    what("--only", metavar="GLOB", action="append", default=[],
         help="run only these checks (repeatable, or a comma list)")
    what("--skip", metavar="GLOB", action="append", default=[], help="leave these checks out")
    what("--config", metavar="NAME", action="append", default=[], help="boot only these configurations of the VMM")
    what("--list", action="store_true", help="list the checks that would run, and run none")
    what("--selfproof", action="store_true",
         help="give the reference device inside the image one defect after the other: a check must notice each")
    what("--bench", action="store_true",
         help="run no checks, but tell what a transaction costs by the line and by messages: register accesses, interrupts, time")
    what("--race", metavar="NAME", help="run the race of that name alone, on two CPUs at least: the same as --only race.NAME --smp 2")
    what("--rounds", metavar="N", type=int, default=0, help="rounds of each race (default: a few; docs/races.md)")
    what("--isolate", action="store_true", help="a fresh boot for each check: for a VMM whose devices cannot be reset, or not wholly")
    what("--seed", metavar="N", default="1", help="seed of every random choice, decimal or 0x (default 1)")
    what("--repeat", metavar="N", type=int, default=1, help="run each check N times, with seeds N, N+1, ...")
    what("--timeout", metavar="S", type=float, default=20.0,
         help="seconds without progress before the VMM is killed (default 20)")
    what("--append", metavar="WORDS", default="", help="more words for the guest's command line")

    where = parser.add_argument_group("where it runs").add_argument
    where("--vmm", metavar="NAME",
          help=f"one of: {' '.join(vmms)} (default {DEFAULT_VMM}); with --cmd, its name in reports")
    where("--cmd", metavar="COMMAND",
          help="any VMM, as in 'my-vmm --kernel {image} --append {cmdline} --cpus {smp}'; its stdout is the report")
    where("--smp", metavar="N", type=int, default=1, help="number of CPUs (default 1)")
    where("--qemu", metavar="PATH", help="the QEMU to use (default: the one of that machine in PATH)")
    where("--machine", metavar="STRING", help="more QEMU machine options, as in acpi=off,pit=off")
    where("--devices", metavar="LIST", help="devices in this order, as in blk,net,rng,con (the default), or none")

    where("--defect", metavar="LIST", help="what the devices of --vmm qemu-msi... do wrong, as in no-staging,no-pending")

    judging = parser.add_argument_group("how it is judged").add_argument
    judging("--level", choices=LEVELS, default="described",
            help="the weakest level that can make the run fail (default described)")
    judging("--strict", action="store_true", help="the same as --level should")
    judging("--expect", metavar="FILE", help="known deviations (default: the file in expect/ for this VMM and version)")
    judging("--no-expect", action="store_true", help="no deviation is known")

    report = parser.add_argument_group("what is reported").add_argument
    report("-v", "--verbose", action="store_true", help="relay every line of the report")
    report("--junit", metavar="FILE", help="write a JUnit XML report")
    report("--json", metavar="FILE", help="write a JSON report (docs/report.md describes it)")
    return parser


def _complete(options, vmms):
    """Checks what argparse cannot, and puts values into the form in which they are used."""
    if options.race is not None:
        if options.only:
            raise UsageError("--race is --only for races: both at once mean nothing")
        options.only = [f"race.{options.race}"]
        options.smp = max(options.smp, 2)
    if not 0 <= options.rounds <= MAX_ROUNDS:
        raise UsageError(f"--rounds {options.rounds}: not a number from 1 to {MAX_ROUNDS}")
    options.only = _patterns("--only", options.only)
    options.skip = _patterns("--skip", options.skip)
    options.config = _split(options.config)
    options.seed = _seed(options.seed)
    if options.repeat < 1:
        raise UsageError(f"--repeat {options.repeat}: not a number of times")
    if options.smp < 1:
        raise UsageError(f"--smp {options.smp}: not a number of CPUs")
    if not 0 < options.timeout < float("inf"):
        raise UsageError(f"--timeout {options.timeout:g}: not a time in seconds")
    if not (options.append.isascii() and options.append.isprintable()):
        raise UsageError(f"--append {options.append!r}: not printable ASCII")
    if options.strict:
        options.level = "should"
    if options.expect and options.no_expect:
        raise UsageError("--expect and --no-expect exclude each other")
    if options.selfproof and (options.only or options.skip or options.list or options.repeat != 1 or options.config):
        raise UsageError("--selfproof goes through all defects, each with the check that notices it: "
                         "--only, --skip, --config, --list and --repeat mean nothing with it")
    if options.bench and options.selfproof:
        raise UsageError("--bench and --selfproof exclude each other")
    if options.isolate and (options.selfproof or options.bench):
        raise UsageError("--isolate is for checks: it means nothing with --selfproof or --bench")
    if options.list and (options.junit or options.json):
        raise UsageError("--list runs nothing, so there is nothing for --junit or --json")
    options.narrowed = bool(options.only or options.skip or options.config or options.append or options.machine
                            or options.selfproof or options.bench
                            or options.devices or options.defect or options.smp != 1)
    _complete_vmm(options, vmms)


def _complete_vmm(options, vmms):
    """Gives the VMM its `name` in messages and reports."""
    if options.cmd is not None:
        for name in ("qemu", "machine", "devices", "defect"):
            if getattr(options, name):
                raise UsageError(f"--{name} means nothing with --cmd")
        try:
            command = shlex.split(options.cmd)
        except ValueError as error:
            raise UsageError(f"--cmd {options.cmd}: {error}") from None
        if not any("{image}" in word for word in command):
            raise UsageError("--cmd has no {image} in it: the VMM would not boot Touchstone")
        options.name = options.vmm or os.path.basename(command[0])
        return
    options.name = options.vmm or DEFAULT_VMM
    if options.name not in vmms:
        raise UsageError(f"--vmm {options.name}: not one of {' '.join(vmms)} (give any other with --cmd)")
    if options.defect and not options.name.startswith("qemu-msi"):
        raise UsageError(f"--defect: {options.name} has none to choose (--vmm qemu-msi has)")


def _patterns(option, values):
    patterns = _split(values)
    for pattern in patterns:
        if not expectations.is_pattern(pattern):
            raise UsageError(f"{option} {pattern!r}: not a pattern (letters, digits and any of .-_*?/)")
    if len(",".join(patterns)) > GUEST_TEXT:
        raise UsageError(f"{option}: more than the {GUEST_TEXT} characters that the guest has room for; fewer patterns with wildcards do")
    return patterns


def _split(values):
    return [word for value in values for word in value.split(",")]


def _seed(text):
    try:
        seed = int(text, 16 if text.startswith("0x") else 10)
    except ValueError:
        seed = -1
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"--seed {text}: not a number from 0 to 0xffffffffffffffff")
    return seed
