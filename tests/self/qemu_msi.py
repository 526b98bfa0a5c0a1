#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The QEMU of host/qemu: its device passes in every layout, each of its defects is noticed by the check that is there for
it, and no device is taken for one of another age, there or on the QEMU that is installed."""

import json
import os
import shlex
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NO_NETWORK = 75
CANNOT = 2

MASKS = ("f40", "f40-fixed-patch", "dragonball", "f44")
ALL = ("draft3", *MASKS)
WITHOUT = ("wired", "today")
DEVICES = ("blk0", "net0", "rng0", "con0")

# Defect, the check that is there for it, and the layouts that state what it breaks: see docs/mmio-msi.md.
DEFECTS = (
    ("no-staging", "msi.message-changes-as-a-whole", ALL),
    ("no-pending", "msi.pending-is-sent-once", ("dragonball", "f44")),
    ("mask-ignored", "msi.mask", MASKS),
    ("pending-stays", "msi.pending-is-sent-once", MASKS),
    ("unmask-sends", "msi.pending-is-sent-once", MASKS),
    ("stale-after-reset", "msi.reset-forgets", MASKS),
    ("wire-too", "msi.line-is-silent", ALL),
    ("no-range-check", "msi.numbers-out-of-range", ALL),
    ("swapped-sources", "msi.each-event-is-one-message", ("draft3", "f40-fixed-patch", "dragonball", "f44")),
    ("answers-anyway", "msi.inert-unless-accepted", ("f44",)),
    ("disable-ignored", "msi.disable-returns-to-the-line", ALL),
    ("deaf-addresses", "msi.notification-addresses", ("draft3", "f40", "f40-fixed-patch", "dragonball")),
)


class Wrong(Exception):
    """What a test has to say."""


def run(*words):
    """(exit code, JSON report or None, what was printed) of run.sh."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        report = [] if "--list" in words else ["--json", path]
        done = subprocess.run([f"{TOP}/run.sh", *words, *report], capture_output=True, text=True, check=False)
        text = done.stdout + done.stderr
        if not os.path.exists(path):
            return done.returncode, None, text
        with open(path, encoding="utf-8") as file:
            return done.returncode, json.load(file), text


def healthy(*words):
    """The device passes, and the checks of messages ran on each device in each layout, on no other."""
    code, report, text = run("--vmm", "qemu-msi", *words)
    if code:
        raise Wrong(f"exit {code}\n{text[-6000:]}")
    for config in ALL + WITHOUT:
        for device in DEVICES:
            passed = sum(result["verdict"] == "PASS" for result in report["results"]
                         if (result["config"], result["device"]) == (config, device) and result["id"].startswith("msi."))
            if (passed > 0) != (config in ALL):
                raise Wrong(f"{config}/{device}: {passed} checks of messages passed")


def caught(defect, check, layouts):
    """The check fails on every device in the layouts that state it, and in no other."""
    code, report, text = run("--vmm", "qemu-msi", "--no-expect", "--defect", defect, "--only", check)
    if not report or code != 1:
        raise Wrong(f"exit {code}\n{text[-3000:]}")
    for result in report["results"]:
        want = ("FAIL",) if result["config"] in layouts else ("PASS", "SKIP")
        if result["verdict"] not in want:
            raise Wrong(f"{result['name']}: {result['verdict']}, want {want[0]}\n" + "\n".join(result["diagnostics"][:12]))
    seen = {(result["config"], result["device"]) for result in report["results"]}
    if missing := [f"{layout}/{device}" for layout in layouts for device in DEVICES if (layout, device) not in seen]:
        raise Wrong(f"did not run on {' '.join(missing)}")


def reset_of_virtqueues():
    """Bit 40 is RING_RESET, and the register at 0x0c0 QueueReset, on each device where nothing else is there, and on no other."""
    _, report, text = run("--vmm", "qemu-msi", "--only", "ring.reset.queue-is-not-ready-when-complete")
    found = {(result["config"], result["device"]): result["verdict"] for result in report["results"]} if report else {}
    for config in ALL + WITHOUT:
        want = "PASS" if config in ("f44", *WITHOUT) else "SKIP"
        if wrong := [device for device in DEVICES if found.get((config, device)) != want]:
            raise Wrong(f"{config}: not {want} on {' '.join(wrong)}\n{text[-3000:]}")


def without_messages(*words):
    """No check of messages is in the plan."""
    code, _, text = run("--list", *words)
    if code or not text or ".msi." in text:
        raise Wrong(f"exit {code}\n{text[-3000:]}")


