# SPDX-License-Identifier: BSD-2-Clause
"""The suites of this project's own tests: docs/testing.md says what each proves, check.py runs them.

A command is a line of words, started in the top folder. check.py installs what the suites need (steps of host/need.sh)
and builds what they test (goals of make) before any suite begins, so that suites which run side by side do not build in
the same place.
"""

from __future__ import annotations

from typing import NamedTuple

PYTHON = "/usr/bin/python3"
X86, ARM, RISCV = "build qemu", "build-arm64 qemu-arm64", "build-riscv64 qemu-riscv64"


class Suite(NamedTuple):
    """One suite: how to run it as a whole, in part, and quickly."""

    name: str
    command: str
    seconds: int            # roughly how long it takes on two idle cores
    cores: float = 1        # how many cores it keeps busy
    need: str = "build"     # steps of host/need.sh
    build: str = ""         # goals of make
    one: str = ""           # the command for a part, with {} for its name; "": the command with the name at the end; "-": no parts
    quick: str = ""         # the command of `make quick`; "": it does not belong there


SUITES = (
    Suite("lint", "make lint", 10, need="build check", build="all fast-program", quick="make lint", one="-"),
    Suite("coverage", "make coverage", 1, build="fast-program", quick="make coverage", one="-"),
    Suite("unit", "make -j2 unit", 5, 2, need="build efi check", build="unit-programs", one="make unit-{}", quick="make -j2 unit"),
    Suite("e2e", f"{PYTHON} tests/self/e2e/run.py", 60, need=f"{X86} efi ovmf", build="all fast-program",
          quick=f"{PYTHON} tests/self/e2e/run.py --quick"),
    Suite("gcc", "tests/self/build.sh gcc", 10, 2, need=f"{X86} efi", build="all", one="-"),
    Suite("clang", "tests/self/build.sh clang", 15, 2, need=f"{X86} check", build="all", one="-"),
    Suite("gcc-arm64", "tests/self/build.sh gcc qemu-virt-arm64", 10, 2, need=f"build efi {ARM}", build="all", one="-"),
    Suite("clang-arm64", "tests/self/build.sh clang qemu-virt-arm64", 15, 2, need=f"build {ARM} check", build="all", one="-"),
    Suite("gcc-riscv64", "tests/self/build.sh gcc qemu-virt-riscv64", 10, 2, need=f"build {RISCV}", build="all", one="-"),
    Suite("clang-riscv64", "tests/self/build.sh clang qemu-virt-riscv64", 15, 2, need=f"build {RISCV} check", build="all", one="-"),
    Suite("architectures", f"{PYTHON} tests/self/architectures.py", 60, 2, need=f"{X86} efi {ARM} aavmf {RISCV}", build="all"),
    Suite("acpica", "make acpica ACPICA_TABLES=1000", 5, 2, need=f"{X86} {ARM} check", build="acpica-programs", one="-"),
    Suite("fuzz", "make fuzz-check", 5, 2, need="check", build="fuzz-programs", one="make fuzz-check FUZZ={}"),
    Suite("dist", "tests/self/dist.sh", 15, 2, need=f"{X86} efi", build="all docs", one="-"),
    Suite("port", "tests/self/port/run.sh x86_64", 50, need=f"{X86} efi ovmf", build="port-x86_64", one="tests/self/port/run.sh x86_64 {}"),
    Suite("port-riscv64", "tests/self/port/run.sh riscv64", 30, need=f"{RISCV}", build="port-riscv64"),
    Suite("port-arm64", "tests/self/port/run.sh aarch64", 45, need=f"{ARM} efi aavmf", build="port-aarch64"),
    Suite("backports", f"{PYTHON} tests/self/backports.py", 25, 2, need=f"{X86} {ARM} {RISCV}", build="all"),
    Suite("explore", "make explore", 60, build="explore-programs", one="make explore EXPLORE={}"),
    Suite("host", "make host", 5, 2, build="host-program", one="-"),
    Suite("matrix", "make prove", 10, 2, build="fast-program", one="-"),
    Suite("mutants", "make mutants COUNT=50 LEAST=80", 40, 2, need="build check", build="fast-program", one="-"),
    Suite("oddities", "make oddities", 25, 2, build="fast-program", one="make oddities T={}"),
    Suite("narrow", "make narrow", 2, 2, build="fast-program", one="make narrow T={}"),
    Suite("qemu-msi", f"{PYTHON} tests/self/qemu_msi.py", 90, 2, need=f"{X86} {ARM} {RISCV} qemu-source", build="all"),
    Suite("stability", f"{PYTHON} tests/self/stability.py 15", 150, 2, need=f"{X86}", build="image", one="-"),
)
