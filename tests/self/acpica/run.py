#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares our reader of DSDTs with ACPICA, which is also Linux's reader: run.py --reader PROGRAM --aml FOLDER [--count
N] [--seed N] [--keep FOLDER]

The tables are the DSDTs of QEMU's machines and those of the unit tests (compiled, in FOLDER), random tables, and
changed forms of all of these: as trees that stay valid, and byte by byte. For each table that ACPICA loads without a
complaint, both readers list the virtio-mmio devices (by _HID or _CID, present, with memory and an interrupt) and the
value that powers off.

If they differ, our reader must have given one of the warnings of REASONS. A table with only what our reader understands
must show no difference.
"""

import argparse
import collections
import os
import re
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import qemu
import tables

COMMANDS = "all _HID;all _CID;all _STA;evaluate \\_S5;resources;quit"
SECONDS = 20            # the most for one table; ACPICA cuts an endless While after one
COMPLAINT = re.compile(r"(ACPI|Firmware) (BIOS )?(Error|Warning|Exception)|\*\*\*\* |Could not|AE_(?!OK)")
LOADED = "ACPI AML tables successfully acquired and loaded"
NOTHING_LEFT = "ACPI: No outstanding allocations"       # otherwise it has given up in the middle of a term without saying so

# What our reader does not do, by its warning and in words; see docs/your-vmm.md. For that reason it may miss a device
# or find one too many: any device, or the one that the warning names.
MISSES, ADDS = "only ACPICA", "only ours"
Reason = collections.namedtuple("Reason", "said kinds of_device means")
REASONS = (
    Reason("is not understood; going on", (MISSES, ADDS, "_S5"), False, "statements between definitions are not executed"),
    Reason("devices were found", (MISSES,), False, "If, Else and While are not entered, methods not executed, no _HID seen that stands elsewhere"),
    Reason("is not a constant buffer", (MISSES,), True, "a _CRS that is computed is not read"),
    Reason("no _CRS; ignored", (MISSES,), True, "a _CRS that stands elsewhere is not seen"),
    Reason("deep; not followed", (MISSES,), False, "blocks in blocks in blocks end somewhere"),
    Reason("_STA is computed", (ADDS,), True, "a _STA that is computed counts as present"),
    Reason("a _STA outside of its device", (ADDS, MISSES), False, "a _STA that stands elsewhere is not read"),
    Reason("_S5_ is not a package", ("_S5",), False, "an _S5_ that is computed is not read"),
)

Device = collections.namedtuple("Device", "name base size line trigger polarity")


def path(text):
    return ".".join(segment.rstrip("_") for segment in text.lstrip("\\").split("."))


def evaluated(text):
    """{name: {path of a device: lines of the value}}"""
    found = {"_HID": {}, "_CID": {}, "_STA": {}}
    for where, value in re.findall(r"^Evaluation of (\S+) returned object .*\n((?:  .*\n)*)", text, re.M):
        device, _, name = where.rpartition(".")
        if name in found:
            found[name][path(device)] = value
    return found


def resources(text):
    """The memory ranges and interrupts that ACPICA decodes from a _CRS; None if it does not accept it."""
    _, begin, text = ("\n" + text).partition("\nEvaluating _CRS\n")
    text, _, back = text.partition("\nResource Conversion Comparison")
    # Converted back to bytes it is longer than before, which means that ACPICA has read beyond its end.
    overrun = any(int(new, 16) > int(old, 16) for old, new in re.findall(r"Length mismatch in descriptor .* Len1 (\w+), Len2 (\w+)", back))
    if not begin or overrun:
        return None
    if "EndTag Resource" not in text or COMPLAINT.search(text):
        return None
    memory, interrupts = [], []
    for title, rest in re.findall(r"^\[\d+\] (.*) Resource\n((?: .*\n)*)", text, re.M):
        fields = dict(re.findall(r"^ +(\S.*?) : (.*?) *$", rest, re.M))

        def number(name):
            return int(fields[name], 16)

        if title in ("32-Bit Fixed Memory Range", "32-Bit Memory Range", "24-Bit Memory Range"):
            unit = 8 if title.startswith("24") else 0
            base = number("Address") if "Fixed" in title else number("Address Minimum")
            memory.append((base << unit, number("Address Length") << unit))
        elif "Address Space" in title and not title.startswith("16-Bit") and fields["Resource Type"].startswith("Memory"):
            base = number("Address Minimum") + number("Translation Offset")
            memory.append((base & (1 << 64) - 1, number("Address Length")))
        elif title in ("IRQ", "Extended IRQ"):
            how = (fields["Triggering"].lower(), fields["Polarity"].removeprefix("Active").lower())
            lines = ([int(line, 16) for line in fields["Interrupt List"].split()] if title == "IRQ" else
                     [int(line, 16) for line in re.findall(r"^ +Dword\d+ : (\w+)$", rest, re.M)])
            interrupts += [(line, *how) for line in lines]
    return memory, interrupts


def acpica(table, folder):
    """ACPICA's result: (devices, names of devices with a bad _CRS, value of _S5), or None if it complains when it loads
    the table."""
    file = f"{folder}/{os.getpid()}-{id(table)}.aml"
    with open(file, "wb") as out:
        out.write(table)
    try:
        done = subprocess.run(["acpiexec", "-dr", "-to", "1", "-b", COMMANDS, file], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    finally:
        os.unlink(file)
    text = done.stdout.decode(errors="replace")
    loading, _, answers = text.partition("\nExecuting all objects with NameSeg: _HID")
    if done.returncode or LOADED not in loading or NOTHING_LEFT not in answers or COMPLAINT.search(loading):
        return None

    answers, *sections = answers.split("\nDevice: ")
    found = evaluated(answers)
    virtio = {where for name in ("_HID", "_CID") for where, value in found[name].items() if f'= "{tables.HID.decode()}"' in value}
    status = {where: int(re.search(r"= (\w+)", value)[1], 16) if "[Integer]" in value else 0xf for where, value in found["_STA"].items()}
    sections = {path(where): rest for where, _, rest in (section.partition("\n") for section in sections)}
    devices, useless = [], set()
    for where in virtio:
        above = where.split(".")
        hidden = any(not status.get(".".join(above[:end]), 0xf) & 9 for end in range(1, len(above)))
        if hidden or not status.get(where, 0xf) & 1:
            continue
        got = resources(sections.get(where, ""))
        if got is None:
            useless.add(above[-1])
        elif all(got):
            devices.append(Device(above[-1], *got[0][0], *got[1][0]))
    sleep = re.search(r"^Evaluation of \\_S5_? returned object .*\n  \[Package\].*\n    \[Integer\] = (\w+)$", answers, re.M)
    return devices, useless, int(sleep[1], 16) if sleep else None


class Reader:
    """Our reader's answers, in the order of the tables."""

    def __init__(self, program, all_tables):
        given = b"".join(struct.pack("<I", len(table)) + table for table in all_tables)
        done = subprocess.run([program], input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600, check=False)
        self.answers = done.stdout.decode(errors="replace").split("end\n")[:-1]
        self.wrong = done.stderr.decode(errors="replace") if done.returncode else None


