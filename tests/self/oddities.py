#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The oddities of the reference device against every check, in the host port. oddities.py [--build DIR] [--all] [--seed N] [--update] [NAME...]

A device with an oddity conforms to the specification (model/oddities/catalogue.h), so no check may FAIL on it, nor end
as an ERROR, nor WARN unless a line of tests/self/oddities.txt says which check may, and why. Each oddity is shown
alone, in two Versions that can have it, and with messages; then pairs of them, drawn by the seed (--all: all Versions,
every pair). Schedules, kinds of interrupt lines and random choices alternate. oddities.txt also has the number of checks
that an oddity turns into a SKIP. It must not rise much, because a device that is odd must still be judged. --update
writes these numbers. With NAMEs, only these oddities are shown.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from typing import NamedTuple

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.pycache_prefix = os.path.join(TOP, "build", "pycache")

import sources      # noqa: E402 (its bytecode goes to build/)

PROGRAM = "fast/host/touchstone"        # below the build directory
KNOWN = "tests/self/oddities.txt"
DEVICES = {"NET": "refnet0", "BLK": "refblk0", "CON": "refcon0", "RNG": "refrng0"}     # types that only one device has
EXPENSIVE = "*wrap*"                    # the checks that take more time than all others
MESSAGES = "touchstone.ref-msi=all touchstone.only=msi.*,race.*"
SCHEDULES, LINES = ("mixed", "prompt", "lazy"), ("level", "edge")
PAIRS = 240                             # that a run without --all tries
SLACK = 0.03                            # of the results, as SKIPs more than oddities.txt says
PATIENCE = 120                          # the most seconds for one process
SHOWN = 3                               # failures of one run that are printed
RESULT = re.compile(r"^(ok|not ok) \d+ (\S+)(?: # (.*))?$", re.M)
END = re.compile(r"^# end run=[1-9]\d* ", re.M)


class Case(NamedTuple):
    """A run: the oddities of the devices, and how the devices are apart from that."""

    names: tuple[str, ...]
    words: str


class Result(NamedTuple):
    """What a run said. `bad`: the checks that did not pass, each with what it said."""

    bad: list[tuple[str, str]]
    skipped: list[str]      # names of the checks
    run: int = 0            # how many there were


class Known(NamedTuple):
    """oddities.txt."""

    warns: dict[tuple[str, str], str]       # {(oddity, glob of checks): reason}
    skips: dict[str, str]                   # "NUMBER/RESULTS"


program = ""                                # the host port


def known() -> Known:
    found = Known({}, {})
    for line in sources.read(TOP, KNOWN).splitlines():
        kind, *rest = line.split(None, 3 if line.startswith("warn") else 2) or [""]
        if kind == "skips":
            found.skips[rest[0]] = rest[1]
        elif kind == "warn":
            found.warns[rest[0], rest[1]] = rest[2]
    return found


