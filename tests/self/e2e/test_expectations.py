# SPDX-License-Identifier: BSD-2-Clause
"""Known deviations are accepted, and an expectation that is no longer true is reported."""

import os
from typing import Sequence

from harness import TOP, Done, Scratch, fake, fake_qemu
from touchstone import expectations

WHY = "a reason -> docs/findings.md#x"


def judged(scenario: str, lines: Sequence[str], *options: str) -> Done:
    """Runs the fake VMM with expectations."""
    with Scratch() as scratch:
        return fake(scenario, "--expect", scratch.file("expected", "\n".join(lines)), *options)


def test_expected_results_are_no_news() -> None:
    judged("blk0.ring.wrap=fail,net0.ring.wrap=error", ["# known", "", f"  blk0.ring.wrap  FAIL  {WHY}  ", f"net0.* * {WHY}"],
           "--skip", "net0.mmio.*").expect(0, "PASSED: 5 checks", "2 expected", "known deviations (",
                                          "FAIL blk0.ring.wrap: a reason -> docs/findings.md#x").lacks("got: 0x1")


def test_expected_crash_and_timeout() -> None:
    judged("blk0.ring.wrap=die,net0.ring.wrap=hang", [f"blk0.ring.wrap CRASH {WHY}", f"net0.ring.wrap TIMEOUT {WHY}"]).expect(
        0, "PASSED: 6 checks, 4 pass, 1 crash, 1 timeout, 2 expected")
    judged("blk0.ring.wrap=reset", [f"blk0.ring.wrap CRASH {WHY}"]).expect(0)


def test_expected_warning() -> None:
    judged("blk0.used.quiet=warn", [f"used.quiet WARN {WHY}"], "--strict").expect(0, "1 expected")


def test_another_verdict_than_expected() -> None:
    judged("blk0.ring.wrap=error", [f"blk0.ring.wrap FAIL {WHY}"]).expect(1, "blk0.ring.wrap is ERROR, not FAIL", "1 unexpected")
    judged("blk0.used.quiet=warn", [f"blk0.used.quiet FAIL {WHY}"]).expect(1, "is WARN, not FAIL", "1 stale")


def test_expected_failure_that_passes() -> None:
    done = judged("healthy", ["", f"blk0.ring.wrap FAIL {WHY}"]).expect(1, "stale expectations", "expected:2: blk0.ring.wrap is PASS, not FAIL")
    assert "FAILED: 6 checks, 6 pass, 1 stale" in done.out, done.out
    judged("healthy", [f"blk0.ring.wrap FAIL {WHY}"], "--only", "ring.*").expect(1, "is PASS, not FAIL")


def test_a_line_for_one_assertion() -> None:
    """Every failed assertion must be excused, each by a line of its own if need be."""
    ring, other = f'ring.wrap FAIL "the ring goes round (got 0x1)" {WHY}', f'blk0.ring.wrap FAIL "the ring is a *" {WHY}'
    one, two = "blk0.ring.wrap=fail,net0.ring.wrap=fail", "blk0.ring.wrap=fail-twice,net0.ring.wrap=fail"
    judged(one, [ring]).expect(0, "2 expected")
    judged(two, [ring]).expect(1, "FAIL blk0.ring.wrap  (must", "1 expected, 1 unexpected").lacks("stale")
    judged(two, [ring, other]).expect(0, "2 expected")
    judged(two, [f'ring.wrap FAIL "the ring goes*|the ring is*" {WHY}']).expect(0, "2 expected")
    judged(one, [ring, other]).expect(1, "stale expectations", "blk0.ring.wrap is not FAIL for that cause").lacks("unexpected")
    judged(one, [f'ring.wrap FAIL "the ring goes round (got 0x2)" {WHY}']).expect(1, "2 unexpected", "2 stale")
    judged("blk0.ring.wrap=error", [f'blk0.ring.wrap ERROR "trap: page fault*" {WHY}']).expect(0, "1 expected")
    judged("blk0.used.quiet=warn", [f'used.quiet WARN "no used buffer*" {WHY}'], "--strict").expect(0, "1 expected")


def test_a_skip_that_says_that_the_device_misbehaved() -> None:
    judged("blk0.ring.wrap=unmet", []).expect(
        1, "skipped, and must not be", "blk0.ring.wrap: does not hold: a ring is served (row-1): no check of row-1 failed", "1 skip, 1 unexpected")
    judged("blk0.ring.wrap=unmet,net0.mmio.magic=fail", [f"net0.mmio.magic FAIL {WHY}"]).expect(1, "no check of row-1 failed")
    judged("blk0.ring.wrap=unmet,blk0.mmio.magic=fail", [f"blk0.mmio.magic FAIL {WHY}"]).expect(0, "1 skip, 1 expected")
    judged("blk0.ring.wrap=unmet", [f'blk0.ring.wrap SKIP "*(row-1)" {WHY}']).expect(0, "1 expected")
    judged("blk0.ring.wrap=unmet", [], "--skip", "net0.*").expect(0)
    judged("blk0.ring.wrap=skip", []).expect(0)


