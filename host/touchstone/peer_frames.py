# SPDX-License-Identifier: BSD-2-Clause
"""What a peer answers to a frame: docs/peer.md. No I/O and no state."""

from __future__ import annotations

import functools
import struct
import zlib
from array import array
from typing import Iterator, NamedTuple, Optional, Sequence

MAC = bytes.fromhex("52550a000202")
MAGIC = b"TSp1"
COMMAND, ARP, IPV4, IPV6, VLAN = 0x88b6, 0x0806, 0x0800, 0x86dd, 0x8100      # EtherTypes
HEARD = frozenset(kind.to_bytes(2, "big") for kind in (COMMAND, ARP, IPV4, IPV6, VLAN))

MOST_BYTES = 65536 + 64     # of a frame
MOST_FRAMES = 4096          # of one command
LEAST_BYTES = 60            # of the frames that we make ourselves

_SEND, _REPORT, _REPORTS = 1, 2, 0x82
_COMPLETE, _OFFLOAD = 1, 2
_REPORTED_BYTES = 96
_GATEWAY, _REPORTED, _ECHO_PORT = 0x02, 0x53, 7
_ICMP, _TCP, _UDP, _ICMPV6 = 1, 6, 17, 58
_CHECKSUM_AT = {_TCP: 16, _UDP: 6, _ICMP: 2, _ICMPV6: 2}
_FIN, _PUSH, _CWR = 1, 8, 128

# struct virtio_net_hdr in front of a frame, on a link that has it.
_VNET = struct.Struct("<BBHHHH")
VNET_BYTES = _VNET.size
_NEEDS_CSUM = 1
_GSO_TCPV4, _GSO_UDP, _GSO_TCPV6, _GSO_UDP_L4, _GSO_ECN = 1, 3, 4, 5, 0x80


class Answer(NamedTuple):
    """A frame to send, so many seconds from now, and the virtio_net_hdr that goes with it if the link carries such."""

    frame: bytes
    delay: float = 0
    header: bytes = bytes(VNET_BYTES)


def answers(frame: bytes, offload: bool = False) -> Iterator[Answer]:
    """What the peer sends when this frame arrives. `offload`: the link carries a virtio_net_hdr with each frame."""
    at = 12
    if len(frame) < 18:
        return
    if _word(frame, at) == VLAN:
        at += 4
    kind = _word(frame, at)
    if kind == COMMAND:
        yield from _command(frame, at + 2, offload)
    elif kind == ARP:
        yield from _arp(frame, at)
    elif layers := Layers.of(frame):
        yield from _packet(frame, layers)


def wholes(header: bytes, frame: bytes) -> Iterator[bytes]:
    """The frames that a network interface would send for one that arrived with this virtio_net_hdr: with the checksum
    filled in, and cut."""
    flags, kind, _length, size, start, offset = _VNET.unpack(header)
    layers = Layers.of(frame)
    if kind & ~_GSO_ECN == _GSO_UDP and size and layers:
        yield from _fragments(_summed(frame, start, offset), layers, size)
    elif kind and size and layers:
        yield from _segments(frame, layers, size)
    elif flags & _NEEDS_CSUM and start + offset + 2 <= len(frame):
        yield _summed(frame, start, offset)
    else:
        yield frame


