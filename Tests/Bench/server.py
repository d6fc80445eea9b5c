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
# Of a test range: nobody's.
ACCOUNT = "4111111111111111"
INVOICE = (
    "merchant = Café Lumière\naccount = FR7630006000011234567890189\nidentifier = 2026-0042\namount = 24.90\n"
    "currency = EUR\n"
)
# In the guest: memory, as the store is not what is tested here.
STORED = "payment-account"
STORE, TCTI = "/run/vitrine/store", "device:/dev/tpmrm0"
RELEASE, MEASUREMENTS = "/run/vitrine/release.cbor", "/run/vitrine/measurements"
# What the board measures before its terminal starts, in this order.
MEASURED = ["vitrine-terminal", "vitrine-decoder"]


class Server:
    """Listens on a loopback port of the kernel's choosing from `start` to `stop`; its state lives as long as the object."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vitrine-bench-"))
        self.state = self.folder / "server"
        self.process: subprocess.Popen[bytes] | None = None
        self.bank: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.address = ""

    def prepare(self) -> None:
        self._release()
        self._control("init", "--host", "server.test")
        self._control("release", "trust", self.folder / "release.pem", "--name", "maker")
        self._control("release", "add", self.folder / "release.cbor")
        self._control("user", "add", USER, "--code", CODE)
        self._open_bank()
        wallet = self.folder / "wallet"
        shutil.copytree(ROOT / "Images/applications/wallet", wallet)
        shutil.copy(BUILD / "wallet", wallet / "wallet")
        # A hundred unpluggings take longer than a payer may.
        manifest = wallet / "vitrine.toml"
        manifest.write_text(re.sub(r"(idle|total)_seconds = \d+", r"\1_seconds = 3600", manifest.read_text()))
        self._control("app", "import", "--unsigned", wallet)

    def start(self) -> None:
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [BUILD / "vitrine-server", "--state", self.state, "--listen", f"127.0.0.1:{self.port}",
                 "--cell-program", BUILD / "vitrine-cell", "--ready-file", ready,
                 "--payment-host", f"127.0.0.1:{self._bank_port()}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=end_with_parent)  # fmt: skip
        deadline = time.monotonic() + 30
        while not (ready.exists() and ready.read_text().strip()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server does not start\n{self.log()}")
            time.sleep(0.01)
        self.port = int(ready.read_text().split(":")[-1])

    def _open_bank(self) -> None:
        """An issuer with the account that the terminal's sealed store gets."""
        state = self.folder / "issuer"
        self._run("vitrine-issuer", "account", "add", "--state", state, "--account", ACCOUNT, "--expiry", "2912",
                  "--balance", "500.00")  # fmt: skip
        with open(self.folder / "issuer.log", "ab") as log:
            self.bank = subprocess.Popen(
                [BUILD / "vitrine-issuer", "serve", "--state", state, "--listen", "127.0.0.1:0",
                 "--port-file", self.folder / "issuer.port"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=end_with_parent)  # fmt: skip

    def _bank_port(self) -> int:
        port = self.folder / "issuer.port"
        deadline = time.monotonic() + 30
        while not (port.exists() and port.read_text().strip()):
            assert self.bank and self.bank.poll() is None and time.monotonic() < deadline, "the issuer does not start"
            time.sleep(0.01)
        return int(port.read_text())

    def log(self) -> str:
        return "\n".join((self.folder / "server.log").read_text(errors="replace").splitlines()[-40:])

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(15)
            self.process = None

    def remove(self) -> None:
        self.stop()
        if self.bank:
            self.bank.terminate()
            self.bank.wait(15)
            self.bank = None
        shutil.rmtree(self.folder)

    def enrol(self, board: Board) -> None:
        """Provisions the board against its own TPM, as on the day it is installed: nothing secret leaves it."""
        (self.folder / "tpm-maker.pem").write_bytes(board.endorsement.authorities())
        self._control("endorsement", "add", self.folder / "tpm-maker.pem", "--name", "tpm-maker")
        self.measure(board)
        self._provision(board, "init", "--terminal", TERMINAL, "--request", "/run/vitrine/request.cbor")
        board.files.get("/run/vitrine/request.cbor", str(self.folder / "request.cbor"))
        printed = self._control("terminal", "enrol", "--request", self.folder / "request.cbor", "--name", TERMINAL,
                                "--out", self.folder / "grant.cbor", "--server", self.address)  # fmt: skip
        fingerprint = re.search(r"^fingerprint (\S+)$", printed, re.MULTILINE)
        assert fingerprint, printed
        board.files.put(str(self.folder / "grant.cbor"), "/run/vitrine/grant.cbor")
        self._provision(board, "install", "/run/vitrine/grant.cbor", "--fingerprint", fingerprint[1])
        self._control("right", "grant", "--terminal", TERMINAL, "--user", USER, "--application", "wallet")
        self._control("table", "edit", "--terminal", TERMINAL, "--application", "wallet", "--stored-data", STORED)
        bundle = self.folder / "bundle.cbor"
        self._control(
            "table", "export", "--terminal", TERMINAL, "--user", USER, "--server", self.address, "--out", bundle
        )
        board.files.put(str(bundle), "/run/vitrine/bundle.cbor")
        self._provision(board, "install", "/run/vitrine/bundle.cbor")
        datum = self.folder / "datum"
        datum.write_text(f"{ACCOUNT}=2912")
        board.files.put(str(datum), "/run/vitrine/datum")
        board.script(
            f"vitrine-provision data set {STORED} --store {STORE} --tcti {TCTI} --release {RELEASE}"
            " < /run/vitrine/datum; rm /run/vitrine/datum"
        )

    def measure(self, board: Board) -> None:
        """What a board does at each boot."""
        board.script(f"mkdir -p {STORE.rsplit('/', 1)[0]}")
        board.files.put(str(self.folder / "release.cbor"), RELEASE)
        board.run("vitrine-measure", "--tcti", TCTI, "--log", MEASUREMENTS,
                  *[f"{name}=/programs/{name}" for name in MEASURED])  # fmt: skip

    def _provision(self, board: Board, *words: str) -> None:
        board.run("vitrine-provision", *words, "--store", STORE, "--tcti", TCTI, "--release", RELEASE)

    def _release(self) -> None:
        """The maker of the board's image signs what it will measure."""
        key = self.folder / "release.key"
        self._run("vitrine-release", "key", "new", "--out", key)
        self._run("vitrine-release", "key", "public", "--key", key, "--out", self.folder / "release.pem")
        measures = [word for name in MEASURED for word in ["--measure", f"{name}={BUILD / name}"]]
        self._run("vitrine-release", "sign", "--key", key, "--version", "1", "--generation", "1", *measures,
                  "--out", self.folder / "release.cbor")  # fmt: skip

    def _control(self, *words: str | pathlib.Path) -> str:
        return self._run("vitrinectl", *words, "--state", self.state)

    def _run(self, program: str, *words: str | pathlib.Path) -> str:
        done = subprocess.run([BUILD / program, *words], capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{program} {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
        return done.stdout
