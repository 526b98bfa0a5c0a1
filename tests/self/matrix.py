#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The defect matrix: every defect of the reference device against every check, in the host port. matrix.py [--write]

Fails when the healthy device does not pass everything; when a defect is noticed by no check, or a check notices no defect, and tests/self/unproven.txt does
not say why; when a line there is no longer true; and when a check traps, times out or ends in an ERROR. --write puts the table into docs/matrix.md,
and what coverage.py needs of it into tests/self/proven.txt.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.pycache_prefix = os.path.join(TOP, "build", "pycache")

import sources      # noqa: E402 (its bytecode goes to build/)

PROGRAM = f"{TOP}/build/fast/host/touchstone"
UNPROVEN = f"{TOP}/tests/self/unproven.txt"
DATA = f"{TOP}/tests/self/proven.txt"

# How the healthy device is run: each must pass everything.
HEALTHY = [f"touchstone.ref-version={version} touchstone.ref-schedule={schedule} touchstone.ref-line={line}"
           for version in (1, 2, 3) for schedule in ("prompt", "lazy", "mixed") for line in ("level", "edge")]
# The layouts of message signalled interrupts; their defects, which begin with msi_, are shown to their checks alone.
LAYOUTS = ("draft3", "f40", "f40-fixed", "f40-patch", "f40-fixed-patch", "dragonball", "f44")
HEALTHY += [f"touchstone.ref-msi={layout} touchstone.ref-schedule={schedule}" for layout in LAYOUTS for schedule in ("prompt", "lazy", "mixed")]
# What every defect is shown to. A defect that its Version does not have is shown in one that does, the newest.
EXPENSIVE = "*wrap*"
VARIANTS = (f"touchstone.skip={EXPENSIVE}", "touchstone.ref-line=edge touchstone.only=interrupt.*",
            "touchstone.ref-read-only touchstone.only=blk.*", f"touchstone.ref-version=1 touchstone.skip={EXPENSIVE}")
# The checks over the wrap of the index cost more time than all others: they get the defects of their rows, and those that nothing else noticed.
LAST_RESORT = f"touchstone.only={EXPENSIVE}"
SHARE = 24      # defects that one process is given


def run(words):
    done = subprocess.run([PROGRAM, "touchstone.ref=only", "touchstone.peer", *words.split()], capture_output=True, text=True, errors="replace")
    if "\n# end " not in done.stdout:
        sys.exit(f"matrix: {words}: no end marker\n{done.stdout[-800:]}{done.stderr[-800:]}")
    return done.stdout


def healthy(words):
    return [f"{words}: {line}" for line in run(words).splitlines() if line.startswith("not ok")]


def proof(words):
    """{defect: (rows, set of check ids)}, [troubles]"""
    found, troubles, name = {}, [], None
    for line in run(words).splitlines():
        start = re.match(r"# start proof\.(\S+) level=must reqs=(.*)", line)
        if start:
            name = start[1]
            found[name] = (start[2].split(), set())
        elif line.startswith("# caught-by "):
            caught = line.split()[2]
            found[name][1].add(caught.partition(".")[2] or caught)
        elif "# ERROR" in line:
            troubles.append(f"{words}: {line}")
    return found, troubles


def prove(pool, table, names, variants):
    """Shows the defects to the checks, and adds to the table who noticed. Returns the troubles."""
    shares = [",".join(names[i:i + SHARE]) for i in range(0, len(names), SHARE)]
    failures = []
    for found, troubles in pool.map(proof, [f"touchstone.proof=all touchstone.defect={share} {variant}" for variant in variants for share in shares]):
        failures += troubles
        for name, (rows, caught) in found.items():
            table.setdefault(name, (rows, set()))[1].update(caught)
    return failures


def checks():
    """{id: rows}"""
    listed = {}
    for words in ("ref-version=1", "ref-version=2", "ref-msi=all"):
        for line in run(f"touchstone.list touchstone.{words}").splitlines():
            check = re.match(r"# check [^.]+\.(\S+) level=\S+ reqs=(\S+)", line)
            if check:
                listed[check[1]] = check[2].split(",")
    return listed


