#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the checks, in the host port, on imitations of real VMMs' registers (tests/self/narrow/narrow.c). narrow.py
[NAME...]

For each VMM it runs all checks; for a VMM whose resets are incomplete it runs them again with new devices for each
check, as with `run.sh --isolate`. A run must end with a complete report and without an ERROR. Exactly the checks named
in that VMM's expectation file and in tests/self/narrow/more must fail, and a check that depends on a broken reset must
be a SKIP that names its clause.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Dict, List, NamedTuple, Set, Tuple, Union

from touchstone import expectations
from touchstone.expectations import Expectation
from touchstone.stream import Stream

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = f"{TOP}/build/fast/host/narrow"
MORE = f"{TOP}/tests/self/narrow/more"
PATIENCE = 120      # the most seconds for one process

Found = Dict[str, Tuple[str, str]]      # verdict and reason, by name of the check


class Vmm(NamedTuple):
    """What the test knows about a VMM besides its behaviour."""

    file: str                               # name of its file in expect/
    line: str                               # how its interrupt line is announced
    isolated: bool                          # each check needs a new machine
    only: Union[str, Tuple[str, ...]]       # the lines of the file that concern the transport: their beginnings, or * for all


VMMS = {
    "firecracker": Vmm("firecracker-1.16.1", "edge", True, "*"),
    "firecracker-main": Vmm("firecracker-main", "edge", False, "*"),
    "libkrun": Vmm("libkrun-1.19.0", "edge", True, "*"),
    "dragonball": Vmm("dragonball", "edge", True, "*"),
    "stratovirt": Vmm("stratovirt-2.5.0", "edge", True, "*"),
    "kvmtool": Vmm("kvmtool", "edge", True, "*"),
    # The transport does not serve requests; the model does.
    "tinyemu": Vmm("tinyemu-2019-02-10", "level", False, ("identity.", "status.", "queue.", "suppression.", "interrupt.", "console.queue", "blk.offers")),
}
CLAUSE = re.compile(r"\((reset-01|mmio-layout-05|mmio-table-19)\)$")


def run(name: str, *words: str) -> Tuple[Found, List[str]]:
    """({check: (verdict, reason)}, troubles) of one process."""
    command = [PROGRAM, f"narrow={name}", "touchstone.ref=only", "touchstone.patience=100", f"touchstone.ref-line={VMMS[name].line}", *words]
    shown = " ".join(command[1:])
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return {}, [f"{shown}: does not end"]
    report = Stream()
    report.feed(done.stdout, 0.0)
    if not report.valid:
        return {}, [f"{shown}: not a whole report, {report.where()}: {'; '.join(report.problems)} {done.stderr.decode(errors='replace')[-300:]}"]
    found = {check.name.removeprefix("ref"): (check.verdict.name, check.reason) for check in report.results}
    return found, [f"{shown}: {check}: ERROR {reason}" for check, (verdict, reason) in found.items() if verdict == "ERROR"]


def expected(name: str) -> List[Expectation]:
    """The expectations for this VMM."""
    vmm = VMMS[name]
    lines = expectations.read(f"{TOP}/expect/{vmm.file}", f"expect/{vmm.file}")
    if vmm.only != "*":
        lines = [line for line in lines if line.pattern.partition(".")[2].startswith(vmm.only)]
    # A crash or a hang is of the VMM's own devices: behind an imitated transport there are the reference devices.
    lines = [line for line in lines if line.verdict in ("FAIL", "WARN")]
    return lines + [line for line in expectations.read(MORE, "tests/self/narrow/more") if expectations.glob_fits(line.pattern.partition("/")[0], name)]


def fits(line: Expectation, name: str, check: str) -> bool:
    return expectations.name_fits(line.pattern if "/" in line.pattern else f"{name}/{line.pattern}", name, check)


def test(name: str) -> Tuple[List[str], str]:
    """Troubles, and a line of counts."""
    whole, troubles = run(name)
    alone: Found = {}
    if VMMS[name].isolated:
        alone, more = run(name, "touchstone.isolated")
        troubles += more
    lines = expected(name)
    used: Set[str] = set()
    for where, found in (("in one run", whole), ("isolated", alone)):
        for check, (verdict, _) in found.items():
            if verdict not in ("FAIL", "WARN"):
                continue
            fitting = [line for line in lines if line.verdict == verdict and fits(line, name, check)]
            used.update(line.where for line in fitting)
            if not fitting:
                troubles.append(f"{name}: {check}: {verdict} {where}, which no line explains")
    troubles += [f"{name}: {line.where}: {line.pattern}: nothing fails like that" for line in lines if line.where not in used]
    if VMMS[name].isolated and not any(CLAUSE.search(reason) for verdict, reason in {**whole, **alone}.values() if verdict == "SKIP"):
        troubles.append(f"{name}: no check is skipped for a broken reset")

    def count(found: Found) -> str:
        verdicts = [verdict for verdict, _ in found.values()]
        return f"{verdicts.count('PASS')} pass, {verdicts.count('FAIL')} fail, {verdicts.count('WARN')} warn, {verdicts.count('SKIP')} skip"

    return troubles, f"{name}: {count(whole)}" + (f"; isolated: {count(alone)}" if alone else "")


def main() -> None:
    failed = 0
    names = sys.argv[1:] or list(VMMS)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, (troubles, counts) in zip(names, pool.map(test, names)):
            print(("not ok " if troubles else "ok ") + counts)
            for trouble in troubles:
                print(f"  {trouble}")
            failed += bool(troubles)
    print(f"{len(names) - failed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
