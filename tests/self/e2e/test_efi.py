# SPDX-License-Identifier: BSD-2-Clause
"""The EFI application under real firmware: started by name and from a disk, with the checks that the other images have."""

import json
import os
import shlex
import shutil
import subprocess
import threading
from typing import Any

from harness import IMAGE, PATIENCE, TOP, Scratch, Skip, run, slow

APPLICATION = os.path.join(TOP, "build", "x86_64", "BOOTX64.EFI")
DISK = os.path.join(TOP, "build", "touchstone-efi.img")
FIRMWARE = "/usr/share/ovmf/OVMF.fd"
MACHINE = (f"qemu-system-x86_64 -M q35 -m 256M -bios {FIRMWARE} -nodefaults -display none -serial stdio -no-reboot "
           "-device isa-debug-exit,iobase=0xf4,iosize=4 -drive format=raw,snapshot=on,file='{image}'")


OF_FIRMWARE = ("--timeout", "200")      # the time of the firmware on a busy machine


def need(image: str) -> None:
    """Skips the test if something is missing."""
    for path in (image, FIRMWARE, shutil.which("qemu-system-x86_64") or "qemu-system-x86_64"):
        if not os.path.exists(path):
            raise Skip(f"no {path}: host/need.sh run efi ovmf; make all")


def booted(image: str, *options: str) -> Any:
    """The JSON report of a run."""
    need(image)
    with Scratch() as scratch:
        done = run("--json", scratch / "r.json", *OF_FIRMWARE, *options, image=image)
        assert done.code in (0, 77), f"exit {done.code}\n{done.out}{done.err}"
        return json.loads(scratch.read("r.json"))


@slow
def test_application() -> None:
    report = booted(APPLICATION, "--vmm", "qemu-q35-efi", "--only", "refrng0.identity.*", "--smp", "2")
    lines = report["configs"][0]["environment"]
    assert report["exit"] == 0 and report["results"], report
    assert any(line.endswith("arch=x86_64 boot=efi") for line in lines), lines
    assert any(line.startswith("cpus: 2 announced") for line in lines), lines


@slow
def test_disk() -> None:
    """A boot from a disk has no command line, so all checks would run. It is enough that the image comes up."""
    need(DISK)
    seen: list[str] = []
    with subprocess.Popen(shlex.split(MACHINE.format(image=DISK)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, errors="replace") as qemu:
        deadline = threading.Timer(PATIENCE, qemu.kill)
        deadline.start()
        assert qemu.stdout
        for line in qemu.stdout:
            seen.append(line.rstrip())
            if line.startswith("# options: "):
                break
        deadline.cancel()
        qemu.kill()
    assert any(line.endswith("arch=x86_64 boot=efi") for line in seen), seen
    assert any(line.startswith("# memory: 2") for line in seen) and seen[-1].startswith("# options: "), seen


@slow
def test_same_names_as_elsewhere() -> None:
    need(APPLICATION)
    here = run(*OF_FIRMWARE, "--vmm", "qemu-q35-efi", "--list", image=APPLICATION).expect(0).out
    there = run("--config", "reference", "--list", image=IMAGE).expect(0).out
    assert {line.split()[0] for line in here.splitlines()} == {line.split()[0] for line in there.splitlines()}


def test_no_devices_on_a_pc() -> None:
    run("--vmm", "qemu-q35-efi", "--devices", "rng", image=APPLICATION).expect(2, "'rng' is not one of none")
