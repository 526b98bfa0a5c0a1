# SPDX-License-Identifier: BSD-2-Clause
"""The other end of a network device: answers ARP, neighbour solicitations, ICMP, UDP and TCP, reflects frames, and sends
frames on request. docs/environment.md describes what it does; nothing else about it is a promise."""

from __future__ import annotations

import heapq
import select
import socket
import struct
import threading
import time
from array import array
from typing import Iterator, List, NamedTuple, Optional, Tuple

MAC = bytes.fromhex("52550a000202")
ADDRESS = bytes((10, 0, 2, 2))
ADDRESSES_6 = (socket.inet_pton(socket.AF_INET6, "fec0::2"), socket.inet_pton(socket.AF_INET6, "fe80::2"))

REFLECT = 0x88b6            # EtherType: what follows is sent back as a frame
ARP, IPV4, IPV6, VLAN = 0x0806, 0x0800, 0x86dd, 0x8100
_HEARD = frozenset(kind.to_bytes(2, "big") for kind in (REFLECT, ARP, IPV4, IPV6, VLAN))
ICMP, TCP, UDP, ICMP_6 = 1, 6, 17, 58
DISCARD, GENERATE = 9, 19   # ports of UDP and TCP, the IANA's names for them: discard and chargen

LEAST_FRAME = 60            # bytes, without the frame check sequence
ETHERNET = 14               # bytes of its header
MOST_FRAME = 65550
MOST_GENERATED = 4096       # frames of one request
PAUSE = 0.0005              # seconds to let frames gather that want no answer
MOST_WAITING = 1 << 24      # bytes that wait to be sent; more are dropped, as in a network under load

Timed = Tuple[float, bytes]     # seconds from now, frame


def answers(frame: bytes) -> list[Timed]:
    """What the peer sends when this frame arrives."""
    tag = b""
    if len(frame) < ETHERNET:
        return []
    kind = _word(frame, 12)
    if kind == REFLECT:
        return [(0, frame[ETHERNET:])] if len(frame) >= 2 * ETHERNET else []
    if kind == VLAN and len(frame) >= ETHERNET + 4:
        tag, kind, frame = frame[12:16], _word(frame, 16), frame[:12] + frame[16:]
    if not (frame[0] & 1 or frame[:6] == MAC) or frame[6] & 1:
        return []
    find = {ARP: _arp, IPV4: _ipv4, IPV6: _ipv6}.get(kind)
    try:
        return [(after, _framed(frame[6:12], tag, kind, packet)) for after, packet in (find(frame[ETHERNET:]) if find else ())]
    except (struct.error, IndexError):      # it is shorter than it says
        return []


