#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The defect matrix: every defect of the reference device against every check, in the host port. matrix.py [--build DIR] [--hints]

Fails if the healthy device does not pass everything; if no check notices a defect, or a check notices no defect, and
tests/self/unproven.txt does not say why; if a line there is no longer true; if a row that checks name has no defect
that they notice, and the same list does not say why; if the check that the hints name for a defect does not notice it;
if a check traps, times out or ends as an ERROR; and if more failures than tests/self/diagnosis.txt allows are of checks
that name no row of the defect, or the first one of a run is; and if an earlier run of the same program came to another
matrix. Writes the matrix to the build directory, for coverage.py and pages.py. --hints: mends tests/framework/hints.c.
"""

from __future__ import annotations

import argparse
import functools
import os
import re
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.pycache_prefix = os.path.join(TOP, "build", "pycache")

import diagnosis    # noqa: E402 (its bytecode goes to build/)
import sources      # noqa: E402
from diagnosis import Caught    # noqa: E402
from runs import HEALTHY, LAYOUTS      # noqa: E402

PROGRAM = "fast/host/touchstone"        # below the build directory
UNPROVEN = "tests/self/unproven.txt"
HINTS = "tests/framework/hints.c"
HINT = re.compile(r'^\t\{ "(\w+)", "([^"]+)" \},$', re.M)

# The runs on every defect. A defect that this Version cannot have runs in the newest one that can.
EXPENSIVE = "*index-wraps*"
WHOLE = (f"touchstone.skip={EXPENSIVE}", f"touchstone.ref-version=1 touchstone.skip={EXPENSIVE}")
PARTS = ("touchstone.ref-line=edge touchstone.only=interrupt.*", "touchstone.ref-read-only touchstone.only=blk.*")
# The checks of the wrap of the index take more time than all others, so they run only on the defects of their rows and on those that no other check noticed.
LAST_RESORT = f"touchstone.only={EXPENSIVE}"
HINT_SEEDS, HINTS_TRIED = range(1, 11), 20
FOREIGN_US = 30000      # a check of other rows must be this much sooner to be the hint
SHARE = 24      # defects that one process tests

Table = dict[str, set[str]]                     # {defect: checks that notice it}
Costs = dict[str, list[tuple[int, str]]]        # {defect: [(microseconds, check)]}
Runs = list[Mapping[str, Sequence[Caught]]]     # {defect: what noticed it}, for each process
Defects = Mapping[str, sources.Defect]
Rows = Mapping[str, Collection[str]]            # by check
program = ""                                    # the host port
WORDS = ("touchstone.ref=only", "touchstone.peer", "touchstone.loop", "touchstone.disk")     # what is true of the reference device


def run(words: str) -> str:
    done = subprocess.run([program, *WORDS, *words.split()], capture_output=True, text=True, errors="replace")
    if "\n# end " not in done.stdout:
        sys.exit(f"matrix: {words}: no end marker\n{done.stdout[-800:]}{done.stderr[-800:]}")
    return done.stdout


def healthy(words: str) -> list[str]:
    return [f"{words}: {line}" for line in run(words).splitlines() if line.startswith("not ok")]


def proof(words: str) -> tuple[dict[str, list[Caught]], list[str]]:
    """{defect: what noticed it, in the order of the run}, [troubles]"""
    found: dict[str, list[Caught]] = {}
    troubles, name = [], ""
    for line in run(words).splitlines():
        start = re.match(r"# start proof\.(\S+) ", line)
        if start:
            name = start[1]
            found[name] = []
        elif line.startswith("# caught-by "):
            found[name].append(caught_by(*line.split()[2:]))
        elif "# ERROR" in line:
            troubles.append(f"{words}: {line}")
    return found, troubles


def caught_by(caught: str, *after: str) -> Caught:
    """From the words of a line: DEVICE.CHECK after N us: VERDICT ROW, or "discovery" alone."""
    if not after:
        return Caught("", caught, 0, "FAIL", "")
    device, _, check = caught.partition(".")
    return Caught(device, check, int(after[1]), after[3], after[4] if len(after) > 4 else "")


def prove(pool: ThreadPoolExecutor, table: Table, hints: Costs, names: Sequence[str], variants: Sequence[str], runs: Runs) -> list[str]:
    """Runs the checks on the defects. Adds the checks that noticed to `table`, how soon, if the firmware could do the
    same, to `hints`, and what each run saw to `runs`. Returns the troubles."""
    shares = [",".join(names[i:i + SHARE]) for i in range(0, len(names), SHARE)]
    jobs = [(variant, f"touchstone.proof=all touchstone.defect={share} {variant}") for variant in variants for share in shares]
    failures: list[str] = []
    for (variant, _), (found, troubles) in zip(jobs, pool.map(proof, [words for _, words in jobs])):
        failures += troubles
        runs.append(found)
        for name, caught in found.items():
            table.setdefault(name, set()).update(one.check for one in caught)
            hints.setdefault(name, []).extend((one.microseconds, one.check) for one in caught if in_firmware(variant, one.device))
    return failures


@functools.lru_cache(maxsize=None)
def firmware_layouts() -> dict[str, str]:
    """{device: layout} with touchstone.ref-msi=all, as the program reports it."""
    return dict(re.findall(r"^# device (\w+): message signalled interrupts (\S+)", run("touchstone.ref-msi=all touchstone.list"), re.M))


def in_firmware(variant: str, device: str) -> bool:
    """Does touchstone.proof=first run the defects in this way? For messages, each device there has another layout."""
    if "ref-msi=" in variant:
        return f"ref-msi={firmware_layouts().get(device)} " in variant
    return "ref-line=edge" not in variant


def unproven() -> dict[str, str]:
    """{"defect NAME", "check ID" or "row ID": reason}"""
    lines = {}
    for line in sources.read(TOP, UNPROVEN).splitlines():
        kind, _, rest = line.strip().partition(" ")
        if kind in ("defect", "check", "row"):
            name, _, reason = rest.strip().partition(" ")
            lines[f"{kind} {name}"] = reason.strip()
    return lines


def open_ends(table: Table, ids: Rows, defects: Defects) -> dict[str, str]:
    """{"defect NAME", "check ID" or "row ID": what is missing}"""
    found = {f"defect {name}": "nobody notices it" for name, caught in table.items() if not caught}
    found |= {f"check {check}": "notices no defect" for check in ids if not any(check in caught for caught in table.values())}
    proven = {row for name, caught in table.items() for row in defects[name].rows if any(row in ids.get(check, ()) for check in caught)}
    return found | {f"row {row}": "no check that names it notices a defect of it" for rows in ids.values() for row in rows if row not in proven}


def hint(name: str, hints: Collection[tuple[int, str]], ids: Rows, rows: Collection[str]) -> str | None:
    """The check that notices a defect first, whatever the seed, or None. The clock of the host port counts waits, not
    work."""
    def order(found: tuple[int, str]) -> tuple[bool, int, str]:
        cost, check = found
        return (fnmatch(check, EXPENSIVE), cost + (0 if set(rows) & set(ids[check]) else FOREIGN_US), check)

    tried: dict[str, int] = {}
    of_its_rows = [(0, check) for check, named in ids.items() if set(rows) & set(named)]
    for _, check in [*sorted((found for found in hints if found[1] in ids), key=order), *of_its_rows]:
        if check not in tried and len(tried) < HINTS_TRIED:
            tried[check] = 0
            for seed in HINT_SEEDS:
                if not proof(f"touchstone.proof=all touchstone.defect={name} touchstone.only={check} touchstone.seed={seed}")[0][name]:
                    break
                tried[check] += 1
            else:
                return check
    return max(tried, key=tried.__getitem__) if tried else None


def wrong_hints(table: Table) -> list[str]:
    """The defects whose hint is missing, or names a check that does not notice them when the image proves itself
    (touchstone.proof=first). A defect that discovery notices needs no hint."""
    hints = dict(HINT.findall(sources.read(TOP, HINTS)))
    shown, _ = proof("touchstone.proof=first")
    return [name for name, caught in table.items() if caught - {"discovery"} and (name not in hints or not shown[name])]


def mend_hints(pool: ThreadPoolExecutor, wrong: Sequence[str], hints: Costs, ids: Rows, defects: Defects) -> None:
    """Makes the wrong lines of hints.c anew, and drops those of defects that there are no more."""
    text = sources.read(TOP, HINTS)
    lines: dict[str, str | None] = {name: check for name, check in HINT.findall(text) if name in defects}
    lines |= zip(wrong, pool.map(lambda name: hint(name, hints[name], ids, defects[name].rows), wrong))
    made = "".join(f'\t{{ "{name}", "{lines[name]}" }},\n' for name in defects if lines.get(name))
    with open(os.path.join(TOP, HINTS), "w", encoding="utf-8") as out:
        out.write(text.partition("[] = {\n")[0] + "[] = {\n" + made + "\t{ 0 },\n};\n")


def main() -> None:
    global program
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--build", default=os.path.join(TOP, "build"))
    parser.add_argument("--hints", action="store_true", help=f"mend {HINTS}")
    options = parser.parse_args()
    program = os.path.join(options.build, PROGRAM)
    table: Table = {}
    runs: Runs = []
    rest: Runs = []     # not of all checks
    hints: Costs = {}
    defects, known = sources.defects(options.build), unproven()
    ids = {check.id: check.rows for check in sources.checks(TOP, options.build)}
    names = sorted(defects)
    expensive = {row for check, rows in ids.items() if fnmatch(check, EXPENSIVE) for row in rows}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = [line for lines in pool.map(healthy, HEALTHY) for line in lines]
        msi = [name for name in names if name.startswith("msi_")]
        failures += prove(pool, table, hints, msi, [f"touchstone.ref-msi={layout} touchstone.only=msi.*,race.*" for layout in LAYOUTS], runs)
        others = [name for name in names if name not in msi]
        failures += prove(pool, table, hints, others, WHOLE, runs)
        failures += prove(pool, table, hints, others, PARTS, rest)
        late = [name for name, caught in table.items() if not caught or expensive & set(defects[name].rows)]
        failures += prove(pool, table, hints, late, (LAST_RESORT,), rest)
        if options.hints:
            mend_hints(pool, wrong_hints(table), hints, ids, defects)
    before, noticed = sources.matrix(options.build), {name: sorted(table.get(name, ())) for name in defects}
    if before is not None:      # of the same program
        failures += [f"defect {name}: an earlier run had other checks that notice it" for name in names if before.get(name) != noticed[name]]
    sources.write_matrix(options.build, noticed)
    ends = open_ends(table, ids, defects)
    wrong = [] if options.hints else wrong_hints(table)     # the program has the hints of before
    failures += [f"defect {name} was not shown" for name in names if name not in table]
    failures += [f"{line}: {ends[line]}" for line in sorted(ends.keys() - known.keys())]
    failures += [f"{line} is proven now: take it out of {UNPROVEN}" for line in sorted(known.keys() - ends.keys())]
    failures += [f"defect {name}: the check that {HINTS} names does not notice it: run make hints" for name in wrong]
    told = diagnosis.judge(runs, ids, defects)
    budget = diagnosis.allowed(TOP)
    failures += diagnosis.troubles(told, budget)
    for note in diagnosis.notes(told, budget):
        print(f"# {note}")
    for failure in failures:
        print(f"not ok {failure}")
    print(diagnosis.summary(told, budget))
    rows = {row for named in ids.values() for row in named}
    kinds = [line.partition(" ")[0] for line in ends]
    proven = len(table) + len(ids) + len(rows) - len(ends)
    print(f"{len(HEALTHY)} healthy runs; {len(table)} defects, {len(table) - kinds.count('defect')} noticed; {len(ids)} checks, "
          f"{len(ids) - kinds.count('check')} notice a defect; {len(rows)} rows, {len(rows) - kinds.count('row')} proven by a defect of their own; "
          f"{len(known)} open ends with a reason")
    print(f"{len(HEALTHY) + proven + len(table) - len(wrong)} passed, {len(failures)} failed")
    sys.exit(bool(failures))


main()
