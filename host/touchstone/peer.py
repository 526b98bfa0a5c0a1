# SPDX-License-Identifier: BSD-2-Clause
"""The other end of a network device: the frames' way to and from peer_frames.py, which knows what to answer."""

from __future__ import annotations

import errno
import heapq
import os
import select
import socket
import struct
import threading
import time
from typing import Iterator, List, Optional, Protocol, Tuple

from .peer_frames import HEARD, VLAN, VNET_BYTES, Answer, answers, wholes

PAUSE = 0.0005              # seconds to wait before the next look, if nothing that came wanted an answer
MOST_WAITING = 1 << 24      # bytes that wait to be sent; more are dropped, as in a network under load

_SOL_PACKET, _AUXDATA, _VNET_HDR = 263, 8, 15       # linux/if_packet.h
_TPACKET_AUXDATA = struct.Struct("IIIHHHH")
_VLAN_VALID = 1 << 4


class Line(Protocol):
    """A way for frames."""

    offload: bool       # each frame has a virtio_net_hdr

    def fileno(self) -> int:
        """The file to poll."""

    def receive(self) -> Iterator[bytes]:
        """The frames that have arrived, in which HEARD may leave out some. EOFError at the end."""

    def send(self, answer: Answer) -> None:
        """Sends a frame now, or when there is room."""

    def flush(self) -> bool:
        """Sends what waits. False if there is more."""

    def close(self) -> None:
        """Ends it."""


class Listener:
    """A listening stream socket, until a VMM connects; then a `Stream`."""

    offload = False

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self._server.setblocking(False)
        self._stream: Optional[Stream] = None

    def fileno(self) -> int:
        return (self._stream or self._server).fileno()

    def receive(self) -> Iterator[bytes]:
        if self._stream:
            yield from self._stream.receive()
            return
        try:
            self._stream = Stream(self._server.accept()[0])
        except BlockingIOError:
            pass

    def send(self, answer: Answer) -> None:
        if self._stream:
            self._stream.send(answer)

    def flush(self) -> bool:
        return not self._stream or self._stream.flush()

    def close(self) -> None:
        self._server.close()
        if self._stream:
            self._stream.close()


class Stream:
    """A stream socket with the length of each frame in front, 32 bits, big-endian: QEMU's -netdev socket and stream, and
    passt, speak like that."""

    offload = False

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._line.setblocking(False)
        self._came = b""            # the beginning of a frame
        self._going = bytearray()

    def fileno(self) -> int:
        return self._line.fileno()

    def receive(self) -> Iterator[bytes]:
        try:
            came = self._line.recv(1 << 18)
        except BlockingIOError:
            return
        if not came:
            raise EOFError
        came = self._came + came
        at = 0
        while len(came) >= (frame := at + 4) and len(came) >= (end := frame + int.from_bytes(came[at:frame], "big")):
            if came[frame + 12:frame + 14] in HEARD:
                yield came[frame:end]
            at = end
        self._came = came[at:]

    def send(self, answer: Answer) -> None:
        if len(self._going) < MOST_WAITING:
            self._going += len(answer.frame).to_bytes(4, "big") + answer.frame

    def flush(self) -> bool:
        if self._going:
            try:
                del self._going[:self._line.send(self._going)]
            except BlockingIOError:
                pass
        return not self._going

    def close(self) -> None:
        self._line.close()


class Tap:
    """The host's end of a tap device, with a virtio_net_hdr before each frame, whether the VMM's end has them or not."""

    offload = True

    def __init__(self, line: socket.socket) -> None:
        """`line` is a packet socket of the device."""
        self._line = line
        self._line.setblocking(False)
        self._line.setsockopt(_SOL_PACKET, _AUXDATA, 1)
        self._line.setsockopt(_SOL_PACKET, _VNET_HDR, 1)

    def fileno(self) -> int:
        return self._line.fileno()

    def receive(self) -> Iterator[bytes]:
        while True:
            try:
                came, about, _flags, address = self._line.recvmsg(VNET_BYTES + (1 << 17), socket.CMSG_SPACE(_TPACKET_AUXDATA.size))
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.EINVAL:     # a packet that a virtio_net_hdr cannot describe is lost
                    raise
                continue
            if address[2] != socket.PACKET_OUTGOING:
                tag = _tag(about)
                for frame in wholes(came[:VNET_BYTES], came[VNET_BYTES:]):
                    yield frame[:12] + tag + frame[12:]

    def send(self, answer: Answer) -> None:
        try:
            self._line.send(answer.header + answer.frame)
        except OSError:         # it does not fit now, or it is too large for the device's MTU
            pass

    def flush(self) -> bool:
        return True

    def close(self) -> None:
        self._line.close()


def packet_socket(device: str) -> socket.socket:
    """A packet socket of a network device. OSError if there is none, or without privileges."""
    line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    line.bind((device, 0x0003))     # ETH_P_ALL
    return line


def _tag(about: List[Tuple[int, int, bytes]]) -> bytes:
    """The VLAN tag of a frame, which Linux takes out."""
    for level, kind, data in about:
        if (level, kind) == (_SOL_PACKET, _AUXDATA):
            status, _length, _snap, _mac, _net, tag, tpid = _TPACKET_AUXDATA.unpack(data[:_TPACKET_AUXDATA.size])
            if status & _VLAN_VALID:
                return struct.pack("!HH", tpid or VLAN, tag)
    return b""


class Peer:
    """A peer behind a line, with a thread of its own from `start` until `close`."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._woken, self._wake = os.pipe()
        self._later: List[Tuple[float, int, Answer]] = []   # a heap: when, in which order, what
        self._order = 0
        self._thread = threading.Thread(target=self.serve, name="peer", daemon=True)

    def start(self) -> None:
        """Serves from now on, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """Ends the thread and closes the line."""
        os.close(self._wake)
        if self._thread.ident:
            self._thread.join()
        os.close(self._woken)
        self._line.close()

    def serve(self) -> None:
        """Serves until nobody is at the other end any more."""
        poller = select.poll()
        poller.register(self._woken, select.POLLIN)
        done = True
        try:
            while True:
                file = self._line.fileno()
                poller.register(file, select.POLLIN | (0 if done else select.POLLOUT))
                ready = poller.poll(max(0, self._later[0][0] - time.monotonic()) * 1000 if self._later else None)
                if any(which == self._woken for which, _events in ready):
                    return
                if not self._receive():
                    time.sleep(PAUSE)
                while self._later and self._later[0][0] <= time.monotonic():
                    self._line.send(heapq.heappop(self._later)[2])
                done = self._line.flush()
                if self._line.fileno() != file:
                    poller.unregister(file)
        except (OSError, EOFError):     # the VMM is gone
            pass

    def _receive(self) -> bool:
        """Answers what has arrived. False if there was nothing in it for us."""
        heard = False
        for frame in self._line.receive():
            heard = True
            for answer in answers(frame, self._line.offload):
                if answer.delay:
                    self._order += 1
                    heapq.heappush(self._later, (time.monotonic() + answer.delay, self._order, answer))
                else:
                    self._line.send(answer)
        return heard

