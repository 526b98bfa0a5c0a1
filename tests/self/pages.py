#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Generates the pages about every check, by family, every defect and every oddity. pages.py [--tree DIR] [--build DIR]

Writes docs/checks/index.md, docs/checks/FAMILY.md, docs/matrix.md and docs/oddities.md into the build directory, from the checks, defects and oddities
as the program lists them, the comments above the checks, the requirement table and the result of matrix.py. `make docs` builds all of that. Anchors are the
ids of checks, rows, defects and oddities.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.pycache_prefix = os.path.join(TOP, "build", "pycache")

from coverage import Coverage, places, section_title      # noqa: E402 (its bytecode goes to build/)
import sources      # noqa: E402

Table = dict[str, list[str]]        # the defect matrix: by defect, the checks that notice it

WIDTH = 100
SHOWN = 6       # names shown of a long list

INDEX = """\
# The checks

For readers of a report: what each check asks for, and what a failure means. There is a page for each
family of checks. On it, each check has

- the property that must hold;
- how devices break it, and what that looks like from outside;
- the clauses of the specification that demand it, with their rows in
  `tests/checks/requirements.csv`; their texts stand at the end of the page;
- its level (a `must` or `described` that fails fails the run, a `should` is a warning), and what a
  device must have for the check to run;
- real devices that broke it, where we know of one;
- for maintainers, the defects of the reference device that make it fail
  ([all defects](../matrix.md)).

`make docs` builds these pages from the checks and from the defect matrix.
"""

DEFECTS = """\
# The defect matrix

For maintainers: the defects that the reference device can be given (`touchstone.defect=NAME`), the
rows of the requirement table that each breaks, and the checks that notice it. Checks that name one of
these rows come first. `make docs` builds this page from a run of every check against every defect.

| defect | what the device does | rows | noticed by |
|---|---|---|---|
"""


ROWS = """\
# The requirements

For maintainers, and for those who ask what a PASS is worth: every row of
`tests/checks/requirements.csv`, its state, and where it was put to the test. *Covered on the
reference only* means that checks judge it, and none of them ran on a VMM of which there is a record
(`expect/ran/`): it asks for a feature or an event that those do not have.

| row | section | level | what | state | checks | exercised on |
|---|---|---|---|---|---|---|
"""


ODDITIES = """\
# The oddities

For maintainers: what the reference device can do that the specification permits and few devices do
(`touchstone.oddity=NAME`), and the clause that permits it. No check may fail on such a device:
`make oddities` shows each of them, and pairs, to every check. Two that name the same word under
*apart* exclude each other.

| oddity | what the device does | permitted by | devices | Versions | apart |
|---|---|---|---|---|---|
"""
DEVICES = {"ANY": "all", "REST": "all but entropy", "NET": "network", "BLK": "block", "CON": "console", "RNG": "entropy"}
VERSIONS = {"ANY": "1 to 3", "OLD": "1", "NEW": "2 and 3"}


def safe(text: str) -> str:
    """Markdown without HTML."""
    return text.replace("<", "\\<")


def item(text: str, mark: str = "- ", indent: int = 2) -> str:
    """A list item, wrapped. Long words stay whole: they are names."""
    return textwrap.fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def family_of(check_id: str) -> str:
    return check_id.partition(".")[0]


def anchor(name: str) -> str:
    return f'<a id="{name}"></a>'


def link(check_id: str) -> str:
    return f"[{check_id}](checks/{family_of(check_id)}.md#{check_id})"


def proof(known: Coverage, check: sources.Check, table: Table) -> str:
    """The defects that the check notices; those of its own rows by name."""
    noticed = [name for name in table if check.id in table[name]]
    own = [name for name in noticed if set(check.rows) & set(known.defects[name].rows)]
    others = [name for name in noticed if name not in own]
    named = own or others[:SHOWN]
    rest = len(noticed) - len(named)
    words = ", ".join(f"[{name}](../matrix.md#{name})" for name in named)
    if not named:
        return "nothing yet"
    return words + (f" and {rest} {'more' if not own else 'of other rows'}" if rest else "")


def entry(known: Coverage, check: sources.Check, table: Table) -> Iterator[str]:
    about, _, breaks = check.comment.partition("Breaks: ")
    yield f"### {anchor(check.id)}{check.id}\n"
    yield item(f"{safe(check.title)}. {safe(about.strip())}".strip(), "", 0) + "\n"
    yield item(f"**How devices break it:** {safe(breaks[:1].upper() + breaks[1:])}")
    yield item("**Clauses:** " + ", ".join(f"{section_title(known.rows[row])}, [{row}](#{row})" for row in check.rows))
    yield item(f"**Level:** {check.level}. **Needs:** {check.needs}.")
    for name in table:
        defect = known.defects[name]
        if defect.seen and check.id in table[name] and set(check.rows) & set(defect.rows):
            yield item(f"**In the field:** {safe(defect.seen)} ({safe(defect.what)})")
    where = ", ".join(known.ran_on(check))
    yield item(f"**Ran on:** {where or 'the reference device only'}.")
    yield item(f"**Proven by:** {proof(known, check, table)}")
    yield ""


