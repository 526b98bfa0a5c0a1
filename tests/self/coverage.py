#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks which requirement is covered by which check, and why others are not covered. coverage.py [--tree DIR] [--build
DIR]

Reads the requirement table, the comments above the checks, and the checks as the program lists them (`make coverage`
builds that). A row is in one state: covered by checks, or in tests/checks/uncovered.csv with one of three reasons. A
row that is covered was exercised on the VMMs in whose record (expect/ran/, run.sh --record) one of its checks is, or
else is "covered on the reference only". Fails on a row without a state or with two; on a check whose id is ill-formed
or not unique, that names no row or an unknown one, or that is stricter than its rows; on a check whose comment does not
say how a device breaks it; on a "not yet" that tests/self/not_yet.txt does not name. The report names the defects that
prove a row if `make prove` has run since the program was built; `make prove` (matrix.py) judges whether they suffice.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
from collections.abc import Iterator

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.pycache_prefix = os.path.join(TOP, "build", "pycache")

import sources      # noqa: E402 (its bytecode goes to build/)

UNCOVERED = "tests/checks/uncovered.csv"
NOT_YET = "tests/self/not_yet.txt"
REASONS = ("not observable from a guest", "needs a stimulus that no VMM gives", "not yet")
ID = re.compile(r"[a-z0-9]+(\.[a-z0-9]+(-[a-z0-9]+)*)+")
# How strict a level is, of checks and of rows.
RANKS = {"robust": 0, "should": 0, "described": 1, "must": 2}
ROW_RANKS = {"ROBUST": 0, "SHOULD": 0, "SHOULD NOT": 0, "DESC": 1, "MUST": 2, "MUST NOT": 2, "SHALL": 2}


class Coverage:
    """The sources of a checkout together with what was built from them."""

    def __init__(self, top: str, build: str) -> None:
        self.top = top
        self.rows = sources.rows(top)
        self.checks = sources.checks(top, build)
        self.defects = sources.defects(build)
        self.matrix = sources.matrix(build)
        self.by = {row: [check for check in self.checks if row in check.rows] for row in self.rows}
        self.records = sources.records(top)
        self.excuses = list(csv.DictReader(sources.read(top, UNCOVERED).splitlines()))
        self.reasons = {excuse["id"]: excuse for excuse in self.excuses}
        self.named = [line.split()[0] for line in sources.read(top, NOT_YET).splitlines() if line.strip() and not line.startswith("#")]

    def proofs(self, row: str) -> list[str]:
        """The defects of a row that one of its checks notices."""
        return [name for name, caught in (self.matrix or {}).items()
                if name in self.defects and row in self.defects[name].rows and any(check.id in caught for check in self.by[row])]

    def ran_on(self, *checks: sources.Check) -> list[str]:
        """The VMMs on which one of the checks ran, as far as there are records."""
        return [vmm for vmm, ran in self.records.items() if any(check.id in ran for check in checks)]

    def state(self, row: str) -> str:
        """The state of a row, in words."""
        if not self.by[row]:
            return self.reasons[row]["reason"] if row in self.reasons else "in no state"
        return "covered" if self.ran_on(*self.by[row]) else "covered on the reference only"

    def is_testable(self, row: str) -> bool:
        return self.rows[row]["testable"] != "no"


# ---- what is wrong ----

def faults_of_row(known: Coverage, row: str) -> Iterator[str]:
    excuse = known.reasons.get(row)
    if known.by[row]:
        if excuse:
            yield f"{row} is covered by {known.by[row][0].id} and has an excuse: take it out of {UNCOVERED}"
        if not known.is_testable(row):
            yield f"{row} is covered by {known.by[row][0].id}, and requirements.csv says that it cannot be tested"
        return
    if not excuse:
        yield f"{row} is in no state: write a check, or a line with the reason in {UNCOVERED}"
        return
    if excuse["reason"] not in REASONS:
        yield f"{row}: the reason {excuse['reason']!r} is none of: {'; '.join(REASONS)}"
    if not (excuse["why"] or "").strip():
        yield f"{row}: its line in {UNCOVERED} does not say why"
    if excuse["reason"] == "not yet" and row not in known.named:
        yield f"{row} is \"not yet\", and {NOT_YET} does not name it"
    if excuse["reason"] == "not yet" and not known.is_testable(row):
        yield f"{row} is \"not yet\", and requirements.csv says that it cannot be tested"


