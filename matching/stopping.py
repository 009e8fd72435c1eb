"""Stop criterion and progress report of a search. No other module of the engine reads a clock."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class Interrupt(Protocol):
    """Flag that asks a search to end early, for example a threading or a multiprocessing event."""

    def is_set(self) -> bool: ...


@dataclass(frozen=True)
class Stop:
    """Stop criterion: a time limit from the creation of this object, a number of iterations, or an interruption.

    seconds, iterations: >= 0, or None for no limit. With an iteration limit the search must not decide by
    `elapsed` or `remaining`, so that the same input gives the same output. An interruption always counts.
    """

    seconds: float | None = None
    iterations: int | None = None
    interrupt: Interrupt = field(default_factory=threading.Event)
    started: float = field(default_factory=time.monotonic)

    def done(self, iteration: int) -> bool:
        """Whether the search must end before iteration number `iteration`, counted from 0."""
        if self.interrupt.is_set():
            return True
        if self.iterations is not None and iteration >= self.iterations:
            return True
        return self.seconds is not None and self.elapsed() >= self.seconds

    def remaining(self) -> float:
        """Return the seconds left, >= 0; infinite without a time limit, 0 after an interruption."""
        if self.interrupt.is_set():
            return 0.0
        return math.inf if self.seconds is None else max(0.0, self.seconds - self.elapsed())

    def elapsed(self) -> float:
        """Return the seconds since this object was made."""
        return time.monotonic() - self.started


@dataclass(frozen=True, slots=True)
class Progress:
    """Report of a search: phase, elapsed seconds, best value so far, proved bound; None if unknown."""

    phase: str
    elapsed_s: float
    value: float | None
    bound: float | None


Report = Callable[[Progress], None]
