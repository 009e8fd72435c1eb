"""Stop criterion of a search."""

import math
import threading

from matching.stopping import Stop


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
