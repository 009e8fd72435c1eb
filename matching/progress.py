"""Progress of a search on standard error: a progress bar on a terminal, else one JSON object per line."""

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
_COLUMNS = 80  # width of a terminal that does not report one
_WIPE = "\r\x1b[K"


class Printer:
    """Prints progress reports; `close` clears the bar.

    seconds: time limit of the search, which fills the bar. tick_s: seconds between updates of the bar's clock
    without a report; None for no such updates.
    """

    def __init__(self, stream: TextIO, seconds: float | None, tick_s: float | None = None) -> None:
        self._stream = stream
        self._seconds = seconds
        self._is_terminal = stream.isatty()
        self._last: tuple[Progress, float] | None = None  # last report and the time of its arrival
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
        """Stop the clock and clear the bar."""
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
        """Draw the bar, cut to the width of the terminal: a wrapped line could not be overwritten."""
        with contextlib.suppress(OSError):  # the terminal was closed; the search goes on
            self._stream.write(_WIPE + bar(progress, self._seconds)[: columns(self._stream) - 1])
            self._stream.flush()


def columns(terminal: TextIO) -> int:
    """Return the width of the terminal in characters."""
    try:
        return os.get_terminal_size(terminal.fileno()).columns or _COLUMNS
    except OSError:
        return _COLUMNS


def json_line(progress: Progress) -> str:
    """Return the report as JSON with phase, elapsed_s, value and bound; unknown or infinite numbers are null."""
    return json.dumps(
        {
            "phase": progress.phase,
            "elapsed_s": round(progress.elapsed_s, 3),
            "value": _finite(progress.value),
            "bound": _finite(progress.bound),
        }
    )


def progress_in(line: bytes) -> Progress | None:
    """Return the report in a line that `json_line` has written, or None for any other output."""
    try:
        said = json.loads(line)
        return Progress(said["phase"], said["elapsed_s"], said["value"], said["bound"])
    except (ValueError, TypeError, KeyError):
        return None


def bar(progress: Progress, seconds: float | None) -> str:
    """Return one line with the share of time used, the phase, the value, the bound and the gap."""
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
