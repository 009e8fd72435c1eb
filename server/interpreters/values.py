"""What interpreters enter about themselves, as the service takes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.values import Values


@dataclass(frozen=True, kw_only=True)
class OwnValues(Values):
    """languages: tags. available: ids of slots. max_meetings: None for no limit."""

    languages: Sequence[str]
    available: Sequence[int]
    max_meetings: int | None
