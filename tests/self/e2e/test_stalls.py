# SPDX-License-Identifier: BSD-2-Clause
"""When the host stops the VMM for a while, the device is not blamed."""

import os
import shutil
import signal
import subprocess
import time

from harness import IMAGE, RUN, Scratch, Skip, slow

QEMU = "qemu-system-x86_64"
CHECK = "blk0.ring.index-wraps-at-65536"     # the longest check, which gives up on a slow device
STALL = 11                                   # seconds: more than a check may take
PATIENCE = 120                               # seconds for the whole run


@slow
def test_stall_in_the_middle_of_a_check() -> None:
    if not shutil.which(QEMU) or not os.access(IMAGE, os.R_OK):
        raise Skip(f"no {QEMU}, or no image")
    with Scratch() as scratch:
        wrapper = scratch.file("qemu", f'#!/bin/sh\n[ "$1" = --version ] || echo $$ >"{scratch / "pid"}"\nexec {QEMU} "$@"\n')
        os.chmod(wrapper, 0o755)
        # Three rounds, so that the stop comes during one of them.
        with subprocess.Popen([RUN, "-v", "--qemu", wrapper, "--config", "modern", "--devices", "blk", "--only", CHECK,
                               "--repeat", "3"], env=dict(os.environ, TOUCHSTONE_IMAGE=IMAGE, TOUCHSTONE_NO_INSTALL="1"),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            said = []
            assert process.stdout
            for line in process.stdout:
                said.append(line)
                if f"start {CHECK}" in line:
                    pid = int(scratch.read("pid"))
                    os.kill(pid, signal.SIGSTOP)
                    stopped = time.monotonic()
                    time.sleep(STALL)
                    os.kill(pid, signal.SIGCONT)
                    break
            said += process.communicate(timeout=PATIENCE)[0]
        text = "".join(said)
        assert "PASSED: 1 checks, 1 pass" in text, text
        assert "# SKIP" not in text, text
        assert time.monotonic() - stopped > STALL
