#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The QEMU of host/qemu: its device passes in every layout, with the messages of every interrupt controller; the check
for each of its defects notices it; and no device is taken for one of another draft, neither there nor on the installed
QEMU.

    qemu_msi.py [PART OF A NAME...]
"""

import fnmatch
import functools
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, Iterator, Optional, Sequence, Tuple, TypeVar

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = f"{TOP}/host/qemu/build.sh"
ARCHITECTURES = ("x86_64", "aarch64", "riscv64")
NO_NETWORK = 75
CANNOT = 2
FAILED, NOTHING_TESTED = 1, 77      # exit codes of run.sh
SIDE_BY_SIDE = 2        # tests at a time: a check that waits leaves its core to the other

# The controllers that take messages, and their options.
X86 = ("--vmm", "qemu-msi")
ARM = ("--vmm", "qemu-msi-arm64")
RISCV = ("--vmm", "qemu-msi-riscv64")
ITS = (*ARM, "--machine", "gic-version=3")

MASKS = ("f40", "f40-fixed-patch", "dragonball", "f44")
ALL = ("draft3", *MASKS)
WITHOUT = ("wired", "today")
DEVICES = ("blk0", "net0", "rng0", "con0")

# Defect, the check for it, and the layouts that require what it breaks: see docs/mmio-msi.md.
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
# For checks that fail because something never comes, and then try what they build on: a shorter wait for each.
NEVER = ("--append", "touchstone.patience=500")
# These run with each interrupt controller, in the layout that requires all of them.
ON_EACH = ("no-staging", "pending-stays", "swapped-sources", "wire-too")


Test = Tuple[str, Callable[..., object], Tuple[Any, ...]]       # name, function, arguments
Result = TypeVar("Result")


class Wrong(Exception):
    """A test has failed; the text says how."""


def run(*words: str) -> Tuple[int, Any, str]:
    """Calls run.sh: (exit code, JSON report or None, output)."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        report = [] if "--list" in words else ["--json", path]
        done = subprocess.run([f"{TOP}/run.sh", *words, *report], capture_output=True, text=True, check=False)
        text = done.stdout + done.stderr
        if not os.path.exists(path):
            return done.returncode, None, text
        with open(path, encoding="utf-8") as file:
            return done.returncode, json.load(file), text


def healthy(vmm: Sequence[str], *words: str) -> Dict[str, Any]:
    """Asserts that the device passes, and that the checks of messages ran on each device in each layout and on no
    other. Returns the results."""
    code, report, text = run(*vmm, *words)
    if code:
        raise Wrong(f"exit {code}\n{text[-6000:]}")
    for config in ALL + WITHOUT:
        for device in DEVICES:
            passed = sum(result["verdict"] == "PASS" for result in report["results"]
                         if (result["config"], result["device"]) == (config, device) and result["id"].startswith("msi."))
            if (passed > 0) != (config in ALL):
                raise Wrong(f"{config}/{device}: {passed} checks of messages passed")
    return {f"{result['config']}/{result['name']}": result for result in report["results"]}


def once(function: Callable[[], Result]) -> Callable[[], Result]:
    """If several threads call it, the first does the work."""
    cached, lock = functools.cache(function), threading.Lock()

    def call() -> Result:
        with lock:
            return cached()
    return call


@once
def on_x86() -> Dict[str, Any]:
    """The run with which the others are compared: all checks, in every layout."""
    return healthy(X86, "--smp", "4", "--thorough")


def as_on_x86(vmm: Sequence[str], smp: str, only: str) -> None:
    """Asserts that the checks that `only` matches have the same verdicts as on x86_64, except those that need a level
    or an edge, which run only where the line is announced so."""
    model = {name: result for name, result in on_x86().items()
             if any(fnmatch.fnmatchcase(name if "/" in glob else result["id"], glob) for glob in only.split(","))}
    found = healthy(vmm, "--smp", smp, "--only", only)
    wrong = [f"{name} is missing" for name in model if name not in found] + [f"{name} is new" for name in found if name not in model]
    for name in model.keys() & found.keys():
        one, other = model[name], found[name]
        if one["verdict"] != other["verdict"] and not any("line is announced as" in (result["reason"] or "") for result in (one, other)):
            wrong.append(f"{name}: {other['verdict']}, not {one['verdict']}")
    if wrong:
        raise Wrong("\n  ".join(sorted(wrong)[:20]))


