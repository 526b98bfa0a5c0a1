# SPDX-License-Identifier: BSD-2-Clause
"""The options of run.sh, which are checked before anything boots.

`Options` declares each option once: its help, its limits, the word that it becomes on the guest's command line, and
whether it belongs to the command that runs a check again. Everything else about options follows from these
declarations.
"""

from __future__ import annotations

import argparse
import os
import shlex
from typing import Any, Callable, Iterator, List, Mapping, NamedTuple, Optional, Sequence

from . import expectations
from .verdicts import LEVELS

DEFAULT_VMM = "qemu-microvm"
GUEST_TEXT = 1023       # the most characters of a value in the guest (tests/framework/options.h)

_EPILOG = """\
A GLOB is compared with the name of a check (identity.magic), with its full name on a device (blk0.identity.magic), or, with a
slash in it, in one configuration (legacy/blk0.identity.magic). `*` and `?` are as in a shell.

exit codes: 0 no unexpected result; 1 an unexpected result, or an expectation that is not true any more; 2 usage, or
something is missing; 3 the guest or the VMM died; 4 timed out; 77 nothing was tested.

environment: TOUCHSTONE_IMAGE=FILE boots this image and builds nothing; TOUCHSTONE_NO_INSTALL=1 names what is missing
and installs nothing.
"""


class UsageError(Exception):
    """The text says what was wrong and what is allowed."""


# ---- kinds of values: each turns a word into a value, or raises UsageError ----

class Number(NamedTuple):
    """A whole number, decimal or 0x."""

    least: int
    most: Optional[int] = None

    def __call__(self, flag: str, text: str) -> int:
        try:
            value = int(text, 16 if text.startswith("0x") else 10)
        except ValueError:
            value = self.least - 1
        if value < self.least or (self.most is not None and value > self.most):
            limits = f"from {self.least} to {self.most}" if self.most is not None else f"of at least {self.least}"
            raise UsageError(f"{flag} {text}: not a number {limits}")
        return value


