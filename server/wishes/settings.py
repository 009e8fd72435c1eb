"""What organisers decide about wishes. Each public function is one transaction."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from i18n import _
from server import jobs
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, write
from server.errors import NotFound, Refused
from server.models import Event
from server.pages import zone_of
from server.values import Values
from server.wishes import reminding


@dataclass(frozen=True, kw_only=True)
class WishSettings(Values):
    """Columns of an event, see there."""

    expert_top_wishes: int | None
    enterprise_top_wishes: int | None
    wishes_due_on: date | None
    tells_mutual_wishes: bool
    remind_on: date | None


class PastDay(Refused):
    """A reminder of a day that is over would go out at once."""

    field = "remind_on"

    def __init__(self) -> None:
        super().__init__(_("That day is in the past. Choose a future day."))


COLUMNS = tuple(each.name for each in fields(WishSettings))


@atomic
async def change(event: Event, values: WishSettings, edit: Edit = UNSEEN) -> None:
    """Save the settings, merged with what others saved. Raises EditConflict, and PastDay for a reminder."""
    now = await lock(Event, event.id)
    if now is None:
        raise NotFound
    merged = edit.merged(values, now)
    await write(now, merged)
    day = merged.values.remind_on
    if day and "remind_on" in merged.changed:
        if day < datetime.now(zone_of(now)).date():
            raise PastDay
        due = datetime.combine(day, reminding.AT, zone_of(now))
        await jobs.enqueue(jobs.Remind(event.id, day), due=due)
