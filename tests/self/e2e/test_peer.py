# SPDX-License-Identifier: BSD-2-Clause
"""The peer behind a network device: docs/peer.md, frame by frame, and its way through a socket."""

import os
import select
import shlex
import signal
import socket
import struct
import subprocess
import time
import zlib
from typing import List

from harness import FAKE_VMM, TOP, Scratch, Skip, fake, run
from touchstone import tap
from touchstone.peer import Peer, Stream, Tap
from touchstone.peer_frames import Layers, answers, checksum, filler, wholes
from touchstone.scratch import Scratch as Boots

OURS = bytes.fromhex("025453001234")
PEER = bytes.fromhex("52550a000202")
TAG = bytes.fromhex("8100004d")
US, GATEWAY, REPORTED = b"\x0a\0\2\x0f", b"\x0a\0\2\2", b"\x0a\0\2\x53"


def frame(kind: int, body: bytes, tag: bytes = b"") -> bytes:
    return PEER + OURS + tag + struct.pack("!H", kind) + body


def ipv4(protocol: int, data: bytes, to: bytes = GATEWAY, more: int = 0) -> bytes:
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(data), 7, more, 64, protocol, 0) + US + to
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + data


def ipv6(protocol: int, data: bytes, last: int = 2) -> bytes:
    return struct.pack("!IHBB", 6 << 28, len(data), protocol, 64) + bytes(15) + b"\x0f" + bytes(15) + bytes([last]) + data


def command(code: int, rest: bytes = b"", flags: int = 0, number: int = 0x1234) -> bytes:
    return frame(0x88b6, b"TSp1" + struct.pack("!BBH", code, flags, number) + rest)


def send(count: int, size: int, head: bytes, mss: int = 0, delay: int = 0, flags: int = 0) -> bytes:
    return command(1, struct.pack("!HHIHH", count, mss, size, len(head), delay) + head, flags)


def sent(packet: bytes, offload: bool = False) -> List[bytes]:
    return [answer.frame for answer in answers(packet, offload)]


def right(packet: bytes) -> Layers:
    layers = Layers.of(packet)
    assert layers and layers.is_right(packet), packet.hex()
    assert layers.v6 or checksum(packet[layers.network:layers.transport]) == 0, packet.hex()
    return layers


def test_arp() -> None:
    request = bytes.fromhex("0001080006040001") + OURS + US + bytes(6) + GATEWAY
    for tag in (b"", TAG):
        [reply] = sent(frame(0x0806, request, tag))
        assert reply[:12] == OURS + PEER and reply[12:].startswith(tag + b"\x08\x06" + bytes.fromhex("0001080006040002") + PEER + GATEWAY + OURS + US)
        assert len(reply) >= 60
    for wrong in (request[:-1], request[:7] + b"\2" + request[8:], request[:24] + US):
        assert not sent(frame(0x0806, wrong)), wrong


def test_echo() -> None:
    ping = struct.pack("!BBHHH", 8, 0, 0, 1, 2) + filler(5, 101)
    ping = ping[:2] + struct.pack("!H", checksum(ping)) + ping[4:]
    [reply] = sent(frame(0x0800, ipv4(1, ping)))
    layers = right(reply)
    assert reply[:12] == OURS + PEER and reply[26:34] == GATEWAY + US and reply[34] == 0 and reply[38:] == ping[4:] and layers.protocol == 1
    [reply] = sent(frame(0x86dd, ipv6(58, b"\x80\0\0\0" + ping[4:])))
    right(reply)
    assert reply[54] == 129 and reply[58:] == ping[4:]
    asked = frame(0x0800, ipv4(17, struct.pack("!HHHH", 5555, 7, 8 + 3, 0xbeef) + b"abc"), TAG)
    [reply] = sent(asked)
    assert reply[12:16] == TAG and reply[38:] == struct.pack("!HHHH", 7, 5555, 8 + 3, 0xbeef) + b"abc"
    assert not sent(frame(0x0800, ipv4(17, struct.pack("!HHHH", 5555, 8, 8, 0))))
    assert not sent(frame(0x0800, ipv4(1, ping, b"\x0a\0\2\3"))) and not sent(frame(0x0800, ipv4(1, ping, more=0x2000)))


def test_reflector() -> None:
    inner = bytes(range(14)) + b"anything"
    assert sent(frame(0x88b6, inner)) == sent(frame(0x88b6, inner, TAG)) == [inner]
    assert not sent(frame(0x88b6, bytes(13)))


