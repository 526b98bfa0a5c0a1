# SPDX-License-Identifier: BSD-2-Clause
"""The JSON and the JUnit report agree with the run's output."""

import json
import os
import xml.etree.ElementTree as ET
from typing import Any, Callable, Optional

from harness import Done, Scratch, fake, fake_qemu
from touchstone import relay

MIXED = "blk0.mmio.magic=error,blk0.queue.max=skip,blk0.ring.wrap=fail,blk0.used.quiet=warn,net0.mmio.magic=die"
ALL_VERDICTS = ["ERROR", "SKIP", "FAIL", "WARN", "CRASH", "PASS"]


def reports(call: Callable[..., Done], code: int, *options: str) -> tuple[Any, ET.Element]:
    """The two reports of a call of run.sh."""
    with Scratch() as scratch:
        call("--json", scratch / "r.json", "--junit", scratch / "r.xml", *options).expect(code)
        return json.loads(scratch.read("r.json")), ET.fromstring(scratch.read("r.xml"))


def cases(suites: ET.Element) -> dict[str, Optional[str]]:
    """{class and name: kind of child element, or None}"""
    return {f"{case.get('classname')}.{case.get('name')}": next((child.tag for child in case), None)
            for case in suites.iter("testcase")}


def test_json() -> None:
    report, _ = reports(lambda *options: fake(MIXED, *options), 3, "--seed", "7")
    assert report["format"] == 1 and report["vmm"] == "fake" and report["version"] is None
    assert report["exit"] == 3 and report["seed"] == 7 and report["level"] == "described" and report["seconds"] > 0
    assert report["totals"] == {"PASS": 1, "FAIL": 1, "WARN": 1, "SKIP": 1, "ERROR": 1, "CRASH": 1, "TIMEOUT": 0}
    assert [result["verdict"] for result in report["results"]] == ALL_VERDICTS
    fail = report["results"][2]
    assert fail["name"] == "blk0.ring.wrap" and fail["device"] == "blk0" and fail["id"] == "ring.wrap" and fail["config"] == ""
    assert fail["level"] == "must" and fail["reqs"] == ["row-1", "row-2"] and fail["gates"] and not fail["expected"]
    assert fail["diagnostics"][:2] == ["fail: the ring goes round", "  got: 0x1"]
    assert report["results"][1]["reason"] == "the device has no ring"
    [config] = report["configs"]
    assert config["name"] == "" and config["plan"] == 6 and config["environment"][0] == "touchstone 0.0 arch=none boot=fake"
    assert config["problems"] == []


def test_page_of_a_check() -> None:
    with Scratch() as scratch:
        assert relay.page_of("ring.size.full", scratch.path) is None
        os.makedirs(scratch / "build/docs/checks")
        scratch.file("build/docs/checks/ring.md")
        assert relay.page_of("ring.size.full", scratch.path) == "build/docs/checks/ring.md#ring.size.full"
        assert relay.page_of("reset.one", scratch.path) is None


def test_junit() -> None:
    _, suites = reports(lambda *options: fake(MIXED, *options), 3)
    assert cases(suites) == {
        "fake.blk0.mmio.mmio.magic": "error", "fake.blk0.queue.queue.max": "skipped", "fake.blk0.ring.ring.wrap": "failure",
        "fake.blk0.used.used.quiet": "skipped", "fake.net0.mmio.mmio.magic": "error", "fake.net0.ring.ring.wrap": None}
    [failure] = suites.iter("failure")
    assert failure.get("message") == "fail: the ring goes round" and "want: 0x0" in str(failure.text)
    [output] = suites.iter("system-out")
    assert "touchstone 0.0" in str(output.text)


def test_junit_names_of_configurations() -> None:
    _, suites = reports(lambda *options: fake_qemu("healthy", "healthy", *options), 0)
    configs = {name.rpartition("blk0.")[0].removesuffix("ref").removesuffix(".") for name in cases(suites) if "blk0." in name}
    assert configs == {"qemu-microvm", "qemu-microvm-legacy", "qemu-microvm-reference"}
    assert len(cases(suites)) == 18


def test_problems() -> None:
    report, suites = reports(lambda *options: fake("bad-crc", *options), 3)
    [problem] = report["configs"][0]["problems"]
    assert problem["exit"] == 3 and "crc32" in problem["text"]
    assert cases(suites)["fake.boot.problem 1"] == "error"


def test_nothing_to_test() -> None:
    report, suites = reports(lambda *options: fake("no-device", *options), 77)
    assert report["configs"][0]["nothing_to_test"] == "no device" and report["configs"][0]["plan"] == 0 and not cases(suites)


def test_expectations() -> None:
    with Scratch() as scratch:
        path = scratch.file("expected", "blk0.ring.wrap FAIL why -> where\nnet0.ring.wrap FAIL why -> where\nblk0.no.such * why -> where\n")
        report, suites = reports(lambda *options: fake("blk0.ring.wrap=fail", "--expect", path, *options), 1)
        fail = report["results"][2]
        assert fail["expected"] and not fail["gates"]
        assert fail["expectation"] == {"line": f"{path}:1", "reason": "why", "link": "where"}
        assert [entry["line"] for entry in report["stale"]] == [f"{path}:2", f"{path}:3"]
        found = cases(suites)
        assert found["fake.blk0.ring.ring.wrap"] == "skipped" and found["fake.net0.ring.ring.wrap"] == "failure"
        assert found[f"expectations.{path}:3"] == "failure"


def test_time_is_the_hosts() -> None:
    report, _ = reports(lambda *options: fake("blk0.ring.wrap=round", *options), 0)
    assert 1.0 < report["results"][2]["seconds"] < report["seconds"], report["results"][2]


def test_disk_full() -> None:
    for option in ("--json", "--junit"):
        done = fake("healthy", option, "/dev/full").expect(2, "No space left on device")
        assert "PASSED: 6 checks" in done.out, done.out
