# SPDX-License-Identifier: BSD-2-Clause
"""The known deviations of a VMM: the files in expect/, which expect/README.md describes."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple, Optional, Sequence

from .stream import Check
from .verdicts import EXPECTABLE, FAIL, UNWELCOME, WARN

VERDICTS = (*(verdict.name for verdict in EXPECTABLE), "*")

_LINE = re.compile(r'(\S+)\s+(\S+?)(\?)?\s+(?:"([^"]*)"\s+)?(.*?)\s+->\s+(\S+)')
_PATTERN = re.compile(r"(?:[A-Za-z0-9_*?-]*/)?[A-Za-z0-9._*?-]+")


class Malformed(Exception):
    """A line is wrong; the text names file and line."""


class Expectation(NamedTuple):
    """One line: results whose name matches `pattern` have this verdict, always or (`sometimes`) only at times. With a
    `text`, only assertions (or reasons) that match it are meant."""

    where: str          # file:line
    pattern: str
    verdict: str        # a verdict's name, or * for any unwelcome one
    sometimes: bool
    text: Optional[str]
    reason: str
    link: str
    binding: bool = True    # if it is not true any more, that is an unexpected result

    def names(self, config: str, check: Check) -> bool:
        """Does the line concern this check in this configuration? The reference device belongs to no VMM and has no
        deviations."""
        return not check.of_reference and name_fits(self.pattern, config, check.name)

    def fits(self, check: Check) -> bool:
        """Has a check that the line concerns the verdict of the line, for one of the causes that the line means?"""
        if self.verdict != check.verdict.name and (self.verdict != "*" or check.verdict not in UNWELCOME):
            return False
        return any(self.excuses(cause) for cause in causes(check))

    def excuses(self, cause: str) -> bool:
        """Does the line mean this one of the `causes` of a result?"""
        return self.text is None or any(glob_fits(text, cause) for text in self.text.split("|"))


def causes(check: Check) -> list[str]:
    """Why a check has its verdict: `text` or `text (got value)` of each failed assertion that the report shows, or else the
    reason."""
    found: list[str] = []
    for line in check.lines:
        if line.startswith(("fail: ", "warn: ")):
            found.append(line[len("fail: "):])
        elif line.startswith("  got: ") and found:
            found[-1] += f" (got {line[len('  got: '):]})"
    return found if found and check.verdict in (FAIL, WARN) else [check.reason]


def excuse(config: str, check: Check, lines: Sequence[Expectation]) -> Optional[Expectation]:
    """A line that expects the verdict, if every cause of it is excused by one."""
    fitting = [line for line in lines if line.names(config, check) and line.fits(check)]
    return fitting[0] if fitting and all(any(line.excuses(cause) for line in fitting) for cause in causes(check)) else None


def name_fits(pattern: str, config: str, name: str) -> bool:
    """A pattern with a slash is compared with `config/device.id`, one without with `device.id` and with `id`."""
    of_config, slash, rest = pattern.rpartition("/")
    if slash and not glob_fits(of_config, config):
        return False
    return glob_fits(rest, name) or glob_fits(rest, name.partition(".")[2])


def glob_fits(pattern: str, text: str) -> bool:
    """`*` and `?` as in a shell; nothing else is special, exactly as in the guest."""
    return _compiled(pattern).fullmatch(text) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern))


def is_pattern(text: str) -> bool:
    """Can the text be the pattern of an expectation, of --only or of --skip?"""
    return _PATTERN.fullmatch(text) is not None


def read(path: str, shown: str) -> list[Expectation]:
    """The expectations of a file, whose name in messages is `shown`. OSError if it cannot be read, Malformed if a line
    is wrong."""
    found = []
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            line = line.strip()
            if line and not line.startswith("#"):
                found.append(_expectation(line, f"{shown}:{number}"))
    return found


def _expectation(line: str, where: str) -> Expectation:
    match = _LINE.fullmatch(line)
    if not match:
        raise Malformed(f'{where}: not of the form `[config/]pattern VERDICT ["text"] reason -> link`: {line}')
    pattern, verdict, sometimes, text, reason, link = match.groups()
    if not is_pattern(pattern):
        raise Malformed(f"{where}: not a pattern (letters, digits, `.-_*?`): {pattern}")
    if verdict not in VERDICTS:
        raise Malformed(f"{where}: not a verdict ({' '.join(VERDICTS)}): {verdict}")
    if not reason:
        raise Malformed(f"{where}: no reason given")
    return Expectation(where, pattern, verdict, bool(sometimes), text, reason, link)
