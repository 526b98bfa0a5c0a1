# SPDX-License-Identifier: BSD-2-Clause
"""What one boot has on the host: a folder for files, and the other ends of its devices."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from typing import List, Mapping, Optional

from . import tap
from .peer import Line, Listener, Peer, Stream, Tap
from .qmp import Change, Monitor

_F_SETPIPE_SZ = 1031        # fcntl has its name from Python 3.10 on
_LOOP_BYTES = 1 << 20       # what a loop holds, if the host allows that much
_SENT_BYTES = 1 << 21       # what a VMM can send before its peer has to run, if the host allows that much


class Scratch:
    """An empty folder, which os.path.join() and open() take as it is. What it hands out lives until `close`."""

    def __init__(self, path: str) -> None:
        """Makes the folder, without what was there before."""
        shutil.rmtree(path, ignore_errors=True)
        os.mkdir(path)
        self.path = path
        self.inherited: List[int] = []      # the file descriptors that the VMM gets
        self._held: List[int] = []
        self._peers: List[Peer] = []
        self._monitor: Optional[Monitor] = None

    def __fspath__(self) -> str:
        return self.path

    def peer(self) -> int:
        """Starts a peer (peer.py) for one network device. Returns the file descriptor of a stream socket that the VMM
        inherits: each Ethernet frame behind its length, 32 bits, big-endian."""
        ours, theirs = socket.socketpair()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SENT_BYTES)
        self.inherited.append(theirs.detach())
        self._serve(Stream(ours))
        return self.inherited[-1]

    def peer_socket(self) -> str:
        """The same behind a UNIX stream socket, to which the VMM connects. Returns its path."""
        path = os.path.join(self.path, "peer")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen()
        self._serve(Listener(server))
        return path

    def tap(self, queues: int) -> List[int]:
        """The same behind a tap device, which carries a virtio_net_hdr with each frame and has several queues. Returns their
        file descriptors, which the VMM inherits. OSError if there can be no tap device here."""
        made = tap.make(queues)
        self.inherited += made.queues
        self._serve(Tap(made.line))
        return made.queues

    def loop(self, name: str) -> str:
        """Makes a loop for one console port: what is written to PATH.out comes back from PATH.in. Returns PATH."""
        path = os.path.join(self.path, name)
        os.mkfifo(path)
        self._held.append(os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))
        try:
            fcntl.fcntl(self._held[-1], _F_SETPIPE_SZ, _LOOP_BYTES)
        except OSError:         # the user has many pipes; the usual 64 KiB do
            pass
        for end in ("in", "out"):
            os.symlink(path, f"{path}.{end}")
        return path

    def monitor(self, changes: Mapping[str, Change]) -> int:
        """Makes a monitor (qmp.py). Returns the file descriptor of a stream socket that the VMM inherits."""
        ours, theirs = socket.socketpair()
        self.inherited.append(theirs.detach())
        self._monitor = Monitor(ours, changes)
        return self.inherited[-1]

    def change(self, device: str) -> None:
        """Changes a device's configuration, or changes it back, if there is a monitor that can."""
        if self._monitor:
            self._monitor.change(device)

    def _serve(self, line: Line) -> None:
        self._peers.append(Peer(line))
        self._peers[-1].start()

    def hand_over(self) -> None:
        """Closes our copies of what the VMM has inherited."""
        while self.inherited:
            os.close(self.inherited.pop())

    def close(self) -> None:
        """Ends the peers and the loops. The files stay."""
        self.hand_over()
        while self._peers:
            self._peers.pop().close()
        while self._held:
            os.close(self._held.pop())
        if self._monitor:
            self._monitor.close()
            self._monitor = None
