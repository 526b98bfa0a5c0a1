#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the suites of this project one after the other and adds up their counts: check.py NAME=COMMAND...

Each suite prints a line `N passed, N failed[, N skipped]`, or several, one for each of its programs. One that prints none, or that fails without counting a
failure, counts as one failure. The whole output of each is kept in build/log/; the end of a failed one is shown.
"""

import os
import re
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CLOSING = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)


def run(name, command):
    """(passed, failed, skipped) of a suite; prints its line."""
    os.makedirs(f"{TOP}/build/log", exist_ok=True)
    path = f"{TOP}/build/log/{name}.log"
    print(f"{name:12} ", end="", flush=True)
    begin = time.monotonic()
    with open(path, "wb") as log:
        code = subprocess.run(command, shell=True, cwd=TOP, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT).returncode
    with open(path, encoding="utf-8", errors="replace") as log:
        text = log.read()
    closings = CLOSING.findall(text) or [(0, 1, 0)]
    passed, failed, skipped = (sum(int(count or 0) for count in column) for column in zip(*closings))
    if code != 0 and not failed:
        failed = 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped  {time.monotonic() - begin:.1f} s", flush=True)
    for line in text.splitlines():
        if line.startswith("skip "):
            print(f"    {line}")
    if failed:
        print(f"    {name} exited with {code}; the end of {os.path.relpath(path, TOP)}:")
        for line in text.splitlines()[-60:]:
            print(f"    {line}")
    return passed, failed, skipped


def main():
    totals = [0, 0, 0]
    for suite in sys.argv[1:]:
        name, _, command = suite.partition("=")
        totals = [total + count for total, count in zip(totals, run(name, command))]
    passed, failed, skipped = totals
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(failed != 0)


main()
