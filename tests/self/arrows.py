#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks that arrows between folders point one way, and that no file needs a file that needs it: arrows.py [--tree DIR]
[PORT...]

What a file needs is read from its includes and from the object files: a function or variable that a.c uses and b.c
defines is an arrow from a.c to b.c, whichever header declares it. Callbacks are not arrows: a function that is given a
pointer does not know whom it calls.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PORTS = 4
ROOMS = ("firmware", "drivers", "model", "tests/framework", "tests/checks", "tests/guest", "host")

# What the files of a folder may need. The longest name that fits a file counts.
ALLOWED = {
    "firmware/machine.h": (),
    "firmware/lib/": ("firmware/lib/",),
    "firmware/discovery/": ("firmware/discovery/", "firmware/lib/", "firmware/machine.h"),
    "firmware/arch/": ("firmware/arch/", "firmware/lib/", "firmware/machine.h"),
    "firmware/boot/": ("firmware/boot/", "firmware/arch/", "firmware/lib/", "firmware/machine.h"),
    "drivers/spec/": ("drivers/spec/",),
    "drivers/": ("drivers/", "firmware/arch/", "firmware/lib/"),
    "model/": ("model/", "drivers/spec/"),
    "host/": ("host/", "drivers/spec/"),     # our device for QEMU; the runner is not C
    "tests/framework/": ("tests/framework/", "drivers/", "firmware/arch/", "firmware/lib/"),
    "tests/checks/": ("tests/checks/", "tests/framework/", "drivers/", "firmware/arch/", "firmware/lib/"),
    "tests/guest/": ("tests/guest/", "tests/checks/", "tests/framework/", "model/", "drivers/", "firmware/"),
}

# The program's main(), which boot code calls, and the functions that a compiler may call by itself, besides names that begin with "__".
EVERYBODYS = {"firmware_main", "memcpy", "memset", "memcmp", "memmove"}

# Known exceptions, which are still to be removed; these lists only shrink. Arrows that no folder may have: (file, file that it needs).
KNOWN_ARROWS: tuple[tuple[str, str], ...] = ()

# Circles: sets of files among which arrows are ignored.
KNOWN_CIRCLES: tuple[tuple[str, ...], ...] = ()

Uses = dict[str, dict[str, str]]    # file -> file that it needs -> how, in words


def sources(tree: str) -> Iterable[str]:
    """The C and assembly files of the rooms, relative to the tree."""
    for room in ROOMS:
        for folder, _, names in os.walk(os.path.join(tree, room)):
            for name in sorted(names):
                if name.endswith((".c", ".h", ".S")):
                    yield os.path.relpath(os.path.join(folder, name), tree)


def included(tree: str) -> Uses:
    """{file: {file that it includes: how}}"""
    uses: Uses = defaultdict(dict)
    for name in sources(tree):
        with open(os.path.join(tree, name), encoding="utf-8") as file:
            for other in re.findall(r'^#\s*include "((?:firmware|drivers|model|tests|host)/[^"]+)"', file.read(), re.M):
                uses[name].setdefault(other, "includes")
    return uses


def called(tree: str, objects: list[str]) -> Uses:
    """{file: {file whose symbol it uses: how}}, from object files: build/.../x/y.c.o comes from x/y.c."""
    common = os.path.commonpath(objects)
    source = {name: os.path.relpath(name, common)[:-len(".o")] for name in objects}
    names = [name for name in objects if source[name].startswith(tuple(room + "/" for room in ROOMS))]
    listed = subprocess.run(["nm", "-A", *names], cwd=tree, capture_output=True, text=True, check=True).stdout
    defined, used = {}, []
    for line in listed.splitlines():
        path, rest = line.rsplit(":", 1)
        kind, symbol = rest.split()[-2:]
        name = source[path]
        if kind in "Uwv":
            used.append((name, symbol))
        elif kind.isupper():
            defined[symbol] = name
    uses: Uses = defaultdict(dict)
    for name, symbol in used:
        other = defined.get(symbol, name)
        if other != name and symbol not in EVERYBODYS and not symbol.startswith("__"):
            uses[name].setdefault(other, f"uses {symbol} of")
    return uses


