# SPDX-License-Identifier: BSD-2-Clause
"""What the scripts here read of the sources: the rows of the requirement table, the checks, the defects."""

import csv
import os
import re
from collections import namedtuple

Check = namedtuple("Check", "file id rows level needs title comment")
Defect = namedtuple("Defect", "rows what seen")

STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
MACRO = re.compile(r"^#define (\w+)(\(\w+\))? ((?:\\\n|.)*)", re.M)


def read(top, name):
    with open(os.path.join(top, name), encoding="utf-8") as file:
        return file.read()


def rows(top):
    """{id: the row as a dictionary}, in the order of the file."""
    return {row["id"]: row for row in csv.DictReader(read(top, "tests/checks/requirements.csv").splitlines())}


def arguments(text, start):
    """The arguments of the macro call whose opening parenthesis is at `start`."""
    found, depth, begin, at = [], 0, start + 1, start
    while at < len(text):
        char = text[at]
        if char == '"':
            at = STRING.match(text, at).end()
            continue
        depth += (char in "({[") - (char in ")}]")
        if not depth or (char == "," and depth == 1):
            found.append(text[begin:at].strip())
            begin = at + 1
        if not depth:
            return found
        at += 1
    raise ValueError("a parenthesis that is never closed")


def string(text):
    """What a C string, perhaps in several pieces, says."""
    return "".join(STRING.findall(text)).replace('\\"', '"').replace("\\\\", "\\")


def plain(comment):
    """The text of a C comment in one line."""
    return " ".join(line.strip().lstrip("*").strip() for line in comment.splitlines()).strip()


def comment_above(text, at):
    """The comment that ends in the line before `at`, or nothing."""
    return plain(text[text.rindex("/*", 0, at) + 2:at - 3]) if text.endswith("*/\n", 0, at) else ""


def expanded(needs, macros):
    """NEEDS with the macros of its own file put in; they nest one deep."""
    for name, parameter, body in macros:
        body = " ".join(body.replace("\\\n", " ").split())
        if parameter:
            needs = re.sub(rf"\b{name}\(([^)]*)\)", lambda call: re.sub(rf"\b{parameter[1:-1]}\b", call[1].strip(), body), needs)
        else:
            needs = re.sub(rf"\b{name}\b(?!\s*\()", lambda _: body, needs)
    return needs


def files(top):
    """The files of checks, in the order in which the checks run."""
    folder = os.path.join(top, "tests/checks")
    listed = re.search(r"^CHECKS := \$\(patsubst [^,]*,[^,]*,([^)]*)\)", read(top, "Makefile"), re.M)[1]
    order = listed.replace("\\\n", " ").split()
    found = sorted(name for name in os.listdir(folder) if name.endswith(".c"))
    return ["tests/checks/" + name for name in sorted(found, key=lambda name: order.index(name[:-2]) if name[:-2] in order else len(order))]


def checks(top):
    """Every CHECK, in the order in which they run. Raises ValueError where one cannot be read."""
    found = []
    for name in files(top):
        text = read(top, name)
        macros = MACRO.findall(text)
        for start in re.finditer(r"^CHECK\(", text, re.M):
            parts = arguments(text, start.end() - 1)
            if len(parts) != 6:
                raise ValueError(f"{name}: a CHECK that has {len(parts)} arguments, not 6: {parts[:2]}")
            needs = expanded(re.fullmatch(r"NEEDS\((.*)\)", parts[4], re.S)[1].strip(), macros)
            found.append(Check(name, string(parts[1]), STRING.findall(parts[2]), parts[3], needs, string(parts[5]),
                               comment_above(text, start.start())))
    return found


def prose(top, name):
    """The comment at the top of a file: what its chapter is about and how devices break it. Paragraphs."""
    comment = re.search(r"/\*\n((?:(?!\*/).)*)\*/", read(top, name).partition("#include")[0], re.S)
    if not comment:
        return []
    text = "\n".join(line.strip().lstrip("*").strip() for line in comment[1].splitlines())
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip()]


def defects(top):
    """{name: Defect} of the catalogue."""
    found = {}
    text = read(top, "model/defects/catalogue.h")
    for start in re.finditer(r"^X\(", text, re.M):
        name, _, _, _, named, what, seen = arguments(text, start.end() - 1)
        found[name] = Defect(string(named).split(), string(what), string(seen))
    return found


def proven(top):
    """{check: (defects of its own rows that it notices, how many others, the first of the others)} as `make matrix` left it."""
    found = {}
    for line in read(top, "tests/self/proven.txt").splitlines():
        if not line.startswith("#"):
            name, _, rest = line.partition(": ")
            own, _, others = rest.partition(";")
            count, *first = others.split()
            found[name] = (own.split(), int(count), first)
    return found
