# SPDX-License-Identifier: BSD-2-Clause
"""Whatever happens to the guest, the VMM or the stream, the runner returns the right exit code, names the check, and
leaves no process behind."""

import os
import signal
import subprocess
import time

from harness import RUN, TIMEOUT, Scratch, alive, fake, fake_command, fake_qemu


def test_healthy() -> None:
    fake("healthy").expect(0, "PASSED: 6 checks, 6 pass; fake").lacks("note:")


def test_failure_is_told_in_full() -> None:
    fake("blk0.ring.wrap=fail").expect(
        1, "FAIL blk0.ring.wrap  (must: row-1, row-2)", "    fail: the ring goes round", "      got: 0x1", "      want: 0x0",
        "    again: ./run.sh --cmd ", "FAILED: 6 checks, 5 pass, 1 fail, 1 unexpected")


def test_error_fails() -> None:
    fake("blk0.ring.wrap=error", "--level", "must").expect(1, "ERROR blk0.ring.wrap", "trap: page fault at 0x10")


def test_all_skipped() -> None:
    fake("blk0.ring.wrap=skip,net0.ring.wrap=skip", "--only", "ring.*").expect(77, "NOTHING TESTED: 2 checks, 2 skip")
    fake("blk0.ring.wrap=skip", "--only", "ring.*").expect(0, "1 pass, 1 skip")


def test_no_device() -> None:
    fake("no-device").expect(77, "nothing to test: no device")


def test_configuration_without_a_device() -> None:
    fake_qemu("healthy", "no-device").expect(1, "legacy: nothing was tested: no device")
    fake_qemu("healthy", "no-device", "--devices", "rng").expect(0)
    fake_qemu("no-device", "no-device").expect(77, "6 pass")
    fake_qemu("no-device", "no-device", "--config", "modern,legacy").expect(77)
    fake_qemu("no-device", "no-device", env={"FAKE_REFERENCE": "refblk0.ring.wrap=fail"}).expect(1)


def test_death_in_a_check() -> None:
    fake("blk0.ring.wrap=die").expect(
        3, "CRASH blk0.ring.wrap", "the last words", "was killed by SIGKILL", "the VMM says: fake: assertion failed",
        "CRASHED in blk0.ring.wrap: 6 checks, 5 pass, 1 crash")
    fake("net0.ring.wrap=exit").expect(3, "the VMM exited with 5", "CRASHED in net0.ring.wrap: 6 checks, 5 pass, 1 crash")


def test_death_in_several_checks() -> None:
    fake("blk0.mmio.magic=die,blk0.queue.max=exit,net0.ring.wrap=die").expect(
        3, "CRASHED in blk0.mmio.magic, blk0.queue.max, net0.ring.wrap: 6 checks, 3 pass, 3 crash")


def test_hang_in_a_check() -> None:
    fake("blk0.ring.wrap=hang").expect(4, "TIMEOUT blk0.ring.wrap", f"no progress for {TIMEOUT} s",
                                      "TIMED OUT in blk0.ring.wrap: 6 checks, 5 pass, 1 timeout")


def test_crash_and_hang() -> None:
    fake("blk0.ring.wrap=die,net0.mmio.magic=hang").expect(3, "CRASHED in blk0.ring.wrap, net0.mmio.magic: 6 checks, 4 pass")


def test_guest_that_starts_over() -> None:
    fake("blk0.ring.wrap=reset").expect(3, "the guest started over", "CRASHED in blk0.ring.wrap: 6 checks, 5 pass, 1 crash")


def test_flood_without_a_newline() -> None:
    fake("blk0.ring.wrap=flood").expect(4, "TIMED OUT in blk0.ring.wrap: 6 checks, 5 pass")


def test_fresh_boots_are_bounded() -> None:
    fake("many").expect(3, "gave up after 20 fresh boots; 9 checks did not run", "and 18 more: 21 checks, 21 crash")


def test_fresh_boot_that_ignores_its_command_line() -> None:
    fake("deaf,blk0.ring.wrap=die").expect(3, "did not go on after blk0.ring.wrap but with blk0.mmio.magic", "3 checks, 2 pass, 1 crash")


def test_death_before_the_report() -> None:
    fake("gone").expect(3, "no end marker: the VMM exited with 7 before the report began", "the VMM says: fake: no such device")
    fake("silent").expect(4, "TIMED OUT: 0 checks", f"no progress for {TIMEOUT} s before the report began")


