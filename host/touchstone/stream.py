# SPDX-License-Identifier: BSD-2-Clause
"""Reads the guest's report, as docs/report.md defines it.

No I/O and no clock: bytes go in, events come out. Nothing that a guest may print makes this raise or grow without
bound.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from typing import Any, NamedTuple, Optional

from .verdicts import BY_GUEST, LEVELS, PASS, WARN, Verdict

BEGIN = "KTAP version 1"
LINE_LIMIT = 510            # bytes of one line, from the contract
KEEP_DIAGNOSTICS = 1000     # lines kept of one check
KEEP_NOTES = 1000           # lines kept that belong to no check
KEEP_PREAMBLE = 50          # last lines kept of what came before the report
KEEP_LISTED = 100000        # checks kept of a list
KEEP_PROBLEMS = 10          # breaches of the format kept; the first ones say most

_NAME = r"([A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_.-]{1,256})"
_LEVEL = rf"level=({'|'.join(LEVELS)}) reqs=(\S*)"
_WORDS = {(verdict.status, verdict.directive): verdict for verdict in BY_GUEST} | {("not ok", "TODO ROBUST"): WARN}
_DIRECTIVES = "|".join(directive for _, directive in _WORDS if directive)
_PLAN = re.compile(r"1\.\.(\d{1,7})")
_START = re.compile(rf"# start {_NAME} {_LEVEL}")
_LISTED = re.compile(rf"# check {_NAME} {_LEVEL} title=(.*)")
_PLEASE = re.compile(r"# please change ([A-Za-z0-9_-]{1,64})")
_RESULT = re.compile(rf"(ok|not ok) (\d{{1,7}}) {_NAME}(?: # ({_DIRECTIVES})(?: (.*))?)?")
_END = re.compile(r"# end run=(\d{1,7}) pass=(\d{1,7}) fail=(\d{1,7}) warn=(\d{1,7}) skip=(\d{1,7}) error=(\d{1,7})"
                  r" info=(\d{1,7}) seed=(0x[0-9a-f]{1,16}|\d{1,20}) crc32=0x([0-9a-f]{8})")
# What the checks of console devices write. Some VMMs show it on the same stream as the report.
CONSOLE_OUTPUT = re.compile(rb"(touch)?touchstone(:? [\x20-\x7e]*)?|stone|\.*")
_COUNTS = ("run", "pass", "fail", "warn", "skip", "error", "info")
_PRINTABLE = bytes(b if 0x20 <= b <= 0x7e else ord("?") for b in range(256))


def printable(raw: bytes) -> str:
    """The bytes as ASCII text, with `?` for everything that could break a terminal or an XML file."""
    return raw.translate(_PRINTABLE).decode("ascii")


class Check:
    """One check: its start line, its diagnostics, and its verdict, which means nothing before its result line."""

    def __init__(self, name: str, level: str, reqs: str) -> None:
        self.name = name
        self.level = level
        self.reqs = [row for row in reqs.split(",") if row]
        self.title = ""
        self.verdict: Verdict = PASS
        self.reason = ""
        self.lines: list[str] = []
        self.dropped = 0
        self.began = 0.0
        self.seconds = 0.0

    @property
    def device(self) -> str:
        """`blk0` of `blk0.identity.magic`."""
        return self.name.partition(".")[0]

    @property
    def of_reference(self) -> bool:
        """Does the check concern the reference device inside the image, or is it the proof of one of its defects?"""
        return self.name.startswith(("ref", "proof."))

    @property
    def id(self) -> str:
        """`identity.magic` of `blk0.identity.magic`."""
        return self.name.partition(".")[2]

    def say(self, text: str) -> None:
        """Adds a line to the diagnostics."""
        if len(self.lines) < KEEP_DIAGNOSTICS:
            self.lines.append(text)
        else:
            self.dropped += 1

    def finish(self, verdict: Verdict, reason: str, now: float) -> None:
        """Gives the verdict; `now` is on the same clock as the start."""
        self.verdict = verdict
        self.reason = reason
        self.seconds = max(0.0, now - self.began)
        if self.dropped:
            self.lines.append(f"({self.dropped} more lines)")


class Event(NamedTuple):
    """A line of the report, or part of one: `Stream` lists the kinds, and what `value` is with each."""

    kind: str
    value: Any


class Stream:
    """One boot's report.

    `feed` returns a list of events, in order:
      text     every line of the report, for a relay that hides nothing
      note     a `#` line that belongs to no check, without the `# `
      plan     the number of checks
      start    the Check that begins
      round    a sign of life of a check that repeats, or for which others are tried
      please   the name of a device whose configuration the runner is asked to change, or to change back
      listed   a Check that would run (touchstone.list)
      result   the Check that got its verdict
      problem  what breaks the contract
      end      None: the end marker, `valid` tells whether to believe it
    """

    def __init__(self) -> None:
        self.preamble: deque[str] = deque(maxlen=KEEP_PREAMBLE)
        self.notes: list[str] = []
        self.nothing: Optional[str] = None      # why there was nothing to test, if the guest said so
        self.plan: Optional[int] = None
        self.results: list[Check] = []
        self.listed: list[Check] = []
        self.running: Optional[Check] = None    # the check without a result
        self.problems: list[str] = []
        self.began = False
        self.ended = False
        self.restarted = False      # the first line came again; the rest is ignored
        self.seed: Optional[str] = None
        self._names: set[str] = set()
        self._infos = 0
        self._crc = 0
        self._partial = b""
        self._too_long = False

    @property
    def valid(self) -> bool:
        """Is the report complete: do end marker, counts, plan, numbers and CRC agree?"""
        return self.ended and not self.problems

    def where(self) -> str:
        """How far the report has come, in words that end a sentence."""
        if not self.began:
            return "before the report began"
        if self.running:
            return f"while {self.running.name} ran"
        return f"after {self.results[-1].name}" if self.results else "before the first check"

    def tally(self) -> dict[Verdict, int]:
        """The number of results with each verdict."""
        counts = dict.fromkeys(BY_GUEST, 0)
        for check in self.results:
            counts[check.verdict] += 1
        return counts

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Takes the next bytes, read at time `now`; returns the events in them."""
        events: list[Event] = []
        *lines, rest = data.replace(b"\r", b"").split(b"\n")
        for piece in lines:
            self._partial += piece
            self._line(self._partial, now, events)
            self._partial = b""
            self._too_long = False
        self._partial += rest
        if len(self._partial) > LINE_LIMIT + len(BEGIN):
            self._too_long = True
            self._partial = self._partial[-LINE_LIMIT:]
        return events

    def _line(self, raw: bytes, now: float, events: list[Event]) -> None:
        if self.ended or self.restarted:
            return
        if not self.began:
            self._before(raw, events)
            return
        # Of a line that is too long only the end is kept, in however many pieces it came.
        text = printable(raw[-LINE_LIMIT:])
        events.append(Event("text", text))
        if self._too_long or len(raw) > LINE_LIMIT:
            self._problem(f"a line of more than {LINE_LIMIT} bytes: ...{text[-60:]!r}", events)
        elif CONSOLE_OUTPUT.fullmatch(raw):
            return
        elif text.startswith("# end "):
            self._end(text, events)
        else:
            self._crc = zlib.crc32(raw + b"\n", self._crc)
            self._inside(text, now, events)

    def _before(self, raw: bytes, events: list[Event]) -> None:
        # A loader may leave its last line unfinished, so that the report begins in the middle of a line.
        if raw.endswith(BEGIN.encode()):
            self.began = True
            self._crc = zlib.crc32(BEGIN.encode() + b"\n")
            events.append(Event("text", BEGIN))
        else:
            self.preamble.append(printable(raw[-LINE_LIMIT:]))

    def _inside(self, text: str, now: float, events: list[Event]) -> None:
        """One line between the first line and the end marker."""
        if text.startswith("#"):
            self._comment(text, now, events)
        elif match := _PLAN.fullmatch(text):
            self._plan(int(match[1]), events)
        elif match := _RESULT.fullmatch(text):
            self._result(match, now, events)
        elif text == BEGIN:
            self.restarted = True
        else:
            self._problem(f"not a line of the report: {text[:80]!r}", events)

    def _comment(self, text: str, now: float, events: list[Event]) -> None:
        if text.startswith("# start "):
            self._start(text, now, events)
        elif text.startswith("# check "):
            self._listed(text, events)
        elif self.running:
            if text.startswith(("# round ", "# tries ")):
                events.append(Event("round", text[2:]))
            if match := _PLEASE.fullmatch(text):
                events.append(Event("please", match[1]))
            self._infos += text.startswith("# info:")
            self.running.say(text[2:])
        else:
            if text.startswith("# nothing to test:"):
                self.nothing = text[len("# nothing to test:"):].strip()
            if len(self.notes) < KEEP_NOTES:
                self.notes.append(text[2:])
                events.append(Event("note", text[2:]))

    def _plan(self, count: int, events: list[Event]) -> None:
        if self.plan is not None:
            self._problem(f"a second plan, 1..{count}", events)
        elif self.results or self.running:
            self._problem("the plan comes after the first check", events)
        else:
            self.plan = count
            events.append(Event("plan", count))

    def _start(self, text: str, now: float, events: list[Event]) -> None:
        match = _START.fullmatch(text)
        if not match:
            self._problem(f"not a start line: {text[:80]!r}", events)
            return
        if self.plan is None:
            self._problem(f"{match[1]} starts before the plan", events)
        if match[1] in self._names:
            self._problem(f"{match[1]} starts a second time", events)
        if self.running:
            self._problem(f"{match[1]} starts while {self.running.name} has no result", events)
        self.running = Check(match[1], match[2], match[3])
        self.running.began = now
        events.append(Event("start", self.running))

    def _listed(self, text: str, events: list[Event]) -> None:
        match = _LISTED.fullmatch(text)
        if not match:
            self._problem(f"not a line of the list: {text[:80]!r}", events)
            return
        if len(self.listed) == KEEP_LISTED:
            self._problem(f"a list of more than {KEEP_LISTED} checks", events)
            return
        check = Check(match[1], match[2], match[3])
        check.title = match[4]
        self.listed.append(check)
        events.append(Event("listed", check))

    def _result(self, match: re.Match[str], now: float, events: list[Event]) -> None:
        status, number, name, directive, reason = match.groups()
        verdict = _WORDS.get((status, directive or ""))
        if verdict is None:
            self._problem(f"{status!r} does not go with {directive!r}: {match[0][:80]!r}", events)
        elif not self.running or self.running.name != name:
            self._problem(f"a result of {name} while "
                          f"{self.running.name if self.running else 'no check'} runs", events)
        elif len(self.results) == self.plan:
            self._problem(f"{name} is one more than the plan 1..{self.plan}", events)
        else:
            if int(number) != len(self.results) + 1:
                self._problem(f"{name} has the number {number}, not {len(self.results) + 1}", events)
            check, self.running = self.running, None
            check.finish(verdict, reason or "", now)
            self._names.add(name)
            self.results.append(check)
            events.append(Event("result", check))

    def _end(self, text: str, events: list[Event]) -> None:
        self.ended = True
        match = _END.fullmatch(text)
        if not match:
            self._problem(f"not an end marker: {text[:80]!r}", events)
        else:
            self.seed = match[8]
            self._verify([int(count) for count in match.groups()[:7]], int(match[9], 16), events)
        events.append(Event("end", None))

    def _verify(self, said: list[int], crc: int, events: list[Event]) -> None:
        """Compares the end marker with what was seen."""
        tally = {verdict.name.lower(): count for verdict, count in self.tally().items()}
        seen = [len(self.results)] + [tally[word] for word in _COUNTS[1:-1]] + [self._infos]
        for word, says, is_ in zip(_COUNTS, said, seen):
            if says != is_:
                self._problem(f"the end marker says {word}={says}, the report has {is_}", events)
        if self.running:
            self._problem(f"{self.running.name} has no result", events)
        if self.plan is None:
            self._problem("no plan", events)
        elif self.plan != len(self.results):
            self._problem(f"{len(self.results)} results, the plan was 1..{self.plan}", events)
        if crc != self._crc:
            self._problem(f"the end marker says crc32={crc:#010x}, the report has {self._crc:#010x}", events)

    def _problem(self, text: str, events: list[Event]) -> None:
        if len(self.problems) < KEEP_PROBLEMS:
            self.problems.append(f"{text} ({self.where()})")
            events.append(Event("problem", self.problems[-1]))