def faults_of_check(known: Coverage, check: sources.Check) -> Iterator[str]:
    if not ID.fullmatch(check.id):
        yield f"{check.id}: an id is lower-case words: family.what-it-is"
    if [other.id for other in known.checks].count(check.id) > 1:
        yield f"{check.id}: two checks have this id"
    if not check.rows:
        yield f"{check.id} names no row"
    for row in check.rows:
        if row not in known.rows:
            yield f"{check.id} names {row}, which requirements.csv does not have"
    strictest = max((ROW_RANKS[known.rows[row]["level"]] for row in check.rows if row in known.rows), default=2)
    if RANKS[check.level] > strictest:
        yield f"{check.id} is \"{check.level}\", but none of its rows is: {' '.join(check.rows)}"
    if "Breaks: " not in check.comment:
        yield f"{check.id} does not say how a device breaks it: 'Breaks: ...' in a comment right above the CHECK"
    if "as above" in check.comment.lower():
        yield f"{check.id} says \"as above\", which its entry in the pages of the checks is not"


def faults_of_lists(known: Coverage) -> Iterator[str]:
    ids = [excuse["id"] for excuse in known.excuses]
    for row in sorted(set(ids)):
        if row not in known.rows:
            yield f"{UNCOVERED} names {row}, which requirements.csv does not have"
        if ids.count(row) > 1:
            yield f"{UNCOVERED} has {ids.count(row)} lines for {row}"
    for row in known.named:
        if known.reasons.get(row, {}).get("reason") != "not yet":
            yield f"{NOT_YET} names {row}, which is not \"not yet\" any more: take it out"


# ---- the report ----

def section_of(row: sources.Row) -> tuple[str, str]:
    """(number, title): "2.1.2", "Device Status Field"."""
    number, _, title = row["section"].partition(" ")
    title = re.sub(r"^(/ [\d.]+ )+", "", title).partition("(")[0]      # other sections of the same row; "(descriptive)"
    return number.partition("/")[0], re.sub(r"^\w+:", "", title).split(" / ")[-1].strip()


def section_title(row: sources.Row) -> str:
    return " ".join(section_of(row)).strip()


def some(names: list[str], most: int = 4) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def sections(known: Coverage) -> list[tuple[str, list[str]]]:
    """[(title, rows)] in the order of the specification. The normative and the descriptive rows of a section are
    together."""
    found: dict[str, tuple[str, list[str]]] = {}
    for row, text in known.rows.items():
        found.setdefault(section_of(text)[0], (section_title(text), []))[1].append(row)
    # Rows that do not come from the specification come last.
    return [found[number] for number in sorted(found, key=lambda number: [int(part) if part.isdigit() else 99 for part in number.split(".")])]


def exercised(known: Coverage, row: str) -> str:
    """Where a row that is covered was put to the test."""
    where = known.ran_on(*known.by[row])
    return f"exercised on {', '.join(where)}" if where else known.state(row)


def report(known: Coverage) -> None:
    for title, rows in sections(known):
        covered = [row for row in rows if known.by[row]]
        proven = f", {len([row for row in rows if known.proofs(row)])} proven" if known.matrix else ""
        print(f"{title}: {len(rows)} rows, {sum(map(known.is_testable, rows))} testable, {len(covered)} covered{proven}")
        for row in rows:
            if known.by[row]:
                print(f"  {row:15} {some([check.id for check in known.by[row]])}")
                print(f"  {'':15} {exercised(known, row)}")
                if known.matrix:
                    proofs = known.proofs(row)
                    print(f"  {'':15} {'proven by ' + some(proofs) if proofs else 'noticed no defect of this row'}")
            elif row in known.reasons:
                print(f"  {row:15} {known.reasons[row]['reason']}: {known.reasons[row]['why']}")
            else:
                print(f"  {row:15} in no state")
    print()


def places(description: str | None) -> tuple[str, str]:
    """The checkout and the build directory that the command line names."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--tree", default=TOP, help="another checkout than its own")
    parser.add_argument("--build", help="build directory, if it is not build/ of that checkout")
    options = parser.parse_args()
    return options.tree, options.build or os.path.join(options.tree, "build")


def main() -> None:
    known = Coverage(*places(__doc__))
    report(known)
    looks = [list(faults_of_row(known, row)) for row in known.rows]
    looks += [list(faults_of_check(known, check)) for check in known.checks]
    looks += [list(faults_of_lists(known))]
    faults = [fault for found in looks for fault in found]
    for fault in faults:
        print(f"not ok {fault}")
    covered = [row for row in known.rows if known.by[row]]
    proven = f", {len([row for row in covered if known.proofs(row)])} of these proven" if known.matrix else "; make prove says which are proven"
    print(f"{len(known.rows)} rows, {sum(map(known.is_testable, known.rows))} testable, {len(covered)} covered by {len(known.checks)} checks{proven}")
    real = [row for row in covered if known.ran_on(*known.by[row])]
    print(f"{len(real):4} of the covered exercised on {', '.join(known.records) or 'no VMM'}; {len(covered) - len(real)} covered on the reference only")
    for reason in REASONS:
        print(f"{sum(1 for row in known.rows if not known.by[row] and known.reasons.get(row, {}).get('reason') == reason):4} {reason}")
    print(f"{looks.count([])} passed, {len(faults)} failed")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
