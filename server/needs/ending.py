"""Needs end with their deadline: a need counts to the end of that day at the venue, and again once it is extended.

Nothing is stored: whoever plans, compares or lists needs asks for the day.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.models import Event, Need, NeedState


def day_at(event: Event, now: datetime | None = None) -> date:
    """Return the day at the venue. now: an aware instant, None for the present."""
    return (now or datetime.now(UTC)).astimezone(ZoneInfo(event.time_zone)).date()


def has_ended(need: Need, today: date) -> bool:
    """Return whether the deadline of a published need has passed. today: at the venue."""
    return need.state == NeedState.PUBLISHED and need.deadline is not None and need.deadline < today


def ends_at(need: Need, event: Event) -> datetime | None:
    """Return the instant from which the need does not count any more, None if it has no deadline."""
    if need.deadline is None:
        return None
    return datetime.combine(need.deadline + timedelta(days=1), time(), ZoneInfo(event.time_zone)).astimezone(UTC)


async def without_needs(event: Event, firms: Collection[int]) -> frozenset[int]:
    """Return which of these enterprises had needs that are all withdrawn or past their deadline. One query."""
    today, ended, left = day_at(event), set[int](), set[int]()
    for need in await Need.filter(registration_id__in=list(firms)).exclude(state=NeedState.DRAFT):
        is_over = need.state == NeedState.WITHDRAWN or has_ended(need, today)
        (ended if is_over else left).add(need.registration_id)
    return frozenset(ended - left)
