# SPDX-License-Identifier: BSD-2-Clause
"""Reads the requirement table, the checks, the defects and the defect matrix for the scripts of this folder.

The program lists its checks and defects (listing.c); comments are read from the sources of the checks.
"""

from __future__ import annotations

import csv
import glob
import os
import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

LISTING, MATRIX = "fast/host/listing.tsv", "fast/host/matrix.tsv"       # below the build directory
Row = dict[str, str]     # a row of the requirement table: {column: text}
COMMENT = re.compile(r'/\*((?:(?!\*/).)*)\*/\nCHECK\(\w+,\s*"([^"]+)"', re.S)


class Check(NamedTuple):
    """The program's description of a check, and the comment above it in the source."""

    id: str
    level: str
    rows: list[str]         # of the requirement table, by id
    needs: str              # in words
    title: str
    file: str               # "" without a comment
    comment: str


class Defect(NamedTuple):
    """A line of the catalogue."""

    rows: list[str]
    what: str
    seen: str


class Oddity(NamedTuple):
    """A line of the catalogue of oddities."""

    types: str
    versions: str
    apart: str              # two with the same word exclude each other; NONE: none
    clause: str
    what: str


# How the versions of VMMs in the names of records read in prose.
VMMS = (("qemu-", "QEMU {}"), ("tinyemu-", "TinyEMU"), ("firecracker-", "Firecracker {}"), ("stratovirt-", "StratoVirt {}"), ("libkrun-", "libkrun {}"))


def read(top: str, name: str) -> str:
    with open(os.path.join(top, name), encoding="utf-8") as file:
        return file.read()


def rows(top: str) -> dict[str, Row]:
    """{id: the row as a dictionary}, in the order of the file."""
    return {row["id"]: row for row in csv.DictReader(read(top, "tests/checks/requirements.csv").splitlines())}


def plain(comment: str) -> list[str]:
    """The paragraphs of a C comment, each as a line."""
    text = "\n".join(line.strip().removeprefix("*").strip() for line in comment.splitlines())
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip()]


def comments(top: str) -> dict[str, tuple[str, str]]:
    """{id of a check: (its file, the comment above it)}"""
    found = {}
    for path in sorted(glob.glob("tests/checks/*.c", root_dir=top)):
        for comment, check in COMMENT.findall(read(top, path)):
            found[check] = (path, " ".join(plain(comment)))
    return found


def prose(top: str, name: str) -> list[str]:
    """The paragraphs of the comment at the top of a file, which describes the family and how devices break it."""
    comment = re.search(r"/\*\n((?:(?!\*/).)*)\*/", read(top, name).partition("#include")[0], re.S)
    return plain(comment[1]) if comment else []


def listed(build: str, kind: str) -> list[list[str]]:
    """The fields of each line of this kind in the program's listing."""
    lines = (line.split("\t") for line in read(build, LISTING).splitlines())
    return [fields for first, *fields in lines if first == kind]


def checks(top: str, build: str) -> list[Check]:
    """Every check, in the order in which they run."""
    said = comments(top)
    return [Check(check, level, named.split(), needs, title, *said.get(check, ("", "")))
            for check, level, named, needs, title in listed(build, "check")]


def records(top: str) -> dict[str, set[str]]:
    """{VMM and version: the checks that ran on it}, from the records in expect/ran/ (run.sh --record)."""
    found: dict[str, set[str]] = {}
    for path in sorted(glob.glob("expect/ran/*@*", root_dir=top)):
        version = path.partition("@")[2]
        label = next((text.format(version.removeprefix(prefix)) for prefix, text in VMMS if version.startswith(prefix)), version)
        lines = [line for line in read(top, path).splitlines() if line.startswith(" ")]
        found.setdefault(label, set()).update(check for line in lines for check in line.split())
    return found


def defects(build: str) -> dict[str, Defect]:
    """{name: Defect} in the order of the catalogue."""
    return {name: Defect(named.split(), what, seen) for name, named, what, seen in listed(build, "defect")}


def oddities(build: str) -> dict[str, Oddity]:
    """{name: Oddity} in the order of the catalogue."""
    return {name: Oddity(*rest) for name, *rest in listed(build, "oddity")}


def write_matrix(build: str, table: Mapping[str, Collection[str]]) -> None:
    """table: {defect: ids of the checks that notice it}"""
    path = os.path.join(build, MATRIX)
    with open(path + ".new", "w", encoding="utf-8") as out:
        out.writelines(f"{name}\t{' '.join(sorted(caught))}\n" for name, caught in table.items())
    os.replace(path + ".new", path)


def matrix(build: str) -> dict[str, list[str]] | None:
    """What write_matrix() wrote; None if it is missing, or older than the listing."""
    path = os.path.join(build, MATRIX)
    if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(os.path.join(build, LISTING)):
        return None
    lines = (line.split("\t") for line in read(build, MATRIX).splitlines())
    return {name: caught.split() for name, caught in lines}
