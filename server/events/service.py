"""Acts of organisers on an event. Each public function is one transaction."""

from collections.abc import AsyncIterator, Mapping
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
    """Another event has this address."""

    field = "slug"

    def __init__(self) -> None:
        super().__init__(_("Another event already has this address. Choose another address."))


class InUse(Refused):
    """Slots stand, and their times are those of the zone in which they were made."""

    field = "time_zone"

    def __init__(self) -> None:
        super().__init__(
            _("The time zone cannot change once slots exist. For another time zone, create another event.")
        )


class InterpretsAlready(Refused):
    """Somebody is added as an interpreter who is one at this event."""

    field = "email"

    def __init__(self, email: str) -> None:
        super().__init__(_("This event already has an interpreter with this address: %(email)s", email=email))


async def refusals(known: Mapping[str, Any], event: Event | None = None) -> AsyncIterator[Refused]:
    """What keeps these columns of an event from being saved, each read by itself: see `server.forms.submit`.

    known: of TEXTS those that are right and changed. event: as it stands, None for a new one.
    """
    if "slug" in known and await _is_taken(known["slug"], event.id if event else None):
        yield AddressTaken()
    moves = event is not None and known.get("time_zone", event.time_zone) != event.time_zone
    if event is not None and moves and await Slot.exists(event_id=event.id):
        yield InUse()


@atomic
async def create(person: Person, values: Mapping[str, Any]) -> Event:
    """A new event, run by whoever creates it. values: columns of Event. Raises AddressTaken."""
    await refuse_first(refusals(values))
    try:
        event = await Event.create(**values)
    except IntegrityError:
        raise AddressTaken from None
    await Organiser.create(event=event, person=person)
    return event


TEXTS = (
    *("name", "place", "description", "slug", "time_zone", "locales", "registration_opens_at"),
    *("registration_closes_at", "expert_min_meetings", "enterprise_min_meetings"),
)


@atomic
async def change(event: Event, values: Mapping[str, Any], edit: Edit = UNSEEN) -> Event:
    """values: the columns of TEXTS. The event as it stands then.

    Raises AddressTaken, Conflict, and InUse where slots stand and the zone would move them.
    """
    now = await lock(Event, event.id)
    if now is None:
        raise NotFound
    changed = edit.merged(values, columns_of(now, values))
    await refuse_first(refusals(changed, now))
    if changed.get("slug", now.slug) != now.slug:
        await _move(now, changed["slug"])
    try:
        await write(now, changed)
    except IntegrityError:
        raise AddressTaken from None
    return await Event.get(id=event.id)


async def _move(event: Event, slug: str) -> None:
    """Let the event's present address lead to it for ever, before it takes another."""
    # One of its own, which it takes back.
    await FormerAddress.filter(slug=slug).delete()
    await FormerAddress.create(slug=event.slug, event_id=event.id)


async def _is_taken(slug: str, event_id: int | None) -> bool:
    """Whether another event has the address, or had it: links to that one lead there for ever.

    event_id: of the event that wants it, None for a new one.
    """
    # In this order: an event that takes another address meanwhile is found in one of the two.
    return (
        await Event.filter(slug=slug).exclude(id=event_id or 0).exists()
        or await FormerAddress.filter(slug=slug).exclude(event_id=event_id or 0).exists()
    )


@atomic
async def add_hall(event: Event, name: Mapping[str, str], tables: int) -> Hall:
    """A hall with so many tables, numbered on from the event's last."""
    await lock(Event, event.id)
    position = await Hall.filter(event_id=event.id).count()
    hall = await Hall.create(event_id=event.id, name=dict(name), position=position)
    await _add_tables(hall, tables)
    return hall


async def hall_columns(hall: Hall) -> dict[str, Any]:
    """What the form of a hall edits: its name, and how many tables it has."""
    return {"name": hall.name, "tables": await Table.filter(hall_id=hall.id).count()}


