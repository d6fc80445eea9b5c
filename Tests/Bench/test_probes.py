"""The display's and the keypad's own probes, which look closer than a screen can be photographed."""

import json
from typing import Any

import pytest
from board import Board
from figures import Figures

Line = dict[str, Any]


def probe(board: Board, command: str, timeout: float) -> list[Line]:
    """Runs a probe, which must succeed, and returns its JSON lines."""
    lines, _, status = board.shell.run(command, timeout=timeout)
    assert status == 0, "\n".join(lines)
    return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.mark.parametrize("path", ["direct", pytest.param("interleaved", marks=pytest.mark.long)])
def test_colours_on_a_video_plane_are_right(board: Board, figures: Figures, path: str) -> None:
    without = "" if path == "direct" else "--without direct"
    board.script("vkms create 2")
    try:
        lines = probe(board, f"vitrine-screen colours --card /dev/dri/card1 {without}", timeout=300)
    finally:
        board.script("vkms destroy")
    measured = [line for line in lines if line["name"] == f"scanout_{path}"]
    # BT.601 and BT.709, limited and full range.
    assert len(measured) == 4
    assert all(line["beyond_2"] == 0 and line["strip_changed"] == 0 for line in measured), measured
    figures.note(f"vm_scanout_{path}_largest", [max(line["largest"] for line in measured)], "1/255")
    if path == "direct":
        assert [line["value"] for line in lines if line["name"] == "copied_bytes"] == [0]


def test_pictures_one_after_another_are_all_shown(board: Board, cycles: int, figures: Figures) -> None:
    lines = probe(board, f"vitrine-screen flips --card /dev/dri/card0 --count {cycles * 100}", timeout=1200)
    figures.note("vm_commit_us", [lines[0]["commit_us_p95"]], "us")
    figures.note("vm_flips_per_s", [lines[0]["flips"] / lines[0]["seconds"]], "1/s")


def test_the_keypad_comes_and_goes(board: Board, cycles: int) -> None:
    lines, _, status = board.shell.run(f"vitrine-keypad-probe check --cycles {cycles}", timeout=600)
    assert status == 0, "\n".join(lines)