def run(case: Case) -> Result:
    names = f" touchstone.oddity={','.join(case.names)}" if case.names else ""
    words = f"touchstone.ref=only touchstone.peer {case.words}{names}"
    try:
        done = subprocess.run([program, *words.split()], capture_output=True, text=True, errors="replace", timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return Result([("*", f"does not end in {PATIENCE} s")], [])
    if not END.search(done.stdout):
        return Result([("*", f"no end marker: {(done.stdout + done.stderr)[-300:]}")], [])
    bad = [(name.partition(".")[2], f"WARN {name}" if said.startswith("TODO") else f"ERROR {name}: {said}" if said else f"FAIL {name}")
           for verdict, name, said in RESULT.findall(done.stdout) if verdict == "not ok"]
    bad += [("*", line) for line in re.findall(r"^# warning: .*", done.stdout, re.M)]
    results = RESULT.findall(done.stdout)
    return Result(bad, [name for _, name, said in results if said.startswith("SKIP")], len(results))


def numbers(versions: str) -> tuple[int, ...]:
    return {"OLD": (1,), "NEW": (2, 3), "ANY": (1, 2, 3)}[versions]


def only(types: set[str]) -> str:
    """The device that has the oddities, if it is one."""
    devices = [device for kind, device in DEVICES.items() if kind in types]
    return f"touchstone.only={devices[0]}.* " if devices else ""


def words_of(types: set[str], version: int, turn: int, seed: int) -> str:
    return (f"{only(types)}touchstone.ref-version={version} touchstone.ref-schedule={SCHEDULES[turn % 3]} touchstone.ref-line={LINES[turn // 3 % 2]} "
            f"touchstone.skip={EXPENSIVE} touchstone.seed={seed}")


def counted(oddity: sources.Oddity) -> int:
    """The Version in which the SKIPs are counted."""
    return 2 if 2 in numbers(oddity.versions) else 1


def counts(oddity: sources.Oddity, seed: int) -> str:
    return words_of({oddity.types}, counted(oddity), 0, seed)


def alone(oddities: dict[str, sources.Oddity], seed: int, every: bool) -> list[Case]:
    cases = []
    for turn, (name, oddity) in enumerate(oddities.items()):
        others = [version for version in numbers(oddity.versions) if version != counted(oddity)]
        cases.append(Case((name,), counts(oddity, seed)))
        for version in others if every else others[turn % 2:][:1] or others[:1]:
            cases.append(Case((name,), words_of({oddity.types}, version, turn + version, seed)))
        if oddity.versions != "OLD":
            cases.append(Case((name,), f"{MESSAGES} touchstone.ref-schedule={SCHEDULES[turn % 3]} touchstone.seed={seed}"))
    return cases


def meet(one: sources.Oddity, other: sources.Oddity) -> bool:
    """Can one device have both?"""
    types = {one.types, other.types}
    return bool(set(numbers(one.versions)) & set(numbers(other.versions))) and (one.apart == "NONE" or one.apart != other.apart) and \
        (len(types) == 1 or "ANY" in types or types in ({"REST", "BLK"}, {"REST", "NET"}, {"REST", "CON"}))


def pairs(oddities: dict[str, sources.Oddity], seed: int, every: bool) -> list[Case]:
    chance = random.Random(seed)
    able = [pair for pair in itertools.combinations(oddities, 2) if meet(oddities[pair[0]], oddities[pair[1]])]
    cases = []
    for pair in able if every else chance.sample(able, min(PAIRS, len(able))):
        versions = sorted(set(numbers(oddities[pair[0]].versions)) & set(numbers(oddities[pair[1]].versions)))
        types = {oddities[name].types for name in pair}
        cases.append(Case(pair, words_of(types, chance.choice(versions), chance.randrange(6), chance.randrange(1, 1 << 32))))
    return cases


def excused(lines: dict[tuple[str, str], str], case: Case, check: str) -> list[tuple[str, str]]:
    return [(name, glob) for name, glob in lines if name in case.names and fnmatch(check, glob)]


def share(count: str) -> float:
    number, _, results = count.partition("/")
    return int(number) / max(1, int(results))


def judge(case: Case, result: Result, lines: Known, used: set[tuple[str, str]]) -> list[str]:
    """What is wrong with a run."""
    wrong = []
    for check, said in result.bad:
        allowed = excused(lines.warns, case, check) if said.startswith("WARN") else []
        used.update(allowed)
        if not allowed:
            wrong.append(said)
    return wrong


def write_known(lines: Known) -> None:
    path = os.path.join(TOP, KNOWN)
    kept = [line for line in sources.read(TOP, KNOWN).splitlines() if not line.startswith("skips ")]
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(kept).rstrip() + "\n\n" + "".join(f"skips {name} {count}\n" for name, count in lines.skips.items() if share(count)))


def main() -> None:
    global program
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--build", default=os.path.join(TOP, "build"))
    parser.add_argument("--all", action="store_true", help="every pair, not a sample")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--update", action="store_true", help=f"write the numbers of SKIPs into {KNOWN}")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    program = os.path.join(options.build, PROGRAM)
    every, lines = sources.oddities(options.build), known()
    unknown = set(options.names) - every.keys()
    if unknown:
        parser.error(f"no such oddity: {', '.join(sorted(unknown))}")
    chosen = {name: oddity for name, oddity in every.items() if not options.names or name in options.names}
    singles = alone(chosen, options.seed, options.all or bool(options.names))
    doubles = pairs(every, options.seed, options.all) if options.all or not options.names else []
    doubles = [case for case in doubles if set(case.names) & chosen.keys()]
    failures: list[str] = []
    used: set[tuple[str, str]] = set()
    more: dict[str, str] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        healthy = {version: run(Case((), words_of(set(), version, 0, options.seed))).skipped for version in (1, 2)}
        for case, result in zip(singles + doubles, pool.map(run, singles + doubles)):
            wrong = judge(case, result, lines, used)
            if len(case.names) == 1:
                name = case.names[0]
                if case.words == counts(every[name], options.seed):
                    device = DEVICES.get(every[name].types, "")
                    usual = sum(check.startswith(device) for check in healthy[counted(every[name])])
                    more[name] = f"{max(0, len(result.skipped) - usual)}/{result.run}"
            if wrong:
                failures.append(f"{' '.join(case.names)}: {'; '.join(wrong[:SHOWN])}" + (f"; {len(wrong) - SHOWN} more" if wrong[SHOWN:] else "") +
                                f"\n    touchstone.oddity={','.join(case.names)} {case.words}")
    if options.update:
        lines.skips.update(more)
        write_known(lines)
    for name, count in more.items():
        limit = lines.skips.get(name, "0/1")
        if share(count) > share(limit) + SLACK:
            failures.append(f"{name}: {count} results are SKIP that are not without it, where {KNOWN} says {limit}: "
                            "mend the checks, or run make oddities UPDATE=1")
    if not options.names:
        failures += [f"{name} {glob}: {KNOWN} excuses what does not happen any more" for name, glob in sorted(lines.warns.keys() - used)]
    for name in more:
        fine = not any(failure.startswith(f"{name}:") for failure in failures)
        print(f"{'ok' if fine else '#'} {name}: {more[name]} more SKIPs")
    for failure in failures:
        print(f"not ok {failure}")
    print(f"{len(chosen)} oddities, {len(singles)} runs of one and {len(doubles)} of two; {len(lines.warns)} warnings with a reason")
    print(f"{len(singles) + len(doubles) + len(more) - len(failures)} passed, {len(failures)} failed")
    sys.exit(bool(failures))


main()
