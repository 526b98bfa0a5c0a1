# SPDX-License-Identifier: BSD-2-Clause
"""Runs test functions side by side, one line each, and gives them `./run.sh` with a fake VMM behind it."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Callable, Mapping, Optional, Sequence

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
RUN = os.path.join(TOP, "run.sh")
FAKE_VMM = os.path.join(HERE, "fake_vmm.py")
FAKE_QEMU = os.path.join(HERE, "fake_qemu.py")
IMAGE = os.path.join(TOP, "build", "x86_64", "touchstone.elf")

WORKERS = 4
PATIENCE = 300      # seconds that one call of run.sh may take
TIMEOUT = "4"       # --timeout for guests that hang: short, yet long enough for a busy machine


class Skip(Exception):
    """The test cannot run here; the text says why."""


def slow(test: Callable[[], None]) -> Callable[[], None]:
    """Marks a test that `make quick` leaves to `make check`."""
    setattr(test, "slow", True)
    return test


class Done:
    """The result of a call of run.sh: `code`, `out`, `err`."""

    def __init__(self, process: "subprocess.CompletedProcess[str]") -> None:
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    def expect(self, code: int, *texts: str) -> "Done":
        """Asserts the exit code, and texts that the output must contain (for exit code 2, stderr). Returns itself."""
        said = self.err if code == 2 else self.out
        assert self.code == code, f"exit {self.code}, not {code}\n{self.out}{self.err}"
        for text in texts:
            assert text in said, f"{text!r} is not in\n{said}"
        return self

    def lacks(self, *texts: str) -> "Done":
        """Asserts texts that the output must not contain. Returns itself."""
        for text in texts:
            assert text not in self.out, f"{text!r} is in\n{self.out}"
        return self


class Scratch:
    """A directory for one test, with a space and a comma in its name."""

    def __enter__(self) -> "Scratch":
        self.path = tempfile.mkdtemp(prefix="touchstone, e2e ")
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path)

    def file(self, name: str, text: str = "") -> str:
        """Writes a file; returns its path."""
        path = os.path.join(self.path, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def read(self, name: str) -> str:
        """The text of a file."""
        with open(os.path.join(self.path, name), encoding="utf-8") as file:
            return file.read()

    def __truediv__(self, name: str) -> str:
        return os.path.join(self.path, name)


def run(*options: str, image: str = FAKE_VMM, env: Optional[Mapping[str, str]] = None, timeout: float = PATIENCE, cwd: Optional[str] = None) -> Done:
    """Calls run.sh with an image whose contents do not matter."""
    environment = dict(os.environ, TOUCHSTONE_IMAGE=image, TOUCHSTONE_NO_INSTALL="1", **(env or {}))
    return Done(subprocess.run([RUN, *options], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, errors="replace", timeout=timeout, check=False, cwd=cwd))


def fake_command(scenario: str) -> str:
    """A --cmd for the fake VMM."""
    return f"/usr/bin/python3 -E -S {shlex.quote(FAKE_VMM)} {shlex.quote(scenario)} {{cmdline}} kernel={{image}}"


def fake(scenario: str, *options: str, env: Optional[Mapping[str, str]] = None, cwd: Optional[str] = None) -> Done:
    """Calls run.sh on the fake VMM."""
    return run("--vmm", "fake", "--cmd", fake_command(scenario), "--timeout", TIMEOUT, *options, env=env, cwd=cwd)


def fake_qemu(modern: str, legacy: str, *options: str, env: Optional[Mapping[str, str]] = None) -> Done:
    """Calls run.sh on the fake QEMU, with the scenarios of its two configurations."""
    return run("--qemu", FAKE_QEMU, "--timeout", TIMEOUT, *options,
               env=dict(env or {}, FAKE_MODERN=modern, FAKE_LEGACY=legacy))


def alive(pid: str) -> bool:
    """Does the process exist, and is it not a zombie?"""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def main(modules: Sequence[ModuleType], words: Sequence[str]) -> int:
    """Runs the `test_` functions whose names contain one of the words; with --quick, not the slow ones. Returns the
    exit code."""
    patterns = [word for word in words if word != "--quick"]
    tests = [(f"{module.__name__.removeprefix('test_')}: {name.removeprefix('test_').replace('_', ' ')}", function)
             for module in modules for name, function in vars(module).items() if name.startswith("test_")]
    tests = [(name, function) for name, function in tests if not patterns or any(word in name for word in patterns)]
    if "--quick" in words:
        left = [name for name, function in tests if hasattr(function, "slow")]
        tests = [(name, function) for name, function in tests if not hasattr(function, "slow")]
        print(f"left to make check: {'; '.join(left)}")
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with ThreadPoolExecutor(WORKERS) as pool:
        for (name, _), (outcome, seconds, text) in zip(tests, pool.map(lambda test: _one(test[1]), tests)):
            counts[outcome] += 1
            word = {"passed": "ok", "failed": "not ok", "skipped": "skip"}[outcome]
            print(f"{word} {name} ({seconds:.1f} s){': ' + text if outcome == 'skipped' else ''}")
            if outcome == "failed":
                print("    " + text.replace("\n", "\n    "))
            sys.stdout.flush()
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 1 if counts["failed"] or not counts["passed"] else 0


def _one(function: Callable[[], None]) -> tuple[str, float, str]:
    began = time.monotonic()
    try:
        function()
        outcome, text = "passed", ""
    except Skip as reason:
        outcome, text = "skipped", str(reason)
    except Exception:   # a test may fail in any way, and the others must go on
        outcome, text = "failed", traceback.format_exc().rstrip()
    return outcome, time.monotonic() - began, text
