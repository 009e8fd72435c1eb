"""E-mails about a published plan, put into the outbox some people at a time after the transaction that published it.

That transaction stores what it changed (ids and times) with a job that ends when everybody has their e-mail. So it is
short, and a publication without its e-mails cannot stay.
"""

import asyncio
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server import jobs, mail
from server.agendas.entries import Change, ChangeKind, MeetingPlace
from server.db import atomic
from server.memory import Counts, counts_of
from server.models import Delegate, DocumentKind, Event, Job, Mail, Need, Part, Person, Plan, PlanDocument
from server.plans import telling
from server.plans.directory import Directory, directory
from server.plans.documents import LEVEL, parsed
from server.plans.telling import EmailLine
from server.relaying import Relays, relays_of
from server.translations.reading import Translations, translations_of

AT_A_TIME = 200  # people in one transaction
BY_ID = 3  # where the key of an e-mail has the id of the person
TRIES = 3  # readings of an event whose people change meanwhile, before one inside a transaction
Told = tuple[Person, list[EmailLine]]


# -- What a publication stores -------------------------------------------------------------------------------------


def packed(changes: Sequence[Change], at: datetime) -> bytes:
    """Return the document of the changes that a publication at this instant made. Takes long."""
    rows = [[each.kind, each.expert_id, each.enterprise_id, *map(_row, (each.before, each.after))] for each in changes]
    return zlib.compress(json.dumps({"at": at.isoformat(), "changes": rows}).encode(), LEVEL)


def _row(place: MeetingPlace | None) -> list[Any] | None:
    if place is None:
        return None
    times = place.start_at.isoformat(), place.end_at.isoformat()
    return [*times, place.table_id, place.interpreter_id, place.need_id]


def _place(row: Sequence[Any] | None) -> MeetingPlace | None:
    if row is None:
        return None
    start, end, *others = row
    return MeetingPlace(datetime.fromisoformat(start), datetime.fromisoformat(end), *others)


async def ordered(plan_id: int, changes: bytes, *, at_once: bool) -> Job:
    """Store the changes and return the job that tells people of them, inside the transaction that makes them.

    at_once: the caller calls `announce` itself; otherwise a worker does.
    """
    job = await (jobs.claimed if at_once else jobs.enqueue)(jobs.Announce(plan_id))
    # A plan can be published again before everybody was told of the first time.
    await PlanDocument.create(plan_id=plan_id, kind=DocumentKind.CHANGES, part=job.id, content=changes)
    return job


# -- Telling people of it ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Publication:
    """A publication that people are told of. cause: with its instant, because publishing a plan again is news again."""

    job: Job
    event: Event
    cause: str
    changes: Sequence[Change]

    def key(self, person: Person) -> str:
        return f"{self.cause}:{person.id}"


@dataclass(frozen=True)
class Given:
    """What e-mails are written from, as of these counts. needs: of the meetings. relays: of the event.

    people: those who can be told and are not yet, by id. delegates: of the event, with their people.
    """

    counts: Counts
    places: Directory
    needs: Mapping[int, Need]
    texts: Translations
    relays: Relays
    people: Sequence[Told]
    delegates: Sequence[Delegate]


async def announce(job: Job) -> int:
    """Put an e-mail for everybody who has none yet into the outbox, and finish the job; return how many were put.

    Can be broken off and called again. Ends early if another worker has taken the job.
    """
    publication = await _read(job)
    if publication is None:
        await jobs.finish(job)
        return 0
    number = failed = 0
    while True:
        given = await given_for(publication.event, publication.changes, publication.cause)
        if not given.people:
            await _end(job)
            return number
        put = await _put_some(publication) if failed >= TRIES else await _put_all(publication, given)
        if put is None:
            return number
        number, failed = number + put, 0 if put else failed + 1


