"""What organisers change in an event. Each public function is one transaction."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tortoise.exceptions import IntegrityError

from i18n import _
from server.accounts import holding
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, write
from server.errors import NotFound, Refused, refuse_first
from server.events.hours import TIME_OVER, span_of
from server.events.values import EventValues, HallValues, ItemValues
from server.models import (
    CalendarEntry,
    Event,
    FormerAddress,
    Hall,
    Meeting,
    Organiser,
    Person,
    PlenaryItem,
    Registration,
    Release,
    Slot,
    Table,
)
from server.plans.guarding import shown_first
from server.values import UNSET, Unset


class AddressTaken(Refused):
    """Another event has this URL slug."""

    field = "slug"

    def __init__(self) -> None:
        super().__init__(_("Another event already has this address. Choose another address."))


class TimeZoneInUse(Refused):
    """The time zone cannot change, because slots exist whose times are in this zone."""

    field = "time_zone"

    def __init__(self) -> None:
        super().__init__(
            _("The time zone cannot change once slots exist. For another time zone, create another event.")
        )


async def refusals(
    event: Event | None = None, *, slug: str | Unset = UNSET, time_zone: str | Unset = UNSET
) -> AsyncIterator[Refused]:
    """Yield why these columns cannot be saved, each checked separately: see `server.forms.submit`.

    event: as stored, None for a new one. slug, time_zone: UNSET if not valid or not changed.
    """
    if slug is not UNSET and await _is_taken(slug, event.id if event else None):
        yield AddressTaken()
    moves = event is not None and time_zone not in (UNSET, event.time_zone)
    if event is not None and moves and await Slot.exists(event_id=event.id):
        yield TimeZoneInUse()


@atomic
async def create(owner: Person | None, values: EventValues, *, serves_every_need: bool = False) -> Event:
    """Create an event. Raises AddressTaken.

    owner: None if the caller names one in the same transaction. serves_every_need: a rule of the event's plans.
    """
    await refuse_first(refusals(slug=values.slug))
    try:
        event = await Event.create(**values.columns(), serves_every_need=serves_every_need)
    except IntegrityError:
        raise AddressTaken from None
    if owner is not None:
        await Organiser.create(event=event, person=owner, is_owner=True)
    return event


TEXTS = tuple(each.name for each in fields(EventValues))


@atomic
async def change(event: Event, values: EventValues, edit: Edit = UNSEEN) -> Event:
    """Save the values, merged with what others saved, and return the event.

    Raises AddressTaken, EditConflict, and TimeZoneInUse if slots exist and the time zone would change.
    """
    now = await lock(Event, event.id)
    if now is None:
        raise NotFound
    merged = edit.merged(values, now)
    after = merged.values
    slug = after.slug if "slug" in merged.changed else UNSET
    await refuse_first(refusals(now, slug=slug, time_zone=after.time_zone))
    if after.slug != now.slug:
        await _move(now, after.slug)
    try:
        await write(now, merged)
    except IntegrityError:
        raise AddressTaken from None
    return await Event.get(id=event.id)


async def _move(event: Event, slug: str) -> None:
    """Make the present slug redirect to the event for ever, before the event gets another."""
    # A former slug of its own, which it gets back.
    await FormerAddress.filter(slug=slug).delete()
    await FormerAddress.create(slug=event.slug, event_id=event.id)


async def _is_taken(slug: str, event_id: int | None) -> bool:
    """Return whether another event has or had the slug, because links with it lead to that event for ever.

    event_id: of the event that wants the slug, None for a new one.
    """
    # In this order: an event that changes its slug meanwhile is found in one of the two tables.
    return (
        await Event.filter(slug=slug).exclude(id=event_id or 0).exists()
        or await FormerAddress.filter(slug=slug).exclude(event_id=event_id or 0).exists()
    )


@atomic
async def add_hall(event: Event, values: HallValues) -> Hall:
    """Add a hall with a number of tables, numbered after the event's last table."""
    await lock(Event, event.id)
    position = await Hall.filter(event_id=event.id).count()
    hall = await Hall.create(event_id=event.id, name=dict(values.name), position=position)
    await _add_tables(hall, values.tables)
    return hall


async def hall_values(hall: Hall) -> HallValues:
    """Return the hall as it is stored."""
    return HallValues(name=hall.name, tables=await Table.filter(hall_id=hall.id).count())


@atomic
async def change_hall(hall: Hall, values: HallValues, edit: Edit = UNSEEN, *, seen: str = "") -> None:
    """Rename a hall, add or remove tables at the end. seen: as in `shown_first`.

    Raises EditConflict, NotFound if the hall was removed, and TakesMeetings.
    """
    await lock(Event, hall.event_id)
    now = await Hall.get_or_none(id=hall.id)
    if now is None:
        raise NotFound
    merged = edit.merged(values, await hall_values(now))
    if "name" in merged.changed:
        await Hall.filter(id=hall.id).update(name=merged.values.name)
    if "tables" in merged.changed:
        standing = await Table.filter(hall_id=hall.id).order_by("number")
        async with shown_first(hall.event_id, seen):
            await _remove_tables(standing[merged.values.tables :])
        await _add_tables(hall, merged.values.tables - len(standing))


