# SPDX-License-Identifier: BSD-2-Clause
"""Boots an ELF image under libkrun, with its serial line on standard output: libkrun.py IMAGE CMDLINE CPUS [DISK]

The environment variable LIBKRUN names the library if the linker does not find it. Names and arguments are those of
libkrun.h. The exit code is the machine's, or 2 if libkrun is missing or refuses something.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

MEMORY_MIB = 128
KERNEL_FORMAT_ELF = 1
STDIN, STDOUT = 0, 1


def _refused(text: str) -> int:
    print(text, file=sys.stderr)
    return 2


def main(image: str, cmdline: str, cpus: str, *disks: str) -> None:
    try:
        krun = ctypes.CDLL(os.environ.get("LIBKRUN", "libkrun.so.1"))
    except OSError as error:
        sys.exit(_refused(f"libkrun cannot be loaded: {error}"))

    def call(name: str, *arguments: Any) -> int:
        try:
            code: int = getattr(krun, name)(*arguments)
        except AttributeError:
            sys.exit(_refused(f"{name}: not there"))
        if code < 0:
            sys.exit(_refused(f"{name}: {code}"))
        return code

    context = ctypes.c_uint32(call("krun_create_ctx"))
    call("krun_set_vm_config", context, ctypes.c_uint8(int(cpus)), ctypes.c_uint32(MEMORY_MIB))
    call("krun_set_kernel", context, image.encode(), ctypes.c_uint32(KERNEL_FORMAT_ELF), None, cmdline.encode())
    call("krun_add_serial_console_default", context, STDIN, STDOUT)
    for number, disk in enumerate(disks):
        call("krun_add_disk", context, f"blk{number}".encode(), disk.encode(), ctypes.c_bool(False))
    sys.exit(call("krun_start_enter", context))


if __name__ == "__main__":
    main(*sys.argv[1:])
