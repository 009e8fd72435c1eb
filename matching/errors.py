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
        return "\n".join(one_line(f"{pointer}: {message}") for pointer, message in self.faults)


def one_line(text: str) -> str:
    """The text as it is where it prints, else with everything beyond ASCII and every control character escaped."""
    return text if text.isprintable() else json.dumps(text)[1:-1]


class NoPlan(MatchingError):
    """The search was stopped holding neither a feasible plan nor a proof that there is none."""


class NotYet(MatchingError):
    """The problem uses a part of the format that this search cannot plan; the judge can still check such plans."""


class EmbeddingError(MatchingError):
    """No vector could be had for a text: the folder, the endpoint or the file of vectors failed. Scores do without."""
