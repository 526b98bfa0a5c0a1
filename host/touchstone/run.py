# SPDX-License-Identifier: BSD-2-Clause
"""The runner behind run.sh: boots the configurations of a VMM side by side, shows the report, judges it.

    run.py IMAGE OPTIONS...
"""

import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import namedtuple

import cmdline
import expectations
import judge
import options as command_line
import summary
from boot import Boot
from relay import Relay
from session import Isolated, Session, follow

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)

Run = namedtuple("Run", "vmm version expectations level seed seconds")
Run.__doc__ = "What the reports say of the run as a whole. `version` and `expectations` (a path) may be None."


class Stop(Exception):
    """The run cannot begin: the text says why."""


def main(words):
    """Returns the exit code of docs/report.md, or 128 and the signal's number if the user ends the run."""
    image, *words = words
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        return run(image, command_line.parse(words, vmm_names()))
    except (Stop, expectations.Malformed) as error:
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


def run(image, options):
    """One run from the options to the reports. Stop or Malformed if it cannot begin."""
    began = time.monotonic()
    if not os.access(image, os.R_OK):
        raise Stop(f"cannot read the image {image}")
    vmm, configs = load_vmm(options)
    path, known = options.expect, read_expectations(options.expect)
    reports = open_reports(options)
    with tempfile.TemporaryDirectory(prefix="touchstone-") as scratch:
        sessions = [new_session(vmm, config, image, options, os.path.join(scratch, config or "vmm"))
                    for config in configs]
        try:
            version = boot_all(vmm, sessions)
            if version and not options.expect and not options.no_expect:
                path, known = expectations_for(version)
            relay = Relay(sessions, lambda config, check: judge.assess(config, check, known, options.level),
                               lambda result: cmdline.again(options, result), options.verbose,
                               progress=sys.stderr if sys.stderr.isatty() else None)
            follow(sessions, relay.quiet if options.list else relay.update)
        finally:
            for session in sessions:
                session.close()
    outcome = judge.judge(sessions, known, options.level, options.narrowed)
    if options.list:
        return summary.write_list(sessions, outcome)
    about = Run(options.name, version, path, options.level, options.seed, time.monotonic() - began)
    summary.write(outcome, sessions, about)
    for module, file in reports:
        with file:
            importlib.import_module(module).write(file, about, outcome, sessions)
    return outcome.code


def vmm_names():
    """The names that --vmm knows: the files in host/vmm, but for the one behind --cmd."""
    stems = [name[:-len(".py")] for name in sorted(os.listdir(os.path.join(HERE, "vmm"))) if name.endswith(".py")]
    return [stem.replace("_", "-") for stem in stems if stem != "command"]


def load_vmm(options):
    """The Vmm of the options, and the configurations to boot."""
    stem = "command" if options.cmd is not None else options.name.replace("-", "_")
    module = importlib.import_module(f"vmm.{stem}")
    for config in options.config:
        if config not in module.CONFIGS:
            raise Stop(f"--config {config}: {options.name} has {' '.join(module.CONFIGS).strip() or 'only one'}")
    configs = cmdline.configs_to_boot(options, module.CONFIGS)
    if not configs:
        raise Stop(f"--only {','.join(options.only)}: no configuration of {options.name} is meant")
    try:
        return module.Vmm(options), configs
    except ValueError as error:
        raise Stop(error) from None


def open_reports(options):
    """(module that writes it, file) for each report that is wanted."""
    reports = []
    for module, path in (("report_junit", options.junit), ("report_json", options.json)):
        if path:
            try:
                reports.append((module, open(path, "w", encoding="utf-8")))
            except OSError as error:
                raise Stop(f"cannot write {path}: {error.strerror}") from None
    return reports


def new_session(vmm, config, image, options, scratch):
    """A Session whose every boot begins with fresh files in the directory `scratch`."""
    isolate = options.isolate and not options.list

    def start(check):
        shutil.rmtree(scratch, ignore_errors=True)
        os.mkdir(scratch)
        words = cmdline.guest_words(options, config, None, check) if isolate else cmdline.guest_words(options, config, check)
        return Boot(vmm.argv(config, image, words, scratch))

    return (Isolated if isolate else Session)(config, start, vmm.exit_meaning, options.timeout, options.seed)


def boot_all(vmm, sessions):
    """Boots, and meanwhile finds out the VMM's version."""
    try:
        version = vmm.ask_version()
        for session in sessions:
            session.begin(time.monotonic())
        return version()
    except OSError as error:
        raise Stop(f"the VMM cannot be started: {error.strerror}: {error.filename}") from None


def expectations_for(version):
    """Name and content of our own file for this VMM, (None, []) if there is none."""
    path = os.path.join("expect", version)
    if not os.path.exists(os.path.join(TOP, path)):
        return None, []
    return path, read_expectations(os.path.join(TOP, path), path)


def read_expectations(path, shown=None):
    """The expectations of a file, none of no file."""
    try:
        return expectations.read(path, shown or path) if path else []
    except OSError as error:
        raise Stop(f"cannot read {path}: {error.strerror}") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
