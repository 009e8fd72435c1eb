"""A topic of an event's own, as the service takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.values import Values


@dataclass(frozen=True, kw_only=True)
class TopicValues(Values):
    """A topic in the format of the scheme's files, without its id. labels, terms: by language tag."""

    parent: str
    labels: Mapping[str, str]
    terms: Mapping[str, Sequence[str]]
    related: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class OwnTopic(TopicValues):
    """A topic that an event has added to the scheme."""

    id: str

    @property
    def field(self) -> str:
        """The id of the topic's field, with which the topic's own id begins."""
        return self.id.partition(".")[0]

    def without(self, topic: str) -> "OwnTopic":
        """Return the topic without a relation to another one."""
        return replace(self, related=[each for each in self.related if each != topic])
