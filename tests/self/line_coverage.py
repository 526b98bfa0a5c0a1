#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Reports which lines of the drivers and the checks run in the host port: line_coverage.py PROGRAM [-v]

PROGRAM is built with --coverage (make line-coverage). It runs on the healthy reference device first, then on each
defective one: only those reach the lines that report a failure. -v shows the lines that no run reached.
"""

import glob
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Dict

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
Lines = Dict[int, int]      # how often a line ran

FOLDERS = ("drivers/", "tests/checks/", "tests/framework/")

HEALTHY = [f"touchstone.ref-version={version} touchstone.ref-schedule={schedule} touchstone.ref-line={line}"
           for version in (1, 2, 3) for schedule, line in (("prompt", "level"), ("lazy", "edge"), ("mixed", "level"))]
HEALTHY += [f"touchstone.ref-version={version} touchstone.ref-queue-size={size}" for version in (1, 2) for size in (1, 2, 4, 8)]
HEALTHY += [f"touchstone.ref-msi={layout} touchstone.skip=*wrap*"
            for layout in ("draft3", "f40", "f40-fixed", "f40-patch", "f40-fixed-patch", "dragonball", "f44")]
HEALTHY += ["touchstone.ref-read-only", "touchstone.list", "touchstone.ref-version=1 touchstone.ref-read-only", "touchstone.only=none"]
# The checks of the wrap of the index take most of the time, and notice few more defects than the others.
DEFECTIVE = ["touchstone.proof=all touchstone.skip=*wrap*", "touchstone.proof=all touchstone.ref-version=1 touchstone.skip=*wrap*",
             "touchstone.proof=all touchstone.ref-msi=all touchstone.only=msi.*",
             "touchstone.proof=all touchstone.ref-line=edge touchstone.only=interrupt.*",
             "touchstone.proof=all touchstone.ref-read-only touchstone.only=blk.*"]


WORDS = ("touchstone.ref=only", "touchstone.peer", "touchstone.loop", "touchstone.disk")     # what is true of the reference device


def run(program: str, words: str) -> None:
    done = subprocess.run([program, *WORDS, *words.split()], capture_output=True, text=True, errors="replace",
                          check=False)
    if "\n# end " not in done.stdout:
        sys.exit(f"line_coverage: {words}: no end marker\n{done.stdout[-800:]}{done.stderr[-800:]}")


def counts(folder: str) -> Dict[str, Lines]:
    """{file: {line: how often it ran}}"""
    found: Dict[str, Lines] = {}
    for data in glob.glob(f"{folder}/**/*.gcda", recursive=True):
        told = subprocess.run(["gcov", "--json-format", "--stdout", data], capture_output=True, text=True, check=True, cwd=TOP).stdout
        for file in json.loads(told)["files"]:
            if file["file"].startswith(FOLDERS):
                lines = found.setdefault(file["file"], {})
                for line in file["lines"]:
                    lines[line["line_number"]] = lines.get(line["line_number"], 0) + line["count"]
    return found


def reached(lines: Lines) -> int:
    return sum(count > 0 for count in lines.values())


def row(name: str, total: int, healthy: int, both: int) -> None:
    print(f"{name:34} {total:6} {healthy:6} {100 * healthy / total:5.1f}% {both:6} {100 * both / total:5.1f}%")


def main() -> None:
    program = os.path.abspath(sys.argv[1])
    folder = os.path.dirname(program)
    for data in glob.glob(f"{folder}/**/*.gcda", recursive=True):
        os.remove(data)
    snapshots = []
    for kind in (HEALTHY, DEFECTIVE):
        with ThreadPoolExecutor(os.cpu_count()) as pool:    # the programs add their counts to the same files, under a lock
            list(pool.map(lambda words: run(program, words), kind))
        snapshots.append(counts(folder))
    healthy, both = snapshots
    print(f"{'file':34} {'lines':>6} {'healthy device':>14} {'and defects':>13}")
    for prefix in FOLDERS:
        names = sorted(name for name in both if name.startswith(prefix))
        sums = [0, 0, 0]
        for name in names:
            numbers = len(both[name]), reached(healthy[name]), reached(both[name])
            sums = [one + other for one, other in zip(sums, numbers)]
            row(name, *numbers)
        row(f"{prefix} in all", *sums)
        print()
    if "-v" in sys.argv[2:]:
        for name in sorted(both):
            with open(f"{TOP}/{name}", encoding="utf-8") as file:
                source = file.read().splitlines()
            for number, count in sorted(both[name].items()):
                if not count:
                    print(f"{name}:{number}: {source[number - 1].strip()}")


main()
