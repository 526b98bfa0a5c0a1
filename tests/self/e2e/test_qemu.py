# SPDX-License-Identifier: BSD-2-Clause
"""The real image under a real QEMU: in every form of the machine it finds its devices and prints a complete report."""

import json
import os
import shutil
from typing import Any

from harness import IMAGE, Scratch, Skip, run, slow
from touchstone import tap


def booted(*options: str) -> Any:
    """The JSON report of a run of the real image. It must be complete, whatever it says about the devices."""
    if not os.path.exists(IMAGE):
        raise Skip("no image: make builds it")
    if not shutil.which("qemu-system-x86_64"):
        raise Skip("no qemu-system-x86_64")
    with Scratch() as scratch:
        done = run("--json", scratch / "r.json", *options, image=IMAGE, env={"TMPDIR": scratch.path})
        assert done.code in (0, 1, 77), f"exit {done.code}\n{done.out}{done.err}"
        return json.loads(scratch.read("r.json"))


def environment(report: Any, config: str) -> list[str]:
    """What a configuration's guest printed outside of the checks."""
    lines: list[str]
    [lines] = [entry["environment"] for entry in report["configs"] if entry["name"] == config]
    return lines


def finds(machine: str, how: str, devices: str = "blk,net,rng,con") -> None:
    """Asserts that both configurations find these devices in this way. No check runs."""
    report = booted("--machine", machine, "--devices", devices, "--only", "no.such.check")
    names: set[str] = set()
    for device in devices.split(","):
        names.add(f"{device}{sum(name.startswith(device) for name in names)}")
    for config, version in (("modern", 2), ("legacy", 1)):
        lines = [line for line in environment(report, config) if line.startswith("device ") and " found-by " in line]
        assert {line.split()[1].rstrip(":") for line in lines} == names, lines
        assert all(line.endswith(f" found-by {how}") and f" version {version} " in line for line in lines), lines


def test_discovery_by_acpi() -> None:
    finds("acpi=on", "acpi")


def test_discovery_by_acpi_on_the_first_ioapic() -> None:
    finds("acpi=on,ioapic2=off", "acpi")


def test_discovery_by_command_line() -> None:
    finds("acpi=off", "cmdline")


def test_discovery_by_probe() -> None:
    finds("acpi=off,auto-kernel-cmdline=off", "probe")


def test_machine_without_old_hardware() -> None:
    finds("pit=off,pic=off,rtc=off", "acpi")


def test_several_devices_of_a_kind() -> None:
    finds("acpi=on", "acpi", devices="blk,con,blk,net,net,rng")


def test_no_device() -> None:
    """The run tests the reference device instead, and reports that nothing of the VMM's was tested."""
    report = booted("--devices", "none", "--config", "modern", "--only", "identity.*")
    assert report["exit"] == 77 and "DeviceID 0" in report["configs"][0]["nothing_to_test"], report
    assert report["results"] and all(result["name"].startswith("modern/ref") for result in report["results"]), report
    report = booted("--devices", "none", "--config", "modern", "--append", "touchstone.ref=off")
    assert report["exit"] == 77 and not report["results"], report


def test_reference() -> None:
    report = booted("--config", "reference", "--only", "msi.*")
    assert report["exit"] == 0 and {result["verdict"] for result in report["results"]} <= {"PASS", "SKIP"}, report
    lines = environment(report, "reference")
    assert all(any(line.endswith(f"message signalled interrupts {name}") for line in lines) for name in ("draft3", "f40", "dragonball", "f44")), lines


def test_bench() -> None:
    """The numbers of register accesses: notification, InterruptStatus, InterruptACK; with messages only the
    notification."""
    done = run("--bench", image=IMAGE).expect(0, "modern/blk0 wired: 3.00 accesses, 1.00 interrupts", "legacy/net0 wired: 3.00 accesses")
    for name in ("refblk0 draft3", "refnet0 f40", "refrng0 dragonball", "refcon0 f44"):
        assert f"reference/{name}: 1.00 accesses, 1.00 interrupts" in done.out, done.out


@slow
def test_variants() -> None:
    """Every device in another form, a tap device behind the network's: no unexpected result."""
    try:
        made = tap.make(2)
    except OSError as error:
        raise Skip(str(error)) from None
    with made.line:
        for queue in made.queues:
            os.close(queue)
    report = booted("--vmm", "qemu-microvm-variants")
    assert report["exit"] == 0, report["stale"] + [result["name"] for result in report["results"] if result["gates"]]
    ran = {result["id"] for result in report["results"] if result["verdict"] == "PASS"}
    assert {"net.transmit-segments-tcp4", "net.pairs-range", "blk.read-only"} <= ran, "the devices are not those of the variants"


@slow
def test_selfproof() -> None:
    report = booted("--selfproof")
    proven = [result for result in report["results"] if result["verdict"] == "PASS"]
    assert report["exit"] == 0 and len(proven) > 300 and all(result["name"].startswith("reference/proof.") for result in proven), report


def test_configuration_changes() -> None:
    """The runner does what `# please change` asks for, and puts it back."""
    report = booted("--config", "modern", "--only", "blk0.config.change-is-notified,net0.config.change-is-notified")
    assert [result["verdict"] for result in report["results"]] == ["PASS", "PASS"], report
    alone = booted("--config", "modern", "--devices", "rng", "--only", "rng0.config.change-is-notified")
    assert [result["verdict"] for result in alone["results"]] == ["SKIP"], alone


def test_two_cpus() -> None:
    report = booted("--smp", "2", "--only", "no.such.check")
    assert any(line.startswith("cpus: 2 announced") for line in environment(report, "modern"))


def test_today_is_not_taken_for_a_draft() -> None:
    """Feature bit 40 is RING_RESET here, and register 0x0c0 QueueReset: the image must not see message signalled
    interrupts in them."""
    lines = environment(booted("--only", "no.such.check"), "modern")
    assert any("RING_RESET" in line for line in lines) and not any("message signalled" in line for line in lines), lines


def test_list_is_what_runs() -> None:
    report = booted("--config", "modern")
    listed = run("--list", "--config", "modern", image=IMAGE).expect(0)
    assert [line.split()[0] for line in listed.out.splitlines()] == [result["name"] for result in report["results"]]


def test_one_seed_one_report() -> None:
    first, second = (booted("--config", "modern", "--seed", "0x2a") for _ in range(2))
    verdicts = [[(result["name"], result["verdict"]) for result in report["results"]] for report in (first, second)]
    assert verdicts[0] == verdicts[1] and first["seed"] == 42
