"""What has changed lately at an event: the last acts that are recorded, of people and of organisers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from i18n import Message, _, pgettext_
from server.behalf import ACTS, FROM_FILES
from server.models import ActOnBehalf, ChangeRequest, DeskTask, Event, Plan, PresenceRequest, Registration
from server.models.plans import PLAN_COLUMNS
from server.names import own_spelling, party_name

MOST = 8
_WHOSE = ("registration__person", "registration__organisation")


@dataclass(frozen=True)
class Change:
    """Something that has happened. name: of the participant or thing, "" for none; by: who did it, "" for themselves.

    path: below the event's path, "" for none.
    """

    at: datetime
    what: Message
    name: str = ""
    path: str = ""
    by: str = ""


async def recent(event: Event, locale: str, *, with_people: bool, with_plans: bool) -> Sequence[Change]:
    """Return the last changes of the event, the latest first. At most seven queries.

    with_people, with_plans: whether the reader may know of participants, and of plans.
    """
    found = await _of_tasks(event, locale)
    if with_plans:
        found += await _of_plans(event)
    if with_people:
        found += [*await _of_registrations(event, locale), *await _of_requests(event, locale)]
        found += await _on_behalf(event, locale)
    return sorted(found, key=lambda change: change.at, reverse=True)[:MOST]


async def _of_registrations(event: Event, locale: str) -> list[Change]:
    every = Registration.filter(event_id=event.id).select_related("person", "organisation")
    came = await every.exclude(registered_at=None).order_by("-registered_at").limit(MOST)
    left = await every.exclude(withdrawn_at=None).order_by("-withdrawn_at").limit(MOST)
    return [
        *(
            _of_party(row.registered_at, pgettext_("change", "Registration completed"), row, locale)
            for row in came
            if row.registered_at
        ),
        *(_of_party(row.withdrawn_at, _("Left the event"), row, locale) for row in left),
    ]


async def _of_requests(event: Event, locale: str) -> list[Change]:
    changes = ChangeRequest.filter(event_id=event.id).order_by("-asked_at").limit(MOST).select_related(*_WHOSE)
    absences = PresenceRequest.filter(event_id=event.id).exclude(registration_id=None)
    asked = absences.order_by("-asked_at").limit(MOST).select_related(*_WHOSE)
    return [
        *(
            _of_party(row.asked_at, _("Asked for a change of the profile"), row.registration, locale)
            for row in await changes
        ),
        *(_of_party(row.asked_at, _("Asked to be absent"), row.registration, locale) for row in await asked),
    ]


async def _on_behalf(event: Event, locale: str) -> list[Change]:
    # One import of many rows would leave no place for anything else.
    single = ActOnBehalf.filter(event_id=event.id).exclude(registration_id=None).exclude(act__in=FROM_FILES)
    rows = single.order_by("-id").limit(MOST)
    return [
        _of_party(
            row.created_at,
            ACTS[row.act],
            row.registration,
            locale,
            own_spelling(row.organiser, locale) if row.organiser else "",
        )
        for row in await rows.select_related("organiser", *_WHOSE)
    ]


async def _of_plans(event: Event) -> list[Change]:
    rows = Plan.filter(event_id=event.id).exclude(published_at=None).order_by("-published_at").limit(MOST)
    return [
        Change(row.published_at, _("Plan %(version)s was published", version=row.version), path=f"/plans/{row.id}")
        for row in await rows.only(*PLAN_COLUMNS)
    ]


async def _of_tasks(event: Event, locale: str) -> list[Change]:
    rows = DeskTask.filter(event_id=event.id, code=None).exclude(done_at=None).order_by("-done_at").limit(MOST)
    return [
        Change(
            row.done_at,
            _("A task was done"),
            row.title,
            "/tasks?show=done",
            own_spelling(row.done_by, locale) if row.done_by else "",
        )
        for row in await rows.select_related("done_by")
    ]


def _of_party(at: datetime, what: Message, party: Registration, locale: str, by: str = "") -> Change:
    return Change(at, what, party_name(party, locale), f"/parties/{party.id}", by)
