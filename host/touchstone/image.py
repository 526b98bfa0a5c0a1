# SPDX-License-Identifier: BSD-2-Clause
"""Provides the image that a VMM boots: installs the programs that are missing, and builds an image that is older than
its sources."""

from __future__ import annotations

import os
import subprocess
import sys

from .options import Options
from .vmm import Vmm

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_SOURCES = ("Makefile", "firmware", "drivers", "model", "tests/checks", "tests/framework", "tests/guest", "linker")


class Missing(Exception):
    """There is no image, or nothing to boot it with. The text says why, unless a message has said so already."""


def provide(vmm: type[Vmm], options: Options) -> str:
    """The path of an image that is up to date."""
    given = os.environ.get("TOUCHSTONE_IMAGE")
    build = not given and os.path.exists(os.path.join(TOP, "Makefile"))     # a release has the images without their sources
    _install([step for step in vmm.NEED.split() if (build or not _builds(step)) and not (options.qemu and step.startswith("qemu"))])
    path = given or os.path.join(TOP, "build", vmm.IMAGE)
    if build and _is_old(path):
        _make(vmm.IMAGE)
    if not os.access(path, os.R_OK):
        raise Missing(f"cannot read the image {path}")
    return path


def _builds(step: str) -> bool:
    """Is this step of host/need.sh for building images?"""
    return step.startswith("build") or step == "efi"


def _install(steps: list[str]) -> None:
    if steps and subprocess.run([os.path.join(TOP, "host", "need.sh"), *steps], check=False).returncode:
        raise Missing("")


def _is_old(path: str) -> bool:
    """Is the image older than its sources? `make` needs a tenth of a second to find that nothing changed, `find` a
    hundredth. The times of folders show removals."""
    found = subprocess.run(["find", *_SOURCES, "-newer", path, "-print", "-quit"], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           check=False)
    return found.returncode != 0 or bool(found.stdout)


def _make(image: str) -> None:
    done = subprocess.run(["make", "-s", "-j", str(os.cpu_count() or 1), f"ARCH={image.partition('/')[0]}", "BUILD=build", f"build/{image}"],
                          cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          check=False)
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise Missing("the image cannot be built")
