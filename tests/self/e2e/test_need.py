# SPDX-License-Identifier: BSD-2-Clause
"""host/need.sh names or installs what is missing, and starts nothing if nothing is missing."""

import os
import shutil
import subprocess
from typing import Mapping, Optional, Sequence

from harness import TOP, Scratch

NEED = os.path.join(TOP, "host", "need.sh")
TOOLS = ("gcc", "make", "ld", "qemu-system-x86_64")


def need(tools: Sequence[str], *steps: str, stubs: Optional[Mapping[str, str]] = None, **environment: str) -> tuple[int, str, str]:
    """Calls need.sh on a machine that has these commands and nothing else; `stubs` are scripts. Returns (code, words, log)."""
    with Scratch() as scratch:
        os.mkdir(scratch / "bin")
        for tool in tools:
            os.symlink("/bin/true", scratch / f"bin/{tool}")
        for tool in ("cat", "chmod"):
            os.symlink(str(shutil.which(tool)), scratch / f"bin/{tool}")
        for name, script in (stubs or {}).items():
            path = scratch.file(f"bin/{name}", f"#!/bin/sh\necho {name} \"$@\" >>'{scratch / 'log'}'\n{script}\n")
            os.chmod(path, 0o755)
        scratch.file("log")
        done = subprocess.run([NEED, *steps], env=dict(environment, PATH=scratch / "bin"), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout, scratch.read("log")


ROOT = {"id": "echo 0", "env": "shift\nexec \"$@\""}
USER = {"id": "echo 1000", "env": "shift\nexec \"$@\"", "sudo": "exec \"$@\""}
# An apt-get that installs by making a link to itself.
APT = "case \"$*\" in *install*) PATH=/bin:/usr/bin ln -s /bin/true \"${0%/*}/qemu-system-x86_64\" ;; esac"


def test_nothing_missing() -> None:
    code, words, log = need(TOOLS, "run")
    assert (code, words, log) == (0, "", ""), (code, words, log)


def test_missing_is_only_named() -> None:
    code, words, log = need(TOOLS[1:3], "run", stubs=ROOT, TOUCHSTONE_NO_INSTALL="1")
    assert code == 2 and "gcc (gcc), which compiles the image" in words and "qemu-system-x86_64" in words, words
    assert "apt-get install --no-install-recommends gcc qemu-system-x86" in words and "apt" not in log, words


def test_only_the_wanted_steps() -> None:
    code, words, _ = need((), "build", stubs=ROOT, TOUCHSTONE_NO_INSTALL="1")
    assert code == 2 and "binutils" in words and "qemu" not in words, words


def test_missing_is_installed_by_root() -> None:
    code, words, log = need(TOOLS[:3], "run", stubs=dict(ROOT, **{"apt-get": APT}))
    assert code == 0 and "install" in log and "qemu-system-x86" in log and "sudo" not in log, words + log


def test_missing_is_installed_by_sudo() -> None:
    code, words, log = need(TOOLS[:3], "run", stubs=dict(USER, **{"apt-get": APT}))
    assert code == 0 and "sudo env DEBIAN_FRONTEND=noninteractive apt-get" in log, words + log


def test_update_and_second_try() -> None:
    once = "PATH=/bin:/usr/bin\n[ -e \"$0.updated\" ] || case \"$*\" in *update*) touch \"$0.updated\" ;; *) exit 100 ;; esac\n"
    code, words, log = need(TOOLS[:3], "run", stubs=dict(ROOT, **{"apt-get": once + APT}))
    assert code == 0 and "apt-get update" in log and log.count("install") >= 2, words + log


def test_neither_root_nor_sudo() -> None:
    code, words, _ = need(TOOLS[:3], "run", stubs={"id": "echo 1000", "apt-get": APT})
    assert code == 2 and "without apt-get and root or sudo" in words and "qemu-system-x86" in words, words


def test_no_apt() -> None:
    code, words, _ = need(TOOLS[:3], "run", stubs=ROOT)
    assert code == 2 and "Install these packages, then try again: qemu-system-x86" in words, words


def test_install_that_helps_nothing() -> None:
    code, words, _ = need(TOOLS[:3], "run", stubs=dict(ROOT, **{"apt-get": "exit 0"}))
    assert code == 2 and "Still missing" in words, words


def test_unknown_step() -> None:
    code, words, _ = need((), "everything")
    assert code == 2 and "everything: not a step" in words, words
