# SPDX-License-Identifier: BSD-2-Clause
"""The other end of a network device: the frames' way to and from peer_frames.py."""

from __future__ import annotations

import heapq
import select
import socket
import threading
import time
from typing import List, Tuple

from .peer_frames import HEARD, answers

PAUSE = 0.0005              # seconds to let frames gather that want no answer
MOST_WAITING = 1 << 24      # bytes that wait to be sent; more are dropped, as in a network under load


class Peer:
    """A peer behind a stream socket, with a thread of its own until `close`. Each frame has its length in front, 32 bits,
    big-endian: QEMU's -netdev socket and stream, and passt, speak like that."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._line.setblocking(False)
        self._closing = False
        self._came = b""                                    # the beginning of a frame
        self._later: List[Tuple[float, int, bytes]] = []    # a heap: when, in which order, frame
        self._order = 0
        self._going = bytearray()
        self._thread = threading.Thread(target=self.serve, name="peer", daemon=True)

    def start(self) -> None:
        """Serves from now on, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """Ends the thread and closes the socket."""
        self._closing = True
        try:
            self._line.shutdown(socket.SHUT_RDWR)       # wakes the thread
        except OSError:
            pass
        if self._thread.ident:
            self._thread.join()
        self._line.close()

    def serve(self) -> None:
        """Serves until nobody is at the other end any more."""
        poller = select.poll()
        try:
            while not self._closing:
                poller.register(self._line, select.POLLIN | (select.POLLOUT if self._going else 0))
                poller.poll(max(0, self._later[0][0] - time.monotonic()) * 1000 if self._later else None)
                try:
                    if not self._receive():
                        time.sleep(PAUSE)
                except BlockingIOError:
                    pass
                while self._later and self._later[0][0] <= time.monotonic():
                    self._send(heapq.heappop(self._later)[2])
                try:
                    del self._going[:self._line.send(self._going)]
                except BlockingIOError:
                    pass
        except (OSError, EOFError):     # the VMM is gone
            pass

    def _receive(self) -> bool:
        """Takes what has arrived. False if there was nothing in it for us."""
        came = self._line.recv(1 << 18)
        if not came:
            raise EOFError
        came = self._came + came
        at, heard = 0, False
        while len(came) >= (frame := at + 4) and len(came) >= (end := frame + int.from_bytes(came[at:frame], "big")):
            if came[frame + 12:frame + 14] in HEARD:
                heard = True
                self._take(came[frame:end])
            at = end
        self._came = came[at:]
        return heard

    def _take(self, frame: bytes) -> None:
        for answer in answers(frame):
            if answer.delay:
                self._order += 1
                heapq.heappush(self._later, (time.monotonic() + answer.delay, self._order, answer.frame))
            else:
                self._send(answer.frame)

    def _send(self, frame: bytes) -> None:
        if len(self._going) < MOST_WAITING:
            self._going += len(frame).to_bytes(4, "big") + frame
