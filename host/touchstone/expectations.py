# SPDX-License-Identifier: BSD-2-Clause
"""Known deviations of a VMM: the files in expect/. expect/README.md describes them."""

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
    """A line that cannot be understood; the text names file and line."""


class Expectation(NamedTuple):
    """One line: results whose name fits `pattern` have this verdict, always or (`sometimes`) now and then."""

    where: str          # file:line
    pattern: str
    verdict: str        # a name, or * for any that is unwelcome
    sometimes: bool
    reason: str
    link: str

    def names(self, config: str, check: Check) -> bool:
        """The line speaks of this check in this configuration. The reference device is no VMM's and has no deviations."""
        return not check.of_reference and name_fits(self.pattern, config, check.name)

    def fits(self, check: Check) -> bool:
        """A check that the line speaks of came out as the line says."""
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
    """The text can be the pattern of an expectation, of --only or of --skip."""
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
