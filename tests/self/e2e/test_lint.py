# SPDX-License-Identifier: BSD-2-Clause
"""tests/self/lint.py notices a file that names registers although it is not the transport, or a device type although it
does not belong to the type."""

import os
import re
import shutil
import subprocess

from harness import TOP, Scratch


def lint(scratch, word):
    done = subprocess.run(["/usr/bin/python3", scratch / "tests/self/lint.py", word], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    return done.returncode, done.stdout


def tree(scratch):
    """A checkout with only what is compiled and what lint.py reads."""
    for folder in ("drivers", "firmware", "model", "tests/checks", "tests/framework", "tests/guest"):
        shutil.copytree(os.path.join(TOP, folder), scratch / folder)
    os.mkdir(scratch / "tests/self")
    for name in ("Makefile", "tests/self/arrows.py", "tests/self/lint.py"):
        shutil.copy(os.path.join(TOP, name), scratch / name)
    subprocess.run(["git", "init", "-q", scratch.path], check=True)


def noticed(test, name, pattern, replacement, text):
    """Changes one file, and expects that one test fails with this text."""
    with Scratch() as scratch:
        tree(scratch)
        before = scratch.read(name)
        after = re.sub(pattern, replacement, before, count=1, flags=re.M)
        assert after != before, f"{name} has no {pattern}"
        scratch.file(name, after)
        code, said = lint(scratch, test)
        assert code == 1 and f"not ok {test.replace('_', ' ')}" in said and text in said, said[-2000:]


def test_this_tree_is_in_order() -> None:
    with Scratch() as scratch:
        tree(scratch)
        assert lint(scratch, "offsets")[0] == 0
        assert lint(scratch, "device_type")[0] == 0


def test_offset_outside_of_the_transport() -> None:
    noticed("offsets_are_known_to_the_transport", "drivers/queue/split.c", r"transport_select_queue\(transport, ",
            "reg_write(transport, VIRTIO_MMIO_QUEUE_SEL, ", "drivers/queue/split.c has VIRTIO_MMIO_QUEUE_SEL")


def test_raw_access_in_a_check_of_something_else() -> None:
    noticed("offsets_are_known_to_the_transport", "tests/checks/ring.c", r'^#include "tests/checks/support/common.h"$',
            r'#include "drivers/transport/mmio.h"\n\g<0>', 'tests/checks/ring.c has #include "drivers/transport/mmio.h"')
    noticed("offsets_are_known_to_the_transport", "tests/checks/status.c", r"set = status_of\(d\);",
            "set = reg_read(&d->transport, 0x70);", "status.unchanged-by-work has reg_read")


def test_register_check_that_does_not_say_so() -> None:
    noticed("offsets_are_known_to_the_transport", "tests/checks/legacy.c", r'("legacy\.version-reads-1", (?:.|\n)*?)\.transport = TRANSPORT_MMIO, ', r"\1",
            "legacy.version-reads-1 has VIRTIO_MMIO_VERSION and does not say NEEDS(.transport = TRANSPORT_MMIO)")


ONE_PLACE = "a_device_type_stands_in_one_place"


def test_device_type_in_a_check_of_any_type() -> None:
    noticed(ONE_PLACE, "tests/checks/support/traffic.c", r"if \(d->type->not_by_thousands\)", "if (d->type->id == VIRTIO_ID_CONSOLE)",
            "tests/checks/support/traffic.c has VIRTIO_ID_CONSOLE: ask the table of the type")


def test_device_type_in_the_core_of_the_model() -> None:
    noticed(ONE_PLACE, "model/space.c", r"m->backend->config_byte \?", "m->config.device_id == VIRTIO_ID_NETWORK ?",
            "model/space.c has VIRTIO_ID_NETWORK: ask the table of the type")


def test_second_table_of_a_device_type() -> None:
    noticed(ONE_PLACE, "drivers/types/named.c", r"^\tNAMED\(VIRTIO_ID_BALLOON", r'\tNAMED(VIRTIO_ID_BLOCK, "disk", "disk"),\n\g<0>',
            "VIRTIO_ID_BLOCK has a table in drivers/types/blk.c already")