def _seconds(flag: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise UsageError(f"{flag} {text}: not a time in seconds")
    return value


def _text(_flag: str, text: str) -> str:
    return text


def _printable(flag: str, text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise UsageError(f"{flag} {text!r}: not printable ASCII")
    return text


def _list(_flag: str, text: str) -> list[str]:
    return text.split(",")


def _patterns(flag: str, text: str) -> list[str]:
    for pattern in text.split(","):
        if not expectations.is_pattern(pattern):
            raise UsageError(f"{flag} {pattern!r}: not a pattern (letters, digits and any of .-_*?/)")
    return text.split(",")


Kind = Callable[[str, str], Any]


class Option(NamedTuple):
    """The description of an option, except for its name."""

    default: Any
    group: str
    help: str
    metavar: str = ""                       # empty if the option takes no value
    kind: Kind = _text
    choices: Optional[Sequence[str]] = None
    short: str = ""
    word: str = ""                          # touchstone.WORD or touchstone.WORD=VALUE on the guest's command line
    show: Callable[[Any], str] = str        # writes its value there
    again: bool = False                     # it belongs to the command that runs a check again
    narrows: bool = False                   # it leaves out checks or changes the machine, so that expectations may match nothing


def _option(*about: Any, **more: Any) -> Any:
    """Declares an `Option`: a class attribute of `Options`, in whose place an object has the value."""
    return Option(*about, **more)


_WHAT, _WHERE, _JUDGED, _REPORTED = "what runs", "where it runs", "how it is judged", "what is reported"


class Options:
    """The options of one call, in the order of --help. The last two, `name` and `narrowed`, follow from the others."""

    only: List[str] = _option([], _WHAT, "run only these checks (repeat the option, or separate globs by commas)", metavar="GLOB", kind=_patterns, narrows=True)
    skip: List[str] = _option([], _WHAT, "leave these checks out", metavar="GLOB", kind=_patterns, narrows=True)
    config: List[str] = _option([], _WHAT, "boot only these configurations of the VMM", metavar="NAME", kind=_list, narrows=True)
    thorough: bool = _option(False, _WHAT, "run the checks that take long, too (docs/adding-a-check.md: .slow)")
    selfproof: bool = _option(False, _WHAT, "give the reference device inside the image one defect after the other; a check must notice each",
                              word="proof=first", again=True, narrows=True)
    bench: bool = _option(False, _WHAT, "run no checks, but measure what a transaction costs by the line and by messages: register accesses, "
                          "interrupts, time", word="bench", again=True, narrows=True)
    race: str = _option("", _WHAT, "run only the race of that name, on at least two CPUs: the same as --only race.NAME --smp 2", metavar="NAME")
    seed: int = _option(1, _WHAT, "seed of every random choice, decimal or 0x (default 1)", metavar="N", kind=Number(0, (1 << 64) - 1),
                        word="seed", show=hex)
    repeat: int = _option(1, _WHAT, "run each check N times, with seeds S, S+1, ... from --seed S on", metavar="N", kind=Number(1, 1000000), word="repeat")
    rounds: int = _option(0, _WHAT, "rounds of each race (default: a few; docs/races.md)", metavar="N", kind=Number(1, 1000000), word="rounds",
                          again=True)
    isolate: bool = _option(False, _WHAT, "boot again for each check: for a VMM whose devices cannot be reset, or not completely", again=True)
    list: bool = _option(False, _WHAT, "list the checks that would run, and run none", word="list")
    timeout: float = _option(45.0, _WHAT, "kill a VMM that makes no progress for S seconds (default 45)", metavar="S", kind=_seconds)
    append: str = _option("", _WHAT, "add words to the guest's command line", metavar="WORDS", kind=_printable, again=True, narrows=True)

    cmd: str = _option("", _WHERE, "any VMM, as in 'my-vmm --kernel {image} --append {cmdline} --cpus {smp}'; its stdout must be the report. "
                       "{disk}, {peer} and {loop} become paths of a disk, a socket and a FIFO (docs/your-vmm.md)",
                       metavar="COMMAND", again=True)
    vmm: str = _option("", _WHERE, f"one of: {{vmms}} (default {DEFAULT_VMM}); with --cmd, its name in reports", metavar="NAME", again=True)
    smp: int = _option(1, _WHERE, "number of CPUs (default 1)", metavar="N", kind=Number(1), again=True, narrows=True)
    qemu: str = _option("", _WHERE, "the QEMU to use (default: the one of that machine in PATH)", metavar="PATH", again=True)
    machine: str = _option("", _WHERE, "more QEMU machine options, as in acpi=off,pit=off", metavar="STRING", again=True, narrows=True)
    devices: Optional[str] = _option(None, _WHERE, "devices in this order, as in blk,net,rng,con (the default), or none", metavar="LIST",
                                     again=True, narrows=True)
    defect: str = _option("", _WHERE, "mistakes of the devices of --vmm qemu-msi..., as in no-staging,no-pending", metavar="LIST", again=True,
                          narrows=True)

    level: str = _option("described", _JUDGED, "the weakest level that can make the run fail (default described)", metavar="LEVEL",
                         choices=LEVELS)
    strict: bool = _option(False, _JUDGED, "the same as --level should")
    expect: str = _option("", _JUDGED, "known deviations (default: the file in expect/ for this VMM and version)", metavar="FILE",
                          again=True)
    ran: str = _option("", _JUDGED, "the record of what ran before and must run again (default: the file in expect/ran/ for this VMM and version)",
                       metavar="FILE", again=True)
    no_expect: bool = _option(False, _JUDGED, "expect no deviation, and use no record", again=True)

    verbose: bool = _option(False, _REPORTED, "show every line of the report", short="-v")
    record: str = _option("", _REPORTED, "record in FILE which checks ran, for --ran", metavar="FILE")
    junit: str = _option("", _REPORTED, "write a JUnit XML report", metavar="FILE")
    json: str = _option("", _REPORTED, "write a JSON report (docs/report.md describes it)", metavar="FILE")

    name: str = ""              # of the VMM, in messages and reports
    narrowed: bool = False      # an option with `narrows` was given

    def __init__(self, values: Mapping[str, Any]) -> None:
        vars(self).update(values)

    def given(self) -> Iterator[tuple[str, Option, Any]]:
        """(flag, description, value) of each option whose value is not the default."""
        for name, about in declared().items():
            if (value := getattr(self, name)) != about.default:
                yield _flag(name), about, value


def declared() -> dict[str, Option]:
    """The options by their names in `Options`."""
    return {name: about for name, about in vars(Options).items() if isinstance(about, Option)}


def parse(words: Sequence[str], vmms: Sequence[str]) -> Options:
    """The options; `vmms` are the names that --vmm knows. SystemExit(2) with a message on stderr if they are wrong."""
    parser = _parser(vmms)
    try:
        options = Options(vars(parser.parse_args(words)))
        _complete(options)
        _complete_vmm(options, vmms)
    except UsageError as error:
        parser.error(str(error))
    options.narrowed = any(about.narrows for _flag, about, _value in options.given())
    return options


def _parser(vmms: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.sh", allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Boots Touchstone under a VMM, shows its report and judges it.", epilog=_EPILOG)
    groups: dict[str, argparse._ArgumentGroup] = {}
    for name, about in declared().items():
        flag = _flag(name)
        if about.group not in groups:
            groups[about.group] = parser.add_argument_group(about.group)
        how: dict[str, Any] = {"default": about.default, "help": about.help.replace("{vmms}", " ".join(vmms))}
        if not about.metavar:
            how["action"] = "store_true"
        elif about.choices:
            how["choices"] = about.choices
        else:
            how.update(metavar=about.metavar, type=_typed(about.kind, flag), action="extend" if about.default == [] else "store")
        groups[about.group].add_argument(*([about.short] if about.short else []), flag, **how)
    return parser


def _typed(kind: Kind, flag: str) -> Callable[[str], Any]:
    return lambda text: kind(flag, text)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _complete(options: Options) -> None:
    """Checks how options combine, and expands those that stand for others."""
    if options.race:
        if options.only:
            raise UsageError("--race is --only for races: both at once mean nothing")
        options.only = _patterns("--race", f"race.{options.race}")
        options.smp = max(options.smp, 2)
    for flag, patterns in (("--only", options.only), ("--skip", options.skip)):
        if len(",".join(patterns)) > GUEST_TEXT:
            raise UsageError(f"{flag}: more than the {GUEST_TEXT} characters that the guest has room for; fewer patterns with wildcards do")
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
    if options.list and (options.junit or options.json or options.record):
        raise UsageError("--list runs nothing, so there is nothing for --junit, --json or --record")
    if options.record and any(about.narrows for _flag, about, _value in options.given()):
        raise UsageError("--record is for a whole run: no option that leaves something out or changes the machine goes with it")


def _complete_vmm(options: Options, vmms: Sequence[str]) -> None:
    """Gives the VMM its name."""
    if options.cmd:
        for option in ("qemu", "machine", "devices", "defect"):
            if getattr(options, option):
                raise UsageError(f"--{option} means nothing with --cmd")
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
