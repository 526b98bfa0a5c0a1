#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The defect matrix: every defect of the reference device against every check, in the host port. matrix.py [--write]

Fails when the healthy device does not pass everything; when a defect is noticed by no check, or a check notices no defect, and tests/self/unproven.txt does
not say why; when a line there is no longer true; and when a check traps, times out or ends in an ERROR. --write puts the table into docs/matrix.md,
what coverage.py needs of it into tests/self/proven.txt, and the check that notices a defect the soonest into tests/framework/hints.txt.
"""

import functools
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
HINTS = f"{TOP}/tests/framework/hints.txt"

# How the healthy device is run: each must pass everything.
HEALTHY = [f"touchstone.ref-version={version} touchstone.ref-schedule={schedule} touchstone.ref-line={line}"
           for version in (1, 2, 3) for schedule in ("prompt", "lazy", "mixed") for line in ("level", "edge")]
# The layouts of message signalled interrupts; their defects, which begin with msi_, are shown to their checks and races alone.
LAYOUTS = ("draft3", "f40", "f40-fixed", "f40-patch", "f40-fixed-patch", "dragonball", "f44")
HEALTHY += [f"touchstone.ref-msi={layout} touchstone.ref-schedule={schedule}" for layout in LAYOUTS for schedule in ("prompt", "lazy", "mixed")]
# What every defect is shown to. A defect that its Version does not have is shown in one that does, the newest.
EXPENSIVE = "*wrap*"
VARIANTS = (f"touchstone.skip={EXPENSIVE}", "touchstone.ref-line=edge touchstone.only=interrupt.*",
            "touchstone.ref-read-only touchstone.only=blk.*", f"touchstone.ref-version=1 touchstone.skip={EXPENSIVE}")
# The checks over the wrap of the index cost more time than all others: they get the defects of their rows, and those that nothing else noticed.
LAST_RESORT = f"touchstone.only={EXPENSIVE}"
HINT_SEEDS, HINTS_TRIED = range(1, 11), 20
FOREIGN_US = 30000      # a check of other rows must be so much sooner
SHARE = 24      # defects that one process is given


def run(words):
    done = subprocess.run([PROGRAM, "touchstone.ref=only", "touchstone.peer", *words.split()], capture_output=True, text=True, errors="replace")
    if "\n# end " not in done.stdout:
        sys.exit(f"matrix: {words}: no end marker\n{done.stdout[-800:]}{done.stderr[-800:]}")
    return done.stdout


def healthy(words):
    return [f"{words}: {line}" for line in run(words).splitlines() if line.startswith("not ok")]


def proof(words):
    """{defect: [(device, check, microseconds)]}, [troubles]"""
    found, troubles, name = {}, [], None
    for line in run(words).splitlines():
        start = re.match(r"# start proof\.(\S+) ", line)
        if start:
            name = start[1]
            found[name] = []
        elif line.startswith("# caught-by "):
            caught, *after = line.split()[2:]
            device, _, check = caught.rpartition(".") if not after else caught.partition(".")
            found[name].append((device, check, int(after[1]) if after else 0))
        elif "# ERROR" in line:
            troubles.append(f"{words}: {line}")
    return found, troubles


def prove(pool, table, hints, names, variants):
    """Shows the defects to the checks; adds to `table` who noticed, and to `hints` how soon where the firmware would. Returns the troubles."""
    shares = [",".join(names[i:i + SHARE]) for i in range(0, len(names), SHARE)]
    jobs = [(variant, f"touchstone.proof=all touchstone.defect={share} {variant}") for variant in variants for share in shares]
    failures = []
    for (variant, _), (found, troubles) in zip(jobs, pool.map(proof, [words for _, words in jobs])):
        failures += troubles
        for name, caught in found.items():
            table.setdefault(name, set()).update(check for _, check, _ in caught)
            hints.setdefault(name, []).extend((cost, check) for device, check, cost in caught if in_firmware(variant, device))
    return failures


@functools.lru_cache(maxsize=None)
def firmware_layouts():
    """{device: layout} with touchstone.ref-msi=all, as the program says."""
    return dict(re.findall(r"^# device (\w+): message signalled interrupts (\S+)", run("touchstone.ref-msi=all touchstone.list"), re.M))


def in_firmware(variant, device):
    """Does touchstone.proof=first show the defects like this? Messages: the devices have the layouts in turn."""
    if "ref-msi=" in variant:
        return f"ref-msi={firmware_layouts().get(device)} " in variant
    return "ref-line=edge" not in variant


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


def write(table, ids, defects):
    with open(f"{TOP}/docs/matrix.md", "w", encoding="utf-8") as out:
        out.write("# The defect matrix\n\nMade by `make matrix`: every defect of the reference device, the requirement rows that it breaks, and the\n"
                  "checks that notice it.\n\n| defect | rows | noticed by |\n|---|---|---|\n")
        for name in sorted(table):
            shown = sorted(table[name])[:6]
            more = f" and {len(table[name]) - 6} more" if len(table[name]) > 6 else ""
            out.write(f"| {name} | {' '.join(defects[name].rows)} | {', '.join(shown) or 'nothing'}{more} |\n")
        out.write("\n## By check\n\n| check | defects that it notices |\n|---|---|\n")
        for check in sorted(ids):
            by = sorted(name for name in table if check in table[name])
            out.write(f"| {check} | {', '.join(by[:6]) or 'none'}{f' and {len(by) - 6} more' if len(by) > 6 else ''} |\n")


def write_data(table, ids, defects):
    """What coverage.py reads: a line for each check. A defect of one of the check's own rows proves it; of the others, four stand for all."""
    with open(DATA, "w", encoding="utf-8") as out:
        out.write("# Made by `make matrix` for coverage.py: check: the defects of its rows that it notices; how many others, and the first of them\n")
        for check in sorted(ids):
            own = sorted(name for name, caught in table.items() if check in caught and set(defects[name].rows) & set(ids[check]))
            others = sorted(name for name, caught in table.items() if check in caught and name not in own)
            out.write(f"{check}: {' '.join(own)}; {' '.join([str(len(others)), *others[:4]])}\n")


