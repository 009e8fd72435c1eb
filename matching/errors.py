"""Every exception of the engine."""

import json
from collections.abc import Iterable


class MatchingError(Exception):
    """Base class of the exceptions that the engine raises on purpose; any other exception is a bug."""


class DocumentError(MatchingError):
    """Malformed document. faults: (JSON pointer, message) of every fault; the pointer `""` is the whole document."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = list(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Return the faults, one per line."""
        return "\n".join(one_line(f"{pointer}: {message}") for pointer, message in self.faults)


def one_line(text: str) -> str:
    """Return the text if it is printable, else the text with control and non-ASCII characters escaped."""
    return text if text.isprintable() else json.dumps(text)[1:-1]


class NoPlan(MatchingError):
    """The search ended with neither a feasible plan nor a proof that none exists."""


class NotYet(MatchingError):
    """The problem uses a part of the format that the search cannot plan yet; such plans can still be checked."""


class EmbeddingError(MatchingError):
    """The folder, the endpoint or the file of vectors gave no vector for a text.

    Scores are then made without vectors.
    """
