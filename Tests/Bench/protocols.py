"""What the tests ask of a board besides labgrid's power, command and file transfer. One driver a board has for each."""

import abc

from virtual import Picture


class ScreenProtocol(abc.ABC):
    """Looks at the screen as a person does: at what comes out of the plug."""

    @abc.abstractmethod
    def picture(self) -> Picture:
        """The pixels that are shown now, exactly."""


class KeypadProtocol(abc.ABC):
    """Fingers: real presses of a device that the kernel knows as a keypad."""

    @abc.abstractmethod
    def press(self, name: str) -> None:
        """Presses and lets go `0` … `9`, `ok`, `cancel` or `clear`."""

    @abc.abstractmethod
    def rule(self) -> str:
        """What `vitrine-terminal --keypad evdev:` needs to find this keypad."""


class CameraProtocol(abc.ABC):
    """A hand with a paper before the camera for merchants' codes."""

    @abc.abstractmethod
    def device(self) -> str:
        """The board file's `code.camera`."""

    @abc.abstractmethod
    def show(self, pgm: bytes) -> None:
        """Holds this picture (binary PGM, smaller than the camera's) before the camera until the next one."""

    @abc.abstractmethod
    def remove(self) -> None:
        """Takes it away."""


class CableProtocol(abc.ABC):
    """The screen's cable."""

    @abc.abstractmethod
    def unplug(self) -> None: ...

    @abc.abstractmethod
    def plug(self, width: int, height: int) -> None:
        """Plugs in a screen of this size, instead of another one if there is one."""


class EndorsementProtocol(abc.ABC):
    """Who made the board's TPM."""

    @abc.abstractmethod
    def authorities(self) -> bytes:
        """The maker's certificates, PEM: the board's endorsement certificate leads to one of them."""


class RouteProtocol(abc.ABC):
    """The board's way to the server, which listens on this machine's loopback only."""

    @abc.abstractmethod
    def route(self, port: int) -> str:
        """The HOST:PORT under which the board reaches this machine's 127.0.0.1:`port`. Before the power is switched on."""
