"""When a search ends, and what it tells on the way. The only place of the engine with a clock."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class Interrupt(Protocol):
    """Whatever may ask a search to end early: a threading or a multiprocessing event."""

    def is_set(self) -> bool: ...


@dataclass(frozen=True)
class Stop:
    """A search's end: seconds from the making of this object, a number of iterations, or an interruption.

    seconds, iterations: >= 0, or None for no limit. A search given iterations must not read `elapsed` or `remaining`
    for a decision, so that the same input gives the same output; an interruption always counts.
    """

    seconds: float | None = None
    iterations: int | None = None
    interrupt: Interrupt = field(default_factory=threading.Event)
    started: float = field(default_factory=time.monotonic)

    def done(self, iteration: int) -> bool:
        """Whether to end before iteration number `iteration`, counted from 0."""
        if self.interrupt.is_set():
            return True
        if self.iterations is not None and iteration >= self.iterations:
            return True
        return self.seconds is not None and self.elapsed() >= self.seconds

    def remaining(self) -> float:
        """Seconds left, at least 0: infinite without a limit in seconds, 0 once interrupted."""
        if self.interrupt.is_set():
            return 0.0
        return math.inf if self.seconds is None else max(0.0, self.seconds - self.elapsed())

    def elapsed(self) -> float:
        """Seconds since this object was made, for reports and timings."""
        return time.monotonic() - self.started


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of a search: its phase, seconds so far, the value held and the bound proved (or None)."""

    phase: str
    elapsed_s: float
    value: float | None
    bound: float | None


Report = Callable[[Progress], None]
