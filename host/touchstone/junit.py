# SPDX-License-Identifier: BSD-2-Clause
"""Writes JUnit XML, which CI systems read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Sequence, TextIO


@dataclass
class Case:
    """One case: `kind` is failure, error, skipped, or nothing for one that passed."""

    name: str
    classname: str
    seconds: float = 0.0
    kind: str = ""
    message: str = ""
    text: str = ""


@dataclass
class Suite:
    """Cases under one name, and the output that belongs to them."""

    name: str
    cases: list[Case] = field(default_factory=list)
    output: str = ""

    def counts(self) -> dict[str, str]:
        """The attributes of its element that are counts."""
        def number(kind: str) -> str:
            return str(sum(case.kind == kind for case in self.cases))

        return {"tests": str(len(self.cases)), "failures": number("failure"), "errors": number("error"), "skipped": number("skipped"),
                "time": f"{sum(case.seconds for case in self.cases):.6f}"}


def write(file: TextIO, suites: Sequence[Suite]) -> None:
    """Writes the suites to an open text file. Their texts may have only characters that XML allows."""
    every = Suite("", [case for suite in suites for case in suite.cases])
    root = ET.Element("testsuites", every.counts())
    for suite in suites:
        element = ET.SubElement(root, "testsuite", {"name": suite.name, **suite.counts()})
        if suite.output:
            ET.SubElement(element, "system-out").text = suite.output
        for case in suite.cases:
            child = ET.SubElement(element, "testcase", {"name": case.name, "classname": case.classname, "time": f"{case.seconds:.6f}"})
            if case.kind:
                ET.SubElement(child, case.kind, {"type": case.kind, "message": case.message}).text = case.text or None
    ET.indent(root, "\t")
    file.write('<?xml version="1.0" ?>\n' + ET.tostring(root, encoding="unicode") + "\n")