def test_what_ran_once_runs_again() -> None:
    with Scratch() as scratch:
        record = scratch / "made here/record"
        fake("blk0.queue.max=skip", "--record", record).expect(0)
        assert scratch.read("made here/record").endswith(
            "\nblk0\n  used.quiet\n\nblk0 net0\n  mmio.magic ring.wrap\n"), scratch.read("made here/record")
        fake("blk0.queue.max=skip", "--ran", record).expect(0)
        fake("healthy", "--ran", record).expect(0)
        fake("net0.ring.wrap=fail", "--ran", record).expect(1).lacks("must not be")
        again = ("net0.ring.wrap=skip", "--ran", record)
        done = fake(*again, "--junit", scratch / "r.xml", "--json", scratch / "r.json")
        done.expect(1, "net0.ring.wrap: the device has no ring: it was not skipped when the record was made", "5 pass, 1 skip, 1 unexpected")
        assert 'failures="1"' in scratch.read("r.xml") and '"doubt": "it was not' in scratch.read("r.json")
        fake(*again, "--skip", "net0.mmio.magic").expect(0)
        expected = scratch.file("expected", f'net0.ring.wrap SKIP? "the device has no ring" {WHY}')
        fake(*again, "--expect", expected).expect(0, "1 expected")
        fake("healthy", "--ran", record, "--expect", expected).expect(0)
        expected = scratch.file("expected", f"net0.ring.wrap SKIP {WHY}")
        fake("healthy", "--ran", record, "--expect", expected).expect(1, "net0.ring.wrap is PASS, not SKIP")
        fake("healthy", "--ran", scratch / "no such").expect(2, "cannot read")
        fake("healthy", "--record", record, "--only", "ring.*").expect(2, "--record is for a whole run")


def test_glob_must_be_true_everywhere() -> None:
    judged("blk0.ring.wrap=fail", [f"ring.wrap FAIL {WHY}"]).expect(1, "net0.ring.wrap is PASS, not FAIL").lacks("unexpected")


def test_sometimes() -> None:
    line = f"blk0.ring.wrap FAIL? {WHY}"
    judged("healthy", [line]).expect(0)
    judged("blk0.ring.wrap=fail", [line]).expect(0, "1 expected")
    judged("blk0.ring.wrap=error", [line]).expect(1)


def test_expectation_of_nothing() -> None:
    lines = [f"blk0.no.such FAIL {WHY}"]
    judged("healthy", lines).expect(1, "blk0.no.such fits nothing that ran")
    judged("healthy", lines, "--only", "ring.*").expect(0)
    judged("healthy", lines, "--smp", "2").expect(0)


def test_expectation_of_a_skipped_check() -> None:
    lines = [f"blk0.ring.wrap FAIL {WHY}"]
    judged("blk0.ring.wrap=skip", lines).expect(1, "blk0.ring.wrap was skipped")
    judged("blk0.ring.wrap=skip", lines, "--skip", "net0.*").expect(0)
    judged("blk0.ring.wrap=skip,net0.ring.wrap=fail", [f"ring.wrap FAIL {WHY}"]).expect(0)
    judged("blk0.ring.wrap=skip", [f"blk0.ring.wrap FAIL? {WHY}"]).expect(0)


def test_expectations_after_a_cut_report() -> None:
    judged("gone", [f"blk0.ring.wrap FAIL {WHY}"]).expect(3).lacks("stale")


def test_no_expect() -> None:
    with Scratch() as scratch:
        fake("blk0.ring.wrap=fail", "--no-expect", cwd=scratch.path).expect(1).lacks("known deviations")


def test_configurations() -> None:
    with Scratch() as scratch:
        path = scratch.file("expected", f"legacy/blk0.ring.wrap FAIL {WHY}\n*/net0.* WARN? {WHY}\n")
        fake_qemu("healthy", "blk0.ring.wrap=fail", "--expect", path).expect(0, "FAIL legacy/blk0.ring.wrap: a reason")
        fake_qemu("blk0.ring.wrap=fail", "blk0.ring.wrap=fail", "--expect", path).expect(1, "FAIL modern/blk0.ring.wrap", "1 unexpected")
        fake_qemu("healthy", "blk0.ring.wrap=fail", "--expect", path, env={"FAKE_REFERENCE": "refblk0.used.quiet=warn"}).expect(0).lacks("net0.* x")


def test_malformed_lines_are_named() -> None:
    for line, says in (("blk0.ring.wrap FAIL no link", "not of the form"), ("blk0.ring.wrap FAIL", "not of the form"),
                       (f"blk0.ring.wrap PASS {WHY}", "not a verdict"), (f"blk0.[r]ing FAIL {WHY}", "not a pattern"),
                       ("blk0.ring.wrap FAIL  -> docs", "no reason given")):
        judged("healthy", ["# one", line]).expect(2, "expected:2: ", says)


def test_file_for_the_running_version() -> None:
    path = os.path.join(TOP, "expect", "qemu-99.1")
    assert not os.path.exists(path), f"{path} is in the way"
    fake_qemu("healthy", "healthy").expect(0, "qemu-microvm (qemu-99.1)").lacks("known deviations")


def test_our_own_files_can_be_read() -> None:
    for name in os.listdir(os.path.join(TOP, "expect")):
        if name not in ("README.md", "ran"):
            for line in expectations.read(os.path.join(TOP, "expect", name), name):
                page = line.link.partition("#")[0]
                assert page.startswith("http") or os.path.exists(os.path.join(TOP, page)), f"{line.where}: no page {page}"
