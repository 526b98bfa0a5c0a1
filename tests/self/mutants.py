#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mutants of the reference device, judged by all checks: mutants.py [--build DIR] [--seed N] [--count N] [--files PATTERN]

A mutant is the model (model/) with one small change in its source: another operator, condition, constant or argument of
a call, a statement that is gone, an early return. Defects and oddities are compiled out, so that a mutant changes the
healthy device. The script compiles a sample, chosen by the seed, runs all checks on each mutant in the host
port, and lists the mutants that no check noticed. A mutant with the same object code as the original does not count.
Neither does one in a line that no run of the healthy device reaches: such a line is for defects, or no check asks for
what it does (--unreached lists them). tests/self/mutants.txt names the mutants that a guest cannot notice, or that are
legal devices, with the reason.

A check that fails or ends as an ERROR notices a mutant, and so does a run that crashes, hangs or does not find the
device. Checks that turn from PASS into SKIP do not: the list of survivors names them.
"""

from __future__ import annotations

import argparse
import glob
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath
from textwrap import shorten

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.pycache_prefix = os.path.join(TOP, "build", "pycache")

import runs      # noqa: E402 (its bytecode goes to build/)
from mutation import Mutant, Source      # noqa: E402

KNOWN = "tests/self/mutants.txt"
WITHOUT = ("-DMODEL_WITHOUT_DEFECTS", "-DMODEL_WITHOUT_ODDITIES")
APART = ("model/defects/", "model/oddities/", "model/devices/blk_defects.c")       # what is not the healthy device's
TARGET = 95             # per cent
HANGS_AFTER = 60        # seconds
REASONS = 15            # that are listed each by itself
RESULT = re.compile(r"(ok|not ok) \d+ (\S+)(?: #( SKIP)?)?")


class Judge:
    """Builds a mutant and lets the checks judge it."""

    def __init__(self, build: str, scratch: str) -> None:
        self.scratch = scratch
        made = subprocess.run(["make", "-n", "-B", "-C", TOP, "--no-print-directory", "ARCH=host", "HOST_SANITIZE=", f"BUILD={build}/fast", "image"],
                              capture_output=True, text=True, check=True).stdout
        self.compile: dict[str, list[str]] = {}
        link: list[str] = []
        for line in made.splitlines():
            words = shlex.split(line) if line.startswith(("gcc ", "cc ", "clang ")) else []
            if "-c" in words:
                self.compile[words[-1] if words[-1].endswith(".c") else next(word for word in words if word.endswith(".c"))] = words
            elif words and words[words.index("-o") + 1].endswith("/touchstone"):
                link = words
        self.objects = {name: os.path.join(scratch, "healthy", name + ".o") for name in self.compile if name.startswith("model/")}
        for name, object_file in self.objects.items():
            os.makedirs(os.path.dirname(object_file), exist_ok=True)
            self._compile(name, name, object_file)
        self.codes = {name: code(object_file) for name, object_file in self.objects.items()}      # now: threads share them
        here = {self._output(self.compile[name]): object_file for name, object_file in self.objects.items()}
        self.codes = {name: code(object_file) for name, object_file in self.objects.items()}
        self.link = [here.get(word, word) for word in link]
        healthy = os.path.join(scratch, "healthy", "touchstone")
        self._link(healthy, {})
        self.words = [f"touchstone.ref=only touchstone.peer touchstone.loop touchstone.disk {words}" for words in runs.MUTANTS]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            self.healthy = dict(zip(self.words, pool.map(lambda words: verdicts(healthy, words), self.words)))
        self.reached = self._reached()
        for name, found in self.healthy.items():
            if found is None or any(verdict.startswith("not") for verdict in found.values()):
                sys.exit(f"mutants: the healthy device does not pass with {name}")

    def _reached(self) -> dict[str, set[int]]:
        """{file: lines that run on the healthy device}"""
        folder = os.path.join(self.scratch, "coverage")
        covered = {}
        for name, object_file in self.objects.items():
            covered[object_file] = os.path.join(folder, name + ".o")
            os.makedirs(os.path.dirname(covered[object_file]), exist_ok=True)
            self._compile(name, name, covered[object_file], "-O0", "--coverage")
        program = os.path.join(folder, "touchstone")
        self._link(program, covered, "--coverage")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda words: verdicts(program, words), self.words))
        found: dict[str, set[int]] = {}
        for data in glob.glob(f"{folder}/**/*.gcda", recursive=True):
            told = subprocess.run(["gcov", "--json-format", "--stdout", data], capture_output=True, text=True, check=True, cwd=TOP).stdout
            for file in json.loads(told)["files"]:
                found.setdefault(file["file"], set()).update(line["line_number"] for line in file["lines"] if line["count"])
        return found

    @staticmethod
    def _output(words: Sequence[str]) -> str:
        return words[words.index("-o") + 1]

    def _compile(self, name: str, source: str, output: str, *more: str) -> bool:
        words = [word for word in self.compile[name] if word not in ("-Werror", "-MMD", "-MP", "-g")]
        words[words.index("-o") + 1] = output
        words[words.index(name)] = source
        return subprocess.run([*words, "-w", *(() if name.startswith(APART) else WITHOUT), *more], cwd=TOP, capture_output=True, check=False).returncode == 0

    def _link(self, output: str, changed: dict[str, str], *more: str) -> None:
        words = [changed.get(word, word) for word in self.link]
        words[words.index("-o") + 1] = output
        subprocess.run([*words, *more], cwd=TOP, check=True)

    def judge(self, number: int, mutant: Mutant, source: Source) -> tuple[str, str]:
        """("noticed", by what), ("survived", what changed to SKIP), ("same", ""): the same code, or ("broken", ""): it does not compile."""
        folder = os.path.join(self.scratch, str(number))
        os.makedirs(folder)
        try:
            changed, object_file, program = (os.path.join(folder, name) for name in ("mutant.c", "mutant.o", "touchstone"))
            with open(changed, "wb") as out:
                out.write(source.bytes[:mutant.start] + mutant.new.encode() + source.bytes[mutant.end:])
            if not self._compile(mutant.file, changed, object_file):
                return "broken", ""
            if code(object_file) == self.codes[mutant.file]:
                return "same", ""
            self._link(program, {self.objects[mutant.file]: object_file})
            skipped: dict[str, None] = {}
            for words in self.words:
                found = verdicts(program, words)
                if found is None:
                    return "noticed", "the run did not end"
                failed = [name for name, verdict in found.items() if verdict.startswith("not")]
                if failed:
                    return "noticed", failed[0]
                was = self.healthy[words] or {}
                if gone := devices(was) - devices(found):
                    return "noticed", f"{min(gone)} is gone"
                skipped |= {name: None for name in was if was[name] == "ok" and found.get(name) != "ok"}
            return "survived", " ".join(list(skipped)[:6]) + (" ..." if len(skipped) > 6 else "")
        finally:
            shutil.rmtree(folder)


def code(object_file: str) -> str:
    """A hash of the sections that matter."""
    plain = object_file + ".plain"
    subprocess.run(["objcopy", "-g", "-R", ".comment", object_file, plain], check=True)
    # The name of the source is a symbol in the file.
    subprocess.run(["strip", "--strip-unneeded", plain], check=True)
    with open(plain, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def verdicts(program: str, words: str) -> dict[str, str] | None:
    """{check: "ok", "ok SKIP", "not ok"} up to the first "not ok", or None if the run crashed or hung."""
    found: dict[str, str] = {}
    with subprocess.Popen([program, *words.split()], stdout=subprocess.PIPE, text=True, errors="replace") as process:
        clock = threading.Timer(HANGS_AFTER, process.kill)
        clock.start()
        try:
            assert process.stdout
            for line in process.stdout:
                if line.startswith("# end "):
                    process.wait()      # it still writes its coverage
                    return found
                if result := RESULT.match(line):
                    found[result[2]] = result[1] + (result[3] or "")
                    if result[1] == "not ok":
                        return found
            return None
        finally:
            clock.cancel()
            process.kill()


def percent(of: Counter[str]) -> str:
    """The share that was noticed."""
    judged = of["noticed"] + of["survived"]
    return f"{100 * of['noticed'] / judged:.1f} %" if judged else "-"


def devices(found: dict[str, str]) -> set[str]:
    return {name.partition(".")[0] for name in found}


def known() -> dict[str, str]:
    """{the key of a mutant, or of all mutants of a line or a function: the reason}"""
    found = {}
    with open(os.path.join(TOP, KNOWN), encoding="utf-8") as file:
        text = "\n".join(line for line in file.read().splitlines() if not line.startswith("#"))
    for part in text.split("\n\n"):
        lines = part.strip().splitlines()
        named = 1 + sum(line.startswith(("- ", "+ ")) for line in lines)
        reason = " ".join(line.strip() for line in lines[named:])
        if lines and lines[0].startswith("="):
            found["\n".join(lines[:named])] = reason
        for change in lines[2:named]:
            found["\n".join((*lines[:2], change))] = reason
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--build", default=os.path.join(TOP, "build"))
    parser.add_argument("--seed", type=int, default=1, help="chooses the sample (1)")
    parser.add_argument("--count", type=int, default=300, help="mutants in the sample, without those whose code is the same; 0: all (300)")
    parser.add_argument("--files", default="*", help="only files of model/ that match this pattern: 'model/*.c', 'net*'")
    parser.add_argument("--least", type=int, default=TARGET, help=f"per cent that have to be noticed ({TARGET})")
    parser.add_argument("--unreached", action="store_true", help="list the lines with mutants that no run reaches, and end")
    parser.add_argument("--verbose", action="store_true", help="list the noticed ones, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        judge = Judge(os.path.relpath(options.build, TOP), scratch)
        sources = {name: Source(name, words) for name, words in judge.compile.items()
                   if name.startswith("model/") and not name.startswith(APART) and PurePath(name).match(options.files)}
        population = [mutant for source in sources.values() for mutant in source.mutants()]
        unreached = [mutant for mutant in population if judge.reached.get(mutant.file, set()).isdisjoint(range(mutant.line, mutant.last + 1))]
        if options.unreached:
            for file, line, before in sorted({(mutant.file, mutant.line, mutant.before) for mutant in unreached}):
                print(f"{file}:{line}: {before}")
            return
        population = list(set(population) - set(unreached))
        # The order of a mutant does not depend on the others, so that most of a sample stays when the model changes.
        population.sort(key=lambda mutant: hashlib.sha256(f"{options.seed} {mutant.key()}".encode()).digest())
        excused = known()
        counts: Counter[str] = Counter()
        by_file: dict[str, Counter[str]] = {}
        survivors: list[tuple[Mutant, str]] = []
        reasons: Counter[str] = Counter()

        def one(number: int) -> tuple[Mutant, str, str]:
            mutant = population[number]
            function = f"= {mutant.file} {mutant.function}"
            for name in (mutant.key(), f"{function}\n- {mutant.before}", function):
                if name in excused:
                    return mutant, "excused", excused[name]
            return mutant, *judge.judge(number, mutant, sources[mutant.file])

        at = 0
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            while at < len(population) and (not options.count or counts["noticed"] + counts["survived"] + counts["excused"] < options.count):
                missing = options.count - counts["noticed"] - counts["survived"] - counts["excused"] if options.count else 64
                share = range(at, min(at + max(4, missing), len(population)))
                at = share.stop
                for mutant, verdict, why in pool.map(one, share):
                    counts[verdict] += 1
                    by_file.setdefault(mutant.file, Counter())[verdict] += 1
                    if verdict == "survived":
                        survivors.append((mutant, why))
                    if verdict == "excused":
                        reasons[why] += 1
                    if options.verbose and verdict == "noticed":
                        print(f"# {mutant.file}:{mutant.line} {mutant.function}: {mutant.before}  ->  {mutant.after}: {why}", flush=True)
    for mutant, why in sorted(survivors):
        print(f"{mutant.key()}\n    line {mutant.line}{': turned into SKIP: ' + why if why else ''}\n")
    print(f"excused, by the reason in {KNOWN}:")
    for reason, count in reasons.most_common(REASONS):
        print(f"    {count:4}  {shorten(reason, 110)}")
    if others := reasons.most_common()[REASONS:]:
        print(f"    {sum(count for _, count in others):4}  for {len(others)} other reasons")
    print("score by file:")
    for name, of_file in sorted(by_file.items()):
        print(f"    {percent(of_file):>7}  {name}: {of_file['noticed']} noticed, {of_file['survived']} survived, {of_file['excused']} excused")
    judged = counts["noticed"] + counts["survived"]
    score = 100 * counts["noticed"] / judged if judged else 100.0
    print(f"{len(population)} mutants in lines that run, {len(unreached)} in others; seed {options.seed}: {at} looked at, "
          f"{counts['same']} with the same code, {counts['broken']} do not compile, {counts['excused']} excused by {KNOWN}")
    print(f"noticed {counts['noticed']} of {judged}: {percent(counts)}")
    good = score >= options.least
    print(f"{counts['noticed'] if good else 0} passed, {0 if good else counts['survived']} failed")
    sys.exit(not good)


main()
