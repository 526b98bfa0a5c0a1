# SPDX-License-Identifier: BSD-2-Clause
"""tests/self/coverage.py and pages.py on a tree of three rows and two checks: coverage.py notices every fault, and the
pages are complete."""

import os
import re
import subprocess

from harness import TOP, Scratch

TABLE, EXCUSES, NOT_YET = "tests/checks/requirements.csv", "tests/checks/uncovered.csv", "tests/self/not_yet.txt"
SOURCE, LISTING, MATRIX = "tests/checks/line.c", "build/fast/host/listing.tsv", "build/fast/host/matrix.tsv"
TREE = {
    TABLE: "id,section,level,summary,testable,how\n"
           "line-01,4.2.2 devicenormative:Devices / The Line,MUST,The line is high,yes,By a look\n"
           "line-02,4.2.3 A Wire (descriptive),DESC,The wire is < 3 m,yes,By a look\n"
           "line-03,4.2.3 A Wire (descriptive),DESC,The wire is red,yes,By a look\n",
    EXCUSES: "id,reason,why\nline-03,not yet,it takes a camera\n",
    NOT_YET: "# Rows.\n\nline-03\n",
    SOURCE: '/*\n * About lines.\n *\n * And wires.\n */\n#include "x.h"\n\n'
            '/* Breaks: a line that pulses. */\nCHECK(high, "line.is-high", REQ("line-01"), MUST, NEEDS(),\n      "x") {}\n\n'
            '/*\n * The wire itself. Breaks: a wire\n * of 4 m.\n */\nCHECK(wire, "line.wire", REQ("line-02"), DESCRIBED, NEEDS(), "x") {}\n',
    LISTING: "check\tline.is-high\tmust\tline-01\tan interrupt line\tThe line is high\n"
             "check\tline.wire\tdescribed\tline-02\tnothing\tThe wire is short\n"
             "defect\tline_pulses\tline-01\tpulses the line\tsomebody #350\n"
             "defect\tno_line\tline-02\thas no line\t\n",
    MATRIX: "line_pulses\tline.is-high line.wire\nno_line\t\n",
}
NEW_ROW = "line-04,2.1.2 devicenormative:X / Y,MUST,A promise,yes,By a look\n"