def by_hand(machine, devices, only, *more):
    """{check: verdict} of a guest on this QEMU with a command line of our own; `machine` and `devices` are words for it, `more` for run.sh."""
    folder = subprocess.run([f"{TOP}/host/qemu/build.sh"], capture_output=True, text=True, check=True).stdout.strip()
    command = [f"{folder}/qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot", "-m", "128M",
               "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", *machine, *devices, "-kernel", "{image}", "-append", "{cmdline}"]
    _, report, text = run("--cmd", shlex.join(command), "--only", only, *more)
    if not report or not report["results"]:
        raise Wrong(text[-3000:])
    return {result["name"]: result["verdict"] for result in report["results"]}


def another_machine():
    """q35, where ACPI tells of the devices as the page on Linux says, and a block device whose requests a thread of its own serves."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["iasl", "-p", f"{folder}/linux", f"{TOP}/host/qemu/linux.asl"], capture_output=True, check=True)
        with open(f"{folder}/disk", "wb") as disk:
            disk.truncate(2 << 20)
        verdicts = by_hand(
            ["-M", "q35", "-cpu", "max", "-smp", "2", "-acpitable", f"file={folder}/linux.aml", "-object", "iothread,id=worker"],
            ["-drive", f"if=none,format=raw,id=d0,file={folder}/disk",
             "-device", "virtio-mmio-msi,id=m0,addr=0xfec10000,irq=10,msi=f40,ioeventfd=on", "-device", "virtio-blk-device,drive=d0,bus=m0.0,iothread=worker",
             "-device", "virtio-mmio-msi,id=m1,addr=0xfec12000,irq=11,msi=f44", "-device", "virtio-rng-device,bus=m1.0"], "msi.*,interrupt.*")
    if wrong := [f"{name} {verdict}" for name, verdict in verdicts.items() if verdict not in ("PASS", "SKIP")]:
        raise Wrong(", ".join(wrong))
    if len({name.partition(".")[0] for name in verdicts}) != 2:
        raise Wrong(f"not both devices were found: {' '.join(verdicts)}")


def as_the_patch_wants():
    """draft3 as the Linux patch has it, which is not as the draft has it, and otherwise right."""
    verdicts = by_hand(["-M", "microvm,x-option-roms=off", "-bios", "qboot.rom", "-cpu", "max"],
                       ["-device", "virtio-mmio-msi,id=m0,addr=0xfeb10000,irq=16,msi=draft3-patch", "-device", "virtio-rng-device,bus=m0.0"],
                       "msi.*", "--append", "virtio_mmio.device=8K@0xfeb10000:16")
    failed = sorted(name for name, verdict in verdicts.items() if verdict not in ("PASS", "SKIP"))
    if failed != ["rng0.msi.reset-disables", "rng0.msi.state-reads-back"]:
        raise Wrong(f"failed: {' '.join(failed)}")


def refused(words, expected):
    """A mistake in the options ends the run with a message that names what there is."""
    code, _, text = run("--vmm", "qemu-msi", *words)
    if code not in (2, 3) or expected not in text:
        raise Wrong(f"exit {code}\n{text[-1000:]}")


def tests():
    """(name, function, arguments)"""
    for smp in ("1", "4"):
        yield f"healthy with {smp} CPUs", healthy, ("--smp", smp)
    for defect, check, layouts in DEFECTS:
        yield f"{defect} is caught by {check}", caught, (defect, check, layouts)
    yield "bit 40 is told apart", reset_of_virtqueues, ()
    for config in WITHOUT:
        yield f"{config} is not taken for a device with messages", without_messages, ("--vmm", "qemu-msi", "--config", config)
    yield "nor are the devices of the installed QEMU", without_messages, ("--config", "modern")
    yield "nor is the reference device of Version 3", without_messages, ("--config", "modern", "--append",
                                                                         "touchstone.ref=only touchstone.ref-version=3")
    yield "another machine, where ACPI tells of it, with a thread for requests", another_machine, ()
    yield "draft3 as the Linux patch wants it", as_the_patch_wants, ()
    yield "an unknown defect is refused", refused, (("--defect", "no-such"), "no-staging")


def main():
    built = subprocess.run([f"{TOP}/host/qemu/build.sh"], capture_output=True, text=True, check=False)
    if built.returncode == NO_NETWORK or (built.returncode == CANNOT and os.environ.get("TOUCHSTONE_NO_INSTALL", "0") != "0"):
        print(f"skip this QEMU cannot be built here: {built.stderr.strip().splitlines()[-1]}")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    if built.returncode:
        print(f"not ok host/qemu/build.sh\n{built.stderr}\n0 passed, 1 failed")
        return 1
    passed = failed = 0
    for name, test, arguments in tests():
        if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
            continue
        try:
            test(*arguments)
            passed += 1
            print(f"ok {name}", flush=True)
        except Wrong as wrong:
            failed += 1
            print(f"not ok {name}\n  {wrong}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
