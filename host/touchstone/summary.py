# SPDX-License-Identifier: BSD-2-Clause
"""The end of what the user sees: results by device, known deviations, what went wrong, and the verdict in one line."""

import sys

from judge import full_name
from stream import VERDICTS

COLUMNS = VERDICTS + ("CRASH", "TIMEOUT")

_HEADLINE = {0: "PASSED", 1: "FAILED", 3: "NO VALID REPORT", 4: "TIMED OUT", 77: "NOTHING TESTED"}


def write_list(sessions, outcome, out=sys.stdout):
    """The checks that would run, one a line. Returns the exit code."""
    listed = [(full_name(session.config, check), check) for session in sessions for check in session.listed]
    width = max((len(name) for name, _check in listed), default=0)
    for name, check in listed:
        out.write(f"{name:<{width}}  {check.level:<9}  {check.title}\n")
    if outcome.problems:
        out.write("\n".join(_troubles(outcome, sessions)) + "\n")
        return outcome.code
    return 0 if listed else 77


def write(outcome, sessions, run, out=sys.stdout):
    """The results by device, what was expected, what went wrong, and last the verdict in one line."""
    lines = [""] + _table(outcome) + _bench(outcome)
    lines += _expected(outcome, run) + _stale(outcome, run)
    lines += _troubles(outcome, sessions)
    lines += ["", verdict(outcome, run)]
    out.write("\n".join(lines) + "\n")


def verdict(outcome, run):
    """The run in one line."""
    count = dict.fromkeys(COLUMNS, 0)
    for result in outcome.results:
        count[result.check.verdict] += 1
    expected = sum(1 for result in outcome.results if result.expectation)
    unexpected = [result for result in outcome.results if result.gates]
    parts = [f"{len(outcome.results)} checks"]
    parts += [f"{count[word]} {word.lower()}" for word in COLUMNS if count[word]]
    if expected:
        parts.append(f"{expected} expected")
    if unexpected:
        parts.append(f"{len(unexpected)} unexpected")
    if outcome.stale:
        parts.append(f"{len(outcome.stale)} stale")
    return (f"{_headline(outcome.code, unexpected)}: {', '.join(parts)}; "
            f"{run.vmm}{' (' + run.version + ')' if run.version else ''}, {run.seconds:.1f} s")


def _headline(code, unexpected):
    at = [result.full for result in unexpected if result.check.verdict in ("CRASH", "TIMEOUT")]
    word = "CRASHED" if code == 3 and at else _HEADLINE[code]
    return word + (f" in {', '.join(at[:3])}" if at else "") + (f" and {len(at) - 3} more" if at[3:] else "")


def _table(outcome):
    """One row a device, without the columns that are 0 everywhere."""
    rows = {}
    for result in outcome.results:
        name = result.full[:-len(result.check.id) - 1]
        row = rows.setdefault(name, dict.fromkeys(COLUMNS + ("s",), 0))
        row[result.check.verdict] += 1
        row["s"] += result.check.seconds
    if not rows:
        return []
    columns = [word for word in COLUMNS if word == "PASS" or any(row[word] for row in rows.values())]
    width = max(len(name) for name in rows)
    lines = [" " * width + "".join(f"{word.lower():>9}" for word in columns) + f"{'seconds':>9}"]
    for name, row in rows.items():
        lines.append(f"{name:<{width}}" + "".join(f"{row[word]:>9}" for word in columns) + f"{row['s']:>9.2f}")
    return lines


def _bench(outcome):
    """What --bench measured, by device."""
    found = [(f"{result.config}/" if result.config else "") + line.removeprefix("bench: ")
             for result in outcome.results for line in result.check.lines if line.startswith("bench: ")]
    return ["", "cost of a transaction:"] + [f"  {line}" for line in found] if found else []


def _troubles(outcome, sessions):
    """What went wrong outside of the checks."""
    lines = []
    for session in sessions:
        if session.nothing and not any(config == session.config for config, _problem in outcome.problems):
            lines.append(f"{_prefix(session.config)}nothing to test: {session.nothing}")
        lines += [f"{_prefix(session.config)}note: {remark}" for remark in session.remarks]
    for config, problem in outcome.problems:
        lines.append(f"{_prefix(config)}{problem.text}")
        lines += [f"    {line}" for line in problem.lines]
    return lines


def _prefix(config):
    return f"{config}: " if config else ""


def _expected(outcome, run):
    """One line for each expectation, however many devices it holds for."""
    found = {}
    for result in outcome.results:
        if result.expectation:
            found.setdefault(result.expectation, []).append(result)
    if not found:
        return []
    return ["", f"known deviations ({run.expectations}):"] + [
        f"  {results[0].check.verdict} {results[0].full if len(results) == 1 else f'{entry.pattern} x{len(results)}'}: "
        f"{entry.reason} -> {entry.link}"
        for entry, results in found.items()]


def _stale(outcome, run):
    if not outcome.stale:
        return []
    return ["", f"stale expectations (make {run.expectations} true again):"] + [
        f"  {entry.expectation.where}: {entry.text}" for entry in outcome.stale]
