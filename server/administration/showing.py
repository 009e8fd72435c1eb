"""What an administrator sees of the installation: events with counts, and the health of the mail queue."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.functions import Count

from server.arrivals import has_come
from server.letters import outbox
from server.models import Event, Mail, Organiser, Registration, Side
from server.names import shown_name

PAGE = 50


@dataclass(frozen=True)
class EventCounts:
    """An event with the names of its owners and the numbers of those who take part, without any of their data.

    is_awaited: an owner has never signed in.
    """

    event: Event
    owners: Sequence[str]
    is_awaited: bool
    organisers: int
    sides: Mapping[str, int]

    @property
    def experts(self) -> int:
        return self.sides.get(Side.EXPERT, 0)

    @property
    def enterprises(self) -> int:
        return self.sides.get(Side.ENTERPRISE, 0)


@dataclass(frozen=True)
class QueueHealth:
    """How e-mails fare. waiting, failed: numbers. since: when the oldest waiting one was queued.

    is_idle: jobs are due and no worker takes them. is_blocked: the mail server has taken nothing for long.
    """

    waiting: int
    failed: int
    since: datetime | None
    is_idle: bool
    is_blocked: bool


async def events_at(number: int, locale: str) -> tuple[Sequence[EventCounts], bool]:
    """Return a page of events, newest first, and whether it is the last. Three queries. number: >= 1."""
    found = await Event.all().order_by("-id").offset((number - 1) * PAGE).limit(PAGE + 1)
    shown, ids = found[:PAGE], [event.id for event in found[:PAGE]]
    parties = Registration.filter(event_id__in=ids, withdrawn_at=None, registered_at__not_isnull=True)
    counted: Any = await (
        parties.annotate(number=Count("id")).group_by("event_id", "side").values("event_id", "side", "number")
    )
    sides: dict[int, Counter[str]] = {}
    for row in counted:
        sides.setdefault(row["event_id"], Counter())[row["side"]] += row["number"]
    team: dict[int, list[Organiser]] = {}
    for each in await Organiser.filter(event_id__in=ids).order_by("id").select_related("person"):
        team.setdefault(each.event_id, []).append(each)
    lines = [
        EventCounts(
            event,
            [shown_name(each, locale) for each in team.get(event.id, []) if each.is_owner],
            any(each.is_owner and not has_come(each.person, each) for each in team.get(event.id, [])),
            len(team.get(event.id, [])),
            sides.get(event.id, {}),
        )
        for event in shown
    ]
    return lines, len(found) <= PAGE


async def queue_health() -> QueueHealth:
    """Return how e-mails fare in the whole installation. Five queries."""
    waiting = Mail.filter(sent_at=None, failed_at=None, dropped_at=None)
    oldest = await waiting.order_by("created_at").first().values("created_at")
    return QueueHealth(
        waiting=await waiting.count(),
        failed=await Mail.filter(sent_at=None, failed_at__not_isnull=True, dropped_at=None).count(),
        since=oldest["created_at"] if oldest else None,
        is_idle=await outbox.overdue() is not None,
        is_blocked=await outbox.waiting_long() is not None,
    )