def checksum(data: bytes) -> int:
    """The Internet checksum of the data, as the number in network order."""
    total = sum(array("H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return int.from_bytes(struct.pack("=H", ~total & 0xffff), "big")


class Layers(NamedTuple):
    """Where the parts of an IP packet begin in its frame."""

    network: int
    transport: int
    payload: int
    end: int
    v6: bool
    protocol: int
    fragment: bool

    @staticmethod
    def of(frame: Sequence[int]) -> Optional[Layers]:
        """None if the frame holds no whole packet."""
        network = 18 if _word(frame, 12) == VLAN else 14
        kind = _word(frame, network - 2)
        v6 = kind == IPV6
        if kind not in (IPV4, IPV6) or len(frame) < network + (40 if v6 else 20):
            return None
        header = 40 if v6 else (frame[network] & 15) * 4
        protocol = frame[network + (6 if v6 else 9)]
        fragment = not v6 and _word(frame, network + 6) & 0x3fff != 0
        transport = network + header
        end = network + (40 + _word(frame, network + 4) if v6 else _word(frame, network + 2))
        payload = transport + 8
        if header < 20 or end > len(frame) or payload > end:
            return None
        if protocol == _TCP and not fragment:
            payload = transport + (frame[transport + 12] >> 4) * 4 if transport + 20 <= end else end + 1
        return Layers(network, transport, payload, end, v6, protocol, fragment) if payload <= end else None

    def pseudo(self, frame: bytes) -> bytes:
        """The pseudo header of the packet in that frame; nothing for ICMP, which has none."""
        if self.protocol == _ICMP:
            return b""
        addresses = frame[self.network + 8:self.network + 40] if self.v6 else frame[self.network + 12:self.network + 20]
        return bytes(addresses) + struct.pack("!II", self.end - self.transport, self.protocol)

    def is_right(self, frame: bytes) -> bool:
        """Has the transport a right checksum?"""
        return checksum(self.pseudo(frame) + frame[self.transport:self.end]) == 0


def _complete(frame: bytearray, layers: Layers, partial: bool = False) -> None:
    """Fills in lengths and checksums; of the transport's checksum only the pseudo header if `partial`."""
    network, transport, end = layers.network, layers.transport, layers.end
    if layers.v6:
        _set(frame, network + 4, end - network - 40)
    else:
        _set(frame, network + 2, end - network)
        _set(frame, network + 10, 0)
        _set(frame, network + 10, checksum(frame[network:transport]))
    if layers.fragment:
        return
    if layers.protocol == _UDP:
        _set(frame, transport + 4, end - transport)
    if place := _CHECKSUM_AT.get(layers.protocol, 0):
        _set(frame, transport + place, ~checksum(layers.pseudo(frame)) & 0xffff)
        if not partial:
            _set(frame, transport + place, checksum(frame[transport:end]) or 0xffff)


def _summed(frame: bytes, start: int, offset: int) -> bytes:
    """The frame with its checksum filled in, as NEEDS_CSUM says."""
    done = bytearray(frame)
    _set(done, start + offset, checksum(frame[start:]) or 0xffff)
    return bytes(done)


def _segments(frame: bytes, layers: Layers, size: int) -> Iterator[bytes]:
    """Cuts the transport's payload into pieces of that size, each with headers of its own."""
    front = frame[:layers.payload]
    for index, at in enumerate(range(layers.payload, max(layers.end, layers.payload + 1), size)):
        piece = bytearray(front + frame[at:min(at + size, layers.end)])
        if layers.protocol == _TCP:
            sequence = int.from_bytes(front[layers.transport + 4:layers.transport + 8], "big") + index * size
            piece[layers.transport + 4:layers.transport + 8] = (sequence & 0xffffffff).to_bytes(4, "big")
            if at + size < layers.end:
                piece[layers.transport + 13] &= ~(_FIN | _PUSH) & 0xff
            if index:
                piece[layers.transport + 13] &= ~_CWR & 0xff
        if not layers.v6:
            _set(piece, layers.network + 4, _word(front, layers.network + 4) + index & 0xffff)
        _complete(piece, layers._replace(end=len(piece)))
        yield bytes(piece)


def _fragments(frame: bytes, layers: Layers, size: int) -> Iterator[bytes]:
    """Cuts an IPv4 datagram into fragments with that many bytes each."""
    if layers.v6 or size % 8:
        return
    for at in range(layers.transport, layers.end, size):
        piece = bytearray(frame[:layers.transport] + frame[at:min(at + size, layers.end)])
        _set(piece, layers.network + 6, (at - layers.transport) // 8 | (0x2000 if at + size < layers.end else 0))
        _complete(piece, layers._replace(end=len(piece), fragment=True))
        yield bytes(piece)


# ---- what an ordinary host does ----

def _arp(frame: bytes, at: int) -> Iterator[Answer]:
    body = frame[at + 2:at + 30]
    if len(body) == 28 and body[:8] == bytes.fromhex("0001080006040001") and body[14:18] != body[24:28]:
        reply = frame[6:12] + MAC + frame[12:at + 2] + body[:7] + b"\2" + MAC + body[24:28] + body[8:18]
        yield Answer(reply.ljust(LEAST_BYTES, b"\0"))


def _packet(frame: bytes, layers: Layers) -> Iterator[Answer]:
    target = frame[layers.network + (39 if layers.v6 else 19)]
    if target == _REPORTED:
        yield _report(frame, 0)
    elif target == _GATEWAY and not layers.fragment:
        answer = bytearray(frame)
        answer[:12] = frame[6:12] + MAC
        if layers.v6:
            answer[layers.network + 8:layers.network + 40] = frame[layers.network + 24:layers.network + 40] + frame[layers.network + 8:layers.network + 24]
        else:
            answer[layers.network + 12:layers.network + 20] = frame[layers.network + 16:layers.network + 20] + frame[layers.network + 12:layers.network + 16]
        if _answer(answer, layers):
            yield Answer(bytes(answer))


def _answer(frame: bytearray, layers: Layers) -> bool:
    """Makes the answer of a packet whose addresses have been exchanged. False: there is none."""
    at = layers.transport
    if (layers.protocol, frame[at]) in ((_ICMP, 8), (_ICMPV6, 128)):
        frame[at] = 129 if layers.v6 else 0
    elif layers.protocol == _UDP and _word(frame, at + 2) == _ECHO_PORT:
        frame[at:at + 4] = frame[at + 2:at + 4] + frame[at:at + 2]
        return True         # with the checksum that it had
    else:
        return False
    _complete(frame, layers)
    return True


# ---- commands ----

def _command(frame: bytes, at: int, offload: bool) -> Iterator[Answer]:
    body = frame[at:]
    if body[:4] != MAGIC:
        if len(body) >= 14:
            yield Answer(body)
    elif len(body) >= 8 and body[4] == _REPORT:
        yield _report(frame, _word(body, 6))
    elif len(body) >= 20 and body[4] == _SEND:
        yield from _send(body, offload)


def _report(frame: bytes, number: int) -> Answer:
    head = frame[:_REPORTED_BYTES]
    about = struct.pack("!BBHIIHH", _REPORTS, 0, number, len(frame), zlib.adler32(frame), len(head), 0)
    return Answer((frame[6:12] + MAC + COMMAND.to_bytes(2, "big") + MAGIC + about + head).ljust(LEAST_BYTES, b"\0"))


def _send(body: bytes, offload: bool) -> Iterator[Answer]:
    flags, number, count, mss, size, given, delay = struct.unpack_from("!BHHHIHH", body, 5)
    head = body[20:20 + given]
    if size > MOST_BYTES or given > size or len(head) < given:
        return
    for index in range(min(count, MOST_FRAMES)):
        frame = head + filler(number + index & 0xffff, size - given)
        if not flags & _COMPLETE or size < 14:
            yield Answer(frame, delay / 1000)
        else:
            for done in _completed(bytearray(frame), mss, bool(flags & _OFFLOAD) and offload):
                yield done._replace(delay=delay / 1000)


def _completed(frame: bytearray, mss: int, offload: bool) -> Iterator[Answer]:
    network = 18 if _word(frame, 12) == VLAN else 14
    if len(frame) < network + 20:
        return
    v6 = frame[network] >> 4 == 6
    _set(frame, network + (4 if v6 else 2), len(frame) - network - (40 if v6 else 0) & 0xffff)
    layers = Layers.of(frame)
    if not layers:
        return
    _complete(frame, layers, partial=offload)
    if offload:
        kind = _GSO_UDP_L4 if layers.protocol == _UDP else _GSO_TCPV6 if v6 else _GSO_TCPV4
        if layers.protocol == _TCP and frame[layers.transport + 13] & _CWR:
            kind |= _GSO_ECN
        header = _VNET.pack(_NEEDS_CSUM, kind if mss else 0, layers.payload if mss else 0, mss, layers.transport,
                            _CHECKSUM_AT.get(layers.protocol, 0))
        yield Answer(bytes(frame), header=header)
    elif mss:
        for segment in _segments(bytes(frame), layers, mss):
            yield Answer(segment)
    else:
        yield Answer(bytes(frame))


def filler(number: int, length: int) -> bytes:
    """The bytes behind the head of a frame with that number."""
    added = bytes((byte + number) & 0xff for byte in range(256))
    return (number.to_bytes(2, "big") + _places()[2:length].translate(added))[:length]


@functools.cache
def _places() -> bytes:
    return bytes((at * 7 + (at >> 8) * 13) & 0xff for at in range(MOST_BYTES))


def _word(data: Sequence[int], at: int) -> int:
    return data[at] << 8 | data[at + 1]


def _set(frame: bytearray, at: int, word: int) -> None:
    frame[at:at + 2] = word.to_bytes(2, "big")
