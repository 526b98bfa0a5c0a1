#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Which requirement is covered by which check, and what is not, and why. coverage.py [--write] [--tree DIR]

Reads the requirement table, the checks, the catalogue of defects and what `make matrix` left. A row is in one state: covered by checks, or in
tests/checks/uncovered.csv with one of three reasons. It is proven when a check that names it notices a defect of that row.
Fails on a row without a state or with two; a check without a row or with an unknown one; a "not yet" that tests/self/not_yet.txt does not name; less than 150
proven rows; and when docs/checks.md is out of date. --write: only makes that page. --tree: another checkout than its own.
"""

import csv
import functools
import glob
import os
import re
import sys
import textwrap

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.pycache_prefix = os.path.join(TOP, "build", "pycache")

import sources      # noqa: E402 (its bytecode goes to build/)

PAGE = "docs/checks.md"
UNCOVERED = "tests/checks/uncovered.csv"
NOT_YET = "tests/self/not_yet.txt"
REASONS = ("not observable from a guest", "needs a stimulus that no VMM gives", "not yet")
PROVEN_LEAST = 150
WIDTH = 120


class Coverage:
    """The sources of a checkout, brought together."""

    def __init__(self, top):
        self.top = top
        self.rows = sources.rows(top)
        self.checks = sources.checks(top)
        self.defects = sources.defects(top)
        self.matrix = sources.proven(top)
        self.by = {row: [check for check in self.checks if row in check.rows] for row in self.rows}
        self.excuses = list(csv.DictReader(sources.read(top, UNCOVERED).splitlines()))
        self.reasons = {excuse["id"]: excuse for excuse in self.excuses}
        self.named = [line.split()[0] for line in sources.read(top, NOT_YET).splitlines() if line.strip() and not line.startswith("#")]

    def proofs(self, row):
        """The defects of a row that a check of this row notices."""
        return sorted({defect for check in self.by[row] for defect in self.matrix.get(check.id, ((),))[0]
                       if defect in self.defects and row in self.defects[defect].rows})

    def is_testable(self, row):
        return self.rows[row]["testable"] != "no"


# ---- what is wrong ----

def faults_of_row(known, row):
    excuse = known.reasons.get(row)
    if known.by[row]:
        if excuse:
            yield f"{row} is covered by {known.by[row][0].id} and has an excuse: take it out of {UNCOVERED}"
        if not known.is_testable(row):
            yield f"{row} is covered by {known.by[row][0].id}, and requirements.csv says that it cannot be tested"
        return
    if not excuse:
        yield f"{row} is in no state: write a check, or a line with the reason in {UNCOVERED}"
        return
    if excuse["reason"] not in REASONS:
        yield f"{row}: the reason {excuse['reason']!r} is none of: {'; '.join(REASONS)}"
    if not (excuse["why"] or "").strip():
        yield f"{row}: its line in {UNCOVERED} does not say why"
    if excuse["reason"] == "not yet" and row not in known.named:
        yield f"{row} is \"not yet\", and {NOT_YET} does not name it"
    if excuse["reason"] == "not yet" and not known.is_testable(row):
        yield f"{row} is \"not yet\", and requirements.csv says that it cannot be tested"


def faults_of_check(known, check):
    if not check.rows:
        yield f"{check.id} names no row"
    for row in check.rows:
        if row not in known.rows:
            yield f"{check.id} names {row}, which requirements.csv does not have"
    if not check.comment:
        yield f"{check.id} does not say how a device breaks it: a comment right above the CHECK"
    if "as above" in check.comment.lower():
        yield f"{check.id} says \"as above\", which its entry in docs/checks.md is not"


def faults_of_lists(known):
    listed = [excuse["id"] for excuse in known.excuses]
    for row in sorted(set(listed)):
        if row not in known.rows:
            yield f"{UNCOVERED} names {row}, which requirements.csv does not have"
        if listed.count(row) > 1:
            yield f"{UNCOVERED} has {listed.count(row)} lines for {row}"
    for row in known.named:
        if known.reasons.get(row, {}).get("reason") != "not yet":
            yield f"{NOT_YET} names {row}, which is not \"not yet\" any more: take it out"
    for check in sorted(known.matrix.keys() - {check.id for check in known.checks}):
        yield f"tests/self/proven.txt has {check}, which does not exist: run make matrix"


# ---- the report ----

def section_of(row):
    """(number, title): "2.1.2", "Device Status Field"."""
    number, _, title = row["section"].partition(" ")
    title = re.sub(r"^(/ [\d.]+ )+", "", title).partition("(")[0]      # other sections of the same row; "(descriptive)"
    return number.partition("/")[0], re.sub(r"^\w+:", "", title).split(" / ")[-1].strip()


def section_title(row):
    return " ".join(section_of(row)).strip()


def some(names, most=4):
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def sections(known):
    """[(title, rows)] in the order of the specification; clause and description of a section are together."""
    found = {}
    for row, text in known.rows.items():
        found.setdefault(section_of(text)[0], (section_title(text), []))[1].append(row)
    # What does not come from the specification stands behind it.
    return [found[number] for number in sorted(found, key=lambda number: [int(part) if part.isdigit() else 99 for part in number.split(".")])]


def report(known):
    for title, rows in sections(known):
        covered, proven = [row for row in rows if known.by[row]], [row for row in rows if known.proofs(row)]
        testable = [row for row in rows if known.is_testable(row)]
        print(f"{title}: {len(rows)} rows, {len(testable)} testable, {len(covered)} covered, {len(proven)} proven")
        for row in rows:
            if known.by[row]:
                proofs = known.proofs(row)
                print(f"  {row:15} {some([check.id for check in known.by[row]])}\n"
                      f"  {'':15} {'proven by ' + some(proofs) if proofs else 'noticed no defect of this row'}")
            elif row in known.reasons:
                print(f"  {row:15} {known.reasons[row]['reason']}: {known.reasons[row]['why']}")
            else:
                print(f"  {row:15} in no state")
    print()


# ---- the page ----

TYPES = {"BLOCK": "a block device", "NETWORK": "a network device", "CONSOLE": "a console device", "ENTROPY": "an entropy device"}
WORDS = {
    "transport": lambda value: {"TRANSPORT_MMIO": "virtio-mmio"}.get(value, value),
    "version": lambda value: {"1": "the legacy layout", "2": "the modern layout"}.get(value, f"Version {value}"),
    "type": lambda value: TYPES.get(value.removeprefix("VIRTIO_ID_"), value),
    "queues": lambda value: f"{value} virtqueues" if value != "1" else "a virtqueue",
    "entries": lambda value: f"a virtqueue of {value} entries",
    "requests": lambda _: "requests",
    "answers": lambda _: "requests with device-writable bytes",
    "line": lambda _: "an interrupt line",
    "level_line": lambda _: "a level-triggered interrupt line",
    "stimulus": lambda _: "a stimulus that only the reference device gives",
    "edge_line": lambda _: "an edge-triggered interrupt line",
    "features": lambda value: " and ".join(dict.fromkeys(re.findall(r"VIRTIO_(?:[A-Z]+_)?F_(\w+)", value))) + " offered",
}


def needs(known, check):
    """NEEDS in words."""
    words = []
    for part in sources.arguments(f"({check.needs})", 0) if check.needs not in ("", "0") else ():
        name, _, value = (piece.strip() for piece in part.lstrip(".").partition("="))
        for constant in re.findall(r"\b[A-Z_]{4,}\b", value if name in ("entries", "queues") else ""):
            value = value.replace(constant, number(known.top, check.file, constant))
        product = re.fullmatch(r"(\d+) \* (\d+)", value)
        if product:
            value = str(int(product[1]) * int(product[2]))
        words.append(WORDS[name](value) if name in WORDS else f"{name.replace('_', ' ')}{'' if value == 'true' else ' ' + value}")
    return ", ".join(words) or "nothing"


@functools.lru_cache(maxsize=None)
def numbers(top, file):
    """{enum constant with a value: that} of a file."""
    return dict(re.findall(r"\b([A-Z_]{4,}) = (\d+)", sources.read(top, file)))


def number(top, file, constant):
    """The value of an enum constant of a check's file or of a header beside it; its name if there is none."""
    headers = sorted(glob.glob("tests/checks/support/*.h", root_dir=top) + glob.glob("tests/framework/*.h", root_dir=top))
    return next((numbers(top, name)[constant] for name in [file] + headers if constant in numbers(top, name)), constant)