def test_loader_noise() -> None:
    fake("noise").expect(0, "PASSED: 6 checks")
    fake("crlf").expect(0, "PASSED: 6 checks")
    fake("after-end").expect(0, "PASSED: 6 checks")


def test_no_end_marker() -> None:
    fake("no-end").expect(3, "NO VALID REPORT: 6 checks, 6 pass", "no end marker: the VMM exited with 0 after net0.ring.wrap")
    fake("cut").expect(3, "no end marker")


def test_wrong_end_marker() -> None:
    fake("bad-crc").expect(3, "NO VALID REPORT", "the end marker says crc32=", "after net0.ring.wrap")
    fake("bad-count").expect(3, "the end marker says pass=7, the report has 6")


def test_wrong_plan_and_numbers() -> None:
    fake("bad-plan").expect(3, "6 results, the plan was 1..7")
    fake("two-plans").expect(3, "a second plan, 1..3")
    fake("bad-number").expect(3, "blk0.mmio.magic has the number 2, not 1")


def test_rubbish_in_the_report() -> None:
    fake("blk0.ring.wrap=garbage").expect(3, "not a line of the report", "while blk0.ring.wrap ran")
    fake("blk0.ring.wrap=long").expect(3, "a line of more than 510 bytes")
    fake("blk0.ring.wrap=stray-result").expect(3, "a result of blk0.not.running while blk0.ring.wrap runs")


def test_vmm_that_never_exits() -> None:
    with Scratch() as scratch:
        fake("no-exit", env={"FAKE_PIDS": scratch / "pids"}).expect(0, "PASSED", "note: the VMM did not exit")
        pids = scratch.read("pids").split()
        assert len(pids) == 3 and not any(alive(pid) for pid in pids), pids


def test_vmm_that_dies_after_the_end_marker() -> None:
    fake("exit-signal").expect(0, "PASSED", "note: after the end marker the VMM was killed by SIGKILL")


def test_configurations_are_reported_in_order() -> None:
    for _ in range(3):
        done = fake_qemu("blk0.ring.wrap=round", "net0.ring.wrap=fail").expect(1, "modern/net0", "18 checks, 17 pass, 1 fail")
        assert done.out.index("== modern") < done.out.index("== legacy") < done.out.index("FAIL legacy/net0.ring.wrap"), done.out


def test_one_configuration_dies() -> None:
    fake_qemu("blk0.ring.wrap=die", "healthy").expect(3, "CRASHED in modern/blk0.ring.wrap: 18 checks, 17 pass, 1 crash")


def ended_by(number: int) -> int:
    """Ends a run by a signal while its VMM hangs; returns the exit code."""
    with Scratch() as scratch:
        pids = scratch / "pids"
        environment = dict(os.environ, TOUCHSTONE_IMAGE=RUN, FAKE_PIDS=pids)
        runner = subprocess.Popen([RUN, "--cmd", fake_command("silent")], env=environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))   # a shell's background jobs ignore SIGINT
        while not os.path.exists(pids) or not scratch.read("pids"):
            time.sleep(0.05)
        runner.send_signal(number)
        code = runner.wait(10)
        assert not any(alive(pid) for pid in scratch.read("pids").split()), "the VMM survived"
        return code


def test_user_ends_the_run() -> None:
    assert ended_by(signal.SIGINT) == 130
    assert ended_by(signal.SIGTERM) == 143


def test_reader_goes_away() -> None:
    environment = dict(os.environ, TOUCHSTONE_IMAGE=RUN)
    runner = subprocess.Popen([RUN, "--cmd", fake_command("blk0.ring.wrap=round"), "-v"], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert runner.stdout and runner.stderr
    runner.stdout.close()
    assert runner.wait(20) == 141 and runner.stderr.read() == b""
    runner.stderr.close()


def test_progress_only_in_a_terminal() -> None:
    master, slave = os.openpty()
    environment = dict(os.environ, TOUCHSTONE_IMAGE=RUN)
    with subprocess.Popen([RUN, "--cmd", fake_command("blk0.ring.wrap=round")], env=environment, stdout=subprocess.PIPE,
                          stderr=slave):
        os.close(slave)
        seen = b""
        try:
            while data := os.read(master, 4096):
                seen += data
        except OSError:
            pass    # the other end of the terminal is closed
        os.close(master)
    assert b"2/6 blk0.ring.wrap" in seen, seen
    assert fake("blk0.ring.wrap=round").err == ""
