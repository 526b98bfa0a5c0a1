# SPDX-License-Identifier: BSD-2-Clause
"""What the user sees: the report as it comes, then the summary."""

import sys

from judge import full_name
from stream import VERDICTS

COLUMNS = VERDICTS + ("CRASH", "TIMEOUT")


class Relay:
    """Shows the sessions' events, one session after the other in their order, however they interleave.

    Compact: the environment, and every result that is news, with its diagnostics. Verbose: every line of the report.
    """

    def __init__(self, sessions, assess, again, verbose, out=sys.stdout, progress=None):
        """`assess(config, check)` gives a Result, `again(result)` the command that runs it again; `progress` is the
        terminal that shows how far the run is, or None."""
        self._waiting = list(sessions)
        self._sessions = sessions
        self._assess = assess
        self._again = again
        self._verbose = verbose
        self._out = out
        self._progress = progress
        self._titled = False
        self._first_boot = True

    def update(self):
        """Shows what has come since the last time."""
        while self._waiting:
            session = self._waiting[0]
            done = session.done
            while session.events:
                self._event(session, *session.events.popleft())
            if not done:
                break
            self._waiting.pop(0)
            self._titled = False
        self._out.flush()
        self._show_progress()

    def quiet(self):
        """Shows nothing but how far the run is."""
        self._show_progress()

    def _event(self, session, kind, value):
        if session.config and not self._titled:
            self._titled = True
            self._line(f"== {session.config}")
        if self._verbose:
            self._verbose_event(session, kind, value)
        elif kind == "boot":
            self._first_boot = value == 1
        elif kind == "note" and self._first_boot:
            self._line(value)
        elif kind == "result":
            self._result(session, value)

    def _verbose_event(self, session, kind, value):
        if kind == "text":
            self._line(value)
        elif kind == "boot":
            self._line(f"# boot {value} of {session.config or 'the VMM'}")
        elif kind == "result" and value.verdict in ("CRASH", "TIMEOUT"):
            self._result(session, value)

    def _result(self, session, check):
        result = self._assess(session.config, check)
        if check.verdict in ("PASS", "SKIP") or (result.expectation and not self._verbose):
            return
        self._line("")
        self._line(f"{check.verdict} {result.full}  ({check.level}: {', '.join(check.reqs) or 'no requirement named'})")
        for line in check.lines:
            self._line(f"    {line}")
        if check.reason and not any(check.reason in line for line in check.lines):
            self._line(f"    {check.reason}")
        self._line(f"    again: {self._again(result)}")

    def _line(self, text):
        self.clear_progress()
        self._out.write(text + "\n")

    def clear_progress(self):
        """Takes the progress line off the terminal."""
        if self._progress:
            self._progress.write("\r\x1b[K")

    def _show_progress(self):
        if self._progress:
            parts = [f"{session.config} {len(session.checks)}/{session.plan or '?'}"
                     + (f" {session.running.name}" if session.running else "")
                     for session in self._sessions if not session.done]
            self.clear_progress()
            self._progress.write("   ".join(parts)[:100])
            self._progress.flush()


def show_list(sessions, outcome, out=sys.stdout):
    """The checks that would run, one a line. Returns the exit code."""
    for session in sessions:
        for check in session.listed:
            out.write(f"{full_name(session.config, check):<52} {check.level:<9} {check.title}\n")
    if outcome.problems:
        out.write("\n".join(_troubles(outcome, sessions)) + "\n")
        return outcome.code
    return 0 if any(session.listed for session in sessions) else 77


def show_summary(outcome, sessions, run, out=sys.stdout):
    """The results by device, what was expected, what went wrong, and last the verdict in one line."""
    lines = [""] + _table(outcome)
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
    word = {0: "PASSED", 1: "FAILED", 3: "CRASHED" if at else "NO VALID REPORT", 4: "TIMED OUT", 77: "NOTHING TESTED"}[code]
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


def _troubles(outcome, sessions):
    """What went wrong outside of the checks."""
    lines = []
    for session in sessions:
        if session.nothing and not session.checks:
            lines.append(f"{_prefix(session.config)}nothing to test: {session.nothing}")
        lines += [f"{_prefix(session.config)}note: {remark}" for remark in session.remarks]
    for config, problem in outcome.problems:
        lines.append(f"{_prefix(config)}{problem.text}")
        lines += [f"    {line}" for line in problem.lines]
    return lines


def _prefix(config):
    return f"{config}: " if config else ""


def _expected(outcome, run):
    found = [result for result in outcome.results if result.expectation]
    if not found:
        return []
    return ["", f"known deviations ({run.expectations}):"] + [
        f"  {result.check.verdict} {result.full}: {result.expectation.reason} -> {result.expectation.link}"
        for result in found]


def _stale(outcome, run):
    if not outcome.stale:
        return []
    return ["", f"stale expectations (make {run.expectations} true again):"] + [
        f"  {entry.expectation.where}: {entry.text}" for entry in outcome.stale]
