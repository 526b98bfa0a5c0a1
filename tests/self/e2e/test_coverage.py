# SPDX-License-Identifier: BSD-2-Clause
"""tests/self/coverage.py: what must not be in the requirement table, the checks, their lists and the page is noticed."""

import os
import re
import shutil
import subprocess

from harness import TOP, Scratch

SCRIPT = os.path.join(TOP, "tests/self/coverage.py")
TABLE, EXCUSES = "tests/checks/requirements.csv", "tests/checks/uncovered.csv"
NOT_YET, PROVEN = "tests/self/not_yet.txt", "tests/self/proven.txt"
PAGE = "docs/checks.md"
PARTS = ("Makefile", "model/defects/catalogue.h", NOT_YET, PROVEN, PAGE)
CHECK = "tests/checks/identity.c"

NEW_ROW = "made-up-01,2.1.2 devicenormative:X / Y,MUST,A promise,yes,By a look\n"


def coverage(scratch, *options):
    done = subprocess.run(["/usr/bin/python3", SCRIPT, "--tree", scratch.path, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    return done.returncode, done.stdout


def tree(scratch):
    """What coverage.py reads of this checkout, as a tree of its own."""
    for folder in ("tests/checks", "tests/framework"):
        shutil.copytree(os.path.join(TOP, folder), scratch / folder)
    for part in PARTS:
        os.makedirs(os.path.dirname(scratch / part), exist_ok=True)
        shutil.copy(os.path.join(TOP, part), scratch / part)


def noticed(changes, *texts):
    """Changes files - {name: (pattern, replacement)}, an empty pattern for the end - and expects one fault for each of the texts."""
    with Scratch() as scratch:
        tree(scratch)
        for name, (pattern, replacement) in changes.items():
            text = scratch.read(name)
            changed = re.sub(pattern, replacement, text, count=1, flags=re.M) if pattern else text + replacement
            assert changed != text, f"{name} has no {pattern}"
            scratch.file(name, changed)
        coverage(scratch, "--write")
        code, said = coverage(scratch)
        faults = re.findall("^not ok (.*)", said, re.M)
        assert code == 1 and len(faults) == len(texts) and said.endswith(f" passed, {len(texts)} failed\n"), said[-2000:]
        for text, fault in zip(texts, faults):
            assert text in fault, fault


def test_this_tree_is_in_order() -> None:
    with Scratch() as scratch:
        tree(scratch)
        code, said = coverage(scratch)
        assert code == 0 and said.endswith(" passed, 0 failed\n"), said[-2000:]


def test_row_without_a_state() -> None:
    noticed({TABLE: ("", NEW_ROW)}, "made-up-01 is in no state")


def test_row_with_two_states() -> None:
    noticed({EXCUSES: ("", "mmio-layout-01,not observable from a guest,nobody looks\n")}, "mmio-layout-01 is covered by identity.magic and has an excuse")


def test_row_that_cannot_be_tested_and_is() -> None:
    noticed({TABLE: (r"^(mmio-layout-01,.*),yes,", r"\1,no,")}, "mmio-layout-01 is covered by identity.magic, and requirements.csv says")


def test_reason_that_is_none() -> None:
    noticed({TABLE: ("", NEW_ROW), EXCUSES: ("", "made-up-01,no time,there was none\n")}, "the reason 'no time' is none of")


def test_reason_without_a_why() -> None:
    noticed({TABLE: ("", NEW_ROW), EXCUSES: ("", "made-up-01,not observable from a guest,\n")}, "does not say why")


def test_not_yet_by_stealth() -> None:
    noticed({TABLE: ("", NEW_ROW), EXCUSES: ("", "made-up-01,not yet,later\n")}, 'made-up-01 is "not yet", and tests/self/not_yet.txt')


def test_not_yet_that_is_done() -> None:
    noticed({NOT_YET: ("", "mmio-layout-01\n")}, 'mmio-layout-01, which is not "not yet" any more')


def test_excuse_of_an_unknown_row() -> None:
    noticed({EXCUSES: ("", "made-up-01,not observable from a guest,nobody looks\n")}, "names made-up-01, which requirements.csv does not have")


def test_check_without_a_row() -> None:
    noticed({CHECK: (r'REQ\("mmio-table-12"\)', "REQ()")}, "identity.reading-changes-nothing names no row")


def test_check_of_an_unknown_row() -> None:
    noticed({CHECK: (r'REQ\("mmio-table-12"\)', 'REQ("made-up-01")')}, "identity.reading-changes-nothing names made-up-01")


def test_check_without_a_comment() -> None:
    noticed({CHECK: (r"^CHECK\(", "\nCHECK(")}, "identity.magic does not say how a device breaks it")
    noticed({CHECK: (r" \*/\nCHECK\(", ", as above. */\nCHECK(")}, 'identity.magic says "as above"')


def test_matrix_of_a_check_that_is_gone() -> None:
    noticed({PROVEN: ("", "made.up: magic_gone; 0\n")}, "tests/self/proven.txt has made.up, which does not exist")


def test_too_little_is_proven() -> None:
    with Scratch() as scratch:
        tree(scratch)
        scratch.file(PROVEN)
        coverage(scratch, "--write")
        code, said = coverage(scratch)
        assert code == 1 and "not ok only 0 rows are covered and proven" in said and "checks are newer than the last make matrix" in said, said[-800:]


def test_stale_page() -> None:
    with Scratch() as scratch:
        tree(scratch)
        title = scratch.read(CHECK).replace("MagicValue reads 0x74726976 at every stage", "MagicValue reads what it should")
        scratch.file(CHECK, title)
        code, said = coverage(scratch)
        assert code == 1 and "not ok docs/checks.md is out of date" in said, said[-800:]
        assert coverage(scratch, "--write") == (0, "") and coverage(scratch)[0] == 0


def test_page_says_what_there_is_to_say() -> None:
    with Scratch() as scratch:
        tree(scratch)
        assert coverage(scratch, "--write") == (0, "")
        page = scratch.read(PAGE)
    entry = page.partition("### interrupt.level-is-held-until-acknowledged\n")[2].partition("\n### ")[0]
    for text in ("**Level:**", "a level-triggered interrupt line", "**Clause:** 4.2.2 MMIO Device Register Layout, mmio-table-10", "**A failure means:**",
                 "`line_pulses`: pulses the line as if it were an edge", "**In the field:** arcbox #350"):
        assert text in entry, entry