async def _read(job: Job) -> _Publication | None:
    found = await PlanDocument.get_or_none(kind=DocumentKind.CHANGES, part=job.id, plan_id=jobs.plan_id_of(job))
    if found is None:
        return None
    plan = await Plan.filter(id=found.plan_id).only("id", "event_id").get()
    document = await asyncio.to_thread(parsed, bytes(found.content))
    cause = f"published:{plan.id}:{datetime.fromisoformat(document['at']):%Y%m%dT%H%M%S%f}"
    places = await directory(plan.event_id)
    changes = [
        Change(ChangeKind(kind), expert, enterprise, _place(before), _place(after), None)
        for kind, expert, enterprise, before, after in document["changes"]
        if expert in places.parties and enterprise in places.parties
    ]
    return _Publication(job, await Event.get(id=plan.event_id), cause, changes)


async def given_for(event: Event, changes: Sequence[Change], cause: str) -> Given:
    """Return what e-mails about these changes are written from, for those who have none with this cause yet."""
    counts = await counts_of(event.id)
    places = await directory(event.id, counts)
    delegates = await Delegate.filter(registration__event_id=event.id).order_by("id").select_related("person")
    queued = Mail.filter(event_id=event.id, key__startswith=cause)
    # What follows the id says through whom the e-mail goes.
    known = {row["key"].split(":")[BY_ID] for row in await queued.values("key")}
    relays = await relays_of(event.id)
    told = await asyncio.to_thread(telling.people_told, changes, places, delegates)
    reached = [each for each in told if each[0].has_address or relays.get(each[0].id)]
    people = [each for each in reached if str(each[0].id) not in known]
    held = [place for change in changes for place in (change.before, change.after) if place is not None]
    ids = {place.need_id for place in held if place.need_id is not None}
    needs = {need.id: need for need in await Need.filter(registration__event_id=event.id) if need.id in ids}
    return Given(counts, places, needs, await translations_of(event.id, counts), relays, people, delegates)


async def _put_all(publication: _Publication, given: Given) -> int | None:
    """Put the e-mails until the people of the event change; return how many, or None if the job is not ours."""
    number = 0
    for first in range(0, len(given.people), AT_A_TIME):
        some = given.people[first : first + AT_A_TIME]
        emails = await asyncio.to_thread(_emails, publication, given, some)
        put = await _put_if_unchanged(publication, given, emails)
        if put is None:
            return None
        number += put
        if not put:
            break
    return number


def _emails(publication: _Publication, given: Given, people: Sequence[Told]) -> mail.Ready:
    written = (email_for(publication.event, publication.key(each[0]), given, each) for each in people)
    return mail.ready(written, given.relays)


def email_for(event: Event, key: str, given: Given, told: Told) -> Mail:
    """Return the e-mail to one of those who are told, in the person's language, not stored."""
    person, lines = told
    locale, places = person.locale, given.places
    written = telling.email_about(
        lines, event=event, locale=locale, places=places, needs=given.needs, texts=given.texts
    )
    return mail.email_to(person, event, key, written)


@atomic
async def _put_if_unchanged(publication: _Publication, given: Given, emails: mail.Ready) -> int | None:
    """Put e-mails; return how many, 0 if somebody of the event has changed since (their data may be deleted), or None
    if the job is not ours.
    """
    if not await jobs.beat(publication.job):
        return None
    is_same = (await counts_of(publication.event.id))[Part.PEOPLE] == given.counts[Part.PEOPLE]
    return await emails.put() if is_same else 0


@atomic
async def _put_some(publication: _Publication) -> int | None:
    """Put some e-mails, found inside the transaction; return how many, or None if the job is not ours."""
    if not await jobs.beat(publication.job):
        return None
    given = await given_for(publication.event, publication.changes, publication.cause)
    emails = await asyncio.to_thread(_emails, publication, given, given.people[:AT_A_TIME])
    return await emails.put()


@atomic
async def _end(job: Job) -> None:
    if await jobs.finish(job):
        await PlanDocument.filter(kind=DocumentKind.CHANGES, part=job.id, plan_id=jobs.plan_id_of(job)).delete()
