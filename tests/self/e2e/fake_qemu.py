#!/usr/bin/python3 -ESB
# SPDX-License-Identifier: BSD-2-Clause
"""A QEMU whose guest is fake_vmm.py: FAKE_MODERN and FAKE_LEGACY are the scenarios of its two kinds of transport."""

import os
import sys

from fake_vmm import Guest, register

if "--version" in sys.argv:
    print("QEMU emulator version 99.1.7 (fake)")
    sys.exit(0)
legacy = "virtio-mmio.force-legacy=true" in sys.argv
if path := os.environ.get("FAKE_ARGV"):
    with open(path + ("-legacy" if legacy else "-modern"), "w", encoding="utf-8") as file:
        file.write("\n".join(sys.argv[1:]))
register()
Guest(os.environ.get("FAKE_LEGACY" if legacy else "FAKE_MODERN", "healthy"), sys.argv[sys.argv.index("-append") + 1]).run()
