#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The default run on the QEMU of the distribution's backports, on every architecture, with the expectations of that
version."""

import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NO_NETWORK = 75


RUNS: dict[str, tuple[list[str], ...]] = {
    "x86_64": ([], ["--machine", "acpi=off"], ["--smp", "4"], ["--vmm", "qemu-microvm-variants"]),
    "aarch64": (["--vmm", "qemu-virt-arm64"],),
    "riscv64": (["--vmm", "qemu-virt-riscv64"],),
}


def main() -> int:
    passed = failed = skipped = 0
    for arch, runs in RUNS.items():
        got = subprocess.run([f"{TOP}/host/qemu-backports.sh", arch], capture_output=True, text=True)
        if got.returncode == NO_NETWORK:
            print(f"skip the newer QEMU for {arch} cannot be had: {got.stderr.strip().splitlines()[-1]}")
            skipped += 1
            continue
        if got.returncode != 0:
            print(f"not ok host/qemu-backports.sh {arch}\n{got.stderr}")
            failed += 1
            continue
        for options in runs:
            done = subprocess.run([f"{TOP}/run.sh", "--qemu", got.stdout.strip(), *options], capture_output=True, text=True)
            last = done.stdout.rstrip().splitlines()[-1:]
            print(f"{'not ok' if done.returncode else 'ok'} {' '.join(options) or 'default run'}: {''.join(last)}", flush=True)
            failed += done.returncode != 0
            passed += done.returncode == 0
            if done.returncode:
                print(done.stdout + done.stderr)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return int(failed != 0)


sys.exit(main())