def anchor(title):
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def item(text, mark="- ", indent=2):
    """A list item, wrapped. Long words stay whole: they are names."""
    return textwrap.fill(text.replace("<", "\\<"), WIDTH, initial_indent=mark, subsequent_indent=" " * indent, break_long_words=False,
                         break_on_hyphens=False)


def proof_lines(known, check):
    own, others, first = known.matrix.get(check.id, ((), 0, ()))
    rest = f"{others} defects of other rows" if others != 1 else "one defect of other rows"
    if own:
        yield item(f"**Proven by:** {len(own)} of the reference device's defects" + (f", and {rest}" if others else "")
                   if len(own) > 1 else "**Proven by:** a defect of the reference device" + (f", and {rest}" if others else ""))
        for name in own:
            yield item(f"`{name}`: {known.defects[name].what}" if name in known.defects else f"`{name}`", "  - ", 4)
    elif others:
        yield item(f"**Proven by:** {rest}: {', '.join(f'`{name}`' for name in first)}{' ...' if others > len(first) else ''}")
    elif check.id in known.matrix:
        yield item("**Proven by:** nothing yet; [tests/self/unproven.txt](../tests/self/unproven.txt) says why")
    else:
        yield item("**Proven by:** nothing yet: newer than the last `make matrix`")
    for name in own:
        if name in known.defects and known.defects[name].seen:
            yield item(f"**In the field:** {known.defects[name].seen} ({known.defects[name].what})")


