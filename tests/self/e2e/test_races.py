# SPDX-License-Identifier: BSD-2-Clause
"""The race for which this project began, in the real image under QEMU, on two CPUs, with every layout of messages."""

import re

from harness import IMAGE, Done, run, slow

UNSTAGED = "--config reference --append touchstone.defect=msi_unstaged --seed 1".split()
DEVICES = ("refblk0", "refnet0", "refrng0", "refcon0")
CHANGES_A_ROUND = 8
PATIENCE = 300      # seconds; an idle machine needs a tenth


def raced(*options: str) -> Done:
    return run(*options, *UNSTAGED, image=IMAGE, timeout=PATIENCE)


@slow
def test_torn_message_is_shown() -> None:
    """10,000 changes of a message in a device that does not stage it: every layout shows a torn message, the pair of
    messages, and how to repeat it."""
    done = raced("--race", "torn", "--rounds", str(10000 // CHANGES_A_ROUND)).expect(1, "cpus 2")
    for device in DEVICES:
        told = done.out[done.out.index(f"FAIL reference/{device}.race.torn"):]
        pair = re.search(r"between (0x\w+)/(0x\w+) and (0x\w+)/(0x\w+): [1-9]\d* stray, the last with data (0x\w+) at cpu (\d)", told)
        assert pair and pair[5] in (pair[2], pair[4]), told
        assert re.search(r"again: touchstone.race=torn touchstone.seed=0x\w+ touchstone.delay=\d+", told), told


@slow
def test_mask_holds() -> None:
    """100,000 masked changes of the same device, in the three layouts with a mask: none lost, none stray, none twice."""
    done = raced("--race", "masked", "--rounds", str(100000 // CHANGES_A_ROUND // 3 + 1), "--timeout", "55", "-v").expect(0, "PASSED: 4 checks, 3 pass, 1 skip")
    assert done.out.count("race lost in 0 of 4167 rounds:") == 3, done.out
