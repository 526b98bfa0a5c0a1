# SPDX-License-Identifier: BSD-2-Clause
"""One call of run.sh: boots the configurations of a VMM side by side, shows their reports and judges them."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import tempfile
import time
from typing import Callable, Optional, Sequence, TextIO

from . import cmdline, expectations, judge, record, summary, vmm
from . import image as images
from . import options as command_line
from .boot import Boot
from .expectations import Expectation
from .options import Options
from .relay import Relay
from .scratch import Scratch
from .session import Isolated, Session, follow

_Report = tuple[Callable[..., None], TextIO]


class Stop(Exception):
    """The run cannot begin; the text says why."""


def main(words: Sequence[str]) -> int:
    """Returns the exit code of docs/report.md, or 128 and the signal's number if the user ends the run."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        return run(command_line.parse(words, vmm.names()))
    except (Stop, images.Missing, expectations.Malformed) as error:
        if str(error):
            print(f"run.sh: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nrun.sh: interrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        print(f"run.sh: {error}", file=sys.stderr)
        return 2


def run(options: Options) -> int:
    """One run from the options to the reports. Raises Stop, Missing or Malformed if it cannot begin."""
    kind = vmm.find(None if options.cmd else options.name)
    image = images.provide(kind, options)
    began = time.monotonic()
    configs = configs_of(kind, options)
    try:
        machine = kind(options)
    except ValueError as error:
        raise Stop(str(error)) from None
    path: Optional[str] = options.expect or None
    known = read_expectations(options.expect) if options.expect else []
    ran = read_record(options.ran) if options.ran else frozenset()
    reports = open_reports(options)
    with tempfile.TemporaryDirectory(prefix="touchstone-") as scratch:
        sessions = [new_session(machine, config, image, options, os.path.join(scratch, config or "vmm"))
                    for config in configs]
        try:
            version = boot_all(machine, sessions)
            if version and not options.expect and not options.no_expect:
                path, known = expectations_for(version, machine.more_expectations())
                ran = ran or record_for(options.name, version)
            relay = Relay(sessions, lambda config, check: judge.assess(config, check, known, options.level),
                          lambda result: cmdline.again(options, result), options.verbose,
                          progress=sys.stderr if sys.stderr.isatty() else None)
            follow(sessions, relay.quiet if options.list else relay.update)
        finally:
            for session in sessions:
                session.close()
    outcome = judge.judge(sessions, known, options.level, options.narrowed, ran)
    if options.list:
        return summary.write_list(sessions, outcome)
    about = summary.Run(options.name, version, path, options.level, options.seed, time.monotonic() - began)
    summary.write(outcome, sessions, about)
    for write, file in reports:
        with file:
            write(file, about, outcome, sessions)
    if options.record and not outcome.problems:
        record.write(options.record, ((result.config, result.check) for result in outcome.results))
    return outcome.code


def configs_of(kind: type[vmm.Vmm], options: Options) -> list[str]:
    """The configurations to boot."""
    for config in options.config:
        if config not in kind.CONFIGS:
            raise Stop(f"--config {config}: {options.name} has {' '.join(kind.CONFIGS).strip() or 'only one'}")
    configs = cmdline.configs_to_boot(options, kind.CONFIGS)
    if not configs:
        raise Stop(f"--only {','.join(options.only)}: no configuration of {options.name} is meant")
    return configs


def open_reports(options: Options) -> list[_Report]:
    """(writer, file) of each report that the user wants."""
    reports: list[_Report] = []
    for module, path in (("report_junit", options.junit), ("report_json", options.json)):
        if path:
            try:
                # Imported only if it is needed, because the import of XML takes as long as everything else.
                reports.append((importlib.import_module(f"touchstone.{module}").write, open(path, "w", encoding="utf-8")))
            except OSError as error:
                raise Stop(f"cannot write {path}: {error.strerror}") from None
    return reports


def new_session(machine: vmm.Vmm, config: str, image: str, options: Options, scratch: str) -> Session:
    """A Session whose boots each begin with new files in the directory `scratch`."""
    def boot(words: str) -> Boot:
        place = Scratch(scratch)
        try:
            return Boot(machine.argv(config, image, words, place), place)
        except BaseException:
            place.close()
            raise

    if options.isolate and not options.list:
        return Isolated(config, lambda alone: boot(cmdline.guest_words(options, config, None, alone)), machine.exit_meaning, options.timeout,
                        options.seed)
    return Session(config, lambda after: boot(cmdline.guest_words(options, config, after)), machine.exit_meaning, options.timeout, options.seed)


def boot_all(machine: vmm.Vmm, sessions: Sequence[Session]) -> Optional[str]:
    """Boots the sessions, and meanwhile asks for the VMM's version."""
    try:
        version = machine.ask_version()
        for session in sessions:
            session.begin(time.monotonic())
        return version()
    except OSError as error:
        raise Stop(f"the VMM cannot be started: {error.strerror}: {error.filename}") from None


def expectations_for(version: str, more: Sequence[str]) -> tuple[Optional[str], list[Expectation]]:
    """Names and content of the file in expect/ for this VMM, and of those for what is special about the run, which may cure
    what is in the first one; (None, []) if there is none."""
    names = [version, *(f"{version}+{word}" for word in more)]
    paths = [path for name in names if os.path.exists(os.path.join(images.TOP, path := os.path.join("expect", name)))]
    lines = [[line._replace(binding=path == paths[-1]) for line in read_expectations(os.path.join(images.TOP, path), path)] for path in paths]
    return ", ".join(paths) or None, sum(lines, [])


def record_for(name: str, version: str) -> record.Ran:
    """The record in expect/ran/ for this VMM; nothing if there is none."""
    path = os.path.join(images.TOP, record.name(name, version))
    return read_record(path) if os.path.exists(path) else frozenset()


def read_record(path: str) -> record.Ran:
    """A record that --record wrote."""
    try:
        return record.read(path)
    except OSError as error:
        raise Stop(f"cannot read {path}: {error.strerror}") from None


def read_expectations(path: str, shown: str = "") -> list[Expectation]:
    """The expectations of a file."""
    try:
        return expectations.read(path, shown or path)
    except OSError as error:
        raise Stop(f"cannot read {path}: {error.strerror}") from None