def entry(known, check):
    yield f"### {check.id}\n"
    yield item(f"{check.title}.", "", 0) + "\n"
    yield item(f"**Level:** {check.level.lower()}. **Needs:** {needs(known, check)}.")
    for row in check.rows:
        text = known.rows.get(row)
        if text:
            yield item(f"**Clause:** {section_title(text)}, {row} ({text['level'].replace('DESC', 'described')}): {text['summary']}.")
    said = re.sub(r"^(Broken by|Breaks): *", "", check.comment)
    yield item(f"**A failure means:** {said}")
    yield from proof_lines(known, check)
    yield ""


def page(known):
    families = {}
    for check in known.checks:
        families.setdefault(check.id.partition(".")[0], []).append(check)
    lines = ["# The checks\n",
             item("Made by `make coverage WRITE=1` from the checks, [the requirement table](../tests/checks/requirements.csv), the catalogue of "
                  "defects and the result of `make matrix`. For each check: the property; its level, and what a device must have for it to apply; "
                  "the clauses of virtio 1.4; how a device breaks it, and what that looks like; the defects of the reference device that it notices; "
                  "and the real device that had such a defect, if we know of one.", "", 0) + "\n",
             f"{len(known.checks)} checks, {sum(1 for row in known.rows if known.by[row])} rows covered, "
             f"{sum(1 for row in known.rows if known.proofs(row))} of them proven by a defect of that very row.\n",
             "## Index\n"]
    for family, members in families.items():
        lines.append(f"- [{family}](#{family}): {len(members)} checks")
        lines += [f"  - [{check.id}](#{anchor(check.id)}): {check.title}" for check in members]
    lines.append("")
    for family, members in families.items():
        lines.append(f"## {family}\n")
        for file in dict.fromkeys(check.file for check in members):
            lines += [item(paragraph, "", 0) + "\n" for paragraph in sources.prose(known.top, file)]
            lines.append(f"[{os.path.basename(file)}](../{file})\n")
        for check in members:
            lines += entry(known, check)
    return "\n".join(lines).rstrip() + "\n"


def main():
    words = sys.argv[1:]
    top = words[words.index("--tree") + 1] if "--tree" in words else TOP
    known = Coverage(top)
    if "--write" in words:
        with open(os.path.join(top, PAGE), "w", encoding="utf-8") as out:
            out.write(page(known))
        return
    report(known)
    passed, faults = 0, []
    for found in ([list(faults_of_row(known, row)) for row in known.rows] + [list(faults_of_check(known, check)) for check in known.checks] +
                  [list(faults_of_lists(known))]):
        passed += not found
        faults += found
    written = sources.read(top, PAGE) if os.path.exists(os.path.join(top, PAGE)) else ""
    covered, proven = [row for row in known.rows if known.by[row]], [row for row in known.rows if known.proofs(row)]
    for wrong, fault in ((written != page(known), f"{PAGE} is out of date: run make coverage WRITE=1"),
                         (len(proven) < PROVEN_LEAST, f"only {len(proven)} rows are covered and proven, not {PROVEN_LEAST}")):
        passed += not wrong
        faults += [fault] * wrong
    for fault in faults:
        print(f"not ok {fault}")
    print(f"{len(known.rows)} rows, {sum(map(known.is_testable, known.rows))} testable, {len(covered)} covered by {len(known.checks)} checks, "
          f"{len(proven)} of these proven")
    for reason in REASONS:
        print(f"{sum(1 for row in known.rows if not known.by[row] and known.reasons.get(row, {}).get('reason') == reason):4} {reason}")
    newer = sum(1 for check in known.checks if check.id not in known.matrix)
    if newer:
        print(f"{newer:4} checks are newer than the last make matrix")
    print(f"{passed} passed, {len(faults)} failed")
    sys.exit(bool(faults))


main()