def arrows_up(uses: Uses) -> list[str]:
    """A line for each arrow that the folder of its file may not have."""
    faults = []
    for name in sorted(uses):
        folder = max((folder for folder in ALLOWED if name.startswith(folder)), key=len, default=None)
        if folder:
            faults += [f"{name} {how} {other}: {folder} may not need it" for other, how in sorted(uses[name].items())
                       if not other.startswith(ALLOWED[folder]) and (name, other) not in KNOWN_ARROWS]
    return faults


def shortest_circle(uses: Uses, start: str) -> list[str]:
    """The files of the shortest way from a file back to itself, beginning with the file; empty if there is none."""
    came: dict[str, str] = {}
    border = [start]
    while border:
        reached = []
        for name in border:
            for other in sorted(uses.get(name, ())):
                if other == start:
                    way = [name]
                    while way[0] != start:
                        way.insert(0, came[way[0]])
                    return way
                if other not in came:
                    came[other] = name
                    reached.append(other)
        border = reached
    return []


def circles(uses: Uses) -> list[str]:
    """A line for each circle that is not a known exception: the shortest one of its first file."""
    counted = {name: {other: how for other, how in others.items() if not any(name in ring and other in ring for ring in KNOWN_CIRCLES)}
               for name, others in uses.items()}
    seen: set[str] = set()
    faults = []
    for name in sorted(counted):
        way = shortest_circle(counted, name) if name not in seen else []
        seen.update(way)
        if way:
            faults.append("a circle: " + ", ".join(f"{a} {counted[a][b]} {b}" for a, b in zip(way, way[1:] + way[:1])))
    return faults


def outlived(uses: Uses) -> list[str]:
    """A line for each known exception that is no longer needed."""
    faults = [f"{name} does not need {other} any more: take this out of KNOWN_ARROWS in tests/self/arrows.py"
              for name, other in KNOWN_ARROWS if other not in uses.get(name, {})]
    for names in KNOWN_CIRCLES:
        ring = {name: {other: how for other, how in uses.get(name, {}).items() if other in names} for name in names}
        faults += [f"{name} is in no circle any more: take it out of KNOWN_CIRCLES in tests/self/arrows.py"
                   for name in names if not shortest_circle(ring, name)]
    return faults


def ports(tree: str) -> list[str]:
    """The ports that can be built here: the host's, and those that have a compiler."""
    words = subprocess.run(["make", "-s", "-C", tree, "list-ports"], capture_output=True, text=True, check=True).stdout.split()
    return ["host", *words]


def build(tree: str, port: str) -> list[str]:
    """Builds a port's object files and returns them."""
    where = ["HOST_SANITIZE=", "BUILD=build/fast"] if port == "host" else []
    made = subprocess.run(["make", "-s", "-j2", "-C", tree, f"ARCH={port}", *where, "objects"], capture_output=True, text=True)
    if made.returncode:
        raise ValueError(f"make objects for {port}: {made.stderr[-600:]}")
    return [word for word in made.stdout.split() if word.endswith(".o")]


def faults(tree: str, wanted: list[str]) -> list[str]:
    """The faults, a line each, of the includes or else of these ports. Only a run of all ports can show that an
    exception is not needed."""
    by_include = included(tree)
    found = arrows_up(by_include) + circles(by_include)
    if found:
        return found
    every = ports(tree)
    together: Uses = defaultdict(dict, {name: dict(others) for name, others in by_include.items()})
    for port in wanted or every:
        uses = called(tree, build(tree, port))
        found += arrows_up(uses) + circles(uses)
        for name, others in uses.items():
            together[name].update(others)
    if not wanted and len(every) == PORTS:
        found += outlived(together)
    return list(dict.fromkeys(found))


def main() -> None:
    words = sys.argv[1:]
    tree = TOP
    if words[:1] == ["--tree"]:
        tree, words = words[1], words[2:]
    found = faults(tree, words)
    for fault in found:
        print(f"not ok {fault}")
    print(f"{len(found)} arrows point the wrong way" if found else "ok every arrow points one way")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
