# SPDX-License-Identifier: BSD-2-Clause
"""The parser of the report accepts any bytes, in pieces of any size."""

import random
import subprocess
import sys
from typing import Any, Sequence

from harness import FAKE_VMM
from touchstone.stream import KEEP_DIAGNOSTICS, KEEP_NOTES, KEEP_PREAMBLE, LINE_LIMIT, Event, Stream


def played(scenario: str) -> bytes:
    """The bytes of a report."""
    return subprocess.run([sys.executable, FAKE_VMM, scenario, ""], stdout=subprocess.PIPE, check=False).stdout


def parsed(pieces: Sequence[bytes]) -> tuple[Stream, list[Event]]:
    """The state of the stream after these pieces, and its events."""
    stream, events = Stream(), list[Event]()
    for number, piece in enumerate(pieces):
        events += stream.feed(piece, float(number))
    return stream, events


def summary(stream: Stream, events: Sequence[Event]) -> tuple[Any, ...]:
    return ([(kind, getattr(value, "name", value)) for kind, value in events], stream.valid, stream.problems,
            [(check.name, check.verdict, check.lines) for check in stream.results])


def test_pieces_of_any_size() -> None:
    for scenario in ("healthy", "noise,crlf,after-end", "blk0.ring.wrap=garbage", "blk0.ring.wrap=long"):
        data = played(scenario)
        whole = summary(*parsed([data]))
        for seed in range(30):
            dice = random.Random(seed)
            pieces, at = [], 0
            while at < len(data):
                size = dice.choice((1, 2, 7, 100, 1000))
                pieces.append(data[at:at + size])
                at += size
            assert summary(*parsed(pieces)) == whole, (scenario, seed)


def test_output_of_a_console_device_is_no_part_of_the_report() -> None:
    """TinyEMU writes that output to the same stream."""
    data = played("healthy")
    whole = parsed([data])[0]
    for noise in (b"touchstone 00000000000000a0", b"touchstone: one piece", b"touchstone", b"touchtouchstone 1", b"stone", b"...", b""):
        noisy = parsed([data.replace(b"\nok 1 ", b"\n" + noise + b"\nok 1 ")])[0]
        assert noisy.valid and [check.lines for check in noisy.results] == [check.lines for check in whole.results], noise
    assert not parsed([data.replace(b"\nok 1 ", b"\nbluestone\nok 1 ")])[0].valid


def test_a_line_that_is_too_long_in_any_pieces() -> None:
    data = b"KTAP version 1\n# " + bytes(range(32, 127)) * 20 + b"\nKTAP" + b"x" * 600 + b"\n"
    whole = summary(*parsed([data]))
    for size in (1, 7, 500, LINE_LIMIT, LINE_LIMIT + 5, 1000):
        assert summary(*parsed([data[at:at + size] for at in range(0, len(data), size)])) == whole, size
    assert all(len(value) <= LINE_LIMIT for kind, value in whole[0] if kind == "text")


def test_every_cut_is_no_valid_report() -> None:
    data = played("healthy")
    assert parsed([data])[0].valid
    for cut in range(len(data)):
        assert not parsed([data[:cut]])[0].valid, cut


def test_every_changed_byte_is_no_valid_report() -> None:
    data = played("healthy")
    seed = range(data.index(b"seed="), data.index(b" crc32="))     # the one word that neither the CRC nor the counts cover
    for at in range(len(data) - 1):
        if at in seed:
            continue
        for other in (data[at] ^ 1, ord("\n")):
            changed = data[:at] + bytes([other]) + data[at + 1:]
            if changed != data:
                assert not parsed([changed])[0].valid, (at, changed[max(0, at - 30):at + 30])


def test_rubbish_never_raises() -> None:
    lines = played("healthy,blk0.ring.wrap=fail,net0.ring.wrap=skip").split(b"\n") + [
        b"KTAP version 1", b"1..99999999999999999999999", b"1..-1", b"ok", b"# start ", b"# start a.b level=must reqs=", b"# end ",
        b"# check a.b level=should reqs= title=", b"ok 0 a.b # SKIP", b"not ok 1 a.b # SKIP x", b"\xff\x00", b"#", b"",
        b"ok \xc2\xb2 a.b", b"# end run=" + b"9" * 5000, b"# nothing to test:"]
    for seed in range(3000):
        dice = random.Random(seed)
        mess = b"KTAP version 1\n" * dice.randrange(2) + b"".join(
            dice.choice(lines) + dice.choice((b"\n", b"\r\n", b"\n", b"")) for _ in range(dice.randrange(60)))
        for _ in range(dice.randrange(3)):
            at = dice.randrange(len(mess) + 1)
            mess = mess[:at] + dice.randbytes(dice.randrange(20)) + mess[at:]
        parsed([mess[:len(mess) // 2], mess[len(mess) // 2:]])[0].where()


def test_memory_is_bounded() -> None:
    stream, _ = parsed([b"x" * 1000000] * 20)
    assert len(stream._partial) <= LINE_LIMIT + 1000000
    stream, _ = parsed([b"x\n" * 100000, b"KTAP version 1\n", b"# note\n" * 100000, b"1..1\n",
                        b"# start a.b level=must reqs=\n", b"# more\n" * 100000, b"ok 1 a.b\n"])
    assert len(stream.preamble) == KEEP_PREAMBLE and len(stream.notes) == KEEP_NOTES
    assert len(stream.results[0].lines) == KEEP_DIAGNOSTICS + 1 and stream.results[0].lines[-1] == "(99000 more lines)"


def test_terminal_is_safe() -> None:
    stream, events = parsed([b"KTAP version 1\n# \x1b[2J\xff\x07\t\n"])
    assert stream.notes == ["?[2J???"] and events[-1] == ("note", "?[2J???")
