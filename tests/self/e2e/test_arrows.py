# SPDX-License-Identifier: BSD-2-Clause
"""tests/self/arrows.py notices an upward arrow and a circle, in the includes and in the object files."""

import os
import re
import shutil
import subprocess

from harness import TOP, Scratch

ROOMS = ("firmware", "drivers", "model", "tests", "host/qemu")
BUILT = "build/fast/host"       # so that a test compiles only what it changes


def said(scratch: Scratch) -> tuple[int, list[str], str]:
    done = subprocess.run(["/usr/bin/python3", scratch / "tests/self/arrows.py", "--tree", scratch.path, "host"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, re.findall("^not ok (.*)", done.stdout, re.M), done.stdout


def tree(scratch: Scratch) -> None:
    """This checkout with the host port's object files."""
    for folder in ROOMS + (BUILT,):
        if os.path.exists(os.path.join(TOP, folder)):
            shutil.copytree(os.path.join(TOP, folder), scratch / folder)
    shutil.copy2(os.path.join(TOP, "Makefile"), scratch / "Makefile")


def noticed(name: str, added: str, *faults: str, before: str = "\n\\Z") -> None:
    """Adds lines to a file, at its end or before a pattern, and expects faults with these beginnings and no others."""
    with Scratch() as scratch:
        tree(scratch)
        text = scratch.read(name)
        changed = re.sub(before, lambda found: "\n" + added + found[0], text, count=1)
        assert changed != text, f"{name} has no {before}"
        scratch.file(name, changed)
        code, found, everything = said(scratch)
        assert code == 1 and len(found) == len(faults), everything[-2000:]
        for line, fault in zip(found, faults):
            assert line.startswith(fault), line


def test_this_tree_is_in_order() -> None:
    with Scratch() as scratch:
        tree(scratch)
        code, _, everything = said(scratch)
        assert code == 0 and everything == "ok every arrow points one way\n", everything[-2000:]


def test_include_against_the_order() -> None:
    noticed("firmware/discovery/reach.c", '#include "firmware/arch/machine.h"',
            "firmware/discovery/reach.c includes firmware/arch/machine.h: firmware/discovery/ may not need it", before='\n#include "firm')
    noticed("model/run.c", '#include "firmware/lib/string.h"', "model/run.c includes firmware/lib/string.h: model/ may not need it",
            before='\n#include "model')
    noticed("host/qemu/virtio_mmio_msi.c", '#include "model/model.h"', "host/qemu/virtio_mmio_msi.c includes model/model.h: host/ may not need it",
            before="\n#include")


def test_headers_that_include_each_other() -> None:
    noticed("drivers/queue/queue.h", '#include "drivers/device.h"',
            "a circle: drivers/device.h includes drivers/queue/queue.h, drivers/queue/queue.h includes drivers/device.h", before="\n#include")


def test_call_against_the_order() -> None:
    """A declaration instead of an include of the header makes an arrow, too."""
    noticed("drivers/dma.c", "void options_parse(void);\nvoid dma_breaks(void);\nvoid dma_breaks(void)\n{\n\toptions_parse();\n}",
            "drivers/dma.c uses options_parse of tests/framework/options.c: drivers/ may not need it")


def test_variable_of_a_room_above() -> None:
    noticed("firmware/lib/text.c", "#include <stdint.h>\nextern uint64_t transport_reset_patience_ns;\n"
            "uint64_t text_breaks(void);\nuint64_t text_breaks(void)\n{\n\treturn transport_reset_patience_ns;\n}",
            "firmware/lib/text.c uses transport_reset_patience_ns of drivers/transport/transport.c: firmware/lib/ may not need it")


def test_calls_in_a_circle() -> None:
    noticed("drivers/dma.c", "void virtqueue_kick(void);\nvoid dma_breaks(void);\nvoid dma_breaks(void)\n{\n\tvirtqueue_kick();\n}",
            "a circle: drivers/dma.c uses virtqueue_kick of drivers/queue/split.c, drivers/queue/split.c uses dma_alloc of drivers/dma.c")


def test_exception_that_nobody_needs() -> None:
    """The lists of exceptions only shrink: an entry that is no longer needed is a fault."""
    script = ("import arrows; arrows.KNOWN_ARROWS = (('a.c', 'x.h'), ('a.c', 'y.h')); arrows.KNOWN_CIRCLES = (('a.c', 'b.c', 'c.c'),); "
              "print(*arrows.outlived({'a.c': {'b.c': 'uses', 'x.h': 'includes'}, 'b.c': {'a.c': 'uses'}, 'c.c': {'a.c': 'uses'}}), sep='\\n')")
    done = subprocess.run(["/usr/bin/python3", "-c", script], cwd=os.path.join(TOP, "tests/self"), capture_output=True, text=True, check=False)
    assert done.stdout == ("a.c does not need y.h any more: take this out of KNOWN_ARROWS in tests/self/arrows.py\n"
                           "c.c is in no circle any more: take it out of KNOWN_CIRCLES in tests/self/arrows.py\n"), done.stdout + done.stderr