def script(name: str, scratch: Scratch) -> tuple[int, str]:
    done = subprocess.run(["/usr/bin/python3", os.path.join(TOP, "tests/self", name), "--tree", scratch.path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def tree(scratch: Scratch) -> None:
    for name, text in TREE.items():
        os.makedirs(os.path.dirname(scratch / name), exist_ok=True)
        scratch.file(name, text)


def noticed(changes: dict[str, tuple[str, str]], *texts: str) -> None:
    """Changes files, {name: (pattern, replacement)} with an empty pattern for the end, and expects one fault for each
    of the texts."""
    with Scratch() as scratch:
        tree(scratch)
        for name, (pattern, replacement) in changes.items():
            text = scratch.read(name)
            changed = re.sub(pattern, replacement, text, count=1, flags=re.M) if pattern else text + replacement
            assert changed != text, f"{name} has no {pattern}"
            scratch.file(name, changed)
        code, said = script("coverage.py", scratch)
        faults = re.findall("^not ok (.*)", said, re.M)
        assert code == 1 and len(faults) == len(texts) and said.endswith(f" passed, {len(texts)} failed\n"), said[-2000:]
        for text, fault in zip(texts, faults):
            assert text in fault, fault


def test_tree_is_in_order() -> None:
    with Scratch() as scratch:
        tree(scratch)
        code, said = script("coverage.py", scratch)
        assert code == 0 and said.endswith("6 passed, 0 failed\n") and "covered by 2 checks, 1 of these proven\n" in said, said[-2000:]
        os.remove(scratch / MATRIX)
        code, said = script("coverage.py", scratch)
        assert code == 0 and "covered by 2 checks; make prove says which are proven\n" in said, said[-2000:]


def test_row_without_a_state() -> None:
    noticed({TABLE: ("", NEW_ROW)}, "line-04 is in no state")


def test_row_with_two_states() -> None:
    noticed({EXCUSES: ("", "line-01,not observable from a guest,nobody looks\n")}, "line-01 is covered by line.is-high and has an excuse")


def test_row_that_cannot_be_tested_and_is() -> None:
    noticed({TABLE: (r"^(line-01,.*),yes,", r"\1,no,")}, "line-01 is covered by line.is-high, and requirements.csv says")


def test_reason_that_is_none() -> None:
    noticed({TABLE: ("", NEW_ROW), EXCUSES: ("", "line-04,no time,there was none\n")}, "the reason 'no time' is none of")


def test_reason_without_a_why() -> None:
    noticed({TABLE: ("", NEW_ROW), EXCUSES: ("", "line-04,not observable from a guest,\n")}, "does not say why")


def test_not_yet_by_stealth() -> None:
    noticed({TABLE: ("", NEW_ROW), EXCUSES: ("", "line-04,not yet,later\n")}, 'line-04 is "not yet", and tests/self/not_yet.txt')


def test_not_yet_that_is_done() -> None:
    noticed({NOT_YET: ("", "line-01\n")}, 'line-01, which is not "not yet" any more')


def test_excuse_of_an_unknown_row() -> None:
    noticed({EXCUSES: ("", "line-04,not observable from a guest,nobody looks\n")}, "names line-04, which requirements.csv does not have")


def test_check_without_a_row() -> None:
    noticed({LISTING: ("\tline-02\tnothing", "\t\tnothing"), EXCUSES: ("", "line-02,not observable from a guest,dark\n")}, "line.wire names no row")


def test_check_of_an_unknown_row() -> None:
    noticed({LISTING: ("\tline-02\tnothing", "\tline-02 line-05\tnothing")}, "line.wire names line-05")


def test_check_that_is_too_strict() -> None:
    noticed({LISTING: ("described", "must")}, 'line.wire is "must", but none of its rows is: line-02')


def test_check_without_a_proper_id() -> None:
    noticed({LISTING: ("", "check\tWire\tmust\tline-01\tnothing\tThe wire\n")}, "Wire: an id is lower-case words", "Wire does not say how")
    noticed({LISTING: ("", "check\tline.wire\tmust\tline-01\tnothing\tThe wire\n")}, *["line.wire: two checks have this id"] * 2)


def test_check_that_does_not_say_how_it_breaks() -> None:
    noticed({SOURCE: (r"^CHECK\(", "\nCHECK(")}, "line.is-high does not say how a device breaks it")
    noticed({SOURCE: ("Breaks: a line", "Broken by a line")}, "line.is-high does not say how a device breaks it")
    noticed({SOURCE: (r"pulses\. \*/", "pulses, as above. */")}, 'line.is-high says "as above"')


def test_pages_say_what_there_is_to_say() -> None:
    with Scratch() as scratch:
        tree(scratch)
        code, said = script("pages.py", scratch)
        assert code == 0, said
        page, index, matrix = (scratch.read(f"build/docs/{name}.md") for name in ("checks/line", "checks/index", "matrix"))
    for text in ("\nAbout lines.\n\nAnd wires.\n",
                 '### <a id="line.is-high"></a>line.is-high\n\nThe line is high.\n\n- **How devices break it:** A line that pulses.\n',
                 "- **Clauses:** 4.2.2 The Line, [line-01](#line-01)\n", "- **Level:** must. **Needs:** an interrupt line.\n",
                 "- **In the field:** somebody #350 (pulses the line)\n", "- **Proven by:** [line_pulses](../matrix.md#line_pulses)\n",
                 "The wire is short. The wire itself.\n\n- **How devices break it:** A wire of 4 m.\n",
                 '- <a id="line-02"></a>**line-02**, 4.2.3 A Wire (described): The wire is \\< 3 m.\n'):
        assert text in page, f"{text}\n{page}"
    assert page.count("The wire is \\< 3 m") == 1 and "line-03" not in page, page
    assert "| [line](line.md) | 2 | `line.c` |\n" in index, index
    assert "| line-01 | [line.is-high](checks/line.md#line.is-high), [line.wire](checks/line.md#line.wire) |\n" in matrix, matrix
    assert "| line-02 | nothing; `tests/self/unproven.txt` says why |\n" in matrix, matrix


def test_pages_need_a_matrix_of_this_program() -> None:
    with Scratch() as scratch:
        tree(scratch)
        os.utime(scratch / MATRIX, (0, 0))
        code, said = script("pages.py", scratch)
        assert code == 1 and "run make prove" in said, said
