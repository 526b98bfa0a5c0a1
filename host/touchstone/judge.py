# SPDX-License-Identifier: BSD-2-Clause
"""Judges all results together. No I/O."""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple, Optional, Sequence

from .expectations import Expectation, excuse
from .record import Ran, place
from .session import Problem, Session
from .stream import Check
from .verdicts import PASS, SKIP, UNWELCOME
from .vmm import REFERENCE

_WORST_FIRST = (3, 4, 1, 77)


class Result(NamedTuple):
    """A check of a configuration. `expectation` is the line that expects the verdict, or None; `gates` says whether the
    verdict alone makes the run fail, which a SKIP does only with a `doubt`."""

    config: str
    check: Check
    expectation: Optional[Expectation]
    gates: bool
    doubt: str = ""

    @property
    def full(self) -> str:
        """The name of the check in that configuration."""
        return full_name(self.config, self.check)


class Stale(NamedTuple):
    """An expectation that is no longer true, because of one result or (None) because no result matches it."""

    expectation: Expectation
    result: Optional[Result]
    text: str


class Outcome(NamedTuple):
    """The exit code of docs/report.md and the reasons for it."""

    code: int
    results: list[Result]
    stale: list[Stale]
    problems: list[tuple[str, Problem]]     # (configuration, problem)


def full_name(config: str, check: Check) -> str:
    """`modern/blk0.identity.magic`; without the slash for a VMM that has only one configuration."""
    return f"{config}/{check.name}" if config else check.name


def judge(sessions: Sequence[Session], expectations: Sequence[Expectation], level: str, narrowed: bool, ran: Ran = frozenset()) -> Outcome:
    """The Outcome. `level` is the weakest level that gates. A `narrowed` run leaves out checks on purpose, so that an
    expectation may match no result, and a configuration may have nothing to test. The reference device inside the image
    tells nothing about the VMM's devices: a run that had no other device has tested nothing. `ran` is the record of an
    earlier run: what ran then must run again."""
    results = [assess(session.config, check, expectations, level) for session in sessions for check in session.checks]
    if not narrowed:
        results = _doubt_skips(results, ran)
    problems = [(session.config, problem) for session in sessions for problem in session.problems]
    stale = [entry for line in expectations for entry in _stale(line, results, narrowed or bool(problems))]
    others = [session for session in sessions if session.config != REFERENCE] or sessions
    idle = [session for session in others if all(check.verdict is SKIP or session.nothing for check in session.checks)]
    if len(idle) < len(others) and not narrowed:
        problems += [(session.config, _nothing_tested(session)) for session in idle if not session.problems]
    codes = {problem.code for _config, problem in problems}
    codes |= {result.check.verdict.exit_code for result in results if result.gates}
    if stale:
        codes.add(1)
    if len(idle) == len(others):
        codes.add(77)
    code = next((code for code in _WORST_FIRST if code in codes), 0)
    return Outcome(code, results, stale, problems)


def assess(config: str, check: Check, expectations: Sequence[Expectation], level: str) -> Result:
    """The Result of one check."""
    line = excuse(config, check, expectations)
    return Result(config, check, line, not line and check.verdict.gates(check.level, level))


def _doubt_skips(results: Sequence[Result], ran: Ran) -> list[Result]:
    """The results with those that are SKIP and must not be. A check that ran once must run again. And a reason that ends with
    a row of the requirement table, in parentheses, says that the device misbehaved: then a check of that row has to fail."""
    rows = {row for result in results for row in result.check.reqs}
    broken = {(result.config, result.check.device, row) for result in results if result.check.verdict in UNWELCOME for row in result.check.reqs}

    def doubted(result: Result) -> Result:
        if result.check.verdict is not SKIP or result.expectation:
            return result
        if place(result.config, result.check) in ran:
            return result._replace(gates=True, doubt="it was not skipped when the record was made")
        row = re.search(r"\(([a-z0-9-]+)\)$", result.check.reason)
        if row and row[1] in rows and (result.config, result.check.device, row[1]) not in broken:
            return result._replace(gates=True, doubt=f"no check of {row[1]} failed")
        return result

    return [doubted(result) for result in results]


def _nothing_tested(session: Session) -> Problem:
    return Problem(1, f"nothing was tested: {session.nothing or 'all checks were skipped'}", [])


def _stale(line: Expectation, results: Sequence[Result], narrowed: bool) -> Iterator[Stale]:
    """The results that contradict this line. A skipped check speaks neither for it nor against it, unless the line is about
    that SKIP."""
    if not line.binding or (line.verdict == SKIP.name and line.sometimes):
        return
    spoken_of = [result for result in results if line.names(result.config, result.check)]
    ran = [result for result in spoken_of if result.check.verdict is not SKIP or line.fits(result.check)]
    for result in ran:
        verdict = result.check.verdict
        if not line.fits(result.check) and not (line.sometimes and verdict is PASS):
            other = " for that cause" if verdict.name == line.verdict else f", not {line.verdict}"
            yield Stale(line, result, f"{result.full} is {'not ' * (verdict.name == line.verdict)}{verdict}{other}")
    if not ran and not narrowed and not (spoken_of and line.sometimes):
        yield Stale(line, None, f"{line.pattern} was skipped" if spoken_of else f"{line.pattern} fits nothing that ran")
