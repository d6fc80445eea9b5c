"""`vitrine-terminal` on the board: started, watched through its time line, asked for its own idea of the screen."""

import json
import tempfile
import time
from typing import Any

from board import Board, quoted, wait_until
from server import INVOICE, MEASUREMENTS, RELEASE, STORE, TCTI
from virtual import Picture

FOLDER = "/run/terminal"
TIMELINE, LOG, LAUNCH = f"{FOLDER}/timeline.jsonl", f"{FOLDER}/log", f"{FOLDER}/launch.sock"
PICTURES = f"{FOLDER}/pictures"
Event = dict[str, Any]


class Terminal:
    def __init__(self, board: Board, plane: str) -> None:
        self.board = board
        self.plane = plane
        self.process = 0

    # Life

    def start(self) -> int:
        """Returns when the home screen is drawn and the server is there: the mark from which its time line begins."""
        self.board.script(
            f"mkdir -p {PICTURES}; touch {TIMELINE}; echo 'code.camera = {self.board.camera.device()}' >{FOLDER}/board"
        )
        mark = self.mark()
        command = quoted(
            "vitrine-terminal", "--store", STORE, "--tcti", TCTI, "--release", RELEASE,
            "--measurements", MEASUREMENTS, "--launch-socket", LAUNCH, "--board", f"{FOLDER}/board", "--plane", self.plane,
            "--keypad", f"evdev:{self.board.keypad.rule()}", "--timeline", TIMELINE, "--pictures", PICTURES)  # fmt: skip
        self.process = int(self.board.script(f"setsid {command} >>{LOG} 2>&1 </dev/null & echo $!"))
        self.wait("home", mark)
        self.wait("link_up", mark)
        return mark

    def stop(self, signal: str = "TERM") -> None:
        """Returns when it is gone."""
        if self.process:
            self.board.script(
                f"kill -{signal} {self.process} 2>/dev/null; while [ -d /proc/{self.process} ]; do sleep 0.02; done"
            )
            self.process = 0

    @property
    def alive(self) -> bool:
        return bool(self.process) and self.board.shell.run(f"[ -d /proc/{self.process} ]")[2] == 0

    def log(self) -> str:
        return "\n".join(self.board.shell.run(f"tail -n 40 {LOG}; tail -n 12 {TIMELINE}")[0])

    def processes(self, name: str) -> list[int]:
        return [int(word) for word in self.board.shell.run(f"pidof {name}")[0][0:1] for word in word.split()]

    def ready_decoders(self) -> list[int]:
        """Decoders, in use or spare, that wait for pictures: asleep, and no processor time used for a while. In the
        order in which they were made, so that the one in use is the first."""
        look = "cut -d' ' -f 1,3,14,15 /proc/[0-9]*/stat 2>/dev/null"
        script = f"{look} >/tmp/then; sleep 0.3; {look} | grep -xFf /tmp/then | grep ' S '"
        waiting = {int(line.split()[0]) for line in self.board.shell.run(script)[0]}
        return sorted(waiting & set(self.processes("vitrine-decoder")))

    # The time line

    def mark(self) -> int:
        """Lines so far: where a later wait begins to look."""
        return int(self.board.script(f"wc -l <{TIMELINE}"))

    def wait(self, event: str, mark: int = 0, timeout: float = 20, **fields: int) -> Event:
        """The first such event behind `mark` whose fields have at least these values. The board does the looking."""
        deadline = time.monotonic() + timeout
        seen = 0
        while True:
            pattern = f'"event":"{event}"'
            script = (
                f"for i in $(seq 50); do n=$(tail -n +{mark + 1} {TIMELINE} | grep -cF '{pattern}'); "
                f"[ $n -gt {seen} ] && break; sleep 0.02; done; tail -n +{mark + 1} {TIMELINE} | grep -F '{pattern}'"
            )
            lines = self.board.shell.run(script)[0]
            for line in lines[seen:]:
                found: Event = json.loads(line)
                if all(found.get(name, -1) >= value for name, value in fields.items()):
                    return found
            seen = len(lines)
            if time.monotonic() > deadline or not self.alive:
                raise AssertionError(f"no {event} {fields or ''} within {timeout} s\n{self.log()}")

    # Use

    def launch(self, application: str, invoice: bool = True) -> None:
        """What the rich side of the terminal does; `outcome` tells how it went."""
        self.board.script(f"cat >{FOLDER}/invoice <<'END'\n{INVOICE}END\nrm -f {FOLDER}/outcome")
        words = ["--invoice", f"{FOLDER}/invoice"] if invoice else []
        command = quoted("vitrine-launch", "--socket", LAUNCH, application, *words)
        self.board.script(
            f"(setsid {command} >{FOLDER}/said 2>&1; echo $? >{FOLDER}/outcome) </dev/null >/dev/null 2>&1 &"
        )

    def outcome(self, timeout: float = 30) -> tuple[int, str]:
        def look() -> list[str] | None:
            return self.board.shell.run(f"[ -s {FOLDER}/outcome ] && cat {FOLDER}/outcome {FOLDER}/said")[0] or None

        status, *words = wait_until("an outcome", look, timeout)
        return int(status), "\n".join(words)

    # Pictures

    def own_picture(self) -> Picture:
        """What the terminal says it shows."""
        lines = self.board.script(
            f"cd {PICTURES} && rm -f *.png && kill -USR1 {self.process} && for i in $(seq 250); do "
            "f=$(ls *.png 2>/dev/null) && tail -c 12 $f | grep -q IEND && break; sleep 0.02; done; echo $f"
        )
        with tempfile.NamedTemporaryFile(suffix=".png") as file:
            self.board.files.get(f"{PICTURES}/{lines.strip()}", file.name)
            return Picture.from_png(file.read())

    def shown_picture(self) -> Picture:
        """What is scanned out, after it was found equal, to the pixel, to what the terminal says."""

        def look() -> tuple[Picture, Picture] | None:
            before, own = self.board.screen.picture(), self.own_picture()
            # Only a screen that stands still can be compared.
            return (before, own) if before == self.board.screen.picture() else None

        shown, own = wait_until("a picture that stands still", look)
        assert shown.differences(own) == 0, "the screen shows something else than the terminal says"
        return shown
