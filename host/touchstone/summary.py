# SPDX-License-Identifier: BSD-2-Clause
"""The end of the output: results by device, known deviations, problems, and the verdict in one line."""

from __future__ import annotations

import sys
from typing import NamedTuple, Optional, Sequence, TextIO

from .expectations import Expectation
from .judge import Outcome, Result, full_name
from .session import Session
from .verdicts import BY_RUNNER, PASS, VERDICTS, Verdict

_HEADLINE = {0: "PASSED", 1: "FAILED", 3: "NO VALID REPORT", 4: "TIMED OUT", 77: "NOTHING TESTED"}


class Run(NamedTuple):
    """What the reports say about the run as a whole."""

    vmm: str
    version: Optional[str]
    expectations: Optional[str]     # path of the file
    level: str
    seed: int
    seconds: float


def write_list(sessions: Sequence[Session], outcome: Outcome, out: TextIO = sys.stdout) -> int:
    """Writes the checks that would run, one a line. Returns the exit code."""
    listed = [(full_name(session.config, check), check) for session in sessions for check in session.listed]
    width = max((len(name) for name, _check in listed), default=0)
    for name, check in listed:
        out.write(f"{name:<{width}}  {check.level:<9}  {check.title}\n")
    if outcome.problems:
        out.write("\n".join(_troubles(outcome, sessions)) + "\n")
        return outcome.code
    return 0 if listed else 77


def write(outcome: Outcome, sessions: Sequence[Session], run: Run, out: TextIO = sys.stdout) -> None:
    """Writes the results by device, the expected deviations, the problems, and last the verdict in one line."""
    lines = [""] + _table(outcome) + _bench(outcome)
    lines += _expected(outcome, run) + _stale(outcome, run) + _doubted(outcome)
    lines += _troubles(outcome, sessions)
    lines += ["", verdict(outcome, run)]
    out.write("\n".join(lines) + "\n")


def verdict(outcome: Outcome, run: Run) -> str:
    """The run in one line."""
    count = dict.fromkeys(VERDICTS, 0)
    for result in outcome.results:
        count[result.check.verdict] += 1
    expected = sum(1 for result in outcome.results if result.expectation)
    unexpected = [result for result in outcome.results if result.gates]
    parts = [f"{len(outcome.results)} checks"]
    parts += [f"{count[one]} {one.name.lower()}" for one in VERDICTS if count[one]]
    if expected:
        parts.append(f"{expected} expected")
    if unexpected:
        parts.append(f"{len(unexpected)} unexpected")
    if outcome.stale:
        parts.append(f"{len(outcome.stale)} stale")
    return (f"{_headline(outcome.code, unexpected)}: {', '.join(parts)}; "
            f"{run.vmm}{' (' + run.version + ')' if run.version else ''}, {run.seconds:.1f} s")


def _headline(code: int, unexpected: Sequence[Result]) -> str:
    at = [result.full for result in unexpected if result.check.verdict in BY_RUNNER]
    word = "CRASHED" if code == 3 and at else _HEADLINE[code]
    return word + (f" in {', '.join(at[:3])}" if at else "") + (f" and {len(at) - 3} more" if at[3:] else "")


def _table(outcome: Outcome) -> list[str]:
    """One row a device, without the columns that are 0 everywhere."""
    rows: dict[str, dict[Verdict, int]] = {}
    seconds: dict[str, float] = {}
    for result in outcome.results:
        name = result.full[:-len(result.check.id) - 1]
        rows.setdefault(name, dict.fromkeys(VERDICTS, 0))[result.check.verdict] += 1
        seconds[name] = seconds.get(name, 0) + result.check.seconds
    if not rows:
        return []
    columns = [one for one in VERDICTS if one is PASS or any(row[one] for row in rows.values())]
    width = max(len(name) for name in rows)
    lines = [" " * width + "".join(f"{one.name.lower():>9}" for one in columns) + f"{'seconds':>9}"]
    for name, row in rows.items():
        lines.append(f"{name:<{width}}" + "".join(f"{row[one]:>9}" for one in columns) + f"{seconds[name]:>9.2f}")
    return lines


def _bench(outcome: Outcome) -> list[str]:
    """What --bench measured, by device."""
    found = [(f"{result.config}/" if result.config else "") + line.removeprefix("bench: ")
             for result in outcome.results for line in result.check.lines if line.startswith("bench: ")]
    return ["", "cost of a transaction:"] + [f"  {line}" for line in found] if found else []


def _troubles(outcome: Outcome, sessions: Sequence[Session]) -> list[str]:
    """The problems that belong to no check."""
    lines: list[str] = []
    for session in sessions:
        if session.nothing and not any(config == session.config for config, _problem in outcome.problems):
            lines.append(f"{_prefix(session.config)}nothing to test: {session.nothing}")
        lines += [f"{_prefix(session.config)}note: {remark}" for remark in session.remarks]
    for config, problem in outcome.problems:
        lines.append(f"{_prefix(config)}{problem.text}")
        lines += [f"    {line}" for line in problem.lines]
    return lines


def _prefix(config: str) -> str:
    return f"{config}: " if config else ""


def _expected(outcome: Outcome, run: Run) -> list[str]:
    """One line for each expectation, however many devices it holds for."""
    found: dict[Expectation, list[Result]] = {}
    for result in outcome.results:
        if result.expectation:
            found.setdefault(result.expectation, []).append(result)
    if not found:
        return []
    return ["", f"known deviations ({run.expectations}):"] + [
        f"  {results[0].check.verdict} {results[0].full if len(results) == 1 else f'{entry.pattern} x{len(results)}'}: "
        f"{entry.reason} -> {entry.link}"
        for entry, results in found.items()]


def _doubted(outcome: Outcome) -> list[str]:
    found = [f"  {result.full}: {result.check.reason}: {result.doubt}" for result in outcome.results if result.doubt]
    return ["", "skipped, and must not be (expect/README.md explains, and says how to record a change that is meant):"] + found if found else []


def _stale(outcome: Outcome, run: Run) -> list[str]:
    if not outcome.stale:
        return []
    return ["", f"stale expectations (make {run.expectations} true again):"] + [
        f"  {entry.expectation.where}: {entry.text}" for entry in outcome.stale]
