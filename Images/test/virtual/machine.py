"""One virtual machine: QEMU, a software TPM behind it, sockets in one temporary folder; all gone with `stop`.

The guest is of the host's own kind, so that it runs the host's own build; it is emulated (TCG), which needs no rights and
behaves the same everywhere.
"""

import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from .agent import Agent, GuestError
from .monitor import Monitor, MonitorError
from .picture import Picture
from .resize import ResizeError, resize
from .settings import ARCHITECTURES, Settings, command_line

IMAGES = pathlib.Path(__file__).resolve().parent.parent
# Never reached by a kernel that boots; one that does not has said why on its console by then.
BOOT_SECONDS = 60.0


class MachineError(Exception):
    """The machine cannot be made or died; the text has its last words."""


def end_with_parent() -> None:
    """Runs in the child: what we started ends even if we are killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG


class Machine:
    """`start`, use, `stop`; or `with Machine(settings) as machine`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = ""
        self.monitor: Monitor
        self.agent: Agent
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        if settings.architecture not in ARCHITECTURES:
            raise MachineError(f"no machine for {settings.architecture}; there is {', '.join(ARCHITECTURES)}")
        program = ARCHITECTURES[settings.architecture].program
        if not shutil.which(program):
            raise MachineError(f"{program} is missing: make packages")

    def __enter__(self) -> "Machine":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Life

    def start(self) -> None:
        """Returns when the guest's agent answers."""
        kernel = (
            self.settings.kernel
            or os.environ.get("VITRINE_KERNEL")
            or made_by(IMAGES / "kernel", self.settings.architecture)
        )
        root = made_by(IMAGES / "root", *self.settings.programs.values())
        # Short: socket paths have 107 bytes.
        self.folder = tempfile.mkdtemp(prefix="vitrine-vm-")
        try:
            self._make_programs()
            self._start_tpm()
            self._spawn(command_line(self.settings, self.folder, kernel, root), "qemu")
            self._wait_for(f"{self.folder}/qmp.sock")
            self.monitor = Monitor(f"{self.folder}/qmp.sock")
            # What QEMU believes already it does not tell the guest: so that a later "none" is news, it is told of a screen.
            self.plug(*self.settings.size)
            self._wait_for(f"{self.folder}/agent.sock")
            self.agent = Agent(f"{self.folder}/agent.sock", self.check, self.last_words)
            self.agent.run("mount -t erofs -o ro /dev/vdb /programs", timeout=BOOT_SECONDS)
        except BaseException as error:
            words = self.last_words()
            self.stop()
            if isinstance(error, OSError | MonitorError | GuestError | ResizeError):
                raise MachineError(f"the machine does not start: {error}\n{words}") from error
            raise

    def check(self) -> None:
        """Raises MachineError if a part of the machine has ended."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise MachineError(f"{name} ended with {process.returncode}\n{self.last_words()}")

    def last_words(self) -> str:
        """What its logs end with, and where its processors are."""
        texts = []
        if hasattr(self, "monitor"):
            try:
                lines = self.monitor.run("human-monitor-command", **{"command-line": "info registers -a"}).splitlines()
                texts.append("--- processors\n" + "\n".join(line for line in lines if "CPU#" in line or "RIP" in line))
            except MonitorError as error:
                texts.append(f"--- {error}")
        for name in ["qemu.log", "swtpm.log", "console.log"]:
            path = pathlib.Path(self.folder, name)
            text = path.read_text(errors="replace") if path.exists() else ""
            texts.append(f"--- {name}\n" + "\n".join(text.splitlines()[-30:]))
        return "\n".join(texts)

    def stop(self) -> None:
        """Ends what was started, by its own pid, and removes the folder. QEMU first: the TPM ends with its connection."""
        for name in ["agent", "monitor"]:
            if hasattr(self, name):
                getattr(self, name).close()
                delattr(self, name)
        for process in reversed(self._processes.values()):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes = {}
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = ""

    # Screen and keys

    def picture(self) -> Picture:
        """The pixels that the guest's display scans out now."""
        path = f"{self.folder}/screen.ppm"
        self.monitor.run("screendump", filename=path)
        return Picture.from_ppm(pathlib.Path(path).read_bytes())

    def plug(self, width: int, height: int) -> None:
        """Offers the guest a screen of another size; 0 × 0 is a cable pulled out."""
        resize(f"{self.folder}/vnc.sock", width, height)

    def key(self, name: str, down: bool) -> None:
        """Presses or lets go a key by QEMU's name (QKeyCode): kp_1, 1, ret, esc …"""
        event = {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": name}}}
        self.monitor.run("input-send-event", events=[event])

    def press(self, name: str) -> None:
        self.key(name, True)
        self.key(name, False)

    # Parts

    def _make_programs(self) -> None:
        staging = pathlib.Path(self.folder, "programs")
        staging.mkdir()
        for name, path in self.settings.programs.items():
            target = staging / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        image = f"{self.folder}/programs.erofs"
        subprocess.run(["mkfs.erofs", "--quiet", "--all-root", image, staging], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(staging)

    def _start_tpm(self) -> None:
        state = self.settings.tpm or f"{self.folder}/tpm"
        os.makedirs(state, exist_ok=True)
        socket = f"{self.folder}/tpm.sock"
        self._spawn(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--ctrl", f"type=unixio,path={socket}",
             "--terminate", "--flags", "startup-clear"], "swtpm")  # fmt: skip
        self._wait_for(socket)

    def _spawn(self, command: list[str], name: str) -> None:
        with open(f"{self.folder}/{name}.log", "wb") as log:
            self._processes[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=end_with_parent
            )

    def _wait_for(self, socket: str) -> None:
        """Until something listens there: the file appears a moment before."""
        deadline = time.monotonic() + 10
        while not listens(socket):
            self.check()
            if time.monotonic() > deadline:
                raise MachineError(f"nothing listens on {socket}\n{self.last_words()}")
            time.sleep(0.005)


def listens(path: str) -> bool:
    """Whether a Unix socket listens (flags 00010000, __SO_ACCEPTCON), without taking the one connection it may have."""
    for line in pathlib.Path("/proc/net/unix").read_text().splitlines():
        words = line.split()
        if len(words) > 7 and words[3] == "00010000" and words[7] == path:
            return True
    return False


def made_by(script: pathlib.Path, *arguments: str) -> str:
    """The path that a script of this folder prints when it has made, or found, what it makes."""
    done = subprocess.run([script, *arguments], stdout=subprocess.PIPE, text=True, stderr=sys.stderr)
    if done.returncode != 0:
        raise MachineError(f"{script.name} failed")
    return done.stdout.strip()
