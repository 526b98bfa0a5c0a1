#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The same devices of QEMU, and the reference device, get the same checks, the same verdicts and the same reasons on every architecture.
architectures.py [PART OF A LINE OF TARGETS]"""

import json
import os
import subprocess
import sys
import tempfile
from typing import Dict, Iterator, Optional, Tuple

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 300

Outcome = Dict[str, Tuple[str, Optional[str]]]      # (verdict, reason) by name of the check

# ACPI announces microvm's lines as levels; without ACPI they are announced as edges. Some checks need one of them, so runs of the same kind are compared.
EDGE = ["qemu-microvm", "--machine", "acpi=off"]
LEVEL = ["qemu-microvm"]
SMP = ["--smp", "4"]         # some races need a second CPU
TARGETS = [
    (["qemu-virt-arm64"], EDGE),
    (["qemu-virt-arm64", "--machine", "gic-version=3"], EDGE),
    (["qemu-virt-arm64", "--machine", "gic-version=3,its=off"], EDGE),
    (["qemu-virt-arm64", "--machine", "virtualization=on,gic-version=3"], EDGE),
    (["qemu-virt-arm64", "--smp", "4"], EDGE + SMP),
    (["qemu-virt-arm64-efi"], LEVEL),      # by ACPI, which announces levels where the device tree announces edges
    (["qemu-virt-arm64-efi", "--machine", "gic-version=3"], LEVEL),
    (["qemu-virt-arm64-efi", "--machine", "acpi=off"], EDGE),
    (["qemu-virt-riscv64"], EDGE),      # QEMU's PLIC turns a level into an edge: docs/findings.md
    (["qemu-virt-riscv64", "--machine", "bios=none"], EDGE),
    (["qemu-virt-riscv64", "--machine", "bios=none", "--smp", "4"], EDGE + SMP),
    (["qemu-virt-riscv64", "--machine", "aia=aplic-imsic"], LEVEL),
    (["qemu-virt-riscv64", "--machine", "aia=aplic-imsic,bios=none"], LEVEL),
    (["qemu-virt-riscv64", "--machine", "aia=aplic"], LEVEL),
    (["qemu-spike"], ["qemu-microvm", "--config", "reference"]),
]


def outcome(vmm: str, *options: str) -> Outcome:
    """{name of a check: (verdict, reason)} of a run, which must agree with its expectations."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        done = subprocess.run([f"{TOP}/run.sh", "--vmm", vmm, "--json", report.name, *options],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            raise ValueError(f"run.sh says {done.returncode}\n{done.stdout[-3000:]}{done.stderr}")
        results = json.load(report)["results"]
    return {result["name"]: (result["verdict"], result["reason"] if result["verdict"] == "SKIP" else None) for result in results}


def differences(model: Outcome, other: Outcome) -> Iterator[str]:
    """A line for each check that differs."""
    for name in sorted({*model, *other}):
        if name not in other:
            yield f"{name} is missing"
        elif name not in model:
            yield f"{name} is new"
        elif model[name] != other[name]:
            yield f"{name}: {other[name]}, not {model[name]}"


def main() -> int:
    models: dict[str, Outcome] = {}
    passed = failed = 0
    for target, model in ((" ".join(target), " ".join(model)) for target, model in TARGETS):
        if not all(part in target for part in sys.argv[1:]):
            continue
        try:
            if model not in models:
                models[model] = outcome(*model.split())
            found = list(differences(models[model], outcome(*target.split())))
        except (ValueError, subprocess.TimeoutExpired) as error:
            found = [str(error)]
        print(f"{'not ok' if found else 'ok'} {target}: {len(models.get(model, ()))} checks as with {model}", flush=True)
        for line in found:
            print(f"    {line}")
        failed += bool(found)
        passed += not found
    print(f"{passed} passed, {failed} failed")
    return int(failed != 0)


sys.exit(main())
