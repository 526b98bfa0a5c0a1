#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""How long a run takes: speed.py [ROUNDS]. From process start to verdict, medians, each beside a guest that does nothing.

The rounds are interleaved, so that a machine that is busy for a while is busy for all of them alike; the ratio to the trivial guest, which costs what QEMU
itself costs, is what can be compared between machines.
"""

import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXIT = bytes((0x66, 0xba, 0xf4, 0, 0xb0, 0x10, 0xee, 0xf4))     # mov $0xf4, %dx; mov $0x10, %al; out %al, (%dx); hlt
EXIT_CODE = 33
AT = 0x100000


def trivial():
    """An ELF64 with a PVH entry, whose code leaves QEMU at once."""
    headers = 64 + 2 * 56
    note = struct.pack("<III4sQ", 4, 8, 18, b"Xen\0", AT + headers)
    code = EXIT + note
    segment = struct.pack("<IIQQQQQQ", 1, 7, 0, AT, AT, headers + len(code), headers + len(code), 0x1000)
    notes = struct.pack("<IIQQQQQQ", 4, 4, headers + len(EXIT), 0, 0, len(note), len(note), 4)
    header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, AT + headers, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    return header + segment + notes + code


def seconds(command, wanted):
    """Wall time of a command; it must exit as wanted."""
    begin = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode != wanted:
        raise SystemExit(f"{' '.join(command)} exited with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return time.monotonic() - begin


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        image = os.path.join(folder, "trivial.elf")
        with open(image, "wb") as file:
            file.write(trivial())
        commands = {
            "a guest that does nothing": (["qemu-system-x86_64", "-M", "microvm,x-option-roms=off", "-bios", "qboot.rom", "-nodefaults", "-no-user-config",
                                           "-display", "none", "-serial", "none", "-monitor", "none", "-no-reboot",
                                           "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel", image], EXIT_CODE),
            "one boot, modern layout": ([f"{TOP}/run.sh", "--config", "modern"], 0),
            "the default run": ([f"{TOP}/run.sh"], 0),
        }
        times = {name: [] for name in commands}
        for _ in range(rounds):
            for name, (command, wanted) in commands.items():
                times[name].append(seconds(command, wanted))
    unit = statistics.median(next(iter(times.values())))
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:<26} {median:6.3f} s (fastest {min(taken):.3f}, slowest {max(taken):.3f}), {median / unit:5.1f} times nothing")


main()
