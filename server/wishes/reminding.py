"""Remind those who have no wish yet, by e-mail: at most one in some days, in their language, not at night.

Organisers see beforehand who gets an e-mail. They send it themselves, or on a day that they choose.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from i18n import formats
from server import jobs, mail, quiet
from server.db import atomic, lock
from server.emails import OptionalKind, WishesDue
from server.models import Delegate, Event, Job, Mail, Person, Registration, Wish
from server.names import party_name

APART = timedelta(days=3)  # between two reminders to one person
AT = quiet.ENDS  # when a reminder goes out on the day that an organiser has chosen, at the venue
PAGE = 50


class Reach(StrEnum):
    """Whether a party without wishes gets a reminder now."""

    DUE = "due"
    REMINDED = "reminded"  # everybody of the party got one a short time ago
    UNWANTED = "unwanted"  # everybody of the party has switched off reminders
    UNREACHABLE = "unreachable"  # nobody of the party has an e-mail address


@dataclass(frozen=True)
class Silent:
    """A party without wishes. people: of the party who get a reminder now. last_at: of the latest reminder, or None."""

    party: Registration
    name: str
    people: Sequence[Person]
    last_at: datetime | None
    reach: Reach


async def silent(event: Event, locale: str = "en") -> list[Silent]:
    """Return the parties that could mark wishes and have none, by id. locale: of the names. Four queries."""
    wishing = Wish.filter(event_id=event.id, about__withdrawn_at=None).values_list("by_id", flat=True)
    there = Registration.present(event.id, agreed_at__not_isnull=True)
    answered = {int(str(id)) for id in await wishing}
    parties = [
        row for row in await there.order_by("id").select_related("person", "organisation") if row.id not in answered
    ]
    people = await _people_of(parties)
    last = await _last_reminders(event, {person.id for some in people.values() for person in some})
    since = datetime.now(UTC) - APART
    return [_silent(party, people[party.id], last, since, locale) for party in parties]


def _silent(
    party: Registration, people: Sequence[Person], last: Mapping[int, datetime], since: datetime, locale: str
) -> Silent:
    addressed = [person for person in people if person.has_address]
    reached = [person for person in addressed if OptionalKind.REMINDERS not in (person.unwanted_emails or ())]
    due = [person for person in reached if person.id not in last or last[person.id] < since]
    if due:
        reach = Reach.DUE
    elif reached:
        reach = Reach.REMINDED
    else:
        reach = Reach.UNWANTED if addressed else Reach.UNREACHABLE
    times = [last[person.id] for person in reached if person.id in last]
    return Silent(party, party_name(party, locale), due, max(times, default=None), reach)


async def _people_of(parties: Sequence[Registration]) -> Mapping[int, Sequence[Person]]:
    """Return the people who act for each party: the expert, or the delegates."""
    found: dict[int, list[Person]] = defaultdict(list)
    for party in parties:
        if party.person_id is not None:
            found[party.id].append(party.person)
    firms = [party.id for party in parties if party.person_id is None]
    for each in await Delegate.filter(registration_id__in=firms).order_by("id").select_related("person"):
        found[each.registration_id].append(each.person)
    return found


async def _last_reminders(event: Event, people: Collection[int]) -> Mapping[int, datetime]:
    rows = Mail.filter(event_id=event.id, template=WishesDue.template, person_id__in=list(people)).order_by(
        "created_at"
    )
    return {person: at for person, at in await rows.values_list("person_id", "created_at") if person is not None}


@atomic
async def remind(event: Event, *, only: date | None = None) -> int:
    """Queue a reminder to everybody who is due, and return how many e-mails these are.

    only: for the day that an organiser has chosen: nothing is done if this is another day now, or has been done.
    """
    stored = await lock(Event, event.id)
    if stored is None or (only is not None and stored.remind_on != only):
        return 0
    if only is not None:
        await Event.filter(id=event.id).update(remind_on=None)
    now = datetime.now(UTC)
    due = {
        f"wishes-due:{event.id}:{person.id}:{now:%Y%m%dT%H}": (each.party, person)
        for each in await silent(stored)
        for person in each.people
    }
    waits = {key: quiet.wakes(now, quiet.zone_of_person(person, stored)) for key, (_party, person) in due.items()}
    emails = [_email(stored, party, person, key) for key, (party, person) in due.items()]
    return await mail.queue_all(emails, waits=waits)


def _email(event: Event, party: Registration, person: Person, key: str) -> Mail:
    until = formats.date(event.wishes_due_on, person.locale) if event.wishes_due_on else ""
    email = WishesDue(side=party.side, until=until, path=f"/e/{event.slug}/matches")
    return mail.email_to(person, event, key, email)


async def run(job: Job, _settings: object) -> None:
    """Send the reminders of the day that an organiser has chosen."""
    event_id, on = jobs.reminder_of(job)
    event = await Event.get_or_none(id=event_id)
    if event is not None:
        await remind(event, only=on)
    await jobs.finish(job)
