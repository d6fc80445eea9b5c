"""The server on this machine, with one user, one application and one terminal, made with the same commands as a real one."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from board import Board
from virtual.machine import end_with_parent

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build/release"
TERMINAL, USER, CODE = "T-1000", "alice", "4711"
INVOICE = (
    "merchant = Café Lumière\naccount = FR7630006000011234567890189\nidentifier = 2026-0042\namount = 24.90\n"
    "currency = EUR\n"
)
# In the guest: memory, as the store is not what is tested here.
STORE, TCTI = "/run/vitrine/store", "device:/dev/tpmrm0"


class Server:
    """Listens on a loopback port of the kernel's choosing from `start` to `stop`; its state lives as long as the object."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vitrine-bench-"))
        self.state = self.folder / "server"
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.address = ""

    def prepare(self) -> None:
        self._control("init", "--host", "server.test")
        self._control("user", "add", USER, "--code", CODE, "--balance", "500.00", "--limit", "250.00")
        wallet = self.folder / "wallet"
        shutil.copytree(ROOT / "Images/applications/wallet", wallet)
        shutil.copy(BUILD / "wallet", wallet / "wallet")
        # A hundred unpluggings take longer than a payer may.
        manifest = wallet / "vitrine.toml"
        manifest.write_text(re.sub(r"(idle|total)_seconds = \d+", r"\1_seconds = 3600", manifest.read_text()))
        self._control("app", "import", wallet)

    def start(self) -> None:
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [BUILD / "vitrine-server", "--state", self.state, "--listen", f"127.0.0.1:{self.port}",
                 "--cell-program", BUILD / "vitrine-cell", "--ready-file", ready],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=end_with_parent)  # fmt: skip
        deadline = time.monotonic() + 30
        while not (ready.exists() and ready.read_text().strip()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server does not start\n{self.log()}")
            time.sleep(0.01)
        self.port = int(ready.read_text().split(":")[-1])

    def log(self) -> str:
        return "\n".join((self.folder / "server.log").read_text(errors="replace").splitlines()[-40:])

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(15)
            self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def enrol(self, board: Board) -> None:
        """Provisions the board against its own TPM, as on the day it is installed: nothing secret leaves it."""
        board.script(f"mkdir -p {STORE.rsplit('/', 1)[0]}")
        board.run("vitrine-provision", "init", "--store", STORE, "--tcti", TCTI, "--terminal", TERMINAL,
                  "--csr", "/run/vitrine/csr.pem")  # fmt: skip
        board.files.get("/run/vitrine/csr.pem", str(self.folder / "csr.pem"))
        self._control("terminal", "enrol", "--csr", self.folder / "csr.pem", "--name", TERMINAL,
                      "--out", self.folder / "certificate.pem")  # fmt: skip
        self._control("right", "grant", "--terminal", TERMINAL, "--user", USER, "--application", "wallet")
        bundle = self.folder / "bundle.cbor"
        self._control(
            "table", "export", "--terminal", TERMINAL, "--user", USER, "--server", self.address, "--out", bundle
        )
        board.files.put(str(bundle), "/run/vitrine/bundle.cbor")
        board.run("vitrine-provision", "install", "--store", STORE, "--tcti", TCTI, "/run/vitrine/bundle.cbor")

    def _control(self, *words: str | pathlib.Path) -> None:
        done = subprocess.run([BUILD / "vitrinectl", *words, "--state", self.state], capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"vitrinectl {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
