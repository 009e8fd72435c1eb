"""A topic of an event's own, as the service takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.values import Values


@dataclass(frozen=True, kw_only=True)
class TopicValues(Values):
    """A topic in the format of the scheme's files, without its id. labels, terms: by language tag."""

    parent: str
    labels: Mapping[str, str]
    terms: Mapping[str, Sequence[str]]
    related: Sequence[str]
