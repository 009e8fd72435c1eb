"""Progress output of a search: a bar on a terminal, else one JSON object per line."""

import fcntl
import io
import math
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

from matching.formats.documents import dump
from matching.progress import Printer, bar, json_line
from matching.stopping import Progress
from tests.matching.examples import document


def test_a_line_of_progress() -> None:
    assert json_line(Progress("choose", 1.23456, 2.5, math.inf)) == (
        '{"phase": "choose", "elapsed_s": 1.235, "value": 2.5, "bound": null}'
    )


def test_a_bar_fills_with_the_time() -> None:
    assert bar(Progress("choose", 5.0, None, 3.0), 20.0) == "[#####---------------]  5.0 s  choose  bound 3"
    assert bar(Progress("explain", 21.0, None, None), 20.0) == "[####################]  21.0 s  explain"
    assert bar(Progress("choose", 5.0, None, None), None) == "[--------------------]  5.0 s  choose"


def test_a_bar_says_how_far_the_value_is_from_its_bound() -> None:
    assert bar(Progress("choose", 5.0, 2.7, 3.0), 20.0).endswith("choose  value 2.7  bound 3  gap 10.00 %")
    assert bar(Progress("choose", 5.0, 3.0, 3.0), 20.0).endswith("choose  value 3  bound 3  gap 0.00 %")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_bar_rewrites_its_line_and_goes() -> None:
    terminal = Terminal()
    printer = Printer(terminal, 20.0)

    printer(Progress("choose", 5.0, None, None))
    printer.close()

    assert terminal.getvalue() == "\r\x1b[K[#####---------------]  5.0 s  choose\r\x1b[K"


def test_elsewhere_every_report_is_a_line() -> None:
    stream = io.StringIO()
    printer = Printer(stream, None)

    printer(Progress("choose", 5.0, None, None))
    printer.close()

    assert stream.getvalue() == '{"phase": "choose", "elapsed_s": 5.0, "value": null, "bound": null}\n'


def test_the_command_line_draws_its_bar_on_a_terminal_no_wider_than_that(tmp_path: Path) -> None:
    problem = tmp_path / "problem.json"
    problem.write_bytes(dump(document()))

    printed = on_terminal([sys.executable, "-m", "matching", str(problem), "--out", os.devnull], columns=40)

    lines = printed.split("\r\x1b[K")
    assert lines[0] == lines[-1] == ""
    assert all(line.startswith(("[#", "[-")) for line in lines[1:-1])
    assert max(map(len, lines)) == 39
    assert "presolve" in printed and "explain" in printed


def on_terminal(command: list[str], columns: int) -> str:
    """Return what a program writes to standard error on a terminal with 24 lines and `columns` columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as program:
        os.close(theirs)
        printed = b""
        while chunk := read(ours):
            printed += chunk
    os.close(ours)
    assert program.returncode == 0
    return printed.decode()


def read(terminal: int) -> bytes:
    """Return the next bytes; empty after the writer has ended, which Linux reports as an error of the device."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
