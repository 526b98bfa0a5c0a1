#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fuzzes the reader of the report (host/touchstone/stream.py): stream_fuzz.py [-runs=N] [-seed=N] [-max_total_time=SECONDS] [FILE...]

An input is a damaged report. The reader must raise nothing, keep a bounded amount, give the same events for pieces of
any size, and believe the report only if its end marker is right. With FILEs, it reads those and makes no inputs.
"""

import random
import re
import sys
import time
import traceback
import zlib
from typing import Any, List, Sequence, Tuple

from touchstone import stream as reader
from touchstone.stream import Stream
from touchstone.verdicts import BY_GUEST, LEVELS

NAMES = ("blk0.ring.wrap", "blk0.mmio.magic", "net1.used.quiet", "refrng0.a.b-c", "x.y")
RESULTS = ("ok {} {}", "not ok {} {}", "ok {} {} # SKIP why", "not ok {} {} # TODO SHOULD be quiet", "not ok {} {} # ERROR trap")
WORDS = (b"KTAP version 1", b"1..0", b"1..9999999", b"1..", b"ok ", b"not ok ", b"# start ", b"# check ", b"# end ", b"# nothing to test:",
         b"# round ", b"# info: ", b" # SKIP ", b" # TODO SHOULD ", b" # ERROR ", b" level=must reqs=", b" title=", b"blk0.ring.wrap",
         b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"#", b" ", b"x" * 511, b"9" * 20, b"\ntouchstone: x\n", b" crc32=0x00000000", b"seed=0x1")


def report(dice: random.Random) -> bytes:
    """A valid report."""
    lines = ["KTAP version 1", "# touchstone 0.1 arch=host"]
    names = [f"{dice.choice(NAMES)}{number}" for number in range(dice.randrange(6))]
    counts = {verdict.name: 0 for verdict in BY_GUEST}
    infos = 0
    lines += [f"# check {name} level=should reqs= title=T" for name in names if not dice.randrange(8)]
    lines.append(f"1..{len(names)}")
    for number, name in enumerate(names, 1):
        lines.append(f"# start {name} level={dice.choice(LEVELS)} reqs={dice.choice(('', 'a-1', 'a-1,b-2'))}")
        for _ in range(dice.randrange(3)):
            lines.append(dice.choice(("# info: 3", "#   got: 0x1", "# round 2 seed=0x2")))
            infos += lines[-1].startswith("# info:")
        kind = dice.randrange(len(RESULTS))
        counts[("PASS", "FAIL", "SKIP", "WARN", "ERROR")[kind]] += 1
        lines.append(RESULTS[kind].format(number, name))
    body = "".join(line + "\n" for line in lines).encode()
    words = " ".join(f"{word.lower()}={counts[word]}" for word in ("PASS", "FAIL", "WARN", "SKIP", "ERROR"))
    return body + f"# end run={len(names)} {words} info={infos} seed=0x1 crc32={zlib.crc32(body):#010x}\n".encode()


def mutated(dice: random.Random, data: bytes) -> bytes:
    """The report with some damage: changed bytes, inserted words, and lines that are doubled, lost or swapped."""
    for _ in range(dice.randrange(6)):
        kind, at = dice.randrange(7), dice.randrange(len(data) + 1)
        if kind == 0:
            data = data[:at] + dice.randbytes(dice.randrange(1, 8)) + data[at + dice.randrange(8):]
        elif kind == 1:
            data = data[:at] + dice.choice(WORDS) * dice.choice((1, 1, 1, 3)) + data[at:]
        elif kind == 2:
            data = data[:at] + data[at + dice.randrange(40):]
        else:
            lines = data.split(b"\n")
            one, two = dice.randrange(len(lines)), dice.randrange(len(lines))
            if kind == 3:
                lines[one], lines[two] = lines[two], lines[one]
            elif kind == 4:
                lines.insert(one, lines[two])
            elif kind == 5:
                del lines[one]
            else:
                lines[one] = dice.choice(WORDS) + lines[two]
            data = b"\n".join(lines)
    return sealed(data) if dice.randrange(2) else data


def sealed(data: bytes) -> bytes:
    """The report with its checksum corrected, so that the reader judges what comes before it."""
    begin, end = data.find(b"KTAP version 1"), data.rfind(b"# end ")
    if begin < 0 or end < begin:
        return data
    crc = zlib.crc32(data[begin:end].replace(b"\r", b""))
    return data[:end] + re.sub(rb"crc32=0x[0-9a-f]{8}", b"crc32=0x%08x" % crc, data[end:])


def seen(pieces: Sequence[bytes]) -> Tuple[Stream, Any]:
    """Everything that the reader tells about a stream."""
    stream = Stream()
    events: List[reader.Event] = []
    for piece in pieces:
        events += stream.feed(piece, 0.0)
    said = [(kind, getattr(value, "name", value)) for kind, value in events]
    checks = [(check.name, check.level, check.reqs, check.title, check.verdict, check.reason, check.lines)
              for check in stream.results + stream.listed]
    return stream, (said, checks, stream.valid, stream.problems, stream.notes, list(stream.preamble), stream.nothing, stream.plan,
                    stream.seed, stream.where(), stream.tally())


def cut(dice: random.Random, data: bytes) -> List[bytes]:
    pieces = []
    while data:
        size = dice.choice((1, 2, 7, 100, 511, 600))
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def test(data: bytes, dice: random.Random) -> None:
    """Raises if a property does not hold."""
    stream, whole = seen([data])
    assert seen(cut(dice, data))[1] == whole, "the same bytes in other pieces say something else"
    assert len(stream.problems) <= reader.KEEP_PROBLEMS and len(stream.notes) <= reader.KEEP_NOTES
    for kind, value in whole[0]:
        assert not isinstance(value, str) or all(0x20 <= ord(c) <= 0x7e for c in value), f"{kind}: {value!r}"
    for check in stream.results:
        assert check.verdict in BY_GUEST and check.level in LEVELS and check.device and check.id
    if stream.valid:
        assert stream.plan == len(stream.results) and stream.running is None and not stream.problems
        assert len({check.name for check in stream.results}) == len(stream.results), "a check has two results"
        text = data.replace(b"\r", b"")
        begin = text.index(b"KTAP version 1\n")
        end = text.index(b"\n# end ", begin) + 1
        lines = [line for line in text[begin:end].split(b"\n")[:-1] if not reader.CONSOLE_OUTPUT.fullmatch(line)]
        checksum = zlib.crc32(b"".join(line + b"\n" for line in lines))
        assert [int(crc, 16) for crc in re.findall(rb"crc32=0x(\w+)", text[end:])][:1] == [checksum], "believed with a wrong checksum"


def again(paths: Sequence[str]) -> None:
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        for seed in range(20):
            test(data, random.Random(seed))
        print(f"{path}: nothing")


def main() -> None:
    options = dict(argument[1:].split("=", 1) for argument in sys.argv[1:] if argument.startswith("-"))
    if paths := [argument for argument in sys.argv[1:] if not argument.startswith("-")]:
        again(paths)
        return
    seed = int(options.get("seed", time.time_ns()))
    runs = int(options.get("runs", 1 << 62))
    begin = time.monotonic()
    end = begin + float(options.get("max_total_time", 1e9))
    done = 0
    while done < runs and time.monotonic() < end:
        dice = random.Random(f"{seed} {done}")
        data = mutated(dice, report(dice))
        try:
            test(data, dice)
        except Exception:   # pylint: disable=broad-except  whatever it is, it is a finding
            path = f"{options.get('artifact_prefix', '')}crash-{seed}-{done}"
            with open(path, "wb") as file:
                file.write(data)
            traceback.print_exc()
            print(f"Test unit written to {path}")
            sys.exit(1)
        done += 1
    print(f"stat::number_of_executed_units: {done}")
    print(f"stat::average_exec_per_sec: {int(done / max(0.001, time.monotonic() - begin))}")


main()