def unproven():
    """{"defect NAME" or "check ID": reason}"""
    lines = {}
    with open(UNPROVEN, encoding="utf-8") as file:
        for line in file:
            kind, _, rest = line.strip().partition(" ")
            if kind in ("defect", "check"):
                name, _, reason = rest.strip().partition(" ")
                lines[f"{kind} {name}"] = reason.strip()
    return lines


def write(table, ids):
    with open(f"{TOP}/docs/matrix.md", "w", encoding="utf-8") as out:
        out.write("# The defect matrix\n\nMade by `make matrix`: every defect of the reference device, the requirement rows that it breaks, and the\n"
                  "checks that notice it.\n\n| defect | rows | noticed by |\n|---|---|---|\n")
        for name in sorted(table):
            rows, caught = table[name]
            shown = sorted(caught)[:6]
            more = f" and {len(caught) - 6} more" if len(caught) > 6 else ""
            out.write(f"| {name} | {' '.join(rows)} | {', '.join(shown) or 'nothing'}{more} |\n")
        out.write("\n## By check\n\n| check | defects that it notices |\n|---|---|\n")
        for check in sorted(ids):
            by = sorted(name for name in table if check in table[name][1])
            out.write(f"| {check} | {', '.join(by[:6]) or 'none'}{f' and {len(by) - 6} more' if len(by) > 6 else ''} |\n")


def write_data(table, ids):
    """What coverage.py reads: a line for each check. A defect of one of the check's own rows proves it; of the others, four stand for all."""
    with open(DATA, "w", encoding="utf-8") as out:
        out.write("# Made by `make matrix` for coverage.py: check: the defects of its rows that it notices; how many others, and the first of them\n")
        for check in sorted(ids):
            own = sorted(name for name, (rows, caught) in table.items() if check in caught and set(rows) & set(ids[check]))
            others = sorted(name for name, (_, caught) in table.items() if check in caught and name not in own)
            out.write(f"{check}: {' '.join(own)}; {' '.join([str(len(others)), *others[:4]])}\n")


def main():
    names, ids, known, table = sorted(sources.defects(TOP)), checks(), unproven(), {}
    expensive = {row for check, rows in ids.items() if fnmatch(check, EXPENSIVE) for row in rows}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = [line for lines in pool.map(healthy, HEALTHY) for line in lines]
        msi = [name for name in names if name.startswith("msi_")]
        failures += prove(pool, table, msi, [f"touchstone.ref-msi={layout} touchstone.only=msi.*" for layout in LAYOUTS])
        failures += prove(pool, table, [name for name in names if name not in msi], VARIANTS)
        failures += prove(pool, table, [name for name, (rows, caught) in table.items() if not caught or expensive & set(rows)], (LAST_RESORT,))
    failures += [f"defect {name} was not shown" for name in names if name not in table]
    open_ends = {f"defect {name}" for name, (_, caught) in table.items() if not caught}
    open_ends |= {f"check {check}" for check in ids if not any(check in caught for _, caught in table.values())}
    failures += [f"{line}: nobody notices it" if line.startswith("defect") else f"{line} notices no defect"
                 for line in sorted(open_ends - known.keys())]
    failures += [f"{line} is proven now: take it out of {os.path.relpath(UNPROVEN, TOP)}"
                 for line in sorted(known.keys() - open_ends)]
    if "--write" in sys.argv:
        write(table, ids)
        write_data(table, ids)
    for failure in failures:
        print(f"not ok {failure}")
    proven = len(table) + len(ids) - len(open_ends)
    print(f"{len(HEALTHY)} healthy runs; {len(table)} defects, {sum(1 for _, caught in table.values() if caught)} noticed; {len(ids)} checks, "
          f"{len(ids) - sum(1 for line in open_ends if line.startswith('check'))} notice a defect; {len(known)} open ends with a reason")
    print(f"{len(HEALTHY) + proven} passed, {len(failures)} failed")
    sys.exit(bool(failures))


main()
