"""The whole path: asked for on the board, run on the server, seen on the board's screen, answered on its keypad."""

import os
import pathlib
import signal
import time

from board import Board, wait_until
from conftest import Keep
from figures import Figures
from server import CODE, Server
from terminal import Terminal

CODES = pathlib.Path(__file__).resolve().parents[1] / "Fixtures/Codes"


def milliseconds(earlier: dict[str, int], later: dict[str, int]) -> float:
    return (later["at"] - earlier["at"]) / 1e6


def test_a_payment_is_shown_and_answered(terminal: Terminal, server: Server, keep: Keep, figures: Figures) -> None:
    board = terminal.board
    home = keep(terminal.shown_picture(), "1-home")

    # The server stands still, so that the hold screen can be looked at for as long as it takes.
    assert server.process
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        mark = terminal.mark()
        terminal.launch("wallet")
        asked = terminal.wait("launch", mark)
        held = terminal.wait("hold", mark)
        hold = keep(terminal.shown_picture(), "2-hold")
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    assert hold.differences(home) > 10_000
    figures.note("vm_launch_to_hold_ms", [milliseconds(asked, held)], "ms")

    first = terminal.wait("shown", mark)
    figures.note("vm_launch_to_first_frame_ms", [milliseconds(asked, first)], "ms")
    assert keep(terminal.shown_picture(), "3-first-frame").differences(hold) > 10_000

    times = []
    for number, digit in enumerate(CODE, start=1):
        before = board.screen.picture()
        board.keypad.press(digit)
        pressed = terminal.wait("key", mark, sequence=number)
        times.append(milliseconds(pressed, terminal.wait("shown", mark, answered=number)))
        assert keep(terminal.shown_picture(), f"4-key-{number}").differences(before) > 100
    figures.note("vm_key_to_shown_ms", times, "ms")

    board.keypad.press("ok")
    status, words = terminal.outcome()
    assert status == 0, words
    terminal.wait("outcome_shown", mark)
    keep(board.still_picture(), "5-outcome")
    ended = terminal.wait("home", mark)
    figures.note("vm_launch_to_home_ms", [milliseconds(asked, ended)], "ms")
    wait_until("the home screen", lambda: board.screen.picture() == home)
    keep(terminal.shown_picture(), "6-home")


def test_a_code_before_the_camera_is_the_invoice(terminal: Terminal, keep: Keep, figures: Figures) -> None:
    board = terminal.board
    mark = terminal.mark()
    terminal.launch("wallet", invoice=False)
    terminal.wait("shown", mark)
    asked = keep(terminal.shown_picture(), "7-code-asked")
    began = time.monotonic()
    board.camera.show((CODES / "bill.pgm").read_bytes())
    try:
        terminal.wait("input", mark)
    finally:
        board.camera.remove()
    figures.note("vm_code_to_invoice_s", [time.monotonic() - began], "s")
    wait_until("the invoice", lambda: board.screen.picture().differences(asked) > 10_000)
    keep(board.still_picture(), "8-code-read")
    for digit in [*CODE, "ok"]:
        board.keypad.press(digit)
    status, words = terminal.outcome()
    assert status == 0, words


def test_the_console_is_never_seen_while_the_terminal_runs(terminal: Terminal) -> None:
    before = terminal.shown_picture()
    # Text, a bell, a cursor made to blink, and the kernel's own words.
    terminal.board.script(
        r"printf '\033[2J\033[?25h\033[31mvisible console text\a\n' >/dev/tty1; echo visible kernel text >/dev/kmsg;"
        r" echo 1 >/sys/class/graphics/fbcon/cursor_blink; printf 'more\n' >/dev/console"
    )
    # Longer than a cursor blinks (200 ms on, 200 off) and a console is drawn.
    for _ in range(20):
        assert terminal.board.screen.picture().differences(before) == 0
    terminal.shown_picture()


def test_the_terminal_works_after_the_power_was_cut(enrolled: Board, server: Server) -> None:
    # The store is in memory here, so it is carried over by hand; the TPM keeps its own.
    enrolled.script("tar -C /run/vitrine -cf /tmp/store.tar store")
    archive = server.folder / "store.tar"
    enrolled.files.get("/tmp/store.tar", str(archive))
    enrolled.power.cycle()
    enrolled.files.put(str(archive), "/tmp/store.tar")
    server.measure(enrolled)
    enrolled.script("tar -C /run/vitrine -xf /tmp/store.tar")
    terminal = Terminal(enrolled, "kms,vt=1")
    terminal.start()
    try:
        terminal.shown_picture()
    finally:
        terminal.stop()
