#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Tests what can be seen without running anything: layout, licence lines, scripts that parse, includes. lint.py [--fix
| WORD: the tests alone that have it in their name]"""

import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.pycache_prefix = os.path.join(TOP, "build", "pycache")

import arrows       # noqa: E402 (its bytecode goes to build/)

LINE_MAX = 160


def tracked(*suffixes):
    listed = subprocess.run(["git", "-C", TOP, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if name.endswith(suffixes) and os.path.exists(os.path.join(TOP, name))]


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as file:
        return file.read()


def test_every_source_has_a_licence_line():
    for name in tracked(".c", ".h", ".S", ".py", ".sh", ".ld", "Makefile", ".mk", ".inc", ".clang-format"):
        assert "SPDX-License-Identifier: BSD-2-Clause" in read(name)[:200], f"{name}: no SPDX line at the top"


def test_lines_are_not_too_long():
    for name in tracked(".c", ".h", ".S", ".py", ".sh", ".ld", "Makefile"):
        for number, line in enumerate(read(name).splitlines(), 1):
            # A catalogue has one line an entry, however long.
            assert len(line.expandtabs(8)) <= LINE_MAX or line.startswith("X("), f"{name}:{number}: longer than {LINE_MAX} columns"


def test_c_is_laid_out():
    files = tracked(".c", ".h")
    for start in range(0, len(files), 20):
        done = subprocess.run(["clang-format", "--dry-run", "-Werror", *files[start:start + 20]], cwd=TOP, capture_output=True, text=True)
        assert done.returncode == 0, "run `make format`; " + done.stderr[:600]


def test_scripts_parse():
    for name in tracked(".sh"):
        done = subprocess.run(["sh", "-n", os.path.join(TOP, name)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    for name in tracked(".py"):
        compile(read(name), name, "exec")


def test_arrows_point_one_way():
    """By includes and by calls, in every port that has a compiler here: arrows.py."""
    wrong = arrows.faults(TOP, [])
    assert not wrong, "\n  ".join(wrong)


# Files that may name registers of virtio-mmio: the transport, layouts of such registers, and code that implements a device.
KNOW_OFFSETS = ("drivers/transport/mmio.", "drivers/msi/", "drivers/spec/", "model/", "host/qemu/", "tests/self/")
RAW_ACCESS = re.compile(r"\breg_(?:read|write)(?:_width)?\(")


def test_offsets_are_known_to_the_transport():
    """All other code calls operations; a check of the registers themselves says NEEDS(.transport = TRANSPORT_MMIO)."""
    registers = re.search(r"enum virtio_mmio_register \{(.*?)\n\};", read("drivers/spec/mmio.h"), re.S)[1]
    offset = re.compile(r"\b(?:" + "|".join(re.findall(r"\bVIRTIO_MMIO_\w+(?= =)", registers)) + r")\b")
    for name in tracked(".c", ".h"):
        text = read(name)
        raw = offset.search(text) or RAW_ACCESS.search(text) or re.search(r'#include "drivers/transport/mmio\.h"', text)
        if not raw or name.startswith(KNOW_OFFSETS):
            continue
        # A macro of the file may stand in NEEDS.
        says_mmio = re.compile("|".join(["TRANSPORT_MMIO", *re.findall(r"^#define (\w+) .*TRANSPORT_MMIO", text, re.M)]))
        bodies = re.findall(r'^CHECK\(\w+, "([^"]+)"(.*?)\)\n\{(.*?)^\}', text, re.M | re.S)
        assert any(says_mmio.search(needs) for _, needs, _ in bodies), \
            f"{name} has {raw[0].rstrip('(')}: call an operation of drivers/transport/transport.h, or say NEEDS(.transport = TRANSPORT_MMIO)"
        for check, needs, body in bodies:
            raw = offset.search(body) or RAW_ACCESS.search(body)
            assert says_mmio.search(needs) or not raw, f"{name}: {check} has {raw[0].rstrip('(')} and does not say NEEDS(.transport = TRANSPORT_MMIO)"


# Files that may name a device type: its tables, the specification, the word of the catalogue. Our own tests may use any type.
KNOW_TYPES = ("drivers/types/", "drivers/spec/", "model/devices/", "model/defects/catalogue.h", "tests/self/")


def test_a_device_type_stands_in_one_place():
    """All other code asks the type's table (drivers/types/type.h); a check of one type says NEEDS(.type = ...)."""
    tables = {}
    for name in tracked(".c", ".h"):
        text = read(name)
        if not name.startswith(KNOW_TYPES):
            named = re.search(r"\bVIRTIO_ID_\w+", re.sub(r"\.type = VIRTIO_ID_\w+", "", text))
            assert not named, f"{name} has {named[0]}: ask the table of the type (drivers/types, model/devices)"
        for side in ("drivers/types/", "model/devices/"):
            for device in re.findall(r"(?:\.id = |\.device_id = |\bNAMED\()(VIRTIO_ID_\w+)", text if name.startswith(side) else ""):
                other = tables.setdefault((side, device), name)
                assert other == name, f"{name}: {device} has a table in {other} already"


def main():
    if sys.argv[1:] == ["--fix"]:
        sys.exit(subprocess.run(["clang-format", "-i", *tracked(".c", ".h")], cwd=TOP).returncode)
    passed = failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("test_") or not all(word in name for word in sys.argv[1:]):
            continue
        try:
            test()
            passed += 1
            print(f"ok {name[5:].replace('_', ' ')}")
        except (AssertionError, ValueError) as wrong:
            failed += 1
            print(f"not ok {name[5:].replace('_', ' ')}\n  {wrong}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
