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
        if name != "README.md":
            for line in expectations.read(os.path.join(TOP, "expect", name), name):
                page = line.link.partition("#")[0]
                assert page.startswith("http") or os.path.exists(os.path.join(TOP, page)), f"{line.where}: no page {page}"
