"""A search's progress on standard error: a bar that rewrites its line on a terminal, else one JSON object a line."""

import contextlib
import json
import math
import os
import threading
import time
from dataclasses import replace
from typing import TextIO

from matching.plan import gap
from matching.stopping import Progress

WIDTH = 20
_COLUMNS = 80  # of a terminal that does not say
_WIPE = "\r\x1b[K"


class Printer:
    """Prints reports as they come; `close` clears the bar. seconds: the search's limit, which fills the bar.

    tick_s: how often the bar's clock goes on between reports, in seconds; None for no clock of its own.
    """

    def __init__(self, stream: TextIO, seconds: float | None, tick_s: float | None = None) -> None:
        self._stream = stream
        self._seconds = seconds
        self._is_terminal = stream.isatty()
        self._last: tuple[Progress, float] | None = None  # a report, and when it came
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._clock: threading.Thread | None = None
        if self._is_terminal and tick_s is not None:
            self._clock = threading.Thread(target=self._tick, args=(tick_s,), daemon=True)
            self._clock.start()

    def __call__(self, progress: Progress) -> None:
        with self._lock:
            if self._is_terminal:
                self._last = progress, time.monotonic()
                self._draw(progress)
            else:
                self._stream.write(f"{json_line(progress)}\n")
                self._stream.flush()

    def close(self) -> None:
        self._closed.set()
        if self._clock is not None:
            self._clock.join()
        if self._is_terminal:
            self._stream.write(_WIPE)
            self._stream.flush()

    def _tick(self, tick_s: float) -> None:
        while not self._closed.wait(tick_s):
            with self._lock:
                if self._last is not None:
                    progress, came = self._last
                    self._draw(replace(progress, elapsed_s=progress.elapsed_s + time.monotonic() - came))

    def _draw(self, progress: Progress) -> None:
        """Never wider than the terminal: a line that wraps could not be rewritten."""
        with contextlib.suppress(OSError):  # the terminal is gone; the search is not
            self._stream.write(_WIPE + bar(progress, self._seconds)[: columns(self._stream) - 1])
            self._stream.flush()


def columns(terminal: TextIO) -> int:
    try:
        return os.get_terminal_size(terminal.fileno()).columns or _COLUMNS
    except OSError:
        return _COLUMNS


def json_line(progress: Progress) -> str:
    """`{"phase", "elapsed_s", "value", "bound"}`; what is not known, or not finite, is null."""
    return json.dumps(
        {
            "phase": progress.phase,
            "elapsed_s": round(progress.elapsed_s, 3),
            "value": _finite(progress.value),
            "bound": _finite(progress.bound),
        }
    )


def bar(progress: Progress, seconds: float | None) -> str:
    """One line: how much of the time is gone, the phase, the value, its bound and the gap between them."""
    share = min(1.0, progress.elapsed_s / seconds) if seconds else 0.0
    filled = "#" * round(share * WIDTH)
    value, bound = _finite(progress.value), _finite(progress.bound)
    known = [f"{name} {number:g}" for name, number in (("value", value), ("bound", bound)) if number is not None]
    open_gap = None if value is None else gap(value, bound)
    if open_gap is not None:
        known.append(f"gap {100 * open_gap:.2f} %")
    return "  ".join([f"[{filled:-<{WIDTH}}]", f"{progress.elapsed_s:.1f} s", progress.phase, *known])


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
