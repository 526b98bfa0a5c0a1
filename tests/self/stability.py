#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks that verdicts are the same every time: stability.py [RUNS]. Does the default run a third of RUNS times in a
row and the rest four at a time, when each has to share its cores, and compares the verdicts."""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Dict, Sequence, Tuple

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIDE_BY_SIDE = 4

Run = Tuple[float, Dict[str, object]]       # seconds; verdicts by name of the check, and the exit code


def verdicts(_: int) -> Run:
    """(seconds, {name: verdict}) of one default run."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        begin = time.monotonic()
        done = subprocess.run([f"{TOP}/run.sh", "--json", path], capture_output=True, text=True)
        seconds = time.monotonic() - begin
        if not os.path.exists(path):
            raise AssertionError(f"no report: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
    result: Dict[str, object] = {entry["name"]: entry["verdict"] for entry in report["results"]}
    result["exit code"] = done.returncode
    return seconds, result


def compare(runs: Sequence[Run], first: Dict[str, object]) -> int:
    differing = 0
    for number, (_, result) in enumerate(runs, 1):
        wrong = [f"{name}: {result.get(name)}, first {first.get(name)}" for name in sorted(first.keys() | result.keys()) if result.get(name) != first.get(name)]
        if wrong:
            differing += 1
            print(f"not ok run {number} differs:\n  " + "\n  ".join(wrong[:20]))
    return differing


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    alone = (count + 2) // 3
    runs = [verdicts(number) for number in range(alone)]
    first = runs[0][1]
    failed = compare(runs, first)
    times = sorted(seconds for seconds, _ in runs)
    print(f"{alone} runs in a row of {len(first) - 1} checks: median {times[alone // 2]:.2f} s, slowest {times[-1]:.2f} s")
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        beside = list(pool.map(verdicts, range(count - alone)))
    failed += compare(beside, first)
    print(f"{len(beside)} runs, {SIDE_BY_SIDE} side by side: slowest {max((seconds for seconds, _ in beside), default=0):.2f} s")
    if first["exit code"] != 0:
        failed += 1
        print(f"not ok the default run exits with {first['exit code']}")
    print(f"{count + (first['exit code'] != 0) - failed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