def checksum(*parts: bytes) -> bytes:
    """The Internet checksum of the parts, of which only the last may have an odd length, as it stands in a header. It is 0 over
    what contains a right one."""
    total = 0
    for part in parts:
        total += sum(array("H", part + b"\0" * (len(part) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("=H", ~total & 0xffff)


def generated(number: int, length: int) -> bytes:
    """The payload of a frame that was asked for: its number, then bytes that depend on number and place."""
    return struct.pack("!H", number & 0xffff) + bytes((at * 7 + number) & 0xff for at in range(2, length))


_Packets = Iterator[Tuple[float, bytes]]


def _framed(to: bytes, tag: bytes, kind: int, packet: bytes) -> bytes:
    return (to + MAC + tag + struct.pack("!H", kind) + packet).ljust(LEAST_FRAME + len(tag), b"\0")


def _arp(packet: bytes) -> _Packets:
    if packet[:8] == bytes.fromhex("0001080006040001") and packet[24:28] == ADDRESS:
        yield 0, bytes.fromhex("0001080006040002") + MAC + ADDRESS + packet[8:18]


class _Ends(NamedTuple):
    """The addresses of an IP packet."""

    ours: bytes
    theirs: bytes

    def pseudo(self, protocol: int, length: int) -> bytes:
        """The pseudo header of a datagram between the two."""
        form = "!BBH" if len(self.ours) == 4 else "!IHBB"
        values = (0, protocol, length) if len(self.ours) == 4 else (length, 0, 0, protocol)
        return self.ours + self.theirs + struct.pack(form, *values)


def _ipv4(packet: bytes) -> _Packets:
    head = (packet[0] & 15) * 4
    whole, fragment = _word(packet, 2), _word(packet, 6) & 0x3fff
    if packet[0] >> 4 != 4 or head < 20 or not head <= whole <= len(packet) or fragment or _wrong(packet[:head]) or packet[16:20] != ADDRESS:
        return
    ends = _Ends(ADDRESS, packet[12:16])
    for after, data in _datagram(ends, packet[9], packet[head:whole]):
        front = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(data), 0, 0x4000, 64, packet[9])
        yield after, front + checksum(front, *ends) + ends.ours + ends.theirs + data


def _ipv6(packet: bytes) -> _Packets:
    length, protocol, target = _word(packet, 4), packet[6], packet[24:40]
    solicited = protocol == ICMP_6 and packet[40:41] == b"\x87" and packet[48:64] in ADDRESSES_6
    if packet[0] >> 4 != 6 or 40 + length > len(packet) or (target not in ADDRESSES_6 and not solicited):
        return
    ends = _Ends(packet[48:64] if solicited else target, packet[8:24])
    for after, data in _datagram(ends, protocol, packet[40:40 + length], target):
        yield after, struct.pack("!IHBB", 0x60000000, len(data), protocol, 255) + ends.ours + ends.theirs + data


def _datagram(ends: _Ends, protocol: int, data: bytes, target: Optional[bytes] = None) -> _Packets:
    """The answers to what an IP packet carries, with their checksums."""
    if protocol == ICMP:
        if data[0] == 8 and not _wrong(data):
            yield 0, b"\0\0" + checksum(b"\0\0\0\0", data[4:]) + data[4:]
        return
    if protocol == UDP:
        length = _word(data, 4)
        if not 8 <= length <= len(data):
            return
        data = data[:length]
        if data[6:8] == b"\0\0":        # no checksum
            yield from _udp(ends, data)
            return
    if _wrong(_Ends(target or ends.ours, ends.theirs).pseudo(protocol, len(data)), data):
        return
    if protocol == UDP:
        yield from _udp(ends, data)
    elif protocol == TCP:
        yield from _tcp(ends, data)
    elif protocol == ICMP_6:
        yield from _icmp6(ends, data)


def _icmp6(ends: _Ends, data: bytes) -> _Packets:
    answer = b""
    if data[0] == 128:                  # echo request
        answer = b"\x81\0\0\0" + data[4:]
    elif data[0] == 135:                # neighbour solicitation: solicited, override, our link-layer address
        answer = b"\x88\0\0\0" + b"\x60\0\0\0" + ends.ours + b"\x02\x01" + MAC
    if answer:
        yield 0, answer[:2] + checksum(ends.pseudo(ICMP_6, len(answer)), answer) + answer[4:]


def _udp(ends: _Ends, data: bytes) -> _Packets:
    theirs, ours = _word(data, 0), _word(data, 2)
    if ours == GENERATE:
        yield from _generate(ends, theirs, data[8:])
    elif ours != DISCARD:
        yield 0, _udp_of(ends, ours, theirs, data[8:])


def _udp_of(ends: _Ends, ours: int, theirs: int, payload: bytes) -> bytes:
    front = struct.pack("!HHH", ours, theirs, 8 + len(payload))
    seal = checksum(ends.pseudo(UDP, 8 + len(payload)), front, payload)
    return front + (seal if seal != b"\0\0" else b"\xff\xff") + payload


def _generate(ends: _Ends, theirs: int, payload: bytes) -> _Packets:
    """The datagrams that a request to the port GENERATE asks for."""
    count, size, flows, delay = struct.unpack_from("!HHHH", payload)
    overhead = ETHERNET + (20 if len(ends.ours) == 4 else 40) + 8
    length = max(2, min(size, MOST_FRAME) - overhead)
    for number in range(min(count, MOST_GENERATED)):
        yield delay / 1000, _udp_of(ends, 1024 + number % max(flows, 1), theirs, generated(number, length))


def _tcp(ends: _Ends, data: bytes) -> _Packets:
    """A server without memory: it takes every connection and sends back what it gets."""
    theirs, ours, sequence, acknowledged, flags = struct.unpack_from("!HHIIH", data)
    head = (flags >> 12) * 4
    fin, syn, rst, ack = flags & 1, flags & 2, flags & 4, flags & 16
    payload = data[head:]
    if head < 20 or head > len(data) or rst:
        return
    front = struct.Struct("!HHIIHHHH")
    if syn and not ack:
        mine, after, back, echo = 0x7e570000, sequence + 1, 2 | 16, b""
    elif payload or fin:
        mine, after, back, echo = acknowledged, sequence + len(payload) + fin, 8 | 16 | fin, b"" if ours == DISCARD else payload
    else:
        return
    words = [ours, theirs, mine, after & 0xffffffff, 5 << 12 | back, 0xffff]
    seal = checksum(ends.pseudo(TCP, 20 + len(echo)), front.pack(*words, 0, 0), echo)
    yield 0, front.pack(*words, *struct.unpack("!H", seal), 0) + echo


def _wrong(*parts: bytes) -> bool:
    return checksum(*parts) != b"\0\0"


def _word(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]


# ---- the frames' way ----

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
            if came[frame + 12:frame + 14] in _HEARD:
                heard = True
                self._take(came[frame:end])
            at = end
        self._came = came[at:]
        return heard

    def _take(self, frame: bytes) -> None:
        for after, answer in answers(frame):
            if after:
                self._order += 1
                heapq.heappush(self._later, (time.monotonic() + after, self._order, answer))
            else:
                self._send(answer)

    def _send(self, frame: bytes) -> None:
        if len(self._going) < MOST_WAITING:
            self._going += len(frame).to_bytes(4, "big") + frame
