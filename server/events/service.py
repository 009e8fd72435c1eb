"""What organisers change in an event. Each public function is one transaction."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.exceptions import IntegrityError

from i18n import _
from server import mail
from server.accounts import service as accounts
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, columns_of, write
from server.errors import NotFound, Refused, refuse_first
from server.events.clock import instant
from server.events.grid import ticked
from server.events.values import EventValues
from server.models import (
    CalendarEntry,
    Event,
    FormerAddress,
    Hall,
    Interpreter,
    Meeting,
    Organiser,
    Person,
    PlenaryItem,
    Registration,
    Release,
    Slot,
    Table,
)
from server.names import called
from server.plans.guarding import shown_first

TIME_OVER = _("This time is in the past. Choose a future time.")


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


class InterpretsAlready(Refused):
    """A person with this address already is an interpreter at this event."""

    field = "email"

    def __init__(self, email: str) -> None:
        super().__init__(_("This event already has an interpreter with this address: %(email)s", email=email))


async def refusals(known: Mapping[str, Any], event: Event | None = None) -> AsyncIterator[Refused]:
    """Yield why these columns cannot be saved, each checked separately: see `server.forms.submit`.

    known: the columns of TEXTS that are valid and changed. event: as stored, None for a new one.
    """
    if "slug" in known and await _is_taken(known["slug"], event.id if event else None):
        yield AddressTaken()
    moves = event is not None and known.get("time_zone", event.time_zone) != event.time_zone
    if event is not None and moves and await Slot.exists(event_id=event.id):
        yield TimeZoneInUse()


@atomic
async def create(person: Person, values: EventValues, *, serves_every_need: bool = False) -> Event:
    """Create an event whose organiser is person. serves_every_need: a rule of its plans. Raises AddressTaken."""
    await refuse_first(refusals(values.columns()))
    try:
        event = await Event.create(**values.columns(), serves_every_need=serves_every_need)
    except IntegrityError:
        raise AddressTaken from None
    await Organiser.create(event=event, person=person)
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
    changed = edit.merged(values.columns(), columns_of(now, TEXTS))
    await refuse_first(refusals(changed, now))
    if changed.get("slug", now.slug) != now.slug:
        await _move(now, changed["slug"])
    try:
        await write(now, changed)
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
async def add_hall(event: Event, name: Mapping[str, str], tables: int) -> Hall:
    """Add a hall with a number of tables, numbered after the event's last table."""
    await lock(Event, event.id)
    position = await Hall.filter(event_id=event.id).count()
    hall = await Hall.create(event_id=event.id, name=dict(name), position=position)
    await _add_tables(hall, tables)
    return hall


async def hall_columns(hall: Hall) -> dict[str, Any]:
    """Return the values that the hall's form edits: name, number of tables."""
    return {"name": hall.name, "tables": await Table.filter(hall_id=hall.id).count()}


@atomic
async def change_hall(hall: Hall, name: Mapping[str, str], tables: int, edit: Edit = UNSEEN, *, seen: str = "") -> None:
    """Rename a hall, add or remove tables at the end. seen: as in `shown_first`.

    Raises EditConflict, NotFound if the hall was removed, and TakesMeetings.
    """
    await lock(Event, hall.event_id)
    now = await Hall.get_or_none(id=hall.id)
    if now is None:
        raise NotFound
    changed = edit.merged({"name": dict(name), "tables": tables}, await hall_columns(now))
    if "name" in changed:
        await Hall.filter(id=hall.id).update(name=changed["name"])
    if "tables" in changed:
        standing = await Table.filter(hall_id=hall.id).order_by("number")
        async with shown_first(hall.event_id, seen):
            await _remove_tables(standing[changed["tables"] :])
        await _add_tables(hall, changed["tables"] - len(standing))


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


@atomic
async def remove_plenary_item(item: PlenaryItem) -> None:
    """Remove a programme item. Raises Refused if it has begun."""
    if item.start_at <= datetime.now(UTC):
        raise Refused(_("This programme item has begun or ended, so it stays in the programme."))
    await item.delete()


async def interpreter_refusals(known: Mapping[str, Any], event: Event, by: Person) -> AsyncIterator[Refused]:
    """Yield why a person cannot be added as an interpreter. known: valid fields of InterpreterFields."""
    if "email" not in known:
        return
    if await Interpreter.filter(event_id=event.id, person__email=known["email"]).exists():
        yield InterpretsAlready(known["email"])
    elif refusal := await mail.flood(by.id, "interpreter", known["email"]):
        yield refusal


INTERPRETER = ("languages", "available", "max_meetings", "max_consecutive")


def interpreter_columns(interpreter: Interpreter) -> dict[str, Any]:
    """Return the values that the interpreter's form edits; the person is loaded."""
    return {**columns_of(interpreter, INTERPRETER), "full_name": called(interpreter).full_name}


