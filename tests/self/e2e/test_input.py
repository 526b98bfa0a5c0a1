# SPDX-License-Identifier: BSD-2-Clause
"""What the real image says about a wrong command line, and how a run with the real image goes on when its VMM dies or
hangs."""

import os
import re
from typing import Any, Sequence

from harness import IMAGE, Scratch, run
from test_qemu import booted, environment

NOTHING = ("--config", "modern", "--only", "no.such.check")
HOLE = 0xfec80000  # no memory and no device on microvm


def warned(words: str, *patterns: str, machine: Sequence[str] = ()) -> Any:
    """Asserts that a boot with these words on the guest's command line prints all of these texts, and still ends with a
    complete report."""
    report = booted(*NOTHING, *machine, "--append", words)
    lines = [line for line in environment(report, "modern") if line.startswith("warning: ")]
    for pattern in patterns:
        assert any(re.search(pattern, line) for line in lines), f"no warning with {pattern!r} in {lines}"
    return report


def device(address: int, irq: int = 5, size: str = "0x200") -> str:
    return f"virtio_mmio.device={size}@{address:#x}:{irq}"


def test_window_without_a_size() -> None:
    warned("virtio_mmio.device=@0xfeb00000:5", "virtio_mmio.device=@0xfeb00000:5")


def test_window_of_garbage() -> None:
    warned("virtio_mmio.device=zzz virtio_mmio.device= virtio_mmio.device=4K@0xfeb00000:5:6:7:8", "zzz", "virtio_mmio.device=[;: ]", ":5:6:7:8")


def test_window_with_a_number_that_does_not_fit() -> None:
    warned("virtio_mmio.device=512@0x1ffffffffffffffff:5", "0x1f+")


def test_window_with_nothing_behind_it() -> None:
    warned(device(HOLE), f"{HOLE:#x}.*(MagicValue|no memory)")


def test_window_in_the_middle_of_another() -> None:
    warned(f"{device(HOLE)} {device(HOLE + 0x100)}", f"{HOLE + 0x100:#x}")


def test_window_given_twice_is_one() -> None:
    address = 0xfeb00e00
    report = booted("--machine", "acpi=off", "--config", "modern", "--only", "no.such.check", "--append", device(address, irq=12))
    found = [line for line in environment(report, "modern") if f" at {address:#x} " in line]
    assert len(found) == 1, found


def test_window_on_memory() -> None:
    warned(device(0x200000), "0x200000")


def test_unknown_option() -> None:
    warned("touchstone.frobnicate=1", "touchstone.frobnicate=1 is unknown")


def test_malformed_options() -> None:
    warned("touchstone.seed=12x touchstone.repeat=0 touchstone.only", "seed=12x is not a number", "repeat=0 is out of range", "only needs a value")


def test_option_given_twice() -> None:
    warned("touchstone.patience=1000 touchstone.patience=2000", "patience=2000 is given twice")


def test_option_that_is_too_long() -> None:
    warned("touchstone.skip=" + "x" * 1500, "is too long")


def test_after_a_check_that_does_not_exist() -> None:
    report = booted("--config", "modern", "--append", "touchstone.after=no.such.check")
    assert report["exit"] == 77 and not report["results"], report


def test_numbers_of_devices() -> None:
    for count in (1, 8):
        report = booted("--devices", ",".join(["rng"] * count), "--config", "modern", "--only", "identity.magic")
        assert len(report["results"]) == count and all(result["verdict"] == "PASS" for result in report["results"]), report


def test_four_cpus() -> None:
    report = booted("--smp", "4", "--only", "identity.*,interrupt.*")
    assert report["results"] and not [result["name"] for result in report["results"] if result["gates"]]


# Runs QEMU, and is killed, or stops reading, when the guest starts the check named by the environment variable AT.
UNRELIABLE = r'''#!/usr/bin/python3
import os, signal, subprocess, sys, time
qemu = subprocess.Popen(["qemu-system-x86_64", *sys.argv[1:]], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
for line in qemu.stdout:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    if line.startswith(b"# start " + os.environ["AT"].encode() + b" ") and not os.path.exists(os.environ["ONCE"]):
        open(os.environ["ONCE"], "w").close()
        qemu.kill()
        if os.environ["HOW"] == "hang":
            time.sleep(1000)
        sys.exit(1)
sys.exit(qemu.wait())
'''
COMMAND = ("{script} -M microvm,x-option-roms=off -bios qboot.rom -nodefaults -no-user-config -display none -serial stdio -no-reboot "
           "-global virtio-mmio.force-legacy=false -device virtio-rng-device -device isa-debug-exit,iobase=0xf4,iosize=4 "
           "-kernel {{image}} -append {{cmdline}}")
AT = "rng0.interrupt.used-buffer-interrupts"


def unreliable(how: str, code: int) -> str:
    with Scratch() as scratch:
        script = scratch.file("unreliable", UNRELIABLE)
        os.chmod(script, 0o755)
        done = run("--cmd", COMMAND.format(script=f"'{script}'"), "--no-expect", "--only", "interrupt.*", "--timeout", "4", "--json",
                   scratch / "r.json", image=IMAGE, env={"AT": AT, "HOW": how, "ONCE": scratch / "once"})
        assert done.code == code, f"exit {done.code}\n{done.out}{done.err}"
        assert AT in done.out, done.out
        return scratch.read("r.json")


def test_vmm_that_dies_in_a_check() -> None:
    text = unreliable("die", 3)
    assert '"CRASH"' in text and "interrupt.arrives-on-its-own-line-only" in text


def test_vmm_that_hangs_in_a_check() -> None:
    text = unreliable("hang", 4)
    assert '"TIMEOUT"' in text and "interrupt.arrives-on-its-own-line-only" in text
