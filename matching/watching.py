"""Run a long solver call in a thread, so that an interruption can end the wait."""

import threading
from collections.abc import Callable
from typing import TypeVar

from matching.stopping import Stop

_POLL_S = 0.05

Result = TypeVar("Result")


def watched(run: Callable[[], Result], cancel: Callable[[], object] | None, stop: Stop) -> Result | None:
    """Return the result of `run`, called in a thread of its own; None if it was interrupted and abandoned.

    cancel: asks `run` from another thread to return early. If cancel is None, an interrupted `run` is left to
    its own time limit.
    """
    results: list[Result] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            results.append(run())
        except BaseException as failure:  # raised again below, in the caller's thread
            failures.append(failure)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_POLL_S)
        if thread.is_alive() and stop.interrupt.is_set():
            if cancel is None:
                return None
            cancel()
    if failures:
        raise failures[0]
    return results[0]
