"""The virtual board: every protocol on one QEMU machine. A physical board has a driver for each cable (README.md)."""

import os
import pathlib
import shutil
import tempfile

import attr
from labgrid.driver.commandmixin import CommandMixin
from labgrid.driver.common import Driver
from labgrid.driver.exception import ExecutionError
from labgrid.factory import target_factory
from labgrid.protocol import CommandProtocol, FileTransferProtocol, PowerProtocol
from protocols import CableProtocol, EndorsementProtocol, KeypadProtocol, RouteProtocol, ScreenProtocol
from virtual import Machine, Picture, Settings, manufacture

ROOT = pathlib.Path(__file__).resolve().parents[2]
# QEMU's names (QKeyCode) of the keypad's keys.
KEYS = {**{str(digit): f"kp_{digit}" for digit in range(10)}, "ok": "kp_enter", "cancel": "esc", "clear": "backspace"}


@target_factory.reg_driver
@attr.s(eq=False)
class VirtualBoardDriver(
    CommandMixin, Driver, PowerProtocol, CommandProtocol, FileTransferProtocol, ScreenProtocol, KeypadProtocol,
    CableProtocol, EndorsementProtocol, RouteProtocol,
):  # fmt: skip
    """labgrid's own QEMUDriver knows neither a TPM nor how to take a picture or to press a key.

    programs: files of the build folder that the guest finds in /programs; those that are not built are left out
    """

    programs = attr.ib(factory=list)
    build = attr.ib(default=os.environ.get("VITRINE_BUILD", ".build/release"))
    width = attr.ib(default=800)
    height = attr.ib(default=480)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.machine: Machine | None = None
        self.forwards: dict[int, int] = {}
        self.tpm = ""
        self.makers = b""

    def on_activate(self) -> None:
        # The TPM's state outlives the power, as a chip's does.
        self.tpm = tempfile.mkdtemp(prefix="vitrine-tpm-")
        with tempfile.TemporaryDirectory() as maker:
            self.makers = manufacture(self.tpm, maker)

    def authorities(self) -> bytes:
        return self.makers

    def on_deactivate(self) -> None:
        self.off()
        shutil.rmtree(self.tpm)

    # Power

    @Driver.check_active
    def on(self) -> None:
        folder = ROOT / self.build
        programs = {name: str(folder / name) for name in self.programs if (folder / name).exists()}
        settings = Settings(programs=programs, forwards=self.forwards, size=(self.width, self.height), tpm=self.tpm)
        machine = Machine(settings)
        machine.start()
        self.machine = machine

    def off(self) -> None:
        """Pulls the plug."""
        if self.machine:
            self.machine.stop()
            self.machine = None

    @Driver.check_active
    def cycle(self) -> None:
        self.off()
        self.on()

    def _running(self) -> Machine:
        if not self.machine:
            raise ExecutionError("the board is off")
        return self.machine

    # Command, file transfer

    @Driver.check_active
    def run(self, cmd: str, *, timeout: float = 30) -> tuple[list[str], list[str], int]:
        result = self._running().agent.run(cmd, timeout=timeout, check=False)
        return result.text.splitlines(), [], result.status

    @Driver.check_active
    def run_check(self, cmd: str, *, timeout: float = 30) -> list[str]:
        lines, _, status = self.run(cmd, timeout=timeout)
        if status != 0:
            raise ExecutionError(f"{cmd!r} ended with {status}", lines, [])
        return lines

    def get_status(self) -> int:
        return 1 if self.machine else 0

    @Driver.check_active
    def put(self, filename: str, remotepath: str) -> None:
        self._running().agent.put(remotepath, pathlib.Path(filename).read_bytes())

    @Driver.check_active
    def get(self, filename: str, destination: str) -> None:
        pathlib.Path(destination).write_bytes(self._running().agent.get(filename))

    # Screen, keypad, cable, route

    @Driver.check_active
    def picture(self) -> Picture:
        return self._running().picture()

    @Driver.check_active
    def press(self, name: str) -> None:
        self._running().press(KEYS[name])

    def rule(self) -> str:
        return "name=QEMU Virtio Keyboard"

    @Driver.check_active
    def unplug(self) -> None:
        self._running().plug(0, 0)

    @Driver.check_active
    def plug(self, width: int, height: int) -> None:
        self._running().plug(width, height)

    def route(self, port: int) -> str:
        # The guest's side keeps one number, so that its records stay valid when the server moves.
        self.forwards = {4433: port}
        return "server.test:4433"
