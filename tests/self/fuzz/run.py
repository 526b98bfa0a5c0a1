#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the fuzzing harnesses: run.py --build FOLDER (--check | --seconds N) [NAME...]

--check is deterministic and takes seconds: a fixed number of runs, one seed, and no learning from what the code
compares, which may be an address. --seconds is for real fuzzing: as many harnesses side by side as there are cores,
each for N seconds, with a corpus that is kept in FOLDER/NAME/corpus.

A finding is a file in FOLDER/NAME/; the output has the command that repeats it.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import List, Optional, Sequence, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = {"cmdline": 10000, "tables": 12000, "devicetree": 12000, "queue": 5000, "checks": 400, "stream": 2000}
INPUT_MAX = {"cmdline": 8192, "tables": 8192, "devicetree": 8192, "queue": 4096, "checks": 1024}
HANG_SECONDS = 60


def command(build: str, name: str, arguments: Sequence[str]) -> List[str]:
    """The command that runs a harness with these arguments of libFuzzer, which our own harness understands, too."""
    if name == "stream":
        return [sys.executable, f"{HERE}/stream_fuzz.py", *arguments]
    return [f"{build}/{name}_fuzz", *arguments]


def run(build: str, name: str, seconds: Optional[int]) -> Tuple[str, int, str]:
    """Runs a harness; `seconds` is None for the short run. Returns (name, exit code, output)."""
    folder = f"{build}/{name}"
    corpus = f"{folder}/corpus"
    if seconds is None:         # the corpus of an earlier run must not change this one
        corpus = f"{folder}/corpus-check"
        shutil.rmtree(corpus, ignore_errors=True)
    os.makedirs(corpus, exist_ok=True)
    arguments = [f"-artifact_prefix={folder}/", "-print_final_stats=1"]
    arguments += [f"-runs={RUNS[name]}", "-seed=1", "-use_cmp=0", "-reload=0"] if seconds is None else [f"-max_total_time={seconds}"]
    if name != "stream":
        arguments += [f"-max_len={INPUT_MAX[name]}", f"-timeout={HANG_SECONDS}", "-rss_limit_mb=2048"]
        if os.path.exists(f"{HERE}/words/{name}.dict"):
            arguments.append(f"-dict={HERE}/words/{name}.dict")
        arguments += [corpus, f"{build}/seeds/{name}"]
    done = subprocess.run(command(build, name, arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False)
    with open(f"{folder}/log", "w", encoding="utf-8") as log:
        log.write(done.stdout)
    return name, done.returncode, done.stdout


def last(pattern: str, text: str) -> str:
    found: List[str] = re.findall(pattern, text)
    return found[-1] if found else "?"


def tell(build: str, name: str, code: int, output: str) -> bool:
    """Prints the result of a harness; True if it found nothing."""
    runs = last(r"stat::number_of_executed_units: (\d+)", output)
    speed = last(r"stat::average_exec_per_sec: +(\d+)", output)
    edges = last(r"cov: (\d+)", output)
    if code == 0:
        print(f"ok {name}: {runs} runs, {speed} a second" + (f", {edges} edges" if edges != "?" else ""))
        return True
    print(f"not ok {name}: exit {code}; {build}/{name}/log ends:")
    for line in output.splitlines()[-40:]:
        print(f"    {line}")
    for finding in re.findall(r"Test unit written to (\S+)", output):
        print(f"  finding: {finding}")
        print("  again: " + " ".join(command(build, name, [finding])))
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--seconds", type=int)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RUNS))
    options = parser.parse_args()
    if unknown := set(options.names) - RUNS.keys():
        parser.error(f"no such harness: {' '.join(sorted(unknown))}")
    names = options.names or list(RUNS)
    passed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(run, options.build, name, None if options.check else options.seconds) for name in names]
        for job in jobs:
            name, code, output = job.result()
            passed += tell(options.build, name, code, output)
    print(f"{passed} passed, {len(names) - passed} failed")
    sys.exit(passed != len(names))


main()
