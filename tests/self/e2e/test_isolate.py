# SPDX-License-Identifier: BSD-2-Clause
"""--isolate: each check in a new VM, for devices that cannot be reset."""

from harness import fake


def test_each_check_has_a_boot_of_its_own() -> None:
    done = fake("blk0.ring.wrap=fail", "--isolate", "-v").expect(
        1, "touchstone.only=blk0.ring.wrap touchstone.isolated", "touchstone.only=net0.ring.wrap touchstone.isolated",
        "FAILED: 6 checks, 5 pass, 1 fail, 1 unexpected")
    assert done.out.count("KTAP version 1") == 7, done.out
    fake("blk0.ring.wrap=fail", "--isolate").expect(1, "--isolate --only blk0.ring.wrap")


def test_the_list_is_what_is_chosen() -> None:
    fake("healthy", "--isolate", "--only", "ring.wrap,mmio.magic", "--skip", "blk0.ring.*").expect(0, "PASSED: 3 checks, 3 pass")
    fake("no-device", "--isolate").expect(77, "NOTHING TESTED")
    fake("healthy", "--isolate", "--list").expect(0, "blk0.ring.wrap")


def test_accidents() -> None:
    fake("blk0.mmio.magic=die,net0.ring.wrap=exit", "--isolate").expect(3, "CRASHED in blk0.mmio.magic, net0.ring.wrap: 6 checks, 4 pass, 2 crash")
    fake("blk0.ring.wrap=hang", "--isolate").expect(4, "TIMED OUT in blk0.ring.wrap: 6 checks, 5 pass, 1 timeout")
    fake("many", "--isolate").expect(3, "30 crash").lacks("gave up")


def test_a_vmm_that_hands_no_command_line_over() -> None:
    fake("deaf", "--isolate").expect(3, "does the VMM hand its command line to the guest?")


def test_only_for_checks() -> None:
    fake("healthy", "--isolate", "--bench").expect(2, "--isolate is for checks")
    fake("healthy", "--isolate", "--selfproof").expect(2, "--isolate is for checks")
