# SPDX-License-Identifier: BSD-2-Clause
"""Shows the report to the user while it comes."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Optional, Sequence, TextIO

from .image import TOP
from .judge import Result
from .session import Session
from .stream import Check
from .verdicts import BY_RUNNER


def page_of(check_id: str, top: str = TOP) -> Optional[str]:
    """Where the page about a check is, from the top folder; None before `make docs`. A release has the pages."""
    page = os.path.join("build", "docs", "checks", check_id.partition(".")[0] + ".md")
    return f"{page}#{check_id}" if os.path.exists(os.path.join(top, page)) else None


class Relay:
    """Shows the sessions' events, one session after the other, however they interleave.

    The compact form shows the environment and every unwelcome result with its diagnostics. The verbose form shows every
    line of the report.
    """

    def __init__(self, sessions: Sequence[Session], assess: Callable[[str, Check], Result], again: Callable[[Result], str],
                 verbose: bool, out: TextIO = sys.stdout, progress: Optional[TextIO] = None) -> None:
        """`assess(config, check)` returns a Result, `again(result)` the command that runs it again; `progress` is the
        terminal that shows the progress, or None."""
        self._waiting = list(sessions)
        self._sessions = sessions
        self._assess = assess
        self._again = again
        self._verbose = verbose
        self._out = out
        self._progress = progress
        self._titled = False
        self._first_boot = True

    def update(self) -> None:
        """Shows what has come since the last call."""
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

    def quiet(self) -> None:
        """Shows only the progress."""
        self._show_progress()

    def _event(self, session: Session, kind: str, value: Any) -> None:
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

    def _verbose_event(self, session: Session, kind: str, value: Any) -> None:
        if kind == "text":
            self._line(value)
        elif kind == "boot":
            self._line(f"# boot {value} of {session.config or 'the VMM'}")
        elif kind == "result" and value.verdict in BY_RUNNER:
            self._result(session, value)

    def _result(self, session: Session, check: Check) -> None:
        result = self._assess(session.config, check)
        if not check.verdict.is_news or (result.expectation and not self._verbose):
            return
        self._line("")
        rows = ", ".join(check.reqs) or "no requirement named"
        self._line(f"{check.verdict} {result.full}  ({check.level}: {rows})")
        for line in check.lines:
            self._line(f"    {line}")
        if check.reason and not any(check.reason in line for line in check.lines):
            self._line(f"    {check.reason}")
        page = page_of(check.id)
        if page:
            self._line(f"    page: {page}")
        self._line(f"    again: {self._again(result)}")

    def _line(self, text: str) -> None:
        self.clear_progress()
        self._out.write(text + "\n")

    def clear_progress(self) -> None:
        """Removes the progress line from the terminal."""
        if self._progress:
            self._progress.write("\r\x1b[K")

    def _show_progress(self) -> None:
        if self._progress:
            parts = [f"{session.config} {len(session.checks)}/{session.plan or '?'}"
                     + (f" {session.running.name}" if session.running else "")
                     for session in self._sessions if not session.done]
            self.clear_progress()
            self._progress.write("   ".join(parts)[:100])
            self._progress.flush()
