# SPDX-License-Identifier: BSD-2-Clause
"""One configuration of a VMM, booted as often as necessary until every check of the plan has a result."""

from __future__ import annotations

import select
import time
from collections import deque
from typing import Callable, NamedTuple, Optional, Sequence

from .boot import Boot, describe_exit
from .stream import Check, Event, Stream, printable
from .verdicts import CRASH, TIMEOUT, Verdict

RESTARTS = 20           # the most new boots after a crash or a timeout
GRACE = 1.0             # seconds in which a VMM may exit by itself
TICK = 0.1              # seconds between looks at the clock
GATHER = 0.005          # seconds to wait for more bytes before a read; a pipe holds far more than come in that time
CHUNKS_A_STEP = 16      # so that a VMM that floods us does not keep the others waiting

PROGRESS = ("plan", "start", "round", "listed", "result")


class Problem(NamedTuple):
    """A problem that belongs to no check: the runner's exit code for it, what happened, and details."""

    code: int
    text: str
    lines: list[str]


class Session:
    """Boots, follows the report, and boots again to go on after the check that ended the last boot.

    Such a check gets the verdict CRASH or TIMEOUT. `events` is a queue of the stream's events (see Stream), with one
    more kind: ("boot", number).
    """

    def __init__(self, config: str, start: Callable[[Optional[str]], Boot], exit_meaning: Callable[[Optional[int]], str],
                 timeout: float, seed: int) -> None:
        """`start(after)` boots and returns a Boot, `exit_meaning(code)` explains an exit code of this VMM, `seed` is
        the seed that the guest was given."""
        self.config = config
        self.checks: list[Check] = []           # the checks with a verdict, of all boots
        self.listed: list[Check] = []
        self.notes: list[str] = []              # of the first boot
        self.problems: list[Problem] = []
        self.remarks: list[str] = []
        self.nothing: Optional[str] = None      # why nothing was tested
        self.plan: Optional[int] = None
        self.events: deque[Event] = deque()
        self.done = False
        self.seconds = 0.0
        self._start = start
        self._exit_meaning = exit_meaning
        self._timeout = timeout
        self._seed = seed
        self._boots = 0
        self._known: frozenset[str] = frozenset()   # names of the checks that have a verdict from earlier boots
        self._boot: Optional[Boot] = None
        self._stream = Stream()
        self._lost = False          # this boot repeats the checks of earlier ones
        self._began = 0.0
        self._progress = 0.0

    @property
    def running(self) -> Optional[Check]:
        """The running check, or None."""
        return self._stream.running

    def fileno(self) -> int:
        """The file to wait for before the next step."""
        return self._booted.out

    @property
    def _booted(self) -> Boot:
        assert self._boot, "begin() comes first"
        return self._boot

    def begin(self, now: float) -> None:
        """Boots to go on after the last check that has a verdict. Raises OSError if the VMM cannot be started."""
        if not self._boots:
            self._began = now
        self._boots += 1
        self._progress = now
        self._stream = Stream()
        self._lost = False
        self._known = frozenset(check.name for check in self.checks)
        self._boot = self._start(self.checks[-1].name if self.checks else None)
        self.events.append(Event("boot", self._boots))

    def close(self) -> None:
        """Ends the VMM."""
        if self._boot:
            self._boot.close()
            self._boot = None

    def step(self, now: float) -> None:
        """Reads what the VMM has written, and checks the timeout."""
        self._booted.errors()
        data: Optional[bytes] = b""
        for _ in range(CHUNKS_A_STEP):
            data = self._booted.read()
            if not data:
                break
            self._take(self._stream.feed(data, now), now)
            if self._lost or self._stream.restarted or self._stream.ended:
                break
        if self._lost:
            self._end_boot(now)
        elif self._stream.restarted:
            self._finish_broken(CRASH, "the guest started over", now)
        elif self._stream.ended:
            self._finish_whole(now)
        elif data is None:
            self._finish_broken(CRASH, self._how_it_exited(), now)
        elif now - self._progress > self._timeout:
            self._finish_broken(TIMEOUT, f"no progress for {self._timeout:g} s", now)

    def _take(self, events: Sequence[Event], now: float) -> None:
        for kind, value in events:
            if kind in PROGRESS and not self._stream.problems:
                self._progress = now
            if kind == "plan":
                self._check_plan(value)
            elif kind == "start" and value.name in self._known:
                self._lost = True
                self._problem(3, f"a fresh boot did not go on after {self.checks[-1].name} but with {value.name}: "
                                 "does the VMM hand its command line to the guest?")
                return
            elif kind == "please":
                self._booted.change(value)
            elif kind == "result":
                self.checks.append(value)
            elif kind == "note" and self._boots == 1:
                self.notes.append(value)
            elif kind == "listed":
                self.listed.append(value)
            self.events.append(Event(kind, value))

    def _check_plan(self, count: int) -> None:
        left = self.plan - len(self.checks) if self.plan is not None else count
        if self.plan is None:
            self.plan = count
        elif count != left:
            self._problem(3, f"after a fresh boot the plan is 1..{count}, but {left} checks are left")

    def _finish_whole(self, now: float) -> None:
        """Handles the end marker."""
        code = self._booted.wait(GRACE)
        if code is None:
            self.remarks.append(f"the VMM did not exit within {GRACE:g} s of the end marker and was killed")
        elif code < 0:
            self.remarks.append(f"after the end marker the VMM {describe_exit(code)}")
        seed = self._stream.seed
        if seed is not None and _number(seed) != self._seed:
            self._problem(3, f"the guest used seed {seed}, not {self._seed}: "
                             "does the VMM hand its command line to the guest?")
        self.nothing = self._stream.nothing
        self._end_boot(now)

    def _finish_broken(self, verdict: Verdict, how: str, now: float) -> None:
        """Handles a VMM or guest that died or hangs."""
        self._booted.kill()
        details = [f"the VMM says: {printable(line)}" for line in self._booted.errors().splitlines()]
        check = self._stream.running
        if check and check.name not in self._known:
            for line in [f"{verdict.name.lower()}: {how}"] + details:
                check.say(line)
            check.finish(verdict, how, now)
            self.checks.append(check)
            self.events.append(Event("result", check))
        else:
            if not self._stream.began:
                details += [f"its output: {line}" for line in self._stream.preamble if line]
            self._problem(verdict.exit_code, f"no end marker: {how} {self._stream.where()}", details)
        self._end_boot(now)

    def _how_it_exited(self) -> str:
        code = self._booted.wait(GRACE)
        meaning = self._exit_meaning(code)
        return f"the VMM {describe_exit(code)}" + (f" ({meaning})" if meaning else "")

    def _end_boot(self, now: float) -> None:
        """Closes the VMM, and boots again if checks are left and this boot got further than the one before."""
        for text in self._stream.problems:
            self._problem(3, text)
        self.close()
        left = self.plan - len(self.checks) if self.plan is not None else 0
        further = len(self.checks) > len(self._known)
        if self._stream.ended or self._lost or left <= 0 or not further:
            self.done = True
        elif self._boots > RESTARTS:
            self._problem(3, f"gave up after {RESTARTS} fresh boots; {left} checks did not run")
            self.done = True
        if self.done:
            self.seconds = now - self._began
        else:
            self.begin(now)

    def _problem(self, code: int, text: str, lines: Sequence[str] = ()) -> None:
        self.problems.append(Problem(code, text, list(lines)))


