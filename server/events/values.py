"""What organisers decide of an event on its first page, as the service takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.models import Event
from server.values import Values


@dataclass(frozen=True, kw_only=True)
class EventValues(Values):
    """Names, texts, window and promises of an event. name, place, description: text by locale."""

    name: Mapping[str, str]
    place: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    slug: str
    time_zone: str
    locales: Sequence[str]
    registration_opens_at: datetime
    registration_closes_at: datetime
    expert_min_meetings: int = 0
    enterprise_min_meetings: int = 0

    @classmethod
    def of(cls, event: Event) -> "EventValues":
        """Return the values as they are stored."""
        return cls(**{name: getattr(event, name) for name in cls.__dataclass_fields__})
