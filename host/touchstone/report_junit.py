# SPDX-License-Identifier: BSD-2-Clause
"""The JUnit report: one case for each check, and one for each problem that belongs to no check.

Exactly what makes the run fail is a failure or an error; any other deviation is `skipped`, with its reason.
"""

from __future__ import annotations

from typing import Optional, Sequence, TextIO

from . import junit
from .judge import Outcome, Result, Stale
from .session import Session
from .summary import Run
from .verdicts import PASS, SKIP


def write(file: TextIO, run: Run, outcome: Outcome, sessions: Sequence[Session]) -> None:
    """Writes the report to an open text file."""
    suites = []
    for session in sessions:
        vmm = _vmm_name(run, session.config)
        stale = {entry.result: entry for entry in outcome.stale if entry.result}
        cases = [_case(vmm, result, stale.get(result)) for result in outcome.results if result.config == session.config]
        for number, problem in enumerate((p for config, p in outcome.problems if config == session.config), 1):
            cases.append(junit.Case(f"problem {number}", f"{vmm}.boot", 0.0, "error", problem.text, "\n".join(problem.lines)))
        suites.append(junit.Suite(vmm, cases, "\n".join(session.notes)))
    if unused := [entry for entry in outcome.stale if not entry.result]:
        suites.append(junit.Suite("expectations", [_unused(entry) for entry in unused]))
    junit.write(file, suites)


def _vmm_name(run: Run, config: str) -> str:
    """A configuration without a name has the VMM's name, the others add their own."""
    return run.vmm if config in ("", "modern") else f"{run.vmm}-{config}"


def _case(vmm: str, result: Result, stale: Optional[Stale]) -> junit.Case:
    check, line = result.check, result.expectation
    case = junit.Case(check.id, f"{vmm}.{check.device}.{check.id.partition('.')[0]}", check.seconds, text="\n".join(check.lines))
    said = [text for text in check.lines if text.startswith(f"{check.verdict.name.lower()}:")]
    message = said[0] if said else check.reason or check.verdict.name
    if stale:
        case.kind, case.message = "failure", f"stale expectation {stale.expectation.where}: {stale.text}"
    elif line:
        case.kind, case.message = "skipped", f"known deviation {check.verdict}: {line.reason} -> {line.link}"
    elif result.doubt:
        case.kind, case.message = "failure", f"skipped: {check.reason}: {result.doubt}"
    elif check.verdict is SKIP:
        case.kind, case.message, case.text = "skipped", check.reason, ""
    elif check.verdict is not PASS and not result.gates:
        case.kind, case.message = "skipped", f"does not gate ({check.level}): {message}"
    else:
        case.kind, case.message = check.verdict.junit, message
    return case


def _unused(entry: Stale) -> junit.Case:
    return junit.Case(entry.expectation.where, "expectations", kind="failure", message=f"stale expectation: {entry.text}")