@atomic
async def remove_hall(hall: Hall, *, seen: str = "") -> None:
    """Remove a hall with its tables; rows in use by plans stay as history. Raises TakesMeetings."""
    await lock(Event, hall.event_id)
    async with shown_first(hall.event_id, seen):
        await _remove_tables(await Table.filter(hall_id=hall.id))
    if await Table.every.filter(hall_id=hall.id).exists():
        await Hall.filter(id=hall.id).update(removed_at=datetime.now(UTC))
    else:
        await hall.delete()


async def _add_tables(hall: Hall, number: int) -> None:
    """Add tables; removed tables of the hall that were kept as history come back first."""
    gone = await Table.every.filter(hall_id=hall.id, removed_at__not_isnull=True).order_by("number")
    back = [table.id for table in gone[: max(0, number)]]
    await Table.every.filter(id__in=back).update(removed_at=None)
    last = await Table.every.filter(event_id=hall.event_id).order_by("-number").first()
    first = last.number + 1 if last else 1
    await Table.bulk_create(
        [Table(event_id=hall.event_id, hall_id=hall.id, number=first + n) for n in range(number - len(back))]
    )


async def _remove_tables(tables: list[Table]) -> None:
    ids = [table.id for table in tables]
    if not ids:
        return
    used: set[int] = set()
    for model in (Meeting, CalendarEntry, Release):
        used |= {row.table_id for row in await model.filter(table_id__in=ids).only("id", "table_id")}
    await Registration.filter(table_id__in=ids).update(table_id=None)
    await Table.filter(id__in=list(used)).update(removed_at=datetime.now(UTC))
    await Table.filter(id__in=[id for id in ids if id not in used]).delete()


@atomic
async def add_plenary_item(
    event: Event, name: Mapping[str, str], *, start_at: datetime, end_at: datetime, side: str, seen: str = ""
) -> PlenaryItem:
    """Add a programme item. seen: as in `shown_first`. Raises TakesMeetings, and Refused if its time has passed."""
    if end_at <= datetime.now(UTC):
        raise Refused(TIME_OVER, "day")
    await lock(Event, event.id)
    async with shown_first(event.id, seen):
        return await PlenaryItem.create(event_id=event.id, name=dict(name), start_at=start_at, end_at=end_at, side=side)


def item_values(item: PlenaryItem, zone: ZoneInfo) -> ItemValues:
    """Return a programme item as it is stored. zone: of the venue."""
    start, end = (at.astimezone(zone) for at in (item.start_at, item.end_at))
    return ItemValues(
        name=item.name, day=start.date().isoformat(), start=f"{start:%H:%M}", end=f"{end:%H:%M}", side=item.side
    )


@atomic
async def change_plenary_item(
    item: PlenaryItem, values: ItemValues, zone: ZoneInfo, edit: Edit = UNSEEN, *, seen: str = ""
) -> None:
    """Change a programme item; once it has begun, only its name. zone: of the venue. seen: as in `shown_first`.

    Raises EditConflict, NotFound if the item was removed, TakesMeetings, and Refused for a time in the past.
    """
    await lock(Event, item.event_id)
    now = await PlenaryItem.get_or_none(id=item.id)
    if now is None:
        raise NotFound
    merged = edit.merged(values, item_values(now, zone))
    if "name" in merged.changed:
        await write(now, name=dict(merged.values.name))
    if not merged.changed - {"name"}:
        return
    if now.start_at <= datetime.now(UTC):
        raise Refused(_("This programme item has begun or ended, so only its name can change."), "day")
    new = merged.values
    start, end = span_of(date.fromisoformat(new.day), time.fromisoformat(new.start), time.fromisoformat(new.end), zone)
    if end <= datetime.now(UTC):
        raise Refused(TIME_OVER, "day")
    async with shown_first(now.event_id, seen):
        await write(now, start_at=start, end_at=end, side=new.side)


@atomic
async def remove_plenary_item(item: PlenaryItem) -> None:
    """Remove a programme item. Raises Refused if it has begun."""
    if item.start_at <= datetime.now(UTC):
        raise Refused(_("This programme item has begun or ended, so it stays in the programme."))
    await item.delete()


def mail_locale(event: Event, wanted: str = "") -> str:
    """Return the language of e-mails to a person who has not chosen one: wanted, else the event's first."""
    return wanted or event.locales[0]


async def person_by_email(email: str, *, locale: str) -> Person:
    """Return the person with this address or whose account holds it, created if new.

    The data of an existing person are neither changed nor shown; a name entered by others belongs to the person's row
    at the event.
    """
    person = await holding.person_of(email)
    if person is None:
        person, _is_new = await Person.get_or_create(email=email, defaults={"locale": locale})
    return person
