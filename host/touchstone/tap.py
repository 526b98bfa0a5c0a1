# SPDX-License-Identifier: BSD-2-Clause
"""A tap device in a network namespace of its own, which nobody else can see, and a packet socket at its host's end.

It needs no privileges where user namespaces and /dev/net/tun are open to everybody, as on most desktops. A namespace is a
property of a process, so a child makes the device and hands its files over; it lives as long as they do.
"""

import ctypes
import errno
import fcntl
import os
import socket
import struct
import subprocess
import sys
from typing import List, NamedTuple

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000                        # linux/sched.h
_SET_IFF, _TAP, _NO_PI, _VNET_HDR, _MULTI_QUEUE = 0x400454ca, 2, 0x1000, 0x4000, 0x100   # linux/if_tun.h
_SET_FLAGS, _UP = 0x8914, 1                                         # linux/sockios.h, linux/if.h
_NAME = "tap0"


class Tap(NamedTuple):
    """`queues` are the files for the VMM, one for each pair of virtqueues."""

    queues: List[int]
    line: socket.socket


def make(queues: int) -> Tap:
    """Makes one. OSError with the reason if that is not allowed here."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run([sys.executable, "-E", "-s", "-S", __file__, str(theirs.fileno()), str(queues)], pass_fds=[theirs.fileno()],
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["?"])[-1]
            raise OSError(errno.EPERM, f"no tap device for the network can be made ({reason}); --devices can leave it out", "/dev/net/tun")
        _data, files, _flags, _address = socket.recv_fds(ours, 1, queues + 1)
    return Tap(files[:-1], socket.socket(fileno=files[-1]))


def _enter() -> None:
    """Into a network namespace of our own, and if need be into a user namespace in which that is allowed."""
    unshare = ctypes.CDLL(None, use_errno=True).unshare
    user, group = os.getuid(), os.getgid()
    if unshare(_NEW_NET) == 0:
        return
    if unshare(_NEW_USER | _NEW_NET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "a network namespace")
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _queue(flags: int) -> int:
    file = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(file, _SET_IFF, struct.pack("16sH22x", _NAME.encode(), flags))
    return file


def _main(handle: int, queues: int) -> None:
    _enter()
    files = [_queue(_TAP | _NO_PI | _VNET_HDR | (_MULTI_QUEUE if queues > 1 else 0)) for _ in range(queues)]
    try:
        with open(f"/proc/sys/net/ipv6/conf/{_NAME}/disable_ipv6", "w", encoding="ascii") as file:
            file.write("1")         # or the kernel would send what nobody asked for
    except OSError:
        pass
    line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    fcntl.ioctl(line, _SET_FLAGS, struct.pack("16sH22x", _NAME.encode(), _UP))
    line.bind((_NAME, 0x0003))      # ETH_P_ALL
    with socket.socket(fileno=handle) as to:
        socket.send_fds(to, [b"\0"], [*files, line.fileno()])


if __name__ == "__main__":
    try:
        _main(int(sys.argv[1]), int(sys.argv[2]))
    except OSError as error:
        sys.exit(f"{error.filename or 'tap'}: {error.strerror}")
