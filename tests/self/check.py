#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the suites of suites.py and adds up their counts: check.py [--quick] [NAME | NAME.PART]...

It runs the named suites, or all, or (--quick) the quick ones. First it installs and builds everything that they need.
Then it runs them side by side, the longest first, as many as keep the cores busy.

Each suite prints a line `N passed, N failed[, N skipped]`, or several, one for each of its programs. A suite that
prints none, or that fails without counting a failure, counts as one failure. build/log/ has the whole output of each
suite, the end of a failed one is shown, and build/check.xml has everything for a CI.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import NamedTuple, Sequence

from suites import SUITES, Suite
from touchstone import junit

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOGS, REPORT = "build/log", "build/check.xml"
CLOSING = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
LINE = re.compile(r"^(ok|not ok|skip) (.*?)(?: \((\d+\.\d+) s\))?$", re.M)
SHOWN = 60              # last lines shown of a suite that failed
# The programs of a suite must not inherit these, which belong to the make that may run this script.
NOT_INHERITED = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")


class Job(NamedTuple):
    """The commands of a suite, or of a part."""

    name: str
    commands: Sequence[str]
    cores: float = 1
    seconds: int = 0
    is_suite: bool = True       # its output says how many tests passed


class Done(NamedTuple):
    """The result of a job. `cpu` is in seconds of all cores."""

    name: str
    passed: int
    failed: int
    skipped: int
    wall: float
    cpu: float
    output: str