def hint(name, hints, ids, rows):
    """The check that notices a defect the soonest by itself, whatever the seed; None. The clock of the host port counts waits, not work."""
    def order(found):
        cost, check = found
        return (fnmatch(check, EXPENSIVE), cost + (0 if set(rows) & set(ids[check]) else FOREIGN_US), check)

    tried = {}
    for _, check in sorted((found for found in hints if found[1] in ids), key=order):
        if check not in tried and len(tried) < HINTS_TRIED:
            tried[check] = 0
            for seed in HINT_SEEDS:
                if not proof(f"touchstone.proof=all touchstone.defect={name} touchstone.only={check} touchstone.seed={seed}")[0][name]:
                    break
                tried[check] += 1
            else:
                return check
    return max(tried, key=tried.get) if tried else None


def write_hints(pool, hints, ids, defects):
    """What touchstone.proof=first goes by: a line for each defect that a check notices."""
    chosen = pool.map(lambda name: hint(name, hints[name], ids, defects[name].rows), defects)
    with open(HINTS, "w", encoding="utf-8") as out:
        out.write("# Made by `make matrix` for touchstone.proof=first: a defect, and the check that notices it the soonest\n")
        out.writelines(f"{name} {check}\n" for name, check in zip(defects, chosen) if check)


def main():
    defects, ids, known, table, hints = sources.defects(TOP), checks(), unproven(), {}, {}
    names = sorted(defects)
    expensive = {row for check, rows in ids.items() if fnmatch(check, EXPENSIVE) for row in rows}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = [line for lines in pool.map(healthy, HEALTHY) for line in lines]
        msi = [name for name in names if name.startswith("msi_")]
        failures += prove(pool, table, hints, msi, [f"touchstone.ref-msi={layout} touchstone.only=msi.*,race.*" for layout in LAYOUTS])
        failures += prove(pool, table, hints, [name for name in names if name not in msi], VARIANTS)
        failures += prove(pool, table, hints, [name for name, caught in table.items() if not caught or expensive & set(defects[name].rows)], (LAST_RESORT,))
    failures += [f"defect {name} was not shown" for name in names if name not in table]
    open_ends = {f"defect {name}" for name, caught in table.items() if not caught}
    open_ends |= {f"check {check}" for check in ids if not any(check in caught for caught in table.values())}
    failures += [f"{line}: nobody notices it" if line.startswith("defect") else f"{line} notices no defect"
                 for line in sorted(open_ends - known.keys())]
    failures += [f"{line} is proven now: take it out of {os.path.relpath(UNPROVEN, TOP)}"
                 for line in sorted(known.keys() - open_ends)]
    if "--write" in sys.argv:
        write(table, ids, defects)
        write_data(table, ids, defects)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            write_hints(pool, hints, ids, defects)
    for failure in failures:
        print(f"not ok {failure}")
    proven = len(table) + len(ids) - len(open_ends)
    print(f"{len(HEALTHY)} healthy runs; {len(table)} defects, {sum(1 for caught in table.values() if caught)} noticed; {len(ids)} checks, "
          f"{len(ids) - sum(1 for line in open_ends if line.startswith('check'))} notice a defect; {len(known)} open ends with a reason")
    print(f"{len(HEALTHY) + proven} passed, {len(failures)} failed")
    sys.exit(bool(failures))


main()