class Isolated(Session):
    """The same with a new boot for each check. The first boot lists the checks. `start(name)` boots for that check
    alone, or for the list if the name is ""."""

    def __init__(self, config: str, start: Callable[[str], Boot], exit_meaning: Callable[[Optional[int]], str],
                 timeout: float, seed: int) -> None:
        super().__init__(config, self._start_next, exit_meaning, timeout, seed)
        self._start_alone = start
        self._left: Optional[deque[str]] = None     # names of the checks that are left, once they are known

    def _start_next(self, _after: Optional[str]) -> Boot:
        return self._start_alone("" if self._left is None else self._left[0])

    def _check_plan(self, count: int) -> None:
        if self._left is not None and count != 1:
            self._problem(3, f"the plan is 1..{count}, but {self._left[0]} was to run alone: does the VMM hand its command line to the guest?")

    def _end_boot(self, now: float) -> None:
        """Closes the VMM, and boots for the next check. Ends the session if the list, or a boot, brought nothing."""
        for text in self._stream.problems:
            self._problem(3, text)
        self.close()
        if self._left is None:
            if self.checks:
                self._problem(3, "asked for a list, the guest ran the checks: does the VMM hand its command line to the guest?")
            self._left = deque(check.name for check in self.listed)
            self.plan = len(self._left)
            self.listed = []
        elif len(self.checks) > len(self._known) and self.checks[-1].name == self._left[0]:
            self._left.popleft()
        else:
            self._problem(3, f"no result of {self._left[0]}")
            self._left.clear()
        self.done = not self._left
        if self.done:
            self.seconds = now - self._began
        else:
            self.begin(now)


def follow(sessions: Sequence[Session], show: Callable[[], None]) -> None:
    """Runs sessions that have begun side by side to their end; calls `show` whenever there may be something new."""
    while live := [session for session in sessions if not session.done]:
        poller = select.poll()
        for session in live:
            poller.register(session, select.POLLIN)
        poller.poll(TICK * 1000)
        # A VMM that writes its serial port byte by byte would wake us for each, so wait a little for the bytes that follow.
        time.sleep(GATHER)
        for session in live:
            session.step(time.monotonic())
        show()


def _number(text: str) -> int:
    return int(text, 16 if text.startswith("0x") else 10)
