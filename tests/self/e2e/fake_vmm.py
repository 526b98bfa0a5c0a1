# SPDX-License-Identifier: BSD-2-Clause
"""A VMM and its guest in one: prints a report as docs/report.md defines it, with the mistakes that the scenario names.

    fake_vmm.py SCENARIO [GUEST COMMAND LINE]

A scenario is a list of words separated by commas. `check=verdict` gives a check a verdict (pass fail warn skip error)
or an accident (die exit hang flood garbage reset long stray-result round); the words of ACCIDENTS spoil the report as a
whole. It honours touchstone.only, skip, after, seed, repeat and list as the real guest does.
"""

import os
import re
import signal
import sys
import time
import zlib

CHECKS = (
    ("blk0.mmio.magic", "must", "MagicValue reads 0x74726976"),
    ("blk0.queue.max", "described", "QueueSizeMax of a queue that does not exist reads 0"),
    ("blk0.ring.wrap", "must", "the ring goes round"),
    ("blk0.used.quiet", "should", "no used buffer notification when NO_INTERRUPT is set"),
    ("net0.mmio.magic", "must", "MagicValue reads 0x74726976"),
    ("net0.ring.wrap", "must", "the ring goes round"),
)

ACCIDENTS = {
    "silent": "writes nothing and hangs",
    "gone": "exits before the report begins, with a word on stderr",
    "noise": "a loader's rubbish comes before the report, without a newline at its end",
    "crlf": "lines end in CR LF",
    "no-device": "there is nothing to test",
    "no-end": "the end marker is missing",
    "cut": "the last line is cut",
    "bad-crc": "the CRC of the end marker is wrong",
    "bad-count": "the end marker counts one PASS too many",
    "bad-plan": "the plan is one too long",
    "bad-number": "the results start at 2",
    "two-plans": "there is a second plan",
    "after-end": "rubbish follows the end marker",
    "no-exit": "never exits after the end marker, and has a child that does neither",
    "exit-signal": "dies of a signal after the end marker",
    "deaf": "does not get its command line",
    "many": "has 30 checks, and each of them dies",
}

LINES = {"pass": "ok {} {}", "fail": "not ok {} {}", "warn": "not ok {} {} # TODO SHOULD be quiet",
         "skip": "ok {} {} # SKIP the device has no ring", "unmet": "ok {} {} # SKIP does not hold: a ring is served (row-1)",
         "fail-twice": "not ok {} {}", "error": "not ok {} {} # ERROR trap: page fault at 0x10"}

COUNTED = {"unmet": "skip", "fail-twice": "fail"}

DIAGNOSTICS = {"fail": ("fail: {title}", "  got: 0x1", "  want: 0x0", "  replay: touchstone.only={name} touchstone.seed=0x2a"),
               "fail-twice": ("fail: {title}", "  got: 0x1", "fail: the ring is a ring", "  want: 0x0"),
               "warn": ("warn: {title}",), "error": ("error: trap",), "pass": ("info: 3 used buffers at once",)}


