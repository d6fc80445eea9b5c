"""The host's end of the guest's agent (root.d/agent): scripts in, output and exit status out."""

import base64
import itertools
import os
import shlex
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass


# Seconds that an answer may take beyond a script's own time, on a machine that does other things as well.
GRACE = 20


class GuestError(Exception):
    """The guest did not answer, or a script that had to succeed failed."""


@dataclass(frozen=True)
class Result:
    status: int
    output: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.output.decode(errors="replace")


class Agent:
    """One connection to the guest's port. `check` raises if the machine has ended, so that nobody waits for a dead one;
    `last_words` is what there is to say about one that has fallen silent."""

    def __init__(self, path: str, check: Callable[[], None], last_words: Callable[[], str]) -> None:
        self._check_machine = check
        self._last_words = last_words
        self._silent = False
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._socket.settimeout(0.5)
        # Answers to somebody who is gone may still come: numbers of ours do not repeat.
        self._numbers = (f"{os.getpid()}-{count}" for count in itertools.count())
        self._buffer = b""

    def run(self, script: str, timeout: float = 30, check: bool = True) -> Result:
        """Runs a shell script. `timeout` in seconds is kept by the guest, which kills the script then.

        Raises GuestError if the status is not 0 and `check` is set, or if no answer comes at all.
        """
        number = next(self._numbers)
        began = time.monotonic()
        body = script.encode()
        self._send(f"{number} {int(timeout + 1)} {len(body)}\n".encode() + body, began + timeout + GRACE)
        status, output = self._answer(number, began + timeout + GRACE)
        result = Result(status, output, time.monotonic() - began)
        if check and status != 0:
            raise GuestError(f"{script!r} ended with {status} after {result.seconds:.1f} s:\n{result.text}")
        return result

    def put(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Writes a small file (some 100 kB); big ones go on the programs' disk."""
        name = shlex.quote(path)
        text = base64.b64encode(content).decode()
        self.run(f"base64 -d >{name} <<'END'\n{text}\nEND\nchmod {mode:o} {name}")

    def get(self, path: str) -> bytes:
        return self.run(f"cat {shlex.quote(path)}").output

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view[:65536]) :]
            except TimeoutError:
                self._check(deadline)

    def _answer(self, number: str, deadline: float) -> tuple[int, bytes]:
        while True:
            while b"\n" not in self._buffer:
                try:
                    data = self._socket.recv(1 << 20)
                    if not data:
                        raise GuestError("the agent's socket closed")
                    self._buffer += data
                except TimeoutError:
                    self._check(deadline)
            line, self._buffer = self._buffer.split(b"\n", 1)
            words = line.split(b" ")
            if len(words) == 3 and words[0] == number.encode():
                return int(words[1]), base64.b64decode(words[2])

    def _check(self, deadline: float) -> None:
        self._check_machine()
        # Whoever asks a machine that is lost is told so at once.
        if self._silent or time.monotonic() > deadline:
            self._silent = True
            raise GuestError(f"the agent does not answer\n{self._last_words()}")

    def close(self) -> None:
        self._socket.close()
