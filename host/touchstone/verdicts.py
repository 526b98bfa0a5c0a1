# SPDX-License-Identifier: BSD-2-Clause
"""The verdicts of a check, and everything that depends on which one it is."""

from __future__ import annotations

from typing import NamedTuple

LEVELS = ("must", "described", "should", "robust")    # levels of checks, and of --level, the strictest first


class Verdict(NamedTuple):
    """`directive` follows `status` in the guest's result line. The runner gives the verdicts that have no `status`."""

    name: str
    status: str = ""            # "ok" or "not ok"
    directive: str = ""         # "SKIP", KTAP's "TODO" for a failure that is no alarm, "ERROR"
    fails_run: str = "never"    # "never", "always", "weak" (if --level includes that of the check) or "level" (unless --level leaves the check out)
    junit: str = ""             # "failure", "error" or "skipped"
    exit_code: int = 1          # exit code of a run that fails because of it

    def __str__(self) -> str:
        return self.name

    @property
    def is_news(self) -> bool:
        """Is it worth a line while the run goes on?"""
        return self not in (PASS, SKIP)

    def gates(self, of_check: str, level: str) -> bool:
        """Does it make the run fail, if `level` is the weakest level that counts and no line expects it?"""
        if self.fails_run == "level":
            return of_check == "must" or level != "must"
        return self.fails_run == "always" or (self.fails_run == "weak" and LEVELS.index(of_check) <= LEVELS.index(level))


PASS = Verdict("PASS", "ok")
FAIL = Verdict("FAIL", "not ok", fails_run="level", junit="failure")
WARN = Verdict("WARN", "not ok", "TODO SHOULD", fails_run="weak", junit="failure")
SKIP = Verdict("SKIP", "ok", "SKIP", junit="skipped")
ERROR = Verdict("ERROR", "not ok", "ERROR", fails_run="always", junit="error")
CRASH = Verdict("CRASH", fails_run="always", junit="error", exit_code=3)
TIMEOUT = Verdict("TIMEOUT", fails_run="always", junit="error", exit_code=4)

# In the order of tables and reports.
VERDICTS = (PASS, FAIL, WARN, SKIP, ERROR, CRASH, TIMEOUT)
BY_GUEST = tuple(verdict for verdict in VERDICTS if verdict.status)
BY_RUNNER = tuple(verdict for verdict in VERDICTS if not verdict.status)
EXPECTABLE = tuple(verdict for verdict in VERDICTS if verdict is not PASS)   # the verdicts that a line can expect
UNWELCOME = tuple(verdict for verdict in VERDICTS if verdict.is_news)
