# SPDX-License-Identifier: BSD-2-Clause
"""One run of a VMM as a child process: reads its output, notices its end, and never lets it outlive the runner."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Optional, Sequence

from .scratch import Scratch

CHUNK = 1 << 16
KEEP_ERRORS = 8192      # bytes kept of the end of stderr


class Boot:
    """A VMM in its own process group, with separate stdout and stderr, and a stdin that stays open and empty, because
    some VMMs exit at its end.

    stderr stays out of the report, whose CRC it would break. Its last bytes are kept for messages about what went
    wrong.
    """

    def __init__(self, argv: Sequence[str], scratch: Scratch) -> None:
        """Starts the VMM with what it has in `scratch`, which ends with it. Raises OSError if that fails."""
        self._scratch = scratch
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                         start_new_session=True, pass_fds=scratch.inherited)
        scratch.hand_over()
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        self.out = self._process.stdout.fileno()
        self._err = self._process.stderr.fileno()
        self._errors = b""
        for fd in (self.out, self._err):
            os.set_blocking(fd, False)

    def read(self) -> Optional[bytes]:
        """The next bytes of the report: b"" if there are none just now, None at the end."""
        return _read(self.out)

    def errors(self) -> bytes:
        """The last bytes that the VMM has written to stderr. Must be called often, or the VMM blocks when the pipe is
        full."""
        while data := _read(self._err):
            self._errors = (self._errors + data)[-KEEP_ERRORS:]
        return self._errors

    def change(self, device: str) -> None:
        """Changes a device's configuration, as the report asks."""
        self._scratch.change(device)

    def wait(self, seconds: float) -> Optional[int]:
        """Gives the VMM a moment to exit by itself. Returns its exit code, negative for a signal, or None if it still
        runs."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """Kills what is left of the VMM's process group, if anything."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()

    def close(self) -> None:
        """Kills the process group, and closes the pipes and what the VMM had on the host."""
        self.kill()
        self._scratch.close()
        for pipe in self._pipes:
            pipe.close()


def describe_exit(code: Optional[int]) -> str:
    """Describes an exit code of `Boot.wait` in words that continue "the VMM"."""
    if code is None:
        return "closed its output and went on running"
    if code >= 0:
        return f"exited with {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def _read(fd: int) -> Optional[bytes]:
    try:
        return os.read(fd, CHUNK) or None
    except BlockingIOError:
        return b""
