"""Every exception of the engine, grouped."""

import json
from collections.abc import Iterable


class MatchingError(Exception):
    """The root of what the engine raises on purpose; anything else is a bug."""


class DocumentError(MatchingError):
    """A document is malformed. faults: every (JSON pointer, sentence), in the document's order; `""` is the whole."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = list(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """One line for each fault."""
        return "\n".join(_line(f"{pointer}: {message}") for pointer, message in self.faults)


def _line(text: str) -> str:
    """The text with whatever would break or garble a line written as JSON escapes."""
    return text if text.isprintable() else json.dumps(text)[1:-1]


class NoPlan(MatchingError):  # noqa: N818 - a state of affairs, not a fault
    """The search was stopped holding neither a feasible plan nor a proof that there is none."""


class NotYet(MatchingError):  # noqa: N818
    """The problem uses a part of the format that this search cannot plan; the judge can still check such plans."""
