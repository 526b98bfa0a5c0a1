#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Records in expect/ran/ which checks run on the VMMs that can be had here: record.py [PART OF A RECORD'S NAME...]

What a record has, must run from then on (expect/README.md); coverage.py tells by it where a row was put to the test.
"""

from __future__ import annotations

import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NEW = "qemu-10.0"       # the version of host/qemu-backports.sh
RUNS = {
    "qemu-microvm@qemu-7.2": "", "qemu-microvm-variants@qemu-7.2": "", "qemu-virt-arm64@qemu-7.2": "", "qemu-virt-riscv64@qemu-7.2": "",
    f"qemu-microvm@{NEW}": "x86_64", f"qemu-microvm-variants@{NEW}": "x86_64", f"qemu-virt-arm64@{NEW}": "aarch64",
    f"qemu-virt-riscv64@{NEW}": "riscv64", "tinyemu@tinyemu-2019-02-10": "",
}


def main() -> int:
    failed = 0
    for name, newer in RUNS.items():
        if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
            continue
        words = [f"{TOP}/run.sh", "--vmm", name.partition("@")[0]]
        if newer:
            got = subprocess.run([f"{TOP}/host/qemu-backports.sh", newer], stdout=subprocess.PIPE, text=True, check=False)
            words += ["--qemu", got.stdout.strip()] if got.returncode == 0 else []
        path = os.path.join(TOP, "expect", "ran", name)
        words += ["--no-expect", "--thorough", "--record", f"{path}.new"]
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, errors="replace", check=False)
        last = "".join(done.stdout.rstrip().splitlines()[-1:])
        if f"({name.partition('@')[2]})" not in last:       # there is no such VMM, or it is another version
            print(f"left {name} as it is: {last}")
            failed += done.returncode not in (0, 1, 2)
        else:
            os.replace(f"{path}.new", path)
            print(f"recorded {name}: {last}")
        if os.path.exists(f"{path}.new"):
            os.unlink(f"{path}.new")
    return int(failed != 0)


sys.exit(main())