def test_report() -> None:
    asked = command(2, bytes(200))
    packet = frame(0x0800, ipv4(17, struct.pack("!HHHH", 1, 2, 8, 0), REPORTED, more=0x2001))
    for arrived, number in ((asked, 0x1234), (packet, 0), (frame(0x86dd, ipv6(17, bytes(8), 0x53)), 0)):
        [answer] = sent(arrived)
        head = arrived[:96]
        assert answer[:14] == OURS + PEER + b"\x88\xb6" and len(answer) >= 60
        assert answer[14:34] == b"TSp1" + struct.pack("!BBHIIHH", 0x82, 0, number, len(arrived), zlib.adler32(arrived), len(head), 0)
        assert answer[34:34 + len(head)] == head


def test_send() -> None:
    head = OURS + PEER + b"\x88\xb5"
    assert sent(send(2, 70, head)) == [head + filler(0x1234, 56), head + filler(0x1235, 56)]
    assert filler(0x1234, 300)[258] == (258 * 7 + 13 + 0x1234) & 0xff and filler(0xff, 1) == b"\0"
    assert [answer.delay for answer in answers(send(1, 60, head, delay=1500))] == [1.5]
    for wrong in (send(1, 70000, head), send(1, 10, head), send(1, 100, head)[:-1]):
        assert not sent(wrong)


def test_send_complete_and_cut() -> None:
    tcp = struct.pack("!HHIIBBHHH", 80, 90, 0xfffffff0, 5, 5 << 4, 1 | 8 | 128, 100, 0, 0)
    udp = struct.pack("!HHHH", 80, 90, 0, 0)
    for tag in (b"", TAG):
        for packet in (ipv4(6, tcp), ipv4(17, udp), ipv6(6, tcp), ipv6(17, udp)):
            head = OURS + PEER + tag + (b"\x08\0" if packet[0] >> 4 == 4 else b"\x86\xdd") + packet
            size = len(head) + 2500
            [whole] = sent(send(1, size, head, flags=1))
            layers = right(whole)
            assert len(whole) == size and whole[layers.payload:] == filler(0x1234, 2500)
            pieces = sent(send(1, size, head, mss=1000, flags=1))
            parts = [right(piece) for piece in pieces]
            assert b"".join(piece[part.payload:] for piece, part in zip(pieces, parts)) == filler(0x1234, 2500)
            assert [part.end - part.payload for part in parts] == [1000, 1000, 500]
            if layers.protocol == 6:
                flags = [piece[part.transport + 13] for piece, part in zip(pieces, parts)]
                numbers = [struct.unpack_from("!I", piece, part.transport + 4)[0] for piece, part in zip(pieces, parts)]
                assert flags == [128, 0, 1 | 8] and numbers == [0xfffffff0, 0x3d8, 0x7c0], (flags, numbers)
            [left] = answers(send(1, size, head, mss=1000, flags=3), offload=True)
            assert left.header[0] == 1 and len(left.frame) == size and list(wholes(left.header, left.frame)) == pieces
            assert sent(send(1, size, head, mss=1000, flags=3)) == pieces
            [left] = answers(send(1, size, head, flags=3), offload=True)
            assert list(wholes(left.header, left.frame)) == [whole] and left.frame != whole


def test_rubbish() -> None:
    for packet in (frame(0x0800, ipv4(6, bytes(8))), frame(0x86dd, ipv6(6, b"", 0x53)), frame(0x0800, b"\x45"), b"", bytes(13), bytes(14), bytes(60),
                   frame(0x0800, ipv4(6, bytes(12) + b"\xf0" + bytes(7), REPORTED)), frame(0x8100, b"\0\0\x08\0"), command(0x82, bytes(60))):
        for length in range(len(packet) + 1):
            assert not sent(packet[:length]), packet.hex()


def read(line: socket.socket) -> bytes:
    size = int.from_bytes(line.recv(4, socket.MSG_WAITALL), "big")
    return line.recv(size, socket.MSG_WAITALL)


def test_through_a_socket() -> None:
    """Frames in pieces and many at once; a delay; frames that nobody takes."""
    ours, theirs = socket.socketpair()
    peer = Peer(Stream(theirs))
    peer.start()
    head = OURS + PEER + b"\x88\xb5"

    def put(packet: bytes) -> bytes:
        return len(packet).to_bytes(4, "big") + packet

    late, soon = put(send(1, 60, head, delay=300)), put(send(3, 60, head))
    began = time.monotonic()
    for at in range(len(late)):
        ours.sendall(late[at:at + 1])
    ours.sendall(put(head + bytes(46)) * 100 + soon + soon)
    assert [read(ours)[14:16] for _ in range(6)] == [b"\x12\x34", b"\x12\x35", b"\x12\x36"] * 2
    assert read(ours)[14:16] == b"\x12\x34" and time.monotonic() - began >= 0.3
    for _ in range(100):
        ours.sendall(put(send(4096, 60000, head)))
    peer.close()
    ours.close()


