"""What is kept too long by the schedule, and deleting it: nightly, by hand, or counted only.

After an event's time its parties and interpreters are emptied as after the deletion of their accounts, so that numbers
and meetings stay. Nobody gets an e-mail.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from server import db
from server.db import atomic
from server.models import (
    AddressChange,
    Consent,
    Event,
    Interpreter,
    InvitationHost,
    Mail,
    Organisation,
    Passkey,
    Person,
    ProviderAccount,
    Registration,
    Side,
    Slot,
    StoredFile,
)
from server.models.people import ERASED, NOWHERE
from server.passports import service as passports
from server.privacy import erasing, scrubbing
from server.privacy.inventory import RULES
from server.privacy.periods import Period

# The schedule came with this migration. A database that is older has rows that nobody expects to go at once.
SINCE = "SELECT applied_at FROM tortoise_migrations WHERE name = '0030_erasure'"
GRACE = timedelta(days=30)
BATCH = 200  # rows in one transaction
# Rows that plans refer to; the others of an event are deleted.
EMPTIED = frozenset({Registration, Organisation, Interpreter})
Days = Mapping[Period, int]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """Rows that are kept too long. rows: they are deleted, unless they are emptied."""

    period: Period
    rows: QuerySet[Any]
    is_emptied: bool = False

    @property
    def table(self) -> str:
        return str(self.rows.model._meta.db_table)


@dataclass(frozen=True)
class Counted:
    """How many rows of a table are kept too long. days: None where the event sets a day."""

    table: str
    period: Period
    days: int | None
    number: int


async def due(days: Days, event_id: int | None = None) -> Sequence[Due]:
    """Return what is kept too long, of one event or of all. Two queries for each period after an event."""
    now = datetime.now(UTC)
    since = {period: now - timedelta(days=number) for period, number in days.items()}
    over = await _over(since[Period.PARTICIPATION], event_id)
    found = [*_of_messages(since[Period.MESSAGES], await _over(now, event_id), event_id), *_of_events(over)]
    found.append(Due(Period.CONSENTS, Consent.filter(event_id__in=await _over(since[Period.CONSENTS], event_id))))
    found.append(Due(Period.FILES, StoredFile.filter(event_id__in=await _over(since[Period.FILES], event_id))))
    found.append(Due(Period.PASSPORTS, await passports.overdue(event_id)))
    if event_id is None:
        found.append(Due(Period.ADDRESSES, AddressChange.filter(created_at__lt=since[Period.ADDRESSES])))
        idle = await _idle(since[Period.ACCOUNT])
        found.append(Due(Period.ACCOUNT, idle, is_emptied=True))
        for ways in (Passkey, ProviderAccount):
            found.append(Due(Period.ACCOUNT, ways.filter(person_id__in=Subquery(idle.values("id")))))
    return found


async def _over(since: datetime, event_id: int | None) -> Sequence[int]:
    """Return the ids of events that had ended by then."""
    events = Event.all() if event_id is None else Event.filter(id=event_id)
    to_come = await Slot.filter(end_at__gte=since).distinct().values_list("event_id", flat=True)
    ids: Sequence[Any] = (
        await events.filter(registration_closes_at__lt=since).exclude(id__in=to_come).values_list("id", flat=True)
    )
    return ids


def _of_messages(since: datetime, over: Sequence[int], event_id: int | None) -> Iterator[Due]:
    ended = Q(sent_at__isnull=False) | Q(failed_at__isnull=False) | Q(dropped_at__isnull=False)
    whose = Q(event_id__in=over) if event_id is not None else Q(event_id=None) | Q(event_id__in=over)
    yield Due(Period.MESSAGES, Mail.filter(ended, whose, created_at__lt=since))


def event_path(model: type[Model]) -> str:
    """Return the path of columns from a row to the id of its event. Raises LookupError if it has none."""
    keys = model._meta.fk_fields | model._meta.o2o_fields
    for path, needed in (("event_id", "event"), ("registration__event_id", "registration")):
        if needed in keys:
            return path
    if "need" in keys:
        return "need__registration__event_id"
    raise LookupError(f"{model.__name__} has no way to its event: add one to server/privacy/retention.py")


def _of_events(over: Sequence[int]) -> Iterator[Due]:
    here: dict[str, Any] = {"event_id__in": over}
    for rule in RULES:
        if rule.period is Period.PARTICIPATION and rule.model not in EMPTIED:
            yield Due(Period.PARTICIPATION, rule.model.filter(**{f"{event_path(rule.model)}__in": over}))
    named = Q(person__email__startswith=ERASED, person__email__endswith=NOWHERE)
    yield Due(Period.PARTICIPATION, Interpreter.every.filter(~named, **here), is_emptied=True)
    firms = Q(organisation_id__isnull=False) & ~Q(organisation__name="")
    experts = Q(side=Side.EXPERT) & ~named
    yield Due(Period.PARTICIPATION, Registration.filter(firms | experts, **here), is_emptied=True)
    kept = Organisation.filter(registrations__event_id__in=over).exclude(name="")
    yield Due(Period.PARTICIPATION, kept, is_emptied=True)
    # Contact and signatory of the host are people.
    yield Due(Period.PARTICIPATION, InvitationHost.filter(event_id__in=over))
    # Rules about who may not meet name people, and tell of conflicts of interest.
    yield Due(Period.PARTICIPATION, Event.filter(id__in=over, meeting_rules__isnull=False), is_emptied=True)


async def _idle(since: datetime) -> QuerySet[Any]:
    """Return people who take part in nothing and have not signed in since."""
    seen = Q(signed_in_at__lt=since) | Q(signed_in_at=None, created_at__lt=since)
    idle = Person.filter(seen, may_create_events=False, is_administrator=False)
    idle = idle.exclude(email__startswith=ERASED, email__endswith=NOWHERE)
    for name in ("registrations", "delegations", "organises", "interprets", "translates", "reviews", "leads", "crews"):
        idle = idle.filter(**{f"{name}__id__isnull": True})
    return idle


async def counted(days: Days, event_id: int | None = None) -> Sequence[Counted]:
    """Return what would be deleted or emptied now, by table. Changes nothing."""
    return [
        Counted(each.table, each.period, days.get(each.period), await each.rows.count())
        for each in await due(days, event_id)
    ]


async def nightly(days: Days) -> dict[str, int]:
    """Do as `enforce` does. In the first 30 days after the upgrade that brought the schedule only log what will go."""
    upgraded = await _upgraded_at()
    if upgraded is None or upgraded + GRACE <= datetime.now(UTC):
        return await enforce(days)
    # Organisers chose these days after the upgrade, so nobody is surprised.
    done = await enforce(days, only=frozenset({Period.PASSPORTS}))
    if late := [f"{each.number} {each.table}" for each in await counted(days) if each.number]:
        log.warning("kept too long, deleted from %s on: %s", (upgraded + GRACE).date(), ", ".join(late))
    return done


async def _upgraded_at() -> datetime | None:
    """Return when the database got the schedule, None if it was made with it."""
    for row in await db.rows_of(SINCE):
        at = row["applied_at"]
        found: datetime = datetime.fromisoformat(at) if isinstance(at, str) else at
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


async def enforce(days: Days, *, only: frozenset[Period] = frozenset(Period)) -> dict[str, int]:
    """Delete or empty the rows that are kept too long. Return the number of these rows by table.

    only: other periods are left alone. Two processes may run this at the same time.
    """
    done: dict[str, int] = {}
    # Parties first: what is emptied is found by what is deleted after it.
    wanted = [each for each in await due(days) if each.period in only]
    for each in sorted(wanted, key=lambda each: not each.is_emptied):
        while number := await (_empty_some(each) if each.is_emptied else _delete_some(each.rows)):
            done[each.table] = done.get(each.table, 0) + number
    if done:
        await _ask_to_scrub()
        log.info("kept too long: %s", ", ".join(f"{number} {table}" for table, number in sorted(done.items())))
    return done


@atomic
async def _ask_to_scrub() -> None:
    await scrubbing.ask()


@atomic
async def _delete_some(rows: QuerySet[Any]) -> int:
    ids = await rows.order_by("id").limit(BATCH).values_list("id", flat=True)
    await rows.model.filter(id__in=ids).delete()
    return len(ids)


@atomic
async def _empty_some(each: Due) -> int:
    found = await each.rows.order_by("id").limit(BATCH // 10)
    for row in found:
        if isinstance(row, Registration):
            await erasing.empty(row)
        elif isinstance(row, Interpreter):
            await erasing.forget_interpreter(row, is_told=False)
        elif isinstance(row, Person):
            await erasing.erase(row)
        elif isinstance(row, Event):
            await Event.filter(id=row.id).update(meeting_rules=None)
        else:
            await Organisation.filter(id=row.id).update(name="", name_key=f"{ERASED}{row.id}")
    return len(found)
