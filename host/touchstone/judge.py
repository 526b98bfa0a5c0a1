# SPDX-License-Identifier: BSD-2-Clause
"""Judges all results together. No I/O."""

from __future__ import annotations

from typing import Iterator, NamedTuple, Optional, Sequence

from .expectations import Expectation
from .session import Problem, Session
from .stream import Check
from .verdicts import PASS, SKIP
from .vmm import REFERENCE

_WORST_FIRST = (3, 4, 1, 77)


class Result(NamedTuple):
    """A check of a configuration. `expectation` is the line that expects the verdict, or None; `gates` says whether the
    verdict alone makes the run fail."""

    config: str
    check: Check
    expectation: Optional[Expectation]
    gates: bool

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


def judge(sessions: Sequence[Session], expectations: Sequence[Expectation], level: str, narrowed: bool) -> Outcome:
    """The Outcome. `level` is the weakest level that gates. A `narrowed` run leaves out checks on purpose, so that an
    expectation may match no result, and a configuration may have nothing to test. The reference device inside the image
    tells nothing about the VMM's devices: a run that had no other device has tested nothing."""
    results = [assess(session.config, check, expectations, level) for session in sessions for check in session.checks]
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
    for line in expectations:
        if line.fits(check) and line.names(config, check):
            return Result(config, check, line, False)
    return Result(config, check, None, check.verdict.gates(check.level, level))


def _nothing_tested(session: Session) -> Problem:
    return Problem(1, f"nothing was tested: {session.nothing or 'all checks were skipped'}", [])


def _stale(line: Expectation, results: Sequence[Result], narrowed: bool) -> Iterator[Stale]:
    """The results that contradict this line. A skipped check speaks neither for it nor against it."""
    spoken_of = [result for result in results if line.names(result.config, result.check)]
    ran = [result for result in spoken_of if result.check.verdict is not SKIP]
    for result in ran:
        verdict = result.check.verdict
        if not line.fits(result.check) and not (line.sometimes and verdict is PASS):
            yield Stale(line, result, f"{result.full} is {verdict}, not {line.verdict}")
    if not ran and not narrowed:
        yield Stale(line, None, f"{line.pattern} was skipped" if spoken_of else f"{line.pattern} fits nothing that ran")