def run(job: Job) -> Done:
    """Runs the commands of a job, one after the other, and returns the result."""
    path = f"{LOGS}/{job.name}.log"
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    code, cpu, begin = 0, 0.0, time.monotonic()
    with open(path, "wb") as log:
        for command in job.commands:
            child = subprocess.Popen(shlex.split(command), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            code, cpu = code or child.returncode, cpu + used.ru_utime + used.ru_stime
    wall = time.monotonic() - begin
    with open(path, encoding="utf-8", errors="replace") as log_text:
        output = log_text.read()
    closings = CLOSING.findall(output) or [("0", "1" if job.is_suite else "0", "0")]
    passed, failed, skipped = (sum(int(count or 0) for count in column) for column in zip(*closings))
    if code != 0 and not failed:
        failed = 1
    done = Done(job.name, passed, failed, skipped, wall, cpu, output)
    tell(done, code, path)
    return done


def tell(done: Done, code: int, path: str) -> None:
    """Prints the line of a suite in one piece, because others run at the same time."""
    said = [f"{done.name:14} {done.passed} passed, {done.failed} failed, {done.skipped} skipped  {done.wall:.1f} s"]
    said += [f"    {line}" for line in done.output.splitlines() if line.startswith("skip ")]
    if done.failed:
        said.append(f"    {done.name} exited with {code}; the end of {path}:")
        said += [f"    {line}" for line in done.output.splitlines()[-SHOWN:]]
    print("\n".join(said), flush=True)


def run_all(jobs: Sequence[Job]) -> list[Done]:
    """Runs jobs side by side; the next one is always the longest for which enough cores are free."""
    left = sorted(jobs, key=lambda job: -job.seconds)
    free, done = float(os.cpu_count() or 1), []
    with ThreadPoolExecutor(len(jobs)) as pool:
        running: dict[Future[Done], Job] = {}
        while left or running:
            for job in list(left):
                if job.cores <= free or not running:
                    left.remove(job)
                    running[pool.submit(run, job)] = job
                    free -= job.cores
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                free += running.pop(future).cores
                done.append(future.result())
    return done


def chosen(words: Sequence[str], quick: bool) -> list[tuple[Suite, list[str]]]:
    """The jobs for these names. Raises SystemExit if a suite, or a part, does not exist."""
    if not words:
        return [(suite, [suite.quick if quick else suite.command]) for suite in SUITES if suite.quick or not quick]
    found: dict[str, tuple[Suite, list[str]]] = {}
    for word in words:
        name, _, part = word.partition(".")
        suite = next((suite for suite in SUITES if suite.name == name), None)
        if not suite:
            sys.exit(f"check: {name} is none of: {' '.join(suite.name for suite in SUITES)}")
        if part and suite.one == "-":
            sys.exit(f"check: {name} has no parts")
        command = (suite.one or suite.command + " {}").replace("{}", shlex.quote(part)) if part else suite.command
        found.setdefault(name, (suite, []))[1].append(command)
    return list(found.values())


def prepare(suites: Sequence[Suite]) -> Done:
    """Installs and builds what the jobs need."""
    need = list(dict.fromkeys(step for suite in suites for step in suite.need.split()))
    goals = list(dict.fromkeys(goal for suite in suites for goal in suite.build.split()))
    commands = [shlex.join(["host/need.sh", *need])]
    if goals:
        commands.append(shlex.join(["make", f"-j{os.cpu_count()}", *goals]))
    return run(Job("build", commands, is_suite=False))


def table(done: Sequence[Done]) -> None:
    """Prints how long each suite took."""
    print(f"\n{'suite':14} {'passed':>8} {'failed':>7} {'skipped':>8} {'seconds':>8} {'CPU':>8}")
    for one in done:
        print(f"{one.name:14} {one.passed:8} {one.failed:7} {one.skipped:8} {one.wall:8.1f} {one.cpu:8.1f}")


def report(done: Sequence[Done]) -> None:
    """Writes the JUnit report, with a case for each line of a test."""
    kinds = {"ok": "", "not ok": "failure", "skip": "skipped"}
    suites = []
    for one in done:
        suite = junit.Suite(one.name, output=f"{one.passed} passed, {one.failed} failed, {one.skipped} skipped; all output: {LOGS}/{one.name}.log")
        for word, text, seconds in LINE.findall(printable(one.output)):
            suite.cases.append(junit.Case(text, one.name, float(seconds or 0), kinds[word], text if kinds[word] else ""))
        if more := one.passed - sum(not case.kind for case in suite.cases):
            suite.cases.append(junit.Case(f"{more} more that have no line of their own", one.name, one.wall))
        if one.failed and not any(case.kind == "failure" for case in suite.cases):
            end = "\n".join(printable(one.output).splitlines()[-SHOWN:])
            suite.cases.append(junit.Case(f"{one.failed} that have no line of their own", one.name, one.wall, "failure", "failed", end))
        suites.append(suite)
    with open(REPORT, "w", encoding="utf-8") as file:
        junit.write(file, suites)


def printable(text: str) -> str:
    """The text without characters that XML does not allow."""
    return "".join(char if char >= " " or char in "\n\t" else "?" for char in text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the suites of Touchstone's own tests.")
    parser.add_argument("--quick", action="store_true", help="those that take less than a minute together")
    parser.add_argument("--list", action="store_true", help="names the suites")
    parser.add_argument("names", nargs="*", metavar="NAME[.PART]")
    options = parser.parse_args()
    if options.list:
        print("\n".join(f"{suite.name:14} {suite.seconds:4} s  {suite.command}" for suite in SUITES))
        return 0
    os.chdir(TOP)
    os.makedirs(LOGS, exist_ok=True)
    wanted = chosen(options.names, options.quick)
    begin = time.monotonic()
    print("check: installing and building what is needed", flush=True)
    done = [prepare([suite for suite, _ in wanted])]
    if not done[0].failed:
        done += run_all([Job(suite.name, commands, suite.cores, suite.seconds) for suite, commands in wanted])
    table(done)
    report(done)
    print(f"{time.monotonic() - begin:.0f} s in all, {sum(one.cpu for one in done):.0f} s of CPU; {REPORT}")
    passed, failed, skipped = (sum(counts) for counts in zip(*((one.passed, one.failed, one.skipped) for one in done)))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return int(failed != 0)


if __name__ == "__main__":
    sys.exit(main())