def ours(text):
    devices, warnings, sleep = [], [], None
    for line in text.splitlines():
        what, _, rest = line.partition(" ")
        if what == "device":
            name, base, size, interrupt, trigger, polarity = rest.split()
            devices.append(Device(name.rstrip("_"), int(base, 16), int(size, 16), int(interrupt), trigger, polarity))
        elif what == "warning":
            warnings.append(rest)
        elif what == "s5":
            sleep = int(rest)
    return devices, warnings, sleep


def compare(theirs, answer, conditional=False):
    """[(difference, the reason that our reader gave or None)]

    It ignores an _S5 inside an If, which a conditional table may have.
    """
    devices, warnings, sleep = ours(answer)
    their_devices, useless, their_sleep = theirs
    left, right = collections.Counter(devices), collections.Counter(their_devices)
    wrong = [(MISSES, device) for device in right - left]
    wrong += [(ADDS, device) for device in left - right if device.name not in useless]
    if sleep != their_sleep and (sleep is not None or not conditional):
        wrong.append(("_S5", f"ours {sleep}, ACPICA's {their_sleep}"))

    def reason_of(kind, what):
        for reason in REASONS:
            if kind in reason.kinds:
                for warning in warnings:
                    if reason.said in warning and (not reason.of_device or f": {what.name.ljust(4, '_')}: " in warning):
                        return reason
        return None

    return [(f"{kind}: {what}", reason_of(kind, what)) for kind, what in wrong]


