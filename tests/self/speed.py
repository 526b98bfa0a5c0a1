#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures what a boot and a run cost: speed.py [--rounds N] [--against DIR]

Each thing is measured from process start to verdict: wall time, and CPU time of all its processes. The table has the
medians, and their ratio to those of a guest that does nothing, which is the cost of QEMU itself. Ratios can be compared
between machines. With DIR, another checkout, the same is measured there, and the medians are compared.

All rounds are interleaved, so that a machine that is busy for a while delays all things alike.
"""

from __future__ import annotations

import argparse
import os
import shlex
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import Optional, Sequence

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXIT = bytes((0x66, 0xba, 0xf4, 0, 0xb0, 0x10, 0xee, 0xf4))     # mov $0xf4, %dx; mov $0x10, %al; out %al, (%dx); hlt
EXIT_CODE = 33
AT = 0x100000

MICROVM = ("qemu-system-x86_64 -M microvm,x-option-roms=off -bios qboot.rom -cpu max -m 128M -nodefaults -no-user-config -display none "
           "-serial stdio -monitor none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4")
ONE_DEVICE = "-global virtio-mmio.force-legacy=false -device virtio-rng-device"


def trivial() -> bytes:
    """Makes an ELF64 with a PVH entry, whose code leaves QEMU at once."""
    headers = 64 + 2 * 56
    note = struct.pack("<III4sQ", 4, 8, 18, b"Xen\0", AT + headers)
    code = EXIT + note
    segment = struct.pack("<IIQQQQQQ", 1, 7, 0, AT, AT, headers + len(code), headers + len(code), 0x1000)
    notes = struct.pack("<IIQQQQQQ", 4, 4, headers + len(EXIT), 0, 0, len(note), len(note), 4)
    header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, AT + headers, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    return header + segment + notes + code


@dataclass
class Thing:
    """One thing to measure: a command, and the exit code that it must have."""

    name: str
    command: Sequence[str]
    code: int
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Runs it once."""
        with tempfile.TemporaryFile() as errors:
            begin = time.monotonic()
            child = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
            _, status, used = os.wait4(child.pid, 0)
            self.wall.append(time.monotonic() - begin)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.cpu.append(used.ru_utime + used.ru_stime)
            if child.returncode != self.code:
                errors.seek(0)
                raise SystemExit(f"{shlex.join(self.command)} exited with {child.returncode}: {errors.read()[-500:].decode(errors='replace')}")


def things_of(top: str) -> list[Thing]:
    """The things to measure in a checkout, whose images are built."""
    image = os.path.join(top, "build", "x86_64", "touchstone.elf")
    words = f"{MICROVM} {ONE_DEVICE} -append 'touchstone.only=no.such.check touchstone.ref=off' -kernel"
    run = os.path.join(top, "run.sh")
    return [
        Thing("one boot that runs no check", [*shlex.split(words), image], EXIT_CODE),
        Thing("the same by the runner", [run, "--config", "modern", "--only", "no.such.check", "--append", "touchstone.ref=off"], 77),
        Thing("one boot, modern layout", [run, "--config", "modern"], 0),
        Thing("the default run", [run], 0),
    ]


def build(top: str) -> None:
    """Builds a checkout's images, so that no round has to."""
    done = subprocess.run(["make", "-s", f"-j{os.cpu_count()}", "ARCH=x86_64", "image"], cwd=top, stdout=sys.stderr, check=False)
    if done.returncode:
        raise SystemExit(f"{top} cannot be built")


def show(rows: Sequence[tuple[Thing, Optional[Thing]]], nothing: Thing) -> None:
    """Prints the table: our medians, the other checkout's, and the ratio."""
    def median(of: list[float]) -> float:
        return statistics.median(of)

    other = any(theirs for _, theirs in rows)
    print(f"{'':28} {'CPU s':>8} {'ratio':>7} {'wall s':>8} {'ratio':>7} {'fastest':>8} {'slowest':>8}"
          + (f" | {'CPU s':>8} {'ratio':>7} {'wall s':>8} | {'CPU':>6} {'wall':>6}" if other else ""))
    for ours, theirs in rows:
        line = (f"{ours.name:28} {median(ours.cpu):8.3f} {median(ours.cpu) / median(nothing.cpu):7.1f} "
                f"{median(ours.wall):8.3f} {median(ours.wall) / median(nothing.wall):7.1f} {min(ours.wall):8.3f} {max(ours.wall):8.3f}")
        if theirs:
            line += (f" | {median(theirs.cpu):8.3f} {median(theirs.cpu) / median(nothing.cpu):7.1f} {median(theirs.wall):8.3f} "
                     f"| {median(ours.cpu) / median(theirs.cpu):6.0%} {median(ours.wall) / median(theirs.wall):6.0%}")
        print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description="What a boot and a run cost, beside a guest that does nothing.")
    parser.add_argument("--rounds", type=int, default=9, metavar="N")
    parser.add_argument("--against", metavar="DIR", help="another checkout, to be measured as well")
    options = parser.parse_args()
    build(TOP)
    ours = things_of(TOP)
    theirs: list[Optional[Thing]] = [None] * len(ours)
    if options.against:
        build(options.against)
        theirs = [*things_of(os.path.abspath(options.against))]
    with tempfile.TemporaryDirectory() as folder:
        image = os.path.join(folder, "trivial.elf")
        with open(image, "wb") as file:
            file.write(trivial())
        nothing = Thing("a guest that does nothing", [*shlex.split(MICROVM), "-kernel", image], EXIT_CODE)
        for number in range(options.rounds):
            pairs = [(one, other) if number % 2 else (other, one) for one, other in zip(ours, theirs)]
            for thing in [nothing, *(thing for pair in pairs for thing in pair)]:
                if thing:
                    thing.measure()
    print(f"medians of {options.rounds} rounds; ratios to a guest that does nothing" + (f"; on the right {options.against}" if options.against else ""))
    show([(nothing, None), *zip(ours, theirs)], nothing)


if __name__ == "__main__":
    main()
