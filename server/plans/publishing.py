"""Publish a plan: what it would change, what prevents it, and who is told."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from i18n import _
from server import mail
from server.agendas import entries
from server.agendas.entries import Change, ChangeKind
from server.db import atomic, lock
from server.errors import Refused
from server.models import Delegate, Event, Mail, Meeting, Person, Plan, PlanState, Publication
from server.plans import staleness, telling
from server.plans.directory import Directory, directory
from server.plans.staleness import Lost

PUBLISHABLE = (PlanState.READY, PlanState.SUPERSEDED)
BATCH = 500
log = logging.getLogger(__name__)


class NotPublishable(Refused):
    """The plan is already published, or not ready."""


class AlreadyInForce(NotPublishable):
    """The plan is already published (a second press of the button)."""

    def __init__(self) -> None:
        super().__init__(_("This plan is already in force."))


class Overtaken(NotPublishable):
    """Another plan was published since the organiser looked at the changes."""

    def __init__(self) -> None:
        super().__init__(
            _("Another plan was published after you opened this page. The list below shows the changes from now on.")
        )


class Stale(NotPublishable):
    """Some meetings of the plan have become impossible. lost: which, and why."""

    def __init__(self, lost: Sequence[Lost]) -> None:
        super().__init__(_("Some meetings of this plan can no longer take place. Make a new plan."))
        self.lost = lost


class ChangesThePast(NotPublishable):
    """The plan would change meetings that have begun. changes: which."""

    def __init__(self, changes: Sequence[Change]) -> None:
        super().__init__(_("This plan would change meetings that have begun or ended. Make a new plan."))
        self.changes = changes


@dataclass(frozen=True)
class Impact:
    """What publishing a plan would do. reseated, staffed: kinds of changes. people: number of people who get an e-mail.

    changes: all, by expert and enterprise. places: directory of their ids.
    """

    added: int
    moved: int
    reseated: int
    staffed: int
    cancelled: int
    people: int
    changes: Sequence[Change]
    places: Directory


async def impact_of(plan: Plan) -> Impact:
    """Return what publishing the plan would do. Seven queries."""
    places = await directory(plan.event_id)
    found = await _changes(plan, places)
    kinds = Counter(change.kind for change in found)
    told = telling.people_told(found, places, await _delegates(plan.event_id))
    return Impact(
        added=kinds[ChangeKind.ADDED],
        moved=kinds[ChangeKind.MOVED],
        reseated=kinds[ChangeKind.RESEATED],
        staffed=kinds[ChangeKind.STAFFED],
        cancelled=kinds[ChangeKind.CANCELLED],
        people=len(told),
        changes=found,
        places=places,
    )


async def _changes(plan: Plan, places: Directory) -> list[Change]:
    meetings = await Meeting.filter(plan_id=plan.id).order_by("id")
    return await entries.changes(plan.event_id, meetings, places.slots)


async def _delegates(event_id: int) -> list[Delegate]:
    return await Delegate.filter(registration__event_id=event_id).order_by("id").select_related("person")


@atomic
async def publish(plan: Plan, person: Person, *, against: str | None = None) -> int:
    """Publish the plan, update calendar entries, and queue an e-mail for everybody whose meetings change.

    Returns the number of e-mails. A former plan can be published again. against: mark of what was published when the
    organiser looked at the changes, "" for nothing; None for no check. Raises NotPublishable: AlreadyInForce,
    Overtaken, Stale, ChangesThePast.
    """
    event = await lock(Event, plan.event_id)
    found = await Plan.filter(id=plan.id).only("id", "event_id", "version", "state").first()
    if event is None or found is None:
        raise NotPublishable(_("This plan no longer exists."))
    if found.state == PlanState.PUBLISHED:
        raise AlreadyInForce
    if found.state not in PUBLISHABLE:
        raise NotPublishable(_("Only a plan that is ready can be published."))
    now = datetime.now(UTC)
    await _refuse_overtaken(found, against)
    await _refuse_stale(found, now)
    places = await directory(event.id)
    changed = await _changes(found, places)
    _refuse_the_past(changed, now)
    await _flip(found, now)
    await entries.store_changes(event, changed, now)
    emails = await _emails(found, event, changed, places, now)
    log.info("plan %s is published by person %s: %s emails", found.id, person.id, len(emails))
    return await mail.queue_all(emails)


async def in_force_mark(event_id: int) -> str:
    """Return a mark of the present publication; publishing the same plan again gives another mark."""
    found = await Publication.filter(event_id=event_id).values_list("plan_id", "plan__published_at")
    return f"{found[0][0]}.{found[0][1].timestamp():.6f}" if found else "none"


async def _refuse_overtaken(plan: Plan, against: str | None) -> None:
    if against is None:
        return
    if not against:
        if await Plan.exists(event_id=plan.event_id, state=PlanState.PUBLISHED, version__gt=plan.version):
            raise Overtaken
    elif against != await in_force_mark(plan.event_id):
        raise Overtaken


async def _refuse_stale(plan: Plan, now: datetime) -> None:
    meetings = await Meeting.filter(plan_id=plan.id).order_by("id")
    world = await staleness.world_of(plan.event_id)
    if found := staleness.to_come(staleness.lost(world, meetings, is_in_force=False), now):
        raise Stale(found)


def _refuse_the_past(changed: Iterable[Change], now: datetime) -> None:
    begun = [
        change
        for change in changed
        if any(place and place.start_at <= now for place in (change.before, change.after)) and _moves_people(change)
    ]
    if begun:
        raise ChangesThePast(begun)


def _moves_people(change: Change) -> bool:
    before, after = change.before, change.after
    if before is None or after is None:
        return True
    was, will = ((place.start_at, place.end_at, place.table_id, place.interpreter_id) for place in (before, after))
    return was != will


async def _flip(plan: Plan, now: datetime) -> None:
    await Plan.filter(event_id=plan.event_id, state=PlanState.PUBLISHED).update(state=PlanState.SUPERSEDED)
    await Plan.filter(id=plan.id).update(state=PlanState.PUBLISHED, published_at=now)
    if not await Publication.filter(event_id=plan.event_id).update(plan_id=plan.id):
        await Publication.create(event_id=plan.event_id, plan_id=plan.id)


async def _emails(plan: Plan, event: Event, changed: list[Change], places: Directory, now: datetime) -> list[Mail]:
    # With the instant in the key, because publishing a plan a second time is news again.
    cause = f"published:{plan.id}:{now:%Y%m%dT%H%M%S%f}"
    return [
        mail.email_to(
            person,
            event,
            f"{cause}:{person.id}",
            "published",
            telling.email_values(person, told, event=event, plan=plan, places=places),
        )
        for person, told in telling.people_told(changed, places, await _delegates(event.id))
    ]