def notices(theirs, answer):
    """Tests the comparison: an answer that agrees must differ as soon as one word of it is changed."""
    words = answer.split(" ", 6)
    others = [" ".join([*words[:at], other, *words[at + 1:]]) for at, other in ((1, "NONE"), (2, "0x1"), (3, "0x7"), (4, "77777"), (5, "both"), (6, "x"))]
    return not compare(theirs, answer) and all(compare(theirs, other) for other in [*others, "", answer + "s5 99\n"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reader", required=True)
    parser.add_argument("--aml", required=True)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="where tables are kept that are read otherwise")
    options = parser.parse_args()

    originals = qemu.all_dsdts()
    for file in sorted(os.listdir(options.aml)):
        if file.endswith(".aml"):
            with open(f"{options.aml}/{file}", "rb") as aml:
                originals[file] = aml.read()
    made = [(f"as it is {name}", False, tables.header(table[tables.HEADER:])) for name, table in originals.items()]
    made += [tables.make(number, options.seed, originals) for number in range(options.count)]

    reader = Reader(options.reader, [table for _, _, table in made])
    failed, accepted, kinds, with_devices, excused = 0, 0, collections.Counter(), 0, collections.Counter()
    if len(reader.answers) != len(made) or reader.wrong is not None:
        failed += 1
        print(f"not ok our reader ended at table {len(reader.answers)} ({made[min(len(reader.answers), len(made) - 1)][0]}): {reader.wrong}")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        their = pool.map(lambda one: acpica(one[2], folder), made)
        for number, ((what, plain, table), theirs, answer) in enumerate(zip(made, their, reader.answers)):
            if theirs is None:
                continue
            accepted += 1
            kinds[what.split()[0]] += 1
            with_devices += bool(theirs[0])
            wrong = compare(theirs, answer, conditional=not plain and tables.IF in table)
            if not plain and all(reason for _, reason in wrong):
                excused.update({reason.means for _, reason in wrong})
                continue
            wrong = [what for what, reason in wrong if plain or not reason]
            if not wrong:
                continue
            failed += 1
            print(f"not ok table {number} ({what}): {'; '.join(wrong[:3])}; our reader said: {'; '.join(ours(answer)[1][:3]) or 'nothing'}")
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                with open(f"{options.keep}/{number}.aml", "wb") as out:
                    out.write(table)
    device = Device("VR00", 0x1000, 0x200, 5, "edge", "high")
    if not notices(([device], set(), None), "device VR00 0x1000 0x200 5 edge high\n"):
        failed += 1
        print("not ok the comparison takes different answers for the same")
    print(f"# {len(made)} tables, {accepted} accepted by ACPICA ({', '.join(f'{kind}: {count}' for kind, count in sorted(kinds.items()))}), "
          f"{with_devices} of these with virtio-mmio devices")
    for reason, count in sorted(excused.items()):
        print(f"# {count} read otherwise: {reason}")
    print(f"{accepted - failed} passed, {failed} failed")
    sys.exit(failed != 0 or not accepted)


main()