def with_defect(vmm: Sequence[str], defect: str, check: str, layouts: Sequence[str], devices: Sequence[str], wanted: Sequence[str],
                *words: str) -> None:
    """Asserts that on every device in these layouts the check has one of the wanted verdicts."""
    code, report, text = run(*vmm, "--no-expect", "--defect", defect, "--only", ",".join(f"{layout}/{check}" for layout in layouts),
                             "--devices", ",".join(device.rstrip("0") for device in devices), *words)
    if not report or code not in ((FAILED,) if "FAIL" in wanted else (0, NOTHING_TESTED)):
        raise Wrong(f"exit {code}\n{text[-3000:]}")
    for result in report["results"]:
        if result["verdict"] not in wanted:
            raise Wrong(f"{result['name']}: {result['verdict']}, want {wanted[0]}\n" + "\n".join(result["diagnostics"][:12]))
    seen = {(result["config"], result["device"]) for result in report["results"]}
    if missing := [f"{layout}/{device}" for layout in layouts for device in devices if (layout, device) not in seen]:
        raise Wrong(f"did not run on {' '.join(missing)}")


def caught(vmm: Sequence[str], defect: str, check: str, layouts: Sequence[str], others: Sequence[str], devices: Sequence[str] = DEVICES) -> None:
    """Asserts that the check fails on every device in the layouts that require it, and in none of the others."""
    with_defect(vmm, defect, check, layouts, devices, ("FAIL",), *NEVER)
    if others:
        with_defect(vmm, defect, check, others, devices, ("PASS", "SKIP"))


def reset_of_virtqueues() -> None:
    """Asserts that bit 40 is RING_RESET, and register 0x0c0 QueueReset, on each device whose layout uses neither, and
    on no other."""
    _, report, text = run(*X86, "--only", "ring.reset.queue-is-not-ready-when-complete")
    found = {(result["config"], result["device"]): result["verdict"] for result in report["results"]} if report else {}
    for config in ALL + WITHOUT:
        want = "PASS" if config in ("f44", *WITHOUT) else "SKIP"
        if wrong := [device for device in DEVICES if found.get((config, device)) != want]:
            raise Wrong(f"{config}: not {want} on {' '.join(wrong)}\n{text[-3000:]}")


def without_messages(*words: str) -> None:
    """Asserts that no check of messages is in the plan."""
    code, _, text = run("--list", *words)
    if code or not text or ".msi." in text:
        raise Wrong(f"exit {code}\n{text[-3000:]}")


@once
def built() -> str:
    """The folder of the QEMUs."""
    return subprocess.run([BUILD, *ARCHITECTURES], capture_output=True, text=True, check=True).stdout.strip()


def by_hand(machine: Sequence[str], devices: Sequence[str], only: str, *more: str) -> Dict[str, str]:
    """{check: verdict} of a guest on this QEMU with a command line of our own; `machine` and `devices` are its words,
    `more` those of run.sh."""
    command = [f"{built()}/qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot", "-m", "128M",
               "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", *machine, *devices, "-kernel", "{image}", "-append", "{cmdline}"]
    _, report, text = run("--cmd", shlex.join(command), "--only", only, *more)
    if not report or not report["results"]:
        raise Wrong(text[-3000:])
    return {result["name"]: result["verdict"] for result in report["results"]}


def another_machine() -> None:
    """q35, where ACPI announces the devices as docs/mmio-msi.md says, and a block device with an I/O thread."""
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


def as_the_patch_wants() -> None:
    """draft3 in the form of the Linux patch, which differs from the draft, and otherwise correct."""
    verdicts = by_hand(["-M", "microvm,x-option-roms=off", "-bios", "qboot.rom", "-cpu", "max"],
                       ["-device", "virtio-mmio-msi,id=m0,addr=0xfeb10000,irq=16,msi=draft3-patch", "-device", "virtio-rng-device,bus=m0.0"],
                       "msi.*", "--append", "virtio_mmio.device=8K@0xfeb10000:16")
    failed = sorted(name for name, verdict in verdicts.items() if verdict not in ("PASS", "SKIP"))
    # What its state register reads is asked of a device that a reset disables.
    if failed != ["rng0.msi.reset-disables"] or verdicts["rng0.msi.state-reads-back"] != "SKIP":
        raise Wrong(f"failed: {' '.join(failed)}")


def refused(words: Sequence[str], expected: str) -> None:
    """A mistake in the options ends the run with a message that names the choices."""
    code, _, text = run("--vmm", "qemu-msi", *words)
    if code not in (2, 3) or expected not in text:
        raise Wrong(f"exit {code}\n{text[-1000:]}")


