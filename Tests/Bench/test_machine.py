"""The board itself: nothing of ours runs yet but the probes."""

import pathlib

import pytest
from board import Board, wait_until
from conftest import Keep
from figures import Figures
from virtual import Picture


def test_it_boots_and_runs_commands(board: Board, figures: Figures) -> None:
    assert board.run("echo", "it", "lives") == "it lives"
    assert board.shell.run("exit 3")[2] == 3
    figures.note("boot_s", [board.boot_seconds], "s")


def test_a_command_that_hangs_is_ended_and_the_next_one_runs(board: Board) -> None:
    assert board.shell.run("sleep 60", timeout=1)[2] == 137
    assert board.run("echo", "next") == "next"


def test_files_travel_both_ways_unchanged(board: Board, tmp_path: pathlib.Path) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    there.write_bytes(bytes(range(256)) * 500)
    board.files.put(str(there), "/tmp/file")
    board.files.get("/tmp/file", str(back))
    assert back.read_bytes() == there.read_bytes()


def test_the_tpm_answers(board: Board) -> None:
    assert board.script("cat /sys/class/tpm/tpm0/tpm_version_major") == "2"
    # Measured into a register that nothing else looks at.
    printed = board.script("rm -f /tmp/log; vitrine-measure --tcti device:/dev/tpmrm0 --log /tmp/log --register 16"
                           " probe=/programs/vitrine-screen")  # fmt: skip
    assert "probe" in printed


def test_the_screen_shows_the_console_before_the_terminal_comes(board: Board, keep: Keep) -> None:
    # Also the proof that the console would be seen if it were there: the tests below rely on it.
    empty = board.still_picture(0)
    board.script("printf 'visible console text' >/dev/tty1")

    def text() -> Picture | None:
        seen = board.screen.picture()
        return seen if seen.colours >= 2 and seen != empty else None

    keep(wait_until("text", text), "0-console")


def test_a_press_arrives_as_an_event_of_the_kernel(board: Board) -> None:
    board.script("(head -c 24 /dev/input/event0 | hexdump -e '24/1 \"%02x\"' >/tmp/event) >/dev/null 2>&1 &")
    board.script("while ! ls -l /proc/[0-9]*/fd | grep -q input/event0; do sleep 0.02; done")
    board.keypad.press("7")
    event = wait_until("an event", lambda: board.script("cat /tmp/event"))
    # struct input_event: 16 bytes of time, type 1 (EV_KEY), code 71 (KEY_KP7), value 1 (down).
    assert event[32:] == "0100" + "4700" + "01000000"


def test_nothing_but_the_server_is_reached(board: Board) -> None:
    assert board.shell.run("nc -w 2 10.0.2.2 22 </dev/null")[2] != 0
    assert board.shell.run("nc -w 2 server.test 22 </dev/null")[2] != 0


@pytest.mark.parametrize(("kind", "connector"), [("virtio", "Virtual-1"), ("vkms", "Writeback-1")])
def test_a_display_of_each_kind_is_there(board: Board, kind: str, connector: str) -> None:
    if kind == "vkms":
        board.script("vkms create 2")
    try:
        assert connector in board.script("ls /sys/class/drm")
    finally:
        if kind == "vkms":
            board.script("vkms destroy")
