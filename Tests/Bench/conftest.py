"""One board, one server and one terminal for all tests: `pytest --lg-env qemu.yaml`, through `run`."""

import pathlib
import signal
from collections.abc import Callable, Iterator

import pytest
from board import Board
from figures import Figures
from labgrid.target import Target
from server import Server
from terminal import Terminal
from virtual import Picture

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURES = ROOT / ".build/bench-vm"
Keep = Callable[[Picture, str], Picture]


def pytest_configure() -> None:
    # Whoever ends the run ends what it started, in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cycles", type=int, default=100, help="how often each robustness case is gone through")


@pytest.fixture(scope="session")
def cycles(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--cycles"))


@pytest.fixture(scope="session")
def figures() -> Figures:
    return Figures(ROOT / ".build/bench-vm.jsonl")


@pytest.fixture(scope="session")
def keep() -> Keep:
    """Keeps a picture for people to look at, and hands it on."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()

    def write(picture: Picture, name: str) -> Picture:
        (PICTURES / f"{name}.png").write_bytes(picture.png())
        return picture

    return write


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    server = Server()
    try:
        server.prepare()
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def board(target: Target, server: Server) -> Iterator[Board]:
    board = Board.of(target)
    # Before the power: a virtual board's cables are laid before it is switched on.
    server.address = board.route.route(server.port)
    board.start()
    try:
        yield board
    finally:
        board.power.off()


@pytest.fixture(scope="session")
def enrolled(board: Board, server: Server) -> Board:
    server.enrol(board)
    return board


@pytest.fixture
def terminal(enrolled: Board) -> Iterator[Terminal]:
    """A terminal with its home screen up, ended after the test."""
    terminal = Terminal(enrolled, "kms,vt=1")
    terminal.start()
    try:
        yield terminal
    finally:
        terminal.stop()
