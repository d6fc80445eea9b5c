"""The virtual board: every protocol on one QEMU machine. A physical board has a driver for each cable (README.md)."""

import os
import pathlib
import re
import shutil
import tempfile

import attr
from labgrid.driver.commandmixin import CommandMixin
from labgrid.driver.common import Driver
from labgrid.driver.exception import ExecutionError
from labgrid.factory import target_factory
from labgrid.protocol import CommandProtocol, FileTransferProtocol, PowerProtocol
from protocols import CableProtocol, CameraProtocol, EndorsementProtocol, KeypadProtocol, RouteProtocol, ScreenProtocol
from virtual import Machine, Picture, Settings, manufacture

ROOT = pathlib.Path(__file__).resolve().parents[2]
# QEMU's names (QKeyCode) of the keypad's keys.
KEYS = {**{str(digit): f"kp_{digit}" for digit in range(10)}, "ok": "kp_enter", "cancel": "esc", "clear": "backspace"}
# Pixels of an HDMI input with its first timings: few, as an emulated processor draws them.
CAMERA = (640, 480)


def on_white(pgm: bytes, width: int, height: int) -> bytes:
    """A binary PGM picture in the middle of a white one, a byte a pixel."""
    header = re.match(rb"P5(?:\s|#[^\n]*\n)+(\d+)\s+(\d+)\s+255\s", pgm)
    assert header, "no binary PGM"
    columns, rows = int(header[1]), int(header[2])
    assert columns <= width and rows <= height
    body, left = pgm[header.end() :], (width - columns) // 2
    blank = b"\xff" * width
    lines = [blank] * ((height - rows) // 2)
    for row in range(rows):
        line = body[row * columns : (row + 1) * columns]
        lines.append(blank[:left] + line + blank[left + len(line) :])
    lines += [blank] * (height - len(lines))
    return b"".join(lines)


@target_factory.reg_driver
@attr.s(eq=False)
class VirtualBoardDriver(
    CommandMixin, Driver, PowerProtocol, CommandProtocol, FileTransferProtocol, ScreenProtocol, KeypadProtocol,
    CameraProtocol, CableProtocol, EndorsementProtocol, RouteProtocol,
):  # fmt: skip
    """labgrid's own QEMUDriver knows neither a TPM nor how to take a picture or to press a key.

    programs: files of the build folder that the guest finds in /programs; those that are not built are left out
    tools: programs of this machine that the guest finds there as well
    """

    programs = attr.ib(factory=list)
    tools = attr.ib(factory=list)
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
        programs |= {pathlib.Path(tool).name: tool for tool in self.tools}
        settings = Settings(programs=programs, forwards=self.forwards, size=(self.width, self.height), tpm=self.tpm)
        machine = Machine(settings)
        machine.start()
        self.machine = machine
        # The camera is the kernel's own (vivid), a pair of plugs: what its output is fed comes in by its input, to the byte.
        for device in ["/dev/video0", "/dev/video1"]:
            self.run_check(f"v4l2-ctl -d {device} --set-dv-bt-timings index=0")
        self.run_check("v4l2-ctl -d /dev/video0 -c osd_text_mode=2,hdmi_000_0_is_connected_to=2")

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

    def device(self) -> str:
        return "/dev/video0"

    @Driver.check_active
    def show(self, pgm: bytes) -> None:
        self.remove()
        self._running().agent.put("/run/camera.grey", on_white(pgm, *CAMERA))
        self.run_check(
            f"v4l2-ctl -d /dev/video1 --set-fmt-video-out width={CAMERA[0]},height={CAMERA[1]},pixelformat=GREY && "
            "{ setsid v4l2-ctl -d /dev/video1 --stream-out-mmap --stream-loop --stream-from /run/camera.grey "
            ">/run/camera.log 2>&1 </dev/null & echo $! >/run/camera.pid; }"
        )

    @Driver.check_active
    def remove(self) -> None:
        self.run_check("[ ! -e /run/camera.pid ] || kill $(cat /run/camera.pid); rm -f /run/camera.pid")

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
