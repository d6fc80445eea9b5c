"""A board as the tests see it: protocols, and waiting."""

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from labgrid.protocol import CommandProtocol, FileTransferProtocol, PowerProtocol
from labgrid.target import Target
from protocols import CableProtocol, CameraProtocol, EndorsementProtocol, KeypadProtocol, RouteProtocol, ScreenProtocol
from virtual import Picture

T = TypeVar("T")


def quoted(*arguments: Any) -> str:
    return " ".join(shlex.quote(str(argument)) for argument in arguments)


def wait_until(what: str, look: Callable[[], T | None], timeout: float = 20) -> T:
    """Looks until there is something to see, and returns it."""
    deadline = time.monotonic() + timeout
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout} s")
        time.sleep(0.01)


@dataclass
class Board:
    power: PowerProtocol
    shell: CommandProtocol
    files: FileTransferProtocol
    screen: ScreenProtocol
    keypad: KeypadProtocol
    camera: CameraProtocol
    cable: CableProtocol
    endorsement: EndorsementProtocol
    route: RouteProtocol
    boot_seconds: float = 0

    @classmethod
    def of(cls, target: Target) -> "Board":
        protocols = [
            PowerProtocol,
            CommandProtocol,
            FileTransferProtocol,
            ScreenProtocol,
            KeypadProtocol,
            CameraProtocol,
            CableProtocol,
            EndorsementProtocol,
        ]
        return cls(*[target.get_driver(protocol) for protocol in [*protocols, RouteProtocol]])

    def start(self) -> None:
        """Switches the power on and waits until commands run."""
        began = time.monotonic()
        self.power.on()
        self.boot_seconds = time.monotonic() - began

    def run(self, *arguments: Any, timeout: float = 30) -> str:
        """Runs a program, which must succeed, and returns what it printed."""
        return self.script(quoted(*arguments), timeout)

    def script(self, text: str, timeout: float = 30) -> str:
        return "\n".join(self.shell.run_check(text, timeout=timeout))

    def still_picture(self, quiet: float = 0.15) -> Picture:
        """What the screen shows once it has not changed for `quiet` seconds."""
        last, since = self.screen.picture(), time.monotonic()

        def look() -> bool:
            nonlocal last, since
            now = self.screen.picture()
            if now != last:
                last, since = now, time.monotonic()
            return time.monotonic() - since > quiet

        wait_until("a picture that stands still", look)
        return last
