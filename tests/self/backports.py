#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The default run on the QEMU of the distribution's backports, judged by that version's own expectations."""

import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NO_NETWORK = 75


def main():
    got = subprocess.run([f"{TOP}/host/qemu-backports.sh"], capture_output=True, text=True)
    if got.returncode == NO_NETWORK:
        print(f"skip the newer QEMU cannot be had: {got.stderr.strip().splitlines()[-1]}")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    if got.returncode != 0:
        print(f"not ok host/qemu-backports.sh\n{got.stderr}\n0 passed, 1 failed")
        return 1
    failed = 0
    for options in ([], ["--machine", "acpi=off"], ["--smp", "4"]):
        done = subprocess.run([f"{TOP}/run.sh", "--qemu", got.stdout.strip(), *options], capture_output=True, text=True)
        print(f"{'not ok' if done.returncode else 'ok'} {' '.join(options) or 'default run'}: {done.stdout.rstrip().splitlines()[-1]}")
        if done.returncode:
            failed += 1
            print(done.stdout + done.stderr)
    print(f"{3 - failed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
