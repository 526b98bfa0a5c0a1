# SPDX-License-Identifier: BSD-2-Clause
"""How well the failures of a run tell what is wrong with the device, for matrix.py.

A failure is foreign if the check names none of the defect's rows: the reader is told of something that is not broken.
The first failure of a run is what a reader looks at; it should not be foreign. tests/self/diagnosis.txt has the number of
foreign failures that is allowed, which only falls, and the defects whose first failure is foreign, with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import sources

FILE = "tests/self/diagnosis.txt"
# A check that draws other random numbers, because it asks more, fails for another of the defects' symptoms.
SLACK, SLACK_FIRST = 0.05, 4


class Caught(NamedTuple):
    """A check that noticed a defect."""

    device: str         # "" if discovery did
    check: str
    microseconds: int
    verdict: str        # FAIL or WARN
    blamed: str         # the row that the failure names, if not one of the check's


class Diagnosis(NamedTuple):
    foreign: dict[str, set[str]]        # {defect: checks of other rows that failed}
    first: dict[str, set[str]]          # {defect: such a check, if it failed first in a run}


def is_foreign(caught: Caught, rows: Mapping[str, Collection[str]], defect: sources.Defect) -> bool:
    named = {caught.blamed} if caught.blamed else set(rows.get(caught.check, ()))
    return not named & set(defect.rows)


def judge(runs: Sequence[Mapping[str, Sequence[Caught]]], rows: Mapping[str, Collection[str]], defects: Mapping[str, sources.Defect]) -> Diagnosis:
    """runs: {defect: what was caught, in the order of the run}, for each run of all checks."""
    found = Diagnosis({}, {})
    for run in runs:
        for name, caught in run.items():
            failures = [one for one in caught if one.verdict == "FAIL" and one.device]
            foreign = {one.check for one in failures if is_foreign(one, rows, defects[name])}
            found.foreign.setdefault(name, set()).update(foreign)
            if failures and is_foreign(failures[0], rows, defects[name]):
                found.first.setdefault(name, set()).add(failures[0].check)
    return found


class Allowed(NamedTuple):
    foreign: int
    first: int
    reasons: dict[str, str]     # {defect: why its first failure is foreign}


def allowed(top: str) -> Allowed:
    foreign = first = 0
    reasons = {}
    for line in sources.read(top, FILE).splitlines():
        kind, _, rest = line.strip().partition(" ")
        if kind == "foreign":
            foreign = int(rest)
        elif kind == "firsts":
            first = int(rest)
        elif kind == "first":
            name, _, reason = rest.strip().partition(" ")
            reasons[name] = reason.strip()
    return Allowed(foreign, first, reasons)


def troubles(found: Diagnosis, budget: Allowed) -> list[str]:
    lines = []
    total = sum(len(checks) for checks in found.foreign.values())
    if total > budget.foreign * (1 + SLACK):
        worst = sorted(found.foreign, key=lambda name: -len(found.foreign[name]))[:12]
        lines.append(f"{total} failures of checks that name no row of the defect, {FILE} allows {budget.foreign}. The most: "
                     + ", ".join(f"{name} {len(found.foreign[name])}" for name in worst))
    if len(found.first) > budget.first + SLACK_FIRST:
        lines.append(f"{len(found.first)} defects whose first failure names none of their rows, {FILE} allows {budget.first}")
    return lines


def notes(found: Diagnosis, budget: Allowed) -> list[str]:
    """Exceptions that have no reason yet, and reasons that are none any more."""
    return [f"defect {name}: the first failure is of {' and '.join(sorted(checks))}, which names none of its rows: {FILE} should say why"
            for name, checks in found.first.items() if name not in budget.reasons] + [
           f"defect {name}: the first failure names one of its rows now: take it out of {FILE}" for name in budget.reasons if name not in found.first]


def summary(found: Diagnosis, budget: Allowed) -> str:
    total = sum(len(checks) for checks in found.foreign.values())
    lower = f" (the budget of {budget.foreign} could be lowered)" if total < budget.foreign else ""
    fewer = f" (the budget of {budget.first} others could be lowered)" if len(found.first) < budget.first else ""
    return (f"{total} failures of checks that name no row of the defect{lower}; "
            f"for {len(found.foreign) - len(found.first)} of {len(found.foreign)} defects the first failure of a run names a row{fewer}")