@atomic
async def save_interpreter(
    event: Event,
    person_values: Mapping[str, str],
    values: Mapping[str, Any],
    *,
    interpreter: Interpreter | None = None,
    edit: Edit = UNSEEN,
    seen: str = "",
    by: Person | None = None,
) -> Interpreter:
    """Add an interpreter, who is invited by e-mail, or change one. values: columns of Interpreter.

    person_values: email, full_name, and locale of e-mails to a new person ("" or missing: the event's first). full_name
    is used at this event until the person enters their own name. by: who adds the interpreter. seen: as in
    `shown_first`. A removed interpreter who is added again gets their row back. Raises EditConflict, SlotsChanged,
    TakesMeetings, TooManyMails, and InterpretsAlready if a person with this address interprets here.
    """
    if interpreter is not None:
        standing = await lock(Interpreter, interpreter.id)
        if standing is None:
            raise NotFound
        standing.person = interpreter.person
        wanted = dict(values)
        if standing.proposed is not None:
            wanted["full_name"] = person_values["full_name"]
        changed = edit.merged(wanted, interpreter_columns(standing))
        if "available" in changed:
            changed |= await ticked(event.id, standing, changed["available"])
        if "full_name" in changed:
            changed["proposed"] = {"full_name": changed.pop("full_name")}
        async with shown_first(event.id, seen):
            await write(standing, changed)
        return standing
    values = {**values, **await ticked(event.id, None, values["available"])}
    locale = mail_locale(event, person_values.get("locale", ""))
    person = await person_by_email(person_values["email"], locale=locale)
    proposed = {"full_name": person_values["full_name"]}
    gone = await Interpreter.every.filter(event_id=event.id, person_id=person.id, removed_at__not_isnull=True).first()
    if gone is not None:
        await Interpreter.every.filter(id=gone.id).update(removed_at=None, **values)
        await Interpreter.filter(id=gone.id, proposed__isnull=False).update(proposed=proposed)
        return await Interpreter.get(id=gone.id)
    try:
        made = await Interpreter.create(event_id=event.id, person_id=person.id, proposed=proposed, **values)
    except IntegrityError:
        raise InterpretsAlready(person.email) from None
    await _invite_interpreter(event, made, person, by)
    return made


async def _invite_interpreter(event: Event, interpreter: Interpreter, person: Person, by: Person | None) -> None:
    path = await accounts.invitation_path(person.email, f"/e/{event.slug}/interpreting", event=event)
    await mail.queue(
        f"interpreter:{interpreter.id}",
        to=person.email,
        locale=person.locale,
        template="interpreter",
        values={"name": person.full_name, "event_name": event.name, "path": path},
        event_id=event.id,
        by_id=by.id if by else None,
    )


@atomic
async def remove_interpreter(interpreter: Interpreter, *, seen: str = "") -> None:
    """Remove an interpreter; a row that plans use stays as history. seen: as in `shown_first`. Raises TakesMeetings."""
    await lock(Event, interpreter.event_id)
    async with shown_first(interpreter.event_id, seen):
        used = [
            await model.filter(interpreter_id=interpreter.id).exists() for model in (Meeting, CalendarEntry, Release)
        ]
        if any(used):
            await Interpreter.filter(id=interpreter.id).update(removed_at=datetime.now(UTC))
        else:
            await interpreter.delete()
    await accounts.revoke_invitations(interpreter.event_id, interpreter.person_id)


@atomic
async def add_organiser(event: Event, email: str, *, locale: str = "", by: Person | None = None) -> None:
    """Make a person an organiser of the event and tell them by e-mail.

    locale: of e-mails to a new person, "" for the event's first. by: who adds them. Raises TooManyMails.
    """
    person = await person_by_email(email, locale=mail_locale(event, locale))
    row, is_new = await Organiser.get_or_create(event_id=event.id, person_id=person.id, defaults={"proposed": {}})
    if is_new:
        path = await accounts.invitation_path(person.email, f"/e/{event.slug}/desk", event=event)
        await mail.queue(
            f"organiser:{row.id}",
            to=person.email,
            locale=person.locale,
            template="organiser",
            values={"event_name": event.name, "path": path},
            event_id=event.id,
            by_id=by.id if by else None,
        )


async def organiser_refusals(known: Mapping[str, Any], by: Person) -> AsyncIterator[Refused]:
    """Yield why a person cannot be added as an organiser. known: valid fields of OrganiserFields."""
    if "email" in known and (refusal := await mail.flood(by.id, "organiser", known["email"])):
        yield refusal


@atomic
async def remove_organiser(event: Event, organiser: Organiser) -> None:
    """Remove an organiser. Raises Refused for the last one."""
    await lock(Event, event.id)
    if await Organiser.filter(event_id=event.id).count() <= 1:
        raise Refused(_("An event needs at least one organiser."))
    await organiser.delete()
    await accounts.revoke_invitations(event.id, organiser.person_id)


def mail_locale(event: Event, wanted: str = "") -> str:
    """Return the language of e-mails to a person who has not chosen one: wanted, else the event's first."""
    return wanted or event.locales[0]


async def person_by_email(email: str, *, locale: str) -> Person:
    """Return the person with this address, created if new.

    The data of an existing person are neither changed nor shown; a name entered by others belongs to the person's row
    at the event.
    """
    person, _is_new = await Person.get_or_create(email=email, defaults={"locale": locale})
    return person


def slot_intervals(
    days: list[date], wall: list[tuple[time, time]], zone: ZoneInfo
) -> list[tuple[date, datetime, datetime]]:
    """Return (day, start, end) of each slot as instants; an end of 00:00 is midnight at the end of the day.

    Raises forms.Fault if a clock change affects a slot.
    """
    return [
        (day, instant(day, start, zone), instant(day + timedelta(days=end == time(0)), end, zone))
        for day in days
        for start, end in wall
    ]
