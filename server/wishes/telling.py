"""E-mails about mutual wishes. Call these functions inside the transaction that changes a wish."""

import re
from datetime import UTC, datetime, timedelta

from tortoise.queryset import QuerySet

from server import mail, names
from server.barring.rules import bars
from server.emails import BothWantToMeet, WishesDue
from server.models import (
    Delegate,
    Event,
    Job,
    JobKind,
    JobState,
    Mail,
    Person,
    Registration,
    Side,
    Wish,
)
from server.needs import disclosure, ending
from server.quiet import wakes, zone_of_person

# A wish that is undone within this time tells nobody anything.
PATIENCE = timedelta(minutes=10)
KEY = re.compile(r"agreed:\d+:(\d+):(\d+):")


async def tell(event: Event, by: Registration, about: Registration) -> None:
    """Queue an e-mail to each person of both sides once these want to meet, in their language and not at night.
    Persons and organisations of the two are loaded.

    Each person gets one e-mail about the pair. If the sides no longer want to meet, those that wait are not sent.
    """
    expert, enterprise = (by, about) if by.side == Side.EXPERT else (about, by)
    pair = f"agreed:{event.id}:{expert.id}:{enterprise.id}:"  # as in KEY
    if not await _will_meet(event, expert, enterprise):
        await _delete(Mail.filter(key__startswith=pair))
    elif event.tells_mutual_wishes:
        await _queue(event, expert, enterprise, pair)


async def still_holds(email: Mail) -> bool:
    """Return whether what an e-mail tells is still so. Meanwhile somebody may have left, withdrawn the needs, or been
    barred from meeting.
    """
    pair = KEY.match(email.key)
    if pair is None or email.template != BothWantToMeet.template:
        return True
    event = await Event.get_or_none(id=email.event_id)
    rows = Registration.filter(id__in=[int(id) for id in pair.groups()]).select_related("person", "organisation")
    parties = {party.side: party for party in await rows}
    return event is not None and len(parties) == 2 and await _will_meet(event, *(parties[side] for side in Side))


async def _will_meet(event: Event, expert: Registration, enterprise: Registration) -> bool:
    """Return whether both sides want to meet and nothing stands against it."""
    both = (expert.id, enterprise.id)
    kinds = {wish.by_id: wish.kind for wish in await Wish.filter(by_id__in=both, about_id__in=both)}
    if not disclosure.is_agreed(*(kinds.get(id) for id in both)) or bars(event, expert, enterprise):
        return False
    is_over = bool(await ending.without_needs(event, [enterprise.id]))
    return expert.is_shown and enterprise.is_shown and not is_over


async def _queue(event: Event, expert: Registration, enterprise: Registration, pair: str) -> None:
    one = await Registration.get(id=expert.id).select_related("person")
    other = await Registration.get(id=enterprise.id).select_related("organisation")
    delegates = await Delegate.filter(registration_id=other.id).order_by("id").select_related("person")
    readers = [(one.person, other), *((delegate.person, one) for delegate in delegates)]
    at = datetime.now(UTC) + PATIENCE
    emails = {f"{pair}{person.id}": (person, about) for person, about in readers}
    waits = {key: wakes(at, zone_of_person(person, event)) for key, (person, _about) in emails.items()}
    await mail.queue_all((_email(event, *each, key) for key, each in emails.items()), waits=waits)


def _email(event: Event, person: Person, about: Registration, key: str) -> Mail:
    path = f"/e/{event.slug}/matches/{about.id}"
    email = BothWantToMeet(who=names.party_name(about, person.locale), path=path)
    return mail.email_to(person, event, key, email)


async def take_back_reminders(event: Event, by: Registration) -> None:
    """Delete reminders to the people of a party that wait: it has a wish now."""
    people = await Delegate.filter(registration_id=by.id).values_list("person_id", flat=True)
    await _delete(
        Mail.filter(event_id=event.id, template=WishesDue.template, person_id__in=[*people, by.person_id or 0])
    )


async def _delete(emails: QuerySet[Mail]) -> None:
    """Delete those of the e-mails that wait and that no worker has taken."""
    waiting = await emails.filter(sent_at=None, dropped_at=None).values_list("id", flat=True)
    if not waiting:
        return
    await Job.filter(mail_id__in=waiting, kind=JobKind.MAIL, state=JobState.QUEUED).delete()
    taken = await Job.filter(mail_id__in=waiting).values_list("mail_id", flat=True)
    await Mail.filter(id__in=set(waiting) - set(taken)).delete()
