# SPDX-License-Identifier: BSD-2-Clause
"""The known deviations of a VMM: the files in expect/, which expect/README.md describes."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from .stream import Check
from .verdicts import UNWELCOME

VERDICTS = (*(verdict.name for verdict in UNWELCOME), "*")

_LINE = re.compile(r"(\S+)\s+(\S+?)(\?)?\s+(.*?)\s+->\s+(\S+)")
_PATTERN = re.compile(r"(?:[A-Za-z0-9_*?-]*/)?[A-Za-z0-9._*?-]+")


class Malformed(Exception):
    """A line is wrong; the text names file and line."""


class Expectation(NamedTuple):
    """One line: results whose name matches `pattern` have this verdict, always or (`sometimes`) only at times."""

    where: str          # file:line
    pattern: str
    verdict: str        # a verdict's name, or * for any unwelcome one
    sometimes: bool
    reason: str
    link: str

    def names(self, config: str, check: Check) -> bool:
        """Does the line concern this check in this configuration? The reference device belongs to no VMM and has no
        deviations."""
        return not check.of_reference and name_fits(self.pattern, config, check.name)

    def fits(self, check: Check) -> bool:
        """Has a check that the line concerns the verdict of the line?"""
        return check.verdict in UNWELCOME and self.verdict in ("*", check.verdict.name)


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
        raise Malformed(f"{where}: not of the form `[config/]pattern VERDICT reason -> link`: {line}")
    pattern, verdict, sometimes, reason, link = match.groups()
    if not is_pattern(pattern):
        raise Malformed(f"{where}: not a pattern (letters, digits, `.-_*?`): {pattern}")
    if verdict not in VERDICTS:
        raise Malformed(f"{where}: not a verdict ({' '.join(VERDICTS)}): {verdict}")
    if not reason:
        raise Malformed(f"{where}: no reason given")
    return Expectation(where, pattern, verdict, bool(sometimes), reason, link)