def test_ends_with_its_boot() -> None:
    with Scratch() as scratch:
        boot = Boots(scratch / "a boot")
        boot.peer()
        [handle] = boot.inherited
        theirs = os.dup(handle)
        boot.close()
        with socket.socket(fileno=theirs) as line:
            assert line.recv(1) == b"", "the peer is still there"


def test_loop() -> None:
    with Scratch() as scratch:
        boot = Boots(scratch / "a boot")
        path = boot.loop("port")
        with open(path + ".out", "r+b", 0) as out, open(path + ".in", "r+b", 0) as back:
            out.write(b"there and back")
            assert back.read(100) == b"there and back"
        boot.close()


def arp_through(line: socket.socket) -> None:
    request = frame(0x0806, bytes.fromhex("0001080006040001") + OURS + US + bytes(6) + GATEWAY)
    line.sendall(len(request).to_bytes(4, "big") + request)
    assert read(line)[:14] == OURS + PEER + b"\x08\x06"


def test_behind_a_command_of_the_user() -> None:
    """--cmd with {peer}, {loop} and {disk}: the paths lead to what they promise, and the guest is told."""
    vmm = "import os, socket, sys; p = socket.socket(socket.AF_UNIX); p.connect(sys.argv[2]); p.sendall(bytes(4)); " \
          "f = open(sys.argv[3], 'r+b', 0); f.write(b'loop'); assert f.read(4) == b'loop'; assert os.path.getsize(sys.argv[4]) == 2 << 20; " \
          "os.execv('/usr/bin/python3', ['python3', '-E', '-S', sys.argv[1], 'healthy', *sys.argv[5:]])"
    command = f"/usr/bin/python3 -c {shlex.quote(vmm)} {shlex.quote(FAKE_VMM)} {{peer}} {{loop}} {{disk}} {{cmdline}} kernel={{image}}"
    run("--vmm", "mine", "--cmd", command, "--append", "word").expect(
        0, "cmdline: touchstone.brief word touchstone.peer touchstone.loop touchstone.disk kernel=")
    fake("healthy", "--thorough").lacks("touchstone.")


def test_by_itself() -> None:
    """host/peer.py: one VMM after the other; its end."""
    with Scratch() as scratch:
        path = scratch / "peer"
        program = [os.path.join(TOP, "host", "peer.py"), "--listen", path]
        with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as process:
            try:
                for _ in range(2):
                    for _ in range(200):
                        with socket.socket(socket.AF_UNIX) as line:
                            try:
                                line.connect(path)
                            except FileNotFoundError:
                                time.sleep(0.05)
                                continue
                            arp_through(line)
                            break
                process.send_signal(signal.SIGINT)
                assert process.wait(10) == 0 and not os.path.exists(path), process.communicate()[1]
            finally:
                process.kill()
        done = subprocess.run([program[0], "--tap", "no-such-tap"], capture_output=True, text=True)
        assert done.returncode == 2 and "no-such-tap: " in done.stderr, done.stderr


def test_tap() -> None:
    """A tap device of its own: checksums and segments left to the device, tags, two queues."""
    try:
        made = tap.make(2)
    except OSError as error:
        raise Skip(str(error)) from None
    peer = Peer(Tap(made.line))
    peer.start()
    head = OURS + PEER + b"\x08\0" + ipv4(17, struct.pack("!HHHH", 80, 90, 0, 0))

    def heard() -> bytes:
        ready = select.select(made.queues, [], [], 10)[0]
        assert ready, "nothing comes from the peer"
        return os.read(ready[0], 1 << 17)

    os.write(made.queues[0], bytes(10) + send(1, 3000, head, mss=1000, flags=3))
    # Linux cuts it for a tap device whose VMM has not said that it takes such frames.
    pieces = [heard()[10:] for _ in range(3)]
    assert b"".join(piece[right(piece).payload:] for piece in pieces) == filler(0x1234, 3000 - 42)
    os.write(made.queues[1], bytes(10) + send(1, 90, head, flags=1))
    whole = heard()[10:]
    for tag in (b"", TAG):
        asked = bytearray(PEER + OURS + tag + whole[12:24] + checksum(whole[14:24] + US + REPORTED).to_bytes(2, "big") + US + REPORTED + whole[34:])
        start = len(tag) + 34
        asked[start + 6:start + 8] = (~checksum(US + REPORTED + struct.pack("!II", 17, 90 - 34)) & 0xffff).to_bytes(2, "big")
        os.write(made.queues[0], b"\1\0\0\0\0\0" + struct.pack("<HH", start, 6) + asked)
        report = heard()[10:]
        assert struct.unpack_from("!I", report, 22)[0] == len(asked) and len(right(report[34:34 + len(asked)])) > 0
    peer.close()
    for queue in made.queues:
        os.close(queue)
