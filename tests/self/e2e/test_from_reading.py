# SPDX-License-Identifier: BSD-2-Clause
"""The VMM files that were written from the VMMs' sources: a program that stands in for the VMM checks that their
command lines are those of docs/vmms.md."""

import json
import os
import subprocess
from typing import Optional, Sequence

from harness import Scratch, run

# Keeps its arguments, one a line, and the file that the last one, or the one after --config-file, names.
STAND_IN = r"""#!/bin/sh
[ $# = 0 ] && echo "a program version 2001-02-03, without arguments" && exit 1
printf '%s\n' "$@" >"$SEEN"
for word; do
    case $word in */machine.*) cat "$word" >"$SEEN.machine" ;; esac
done
"""


def command(vmm: str, program: str, *options: str) -> tuple[list[str], Optional[str]]:
    """(arguments of the VMM, the text of its machine file or None), with IMAGE for the image."""
    with Scratch() as scratch:
        os.mkdir(scratch / "bin")
        path = scratch.file(f"bin/{program}", STAND_IN)
        os.chmod(path, 0o755)
        image = scratch.file("image")
        done = run("--vmm", vmm, *options, image=image, env={"PATH": f"{scratch / 'bin'}:{os.environ['PATH']}", "SEEN": scratch / "seen"})
        done.expect(3, "no end marker")
        machine = scratch.read("seen.machine") if os.path.exists(scratch / "seen.machine") else None
        return [word.replace(image, "IMAGE") for word in scratch.read("seen").splitlines()], machine and machine.replace(image, "IMAGE")


def value(words: Sequence[str], option: str) -> str:
    """The word after an option."""
    return words[words.index(option) + 1]


def test_firecracker() -> None:
    words, text = command("firecracker", "firecracker", "--append", "some words", "--smp", "2", "--devices", "blk,net,rng")
    assert words[:2] == ["--no-api", "--config-file"] and value(words, "--log-path").endswith("/log"), words
    machine = json.loads(text or "")
    assert machine["boot-source"] == {"kernel_image_path": "IMAGE", "boot_args": "console=ttyS0 touchstone.brief some words"}, machine
    [drive] = machine["drives"]
    assert drive["path_on_host"].endswith("/disk.raw") and not drive["is_root_device"] and not drive["is_read_only"], machine
    assert machine["network-interfaces"][0]["host_dev_name"] == "tap0" and machine["entropy"] == {}, machine
    assert machine["machine-config"] == {"vcpu_count": 2, "mem_size_mib": 128}, machine


def test_firecracker_without_a_tap_device() -> None:
    _, machine = command("firecracker", "firecracker")
    assert machine and "network-interfaces" not in json.loads(machine) and "entropy" in json.loads(machine), machine


def test_kvmtool() -> None:
    for config, transport in (("modern", "mmio"), ("legacy", "mmio-legacy")):
        words, _ = command("kvmtool-arm64", "lkvm", "--config", config)
        assert words[0] == "run" and "--rng" in words, words
        expected = {"--virtio-transport": transport, "-k": "IMAGE", "-m": "128", "-c": "1", "-n": "mode=user", "--console": "serial"}
        assert {option: value(words, option) for option in expected} == expected, words
        assert value(words, "-d").endswith("/disk.raw"), words


def test_stratovirt() -> None:
    words, _ = command("stratovirt", "stratovirt", "--devices", "rng,blk,net", "--smp", "4")
    expected = {"-machine": "microvm", "-kernel": "IMAGE", "-smp": "4", "-m": "128m", "-serial": "stdio", "-append": "console=ttyS0 touchstone.brief"}
    assert {option: value(words, option) for option in expected} == expected, words
    assert [word.split(",")[0] for word, before in zip(words[1:], words) if before == "-device"] == [
        "virtio-blk-device", "virtio-net-device", "virtio-rng-device"], words
    assert value(words, "-drive").endswith("/disk.raw,id=blk0,readonly=off,direct=off"), words


def test_tinyemu() -> None:
    """The version in its help selects a file of expect/."""
    with Scratch() as scratch:
        os.mkdir(scratch / "bin")
        os.chmod(scratch.file("bin/temu", STAND_IN.replace("2001-02-03", "2019-02-10")), 0o755)
        done = run("--vmm", "tinyemu", image=scratch.file("image"),
                   env={"PATH": f"{scratch / 'bin'}:{os.environ['PATH']}", "SEEN": scratch / "seen"})
        done.expect(3, "tinyemu-2019-02-10")
    words, machine = command("tinyemu", "temu", "--seed", "7", "--devices", "blk,net")
    assert words[0] == "-ctrlc" and len(words) == 2, words
    for line in ("version: 1", 'machine: "riscv64"', 'bios: "IMAGE"',
                 'cmdline: "touchstone.brief touchstone.seed=0x7 touchstone.peer touchstone.disk touchstone.skip=con0.robust.*"', "/disk.raw",
                 'eth0: { driver: "user" }'):
        assert machine and line in machine, machine
    run("--vmm", "tinyemu", "--smp", "2").expect(2, "TinyEMU has one CPU")


LIBRARY = r"""
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
int32_t krun_create_ctx(void) { return 7; }
int32_t krun_set_vm_config(uint32_t c, uint8_t cpus, uint32_t mib) { return fprintf(stderr, "config %u %u %u\n", c, cpus, mib) < 0; }
int32_t krun_set_kernel(uint32_t c, const char *path, uint32_t format, const char *initramfs, const char *cmdline)
{ return fprintf(stderr, "kernel %u %s %u %d %s\n", c, path, format, !initramfs, cmdline) < 0; }
int32_t krun_add_serial_console_default(uint32_t c, int in, int out) { return fprintf(stderr, "serial %u %d %d\n", c, in, out) < 0; }
int32_t krun_add_disk(uint32_t c, const char *id, const char *path, bool ro) { return fprintf(stderr, "disk %u %s %s %d\n", c, id, path, ro) < 0; }
int32_t krun_start_enter(uint32_t c) { return fprintf(stderr, "start %u\n", c) < 0; }
"""


def test_libkrun() -> None:
    """A library that prints its calls stands in for libkrun."""
    with Scratch() as scratch:
        library, image = scratch / "libkrun.so", scratch.file("image")
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, scratch.file("krun.c", LIBRARY)], check=True)
        done = run("--vmm", "libkrun", "--smp", "3", image=image, env={"LIBKRUN": library})
        done.expect(3, "config 7 3 128", f"kernel 7 {image} 1 1", "serial 7 0 1", "disk 7 blk0 ", "/disk.raw 0", "start 7")
    run("--vmm", "libkrun", env={"LIBKRUN": "libc.so.6"}).expect(3, "krun_create_ctx: not there")
    run("--vmm", "libkrun", env={"LIBKRUN": "/no/such/library"}).expect(3, "libkrun cannot be loaded")


def test_what_is_not_there_is_said() -> None:
    run("--vmm", "stratovirt", env={"PATH": "/usr/bin:/bin"}).expect(2, "stratovirt")
    run("--vmm", "firecracker", "--qemu", "/bin/true").expect(2, "firecracker is no QEMU")
    run("--vmm", "firecracker", "--devices", "blk,con").expect(2, "'con' is not one of blk net rng")
    run("--vmm", "firecracker", "--devices", "blk,blk").expect(2, "one of each")
