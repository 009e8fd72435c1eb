"""When a search ends, and what it prints on the way."""

import io
import math
import threading

from matching.progress import Printer, bar, json_line
from matching.stopping import Progress, Stop


def test_without_limits_a_search_goes_on() -> None:
    stop = Stop()

    assert not stop.done(10**9)
    assert stop.remaining() == math.inf


def test_iterations_count_from_zero() -> None:
    stop = Stop(iterations=2)

    assert [stop.done(iteration) for iteration in range(4)] == [False, False, True, True]


def test_seconds_run_from_the_making() -> None:
    over, under = Stop(seconds=0), Stop(seconds=3600)

    assert (over.done(0), over.remaining()) == (True, 0.0)
    assert not under.done(0)
    assert 0 < under.remaining() <= 3600


def test_an_interruption_ends_any_search() -> None:
    interrupt = threading.Event()
    stop = Stop(seconds=3600, iterations=10, interrupt=interrupt)

    interrupt.set()

    assert (stop.done(0), stop.remaining()) == (True, 0.0)


def test_a_line_of_progress() -> None:
    assert json_line(Progress("choose", 1.23456, 2.5, math.inf)) == (
        '{"phase": "choose", "elapsed_s": 1.235, "value": 2.5, "bound": null}'
    )


def test_a_bar_fills_with_the_time() -> None:
    assert bar(Progress("choose", 5.0, 2.5, 3.0), 20.0) == "[#####---------------]  5.0 s  choose  value 2.5  bound 3"
    assert bar(Progress("explain", 21.0, None, None), 20.0) == "[####################]  21.0 s  explain"
    assert bar(Progress("choose", 5.0, None, None), None) == "[--------------------]  5.0 s  choose"


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
