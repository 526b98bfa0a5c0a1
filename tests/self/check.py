#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the suites of this project one after the other and adds up their counts: check.py NAME=COMMAND...

A name with + before it belongs to the suite before it: up to three of them run at a time, each of which mostly waits, and they disturb each
other as little as another user would.

Each suite prints a line `N passed, N failed[, N skipped]`, or several, one for each of its programs. One that prints none, or that fails without counting a
failure, counts as one failure. The whole output of each is kept in build/log/; the end of a failed one is shown.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIDE_BY_SIDE = 3
CLOSING = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)


def run(name, command):
    """(passed, failed, skipped) of a suite; prints its line."""
    os.makedirs(f"{TOP}/build/log", exist_ok=True)
    path = f"{TOP}/build/log/{name}.log"
    begin = time.monotonic()
    with open(path, "wb") as log:
        code = subprocess.run(command, shell=True, cwd=TOP, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT).returncode
    with open(path, encoding="utf-8", errors="replace") as log:
        text = log.read()
    closings = CLOSING.findall(text) or [(0, 1, 0)]
    passed, failed, skipped = (sum(int(count or 0) for count in column) for column in zip(*closings))
    if code != 0 and not failed:
        failed = 1
    said = [f"{name:12} {passed} passed, {failed} failed, {skipped} skipped  {time.monotonic() - begin:.1f} s"]
    said += [f"    {line}" for line in text.splitlines() if line.startswith("skip ")]
    if failed:
        said.append(f"    {name} exited with {code}; the end of {os.path.relpath(path, TOP)}:")
        said += [f"    {line}" for line in text.splitlines()[-60:]]
    print("\n".join(said), flush=True)
    return passed, failed, skipped


def main():
    totals, groups = [0, 0, 0], []
    for suite in sys.argv[1:]:
        name, _, command = suite.partition("=")
        if not name.startswith("+"):
            groups.append([])
        groups[-1].append((name.lstrip("+"), command))
    for group in groups:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for counts in pool.map(lambda suite: run(*suite), group):
                totals = [total + count for total, count in zip(totals, counts)]
    passed, failed, skipped = totals
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(failed != 0)


main()
