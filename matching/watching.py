"""Long calls into solvers, made so that an interruption reaches them."""

import threading
from collections.abc import Callable
from typing import TypeVar

from matching.stopping import Stop

_POLL_S = 0.05

Result = TypeVar("Result")


def watched(run: Callable[[], Result], cancel: Callable[[], object] | None, stop: Stop) -> Result | None:
    """What `run` returns, called in a thread of its own; None where it was interrupted and left behind.

    cancel: asks `run` to return early, from another thread; None where it cannot be asked and is abandoned to its
    own limit in seconds.
    """
    results: list[Result] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            results.append(run())
        except BaseException as failure:  # raised again in the caller's thread
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