def page(known: Coverage, family: str, members: list[sources.Check], table: Table) -> str:
    """One family: its prose, its checks, and the clauses that they name."""
    lines = [f"# {family}\n", f"{len(members)} checks. [All families](index.md).\n"]
    for file in dict.fromkeys(check.file for check in members if check.file):
        lines += [item(safe(paragraph), "", 0) + "\n" for paragraph in sources.prose(known.top, file)]
        lines.append(f"Source: `{file}`\n")
    lines += [item(f"[{check.id}](#{check.id}): {safe(check.title)}") for check in members]
    lines.append("\n## Checks\n")
    for check in members:
        lines += entry(known, check, table)
    lines.append("## Clauses\n")
    for row, text in known.rows.items():
        if any(row in check.rows for check in members):
            level = text["level"].replace("DESC", "described")
            lines.append(item(f"{anchor(row)}**{row}**, {section_title(text)} ({level}): {safe(text['summary'])}."))
    return "\n".join(lines) + "\n"


def index(families: dict[str, list[sources.Check]]) -> str:
    lines = [INDEX, "| family | checks | source |", "|---|---|---|"]
    for family, members in families.items():
        files = ", ".join(f"`{os.path.basename(file)}`" for file in dict.fromkeys(check.file for check in members if check.file))
        lines.append(f"| [{family}]({family}.md) | {len(members)} | {files} |")
    return "\n".join(lines) + "\n"


def matrix(known: Coverage, table: Table) -> str:
    """One line a defect: in a table, so not wrapped."""
    lines = []
    rows_of = {check.id: set(check.rows) for check in known.checks}
    for name, caught in sorted(table.items()):
        defect = known.defects[name]
        ids = [check.id for check in known.checks if check.id in caught]
        ids.sort(key=lambda check_id: not rows_of[check_id] & set(defect.rows))
        words = ", ".join(link(check_id) for check_id in ids[:SHOWN]) + (f" and {len(ids) - SHOWN} more" if ids[SHOWN:] else "")
        words = words or ("discovery" if "discovery" in caught else "nothing; `tests/self/unproven.txt` says why")
        lines.append(f"| {anchor(name)}{name} | {safe(defect.what)} | {' '.join(defect.rows)} | {words} |\n")
    return DEFECTS + "".join(lines)


def requirements(known: Coverage) -> str:
    """One line a row: in a table, so not wrapped."""
    lines = []
    for row, text in known.rows.items():
        ids = [check.id for check in known.by[row]]
        words = ", ".join(link(check_id) for check_id in ids[:SHOWN]) + (f" and {len(ids) - SHOWN} more" if ids[SHOWN:] else "")
        why = safe(known.reasons[row]["why"]) if row in known.reasons else ""
        lines.append(f"| {anchor(row)}{row} | {section_title(text)} | {text['level'].replace('DESC', 'described')} | {safe(text['summary'])} | "
                     f"{known.state(row)} | {words or why} | {', '.join(known.ran_on(*known.by[row]))} |\n")
    return ROWS + "".join(lines)


def oddities(build: str) -> str:
    """One line an oddity: in a table, so not wrapped."""
    lines = [f"| {anchor(name)}{name} | {safe(oddity.what)} | {safe(oddity.clause)} | {DEVICES[oddity.types]} | {VERSIONS[oddity.versions]} | "
             f"{oddity.apart.lower().replace('_', ' ') if oddity.apart != 'NONE' else ''} |\n" for name, oddity in sources.oddities(build).items()]
    return ODDITIES + "".join(lines)


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def main() -> None:
    top, build = places(__doc__)
    known = Coverage(top, build)
    if known.matrix is None:
        sys.exit("pages.py: the defect matrix is missing or older than the program: run make prove")
    families: dict[str, list[sources.Check]] = {}
    for check in known.checks:
        families.setdefault(family_of(check.id), []).append(check)
    docs = os.path.join(build, "docs")
    shutil.rmtree(docs, ignore_errors=True)
    os.makedirs(os.path.join(docs, "checks"))
    write(os.path.join(docs, "checks/index.md"), index(families))
    for family, members in families.items():
        write(os.path.join(docs, f"checks/{family}.md"), page(known, family, members, known.matrix))
    write(os.path.join(docs, "matrix.md"), matrix(known, known.matrix))
    write(os.path.join(docs, "requirements.md"), requirements(known))
    write(os.path.join(docs, "oddities.md"), oddities(build))
    print(f"  DOCS    {docs}/checks/index.md: {len(families)} families, {len(known.checks)} checks; {docs}/matrix.md")


main()