def no_such_input(arch: str, machine: str, words: str, inputs: str) -> None:
    """An input that the machine's interrupt controller does not have gives an error that names those it has, and no
    crash."""
    done = subprocess.run([f"{built()}/qemu-system-{arch}", "-M", machine, "-nodefaults", "-display", "none",
                           "-device", f"virtio-mmio-msi,addr=0xb000000,{words}"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 1 or f"{words}: the interrupt controller has inputs {inputs}\n" not in done.stderr:
        raise Wrong(f"{words}: exit {done.returncode}\n{done.stderr}")


def no_controller(vmm: Sequence[str]) -> None:
    """On a machine without a controller for messages, the checks of messages are skipped."""
    _, report, text = run(*vmm, "--only", "msi.*", "--config", "f44", "--devices", "rng")
    reasons = {result["reason"] for result in report["results"] if result["verdict"] == "SKIP"} if report else set()
    wrong = not report or any(result["verdict"] not in ("PASS", "SKIP") for result in report["results"])
    if wrong or "this machine has no message signalled interrupts for us" not in reasons:
        raise Wrong(text[-3000:])


# The families that concern messages, the line and what collides with them; and in one layout all families.
MESSAGES = "msi.*,race.*,interrupt.*,ring.reset.*"
EVERYTHING = f"{MESSAGES},f44/*"


def tests() -> Iterator[Test]:
    """(name, function, arguments)"""
    yield "healthy with 4 CPUs", on_x86, ()
    yield "healthy with 1 CPU", healthy, (X86, "--only", MESSAGES)
    for defect, check, layouts in DEFECTS:
        yield f"{defect} is caught by {check}", caught, (X86, defect, check, layouts, [layout for layout in ALL if layout not in layouts])
    yield "GICv2m: as on x86_64", as_on_x86, (ARM, "4", EVERYTHING)
    yield "IMSIC: as on x86_64", as_on_x86, (RISCV, "2", MESSAGES)
    yield "ITS: as on x86_64", as_on_x86, (ITS, "4", MESSAGES)
    yield "IMSIC in machine mode: as on x86_64", as_on_x86, ((*RISCV, "--machine", "bios=none"), "4", MESSAGES)
    for where, vmm in (("GICv2m", ARM), ("ITS", ITS), ("IMSIC", RISCV)):
        for defect, check, layouts in DEFECTS:
            if defect in ON_EACH:
                yield f"{where}: {defect} is caught by {check}", caught, (vmm, defect, check, ("f44",), (), ("net0",))
    for vmm in ((*ITS[:-1], "gic-version=3,its=off"), (*RISCV, "--machine", "aia=none")):
        yield f"{vmm[-1]}: nobody takes messages", no_controller, (vmm,)
    yield "bit 40 is told apart", reset_of_virtqueues, ()
    for config in WITHOUT:
        yield f"{config} is not taken for a device with messages", without_messages, (*X86, "--config", config)
    yield "nor are the devices of the installed QEMU", without_messages, ("--config", "modern")
    yield "nor is the reference device of Version 3", without_messages, ("--config", "modern", "--append",
                                                                         "touchstone.ref=only touchstone.ref-version=3")
    yield "another machine, where ACPI tells of it, with a thread for requests", another_machine, ()
    yield "draft3 as the Linux patch wants it", as_the_patch_wants, ()
    yield "an unknown defect is refused", refused, (("--defect", "no-such"), "no-staging")
    yield "an IOAPIC has 24 inputs", no_such_input, ("x86_64", "microvm", "irq=24", "0 to 23")
    yield "a GICv2 has 256 for devices", no_such_input, ("aarch64", "virt", "irq=256", "0 to 255")
    yield "a GICv3 has 256 for devices", no_such_input, ("aarch64", "virt,gic-version=3", "irq=256", "0 to 255")
    yield "an APLIC begins with 1", no_such_input, ("riscv64", "virt,aia=aplic-imsic", "irq=0", "1 to 96")
    yield "a PLIC ends with 95", no_such_input, ("riscv64", "virt", "irq=96", "1 to 95")


def judged(test: Test) -> Tuple[bool, str]:
    """Runs a test. Returns True and its line, or False and its line with the fault."""
    name, function, arguments = test
    begin = time.monotonic()
    try:
        function(*arguments)
        good, fault = True, ""
    except Wrong as wrong:
        good, fault = False, f"\n  {wrong}"
    return good, f"{'ok' if good else 'not ok'} {name} ({time.monotonic() - begin:.1f} s){fault}"


def main() -> int:
    build = subprocess.run([BUILD, *ARCHITECTURES], capture_output=True, text=True, check=False)
    if build.returncode == NO_NETWORK or (build.returncode == CANNOT and os.environ.get("TOUCHSTONE_NO_INSTALL", "0") != "0"):
        print(f"skip this QEMU cannot be built here: {build.stderr.strip().splitlines()[-1]}")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    if build.returncode:
        print(f"not ok host/qemu/build.sh\n{build.stderr}\n0 passed, 1 failed")
        return 1
    wanted = [test for test in tests() if not sys.argv[1:] or any(word in test[0] for word in sys.argv[1:])]
    passed = 0
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for good, line in pool.map(judged, wanted):
            passed += good
            print(line, flush=True)
    print(f"{passed} passed, {len(wanted) - passed} failed")
    return int(passed != len(wanted))


sys.exit(main())
