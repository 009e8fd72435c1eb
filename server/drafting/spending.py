"""How many characters the installation sends to engines on a day, and no more than it may."""

from datetime import UTC, datetime, timedelta

from tortoise.expressions import F

from server.db import atomic
from server.models import DraftDay


@atomic
async def spend(characters: int, budget: int) -> bool:
    """Count characters as sent today; return False and count nothing if there would be more than the budget."""
    today = datetime.now(UTC).date()
    row, _is_new = await DraftDay.get_or_create(day=today)
    left = DraftDay.filter(id=row.id, characters__lte=budget - characters)
    return bool(await left.update(characters=F("characters") + characters))


@atomic
async def give_back(characters: int) -> None:
    """Count characters as not sent: the engine has refused them. A day may have ended meanwhile."""
    today = datetime.now(UTC).date()
    await DraftDay.filter(day=today, characters__gte=characters).update(characters=F("characters") - characters)


async def spent_today() -> int:
    """Return how many characters were sent today. One query."""
    row = await DraftDay.get_or_none(day=datetime.now(UTC).date())
    return row.characters if row else 0


def until_tomorrow(now: datetime) -> timedelta:
    """Return how long it is until the budget is full again, with a minute for clocks that differ."""
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    return tomorrow - now