@atomic
async def change_hall(hall: Hall, name: Mapping[str, str], tables: int, edit: Edit = UNSEEN, *, seen: str = "") -> None:
    """Rename, and add or take away tables at the end. seen: as in `shown_first`.

    Raises Conflict, NotFound where the hall is gone, and TakesMeetings.
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
    """With its tables. What plans refer to stays as their history. Raises TakesMeetings."""
    await lock(Event, hall.event_id)
    async with shown_first(hall.event_id, seen):
        await _remove_tables(await Table.filter(hall_id=hall.id))
    if await Table.every.filter(hall_id=hall.id).exists():
        await Hall.filter(id=hall.id).update(removed_at=datetime.now(UTC))
    else:
        await hall.delete()


async def _add_tables(hall: Hall, number: int) -> None:
    """Those of the hall that were removed and kept come back first."""
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
    """seen: as in `shown_first`. Raises TakesMeetings, and Refused for a time that is over."""
    if end_at <= datetime.now(UTC):
        raise Refused(TIME_OVER, "day")
    await lock(Event, event.id)
    async with shown_first(event.id, seen):
        return await PlenaryItem.create(event_id=event.id, name=dict(name), start_at=start_at, end_at=end_at, side=side)


@atomic
async def remove_plenary_item(item: PlenaryItem) -> None:
    """Raises Refused for one that has begun."""
    if item.start_at <= datetime.now(UTC):
        raise Refused(_("This programme item has begun or ended, so it stays in the programme."))
    await item.delete()


async def interpreter_refusals(known: Mapping[str, Any], event: Event, by: Person) -> AsyncIterator[Refused]:
    """What keeps somebody from being added as an interpreter. known: fields of InterpreterFields that are right."""
    if "email" not in known:
        return
    if await Interpreter.filter(event_id=event.id, person__email=known["email"]).exists():
        yield InterpretsAlready(known["email"])
    elif refusal := await mail.flood(by.id, "interpreter", known["email"]):
        yield refusal


INTERPRETER = ("languages", "available", "max_meetings", "max_consecutive")


def interpreter_columns(interpreter: Interpreter) -> dict[str, Any]:
    """What the form of an interpreter edits; the row comes with its person."""
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
    """Add an interpreter, whom an e-mail invites, or change one. values: columns of Interpreter.

    person_values: email, full_name, and locale of e-mails to somebody new, "" or absent for the event's first.

    The name is what they are called at this event until they have said it themselves; then theirs stays.
    by: who adds them. seen: as in `shown_first`. Raises Conflict, SlotsChanged, TakesMeetings, TooManyMails, and
    InterpretsAlready where the address does here. Somebody who was removed and is added again is who they
    were.
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
    """Whom plans refer to stays as their history. seen: as in `shown_first`. Raises TakesMeetings."""
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
    """Another person may run the event from now on; an e-mail tells them.

    locale: of e-mails to somebody new, "" for the event's first. by: who adds them. Raises TooManyMails.
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
    """What keeps somebody from being added as an organiser. known: fields of OrganiserFields that are right."""
    if "email" in known and (refusal := await mail.flood(by.id, "organiser", known["email"])):
        yield refusal


@atomic
async def remove_organiser(event: Event, organiser: Organiser) -> None:
    """Raises Refused for the last one: an event is never without."""
    await lock(Event, event.id)
    if await Organiser.filter(event_id=event.id).count() <= 1:
        raise Refused(_("An event needs at least one organiser."))
    await organiser.delete()
    await accounts.revoke_invitations(event.id, organiser.person_id)


def mail_locale(event: Event, wanted: str = "") -> str:
    """The language in which to write to somebody who has not chosen one: as wanted, else the event's first."""
    return wanted or event.locales[0]


async def person_by_email(email: str, *, locale: str) -> Person:
    """The person with that address, made where there is none yet.

    What is known of a known person stays, and is not to be shown: a name that somebody else writes of them belongs into
    the row by which they take part in an event.
    """
    person, _is_new = await Person.get_or_create(email=email, defaults={"locale": locale})
    return person


def slots_of(days: list[date], wall: list[tuple[time, time]], zone: ZoneInfo) -> list[tuple[date, datetime, datetime]]:
    """(day, start, end) of each slot as instants; an end of 00:00 is the midnight that ends the day.

    Raises forms.Fault where a clock change touches one.
    """
    return [
        (day, instant(day, start, zone), instant(day + timedelta(days=end == time(0)), end, zone))
        for day in days
        for start, end in wall
    ]
