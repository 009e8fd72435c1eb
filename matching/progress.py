"""A search's progress on standard error: a bar that rewrites its line on a terminal, else one JSON object a line."""

import json
import math
from typing import TextIO

from matching.stopping import Progress

WIDTH = 20


class Printer:
    """Prints reports as they come; `close` clears the bar. seconds: the search's limit, which fills the bar."""

    def __init__(self, stream: TextIO, seconds: float | None) -> None:
        self._stream = stream
        self._seconds = seconds
        self._is_terminal = stream.isatty()

    def __call__(self, progress: Progress) -> None:
        line = bar(progress, self._seconds) if self._is_terminal else json_line(progress)
        self._stream.write(f"\r\x1b[K{line}" if self._is_terminal else f"{line}\n")
        self._stream.flush()

    def close(self) -> None:
        if self._is_terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


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
    """One line: how much of the time is gone, the phase, the value and its bound."""
    share = min(1.0, progress.elapsed_s / seconds) if seconds else 0.0
    filled = "#" * round(share * WIDTH)
    known = [
        f"{name} {number:g}"
        for name, number in (("value", _finite(progress.value)), ("bound", _finite(progress.bound)))
        if number is not None
    ]
    return "  ".join([f"[{filled:-<{WIDTH}}]", f"{progress.elapsed_s:.1f} s", progress.phase, *known])


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
