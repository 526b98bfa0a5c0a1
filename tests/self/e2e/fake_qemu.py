#!/usr/bin/python3 -ESB
# SPDX-License-Identifier: BSD-2-Clause
"""A QEMU whose guest is fake_vmm.py: FAKE_MODERN, FAKE_LEGACY and FAKE_REFERENCE are the scenarios of its configurations."""

import os
import sys

from fake_vmm import Guest, register

if "--version" in sys.argv:
    print("QEMU emulator version 99.1.7 (fake)")
    sys.exit(0)
cmdline = sys.argv[sys.argv.index("-append") + 1]
config = "legacy" if "virtio-mmio.force-legacy=true" in sys.argv else "modern"
if "touchstone.ref=only" in cmdline or "touchstone.proof=" in cmdline:
    config = "reference"
if path := os.environ.get("FAKE_ARGV"):
    with open(f"{path}-{config}", "w", encoding="utf-8") as file:
        file.write("\n".join(sys.argv[1:]))
register()
Guest(os.environ.get(f"FAKE_{config.upper()}", "healthy"), cmdline, "ref" if config == "reference" else "").run()