class Guest:
    """Prints the report."""

    def __init__(self, scenario: str, cmdline: str, prefix: str = "") -> None:
        words = [word for word in scenario.split(",") if word]
        self.wrong = {word for word in words if "=" not in word}
        if unknown := self.wrong - ACCIDENTS.keys() - {"healthy"}:
            sys.exit(f"fake_vmm.py: no such scenario: {unknown}")
        self.verdicts = dict(word.split("=") for word in words if "=" in word)
        self.cmdline = cmdline
        self.all = [(prefix + name, level, title) for name, level, title in CHECKS]
        if "many" in self.wrong:
            self.all = [(f"many0.check.{number}", "must", "lives") for number in range(30)]
            self.verdicts = {check[0]: "die" for check in self.all}
        self.options = {} if "deaf" in self.wrong else parse(cmdline)
        self.crc = 0
        self.counts = dict.fromkeys(("pass", "fail", "warn", "skip", "error", "info"), 0)
        self.newline = b"\r\n" if "crlf" in self.wrong else b"\n"

    def line(self, text: str) -> None:
        raw = text.encode()
        self.crc = zlib.crc32(raw + b"\n", self.crc)
        self.write(raw + self.newline)

    def write(self, raw: bytes) -> None:
        os.write(1, raw)

    def run(self) -> None:
        if "silent" in self.wrong:
            hang()
        if "gone" in self.wrong:
            os.write(2, b"fake: no such device\n")
            sys.exit(7)
        if "noise" in self.wrong:
            self.write(bytes(range(256)) + b"\nBooting...\x1b[2J")
        self.line("KTAP version 1")
        self.line("# touchstone 0.0 arch=none boot=fake")
        self.line(f"# cmdline: {self.cmdline}")
        if "touchstone.list" in self.options:
            self.tell_list()
        else:
            self.checks()
        self.end()

    def chosen(self) -> list[tuple[str, str, str]]:
        """The checks that the command line selects, after the one of touchstone.after."""
        if "no-device" in self.wrong:
            return []
        after = self.options.get("touchstone.after")
        names = [check[0] for check in self.all]
        rest = self.all[names.index(after) + 1:] if after else self.all
        only, skip = self.options.get("touchstone.only", "*"), self.options.get("touchstone.skip", "")
        return [check for check in rest if fits(only, check[0]) and not fits(skip, check[0])]

    def tell_list(self) -> None:
        for name, level, title in self.chosen():
            self.line(f"# check {name} level={level} reqs=row-1 title={title}")
        self.line("1..0")

    def checks(self) -> None:
        chosen = self.chosen()
        if not chosen:
            self.line("# nothing to test: no device")
        self.line(f"1..{len(chosen) + ('bad-plan' in self.wrong)}")
        if "two-plans" in self.wrong:
            self.line("1..3")
        for number, (name, level, title) in enumerate(chosen, 1 + ("bad-number" in self.wrong)):
            self.line(f"# start {name} level={level} reqs=row-1,row-2")
            verdict = self.verdicts.get(name, "pass")
            if verdict not in LINES:
                verdict = getattr(self, "do_" + verdict.replace("-", "_"))() or "pass"
            for text in DIAGNOSTICS.get(verdict, ()):
                self.line("# " + text.format(name=name, title=title))
            self.counts[COUNTED.get(verdict, verdict)] += 1
            self.counts["info"] += verdict == "pass"
            self.line(LINES[verdict].format(number, name))

    def end(self) -> None:
        if "no-end" in self.wrong:
            return
        counts = dict(self.counts)
        counts["pass"] += "bad-count" in self.wrong
        run = sum(self.counts[verdict] for verdict in LINES if verdict not in COUNTED)
        crc = self.crc ^ ("bad-crc" in self.wrong)
        marker = (f"# end run={run} " + " ".join(f"{word}={count}" for word, count in counts.items())
                  + f" seed={self.options.get('touchstone.seed', '0x1')} crc32={crc:#010x}")
        if "cut" in self.wrong:
            self.write(marker.encode()[:-1])
            return
        self.write(marker.encode() + self.newline)
        if "after-end" in self.wrong:
            self.write(b"KTAP version 1\n\xff\xfe ok 9 nothing\n")
        if "no-exit" in self.wrong:
            os.fork()
            register()
            hang()
        if "exit-signal" in self.wrong:
            os.kill(os.getpid(), signal.SIGKILL)

    def do_die(self) -> None:
        self.line("# the last words")
        os.write(2, b"fake: assertion failed\n")
        os.kill(os.getpid(), signal.SIGKILL)

    def do_exit(self) -> None:
        sys.exit(5)

    def do_hang(self) -> None:
        hang()

    def do_flood(self) -> None:
        while True:
            self.write(b"x" * 65536)

    def do_garbage(self) -> None:
        self.write(bytes(range(256)) + b"\n" + b"not ok\n1..\nok 99999999999999999999 a.b\n# end\n")

    def do_reset(self) -> None:
        os.execv(sys.executable, [sys.executable, *sys.argv])

    def do_long(self) -> None:
        self.line("# " + "x" * 600)

    def do_stray_result(self) -> None:
        self.line("ok 1 blk0.not.running")

    def do_round(self) -> None:
        for number in range(8):
            time.sleep(0.2)
            self.line(f"# round {number} seed={number:#x}")


def parse(cmdline: str) -> dict[str, str]:
    """The touchstone words of a guest command line."""
    return {word.partition("=")[0]: word.partition("=")[2] for word in cmdline.split() if word.startswith("touchstone.")}


def fits(patterns: str, name: str) -> bool:
    """Does one of the globs match the name, with or without its device?"""
    for pattern in patterns.split(","):
        regex = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
        if re.fullmatch(regex, name) or re.fullmatch(regex, name.partition(".")[2]):
            return True
    return False


def register() -> None:
    """Writes the process id to a file, so that a test can look for survivors."""
    if path := os.environ.get("FAKE_PIDS"):
        with open(path, "a", encoding="ascii") as file:
            file.write(f"{os.getpid()}\n")


def hang() -> None:
    while True:
        time.sleep(60)


if __name__ == "__main__":
    register()
    Guest(sys.argv[1], " ".join(sys.argv[2:])).run()
