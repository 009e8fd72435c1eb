"""Publish a plan: what it would change, what prevents it, and who is told."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from i18n import _
from server.agendas import entries
from server.agendas.entries import Change, ChangeKind
from server.db import atomic, lock
from server.errors import Refused
from server.memory import WHOLE, Counts, counts_of, put
from server.models import Delegate, Event, Job, Meeting, Person, Plan, PlanState, Publication
from server.models.people import NOWHERE
from server.plans import announcing, staleness, telling
from server.plans.directory import Directory, directory
from server.plans.staleness import Lost
from server.relaying import relays_of

PUBLISHABLE = (PlanState.READY, PlanState.SUPERSEDED)
TRIES = 3
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
    """Return what publishing the plan would do. At most nine queries."""
    places = await directory(plan.event_id)
    found = await changes_of(plan, places)
    kinds = Counter(change.kind for change in found)
    delegates, relays = await _delegates(plan.event_id), await relays_of(plan.event_id)
    told = await asyncio.to_thread(telling.number_told, found, places, delegates, relays)
    return Impact(
        added=kinds[ChangeKind.ADDED],
        moved=kinds[ChangeKind.MOVED],
        reseated=kinds[ChangeKind.RESEATED],
        staffed=kinds[ChangeKind.STAFFED],
        cancelled=kinds[ChangeKind.CANCELLED],
        people=told,
        changes=found,
        places=places,
    )


async def changes_of(plan: Plan, places: Directory, meetings: Sequence[Meeting] | None = None) -> list[Change]:
    """Return what publishing the plan would change. places: of its event. meetings: of the plan, if they are known."""
    held = await Meeting.filter(plan_id=plan.id).order_by("id") if meetings is None else meetings
    return await entries.changes(plan.event_id, held, places.slots)


async def _delegates(event_id: int) -> list[tuple[int, int]]:
    """Return (registration, person) of the delegates with an address."""
    rows = Delegate.filter(registration__event_id=event_id).order_by("id")
    found = await rows.values_list("registration_id", "person_id", "person__email")
    return [(party, person) for party, person, email in found if not email.endswith(NOWHERE)]


# -- Publishing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ready:
    """A publication that only has to be written, if nothing has changed since. begins: of the first meeting ahead that
    it changes. changes: as a document. told: how many people are told of them. lost: meetings that are impossible once
    it is published, None if that is not known.
    """

    counts: Counts
    event: Event
    plan: Plan
    now: datetime
    begins: datetime | None
    calendars: entries.Writes
    changes: bytes
    told: int
    lost: Sequence[Lost] | None

    @property
    def is_told_at_once(self) -> bool:
        """Whether the e-mails are so few that the publication queues them itself."""
        return self.told <= announcing.AT_A_TIME


async def publish(plan: Plan, person: Person, *, against: str | None = None) -> int:
    """Publish the plan, update calendar entries, and see to it that everybody whose meetings change gets an e-mail.

    Returns the number of people who get one; if they are many, a worker writes the e-mails. A former plan can be
    published again. against: mark of what was published when the organiser looked at the changes, "" for nothing; None
    for no check. Raises NotPublishable: AlreadyInForce, Overtaken, Stale, ChangesThePast.

    All is found before the transaction, so that nobody waits for it; if the event changes meanwhile, it is found again,
    and after some times inside the transaction.
    """
    for _time in range(TRIES):
        ready = await _make_ready(plan.id, against)
        written = await _write_if_unchanged(ready, against)
        if written is not None:
            job, counts = written
            if ready.lost is not None:
                put(plan.event_id, staleness.IN_FORCE, WHOLE, ready.lost, counts)
            break
    else:
        ready, job = await _publish_locked(plan, against)
    log.info("plan %s is published by person %s: %s emails", plan.id, person.id, ready.told)
    if ready.is_told_at_once:
        await announcing.announce(job)
    return ready.told


@atomic
async def _write_if_unchanged(ready: _Ready, against: str | None) -> tuple[Job, Counts] | None:
    """Write the publication; return the job that tells people and the counts then, or None if the event has changed."""
    await lock(Event, ready.event.id)
    await _publishable(ready.plan.id, against)
    is_late = ready.begins is not None and ready.begins <= datetime.now(UTC)
    if is_late or await counts_of(ready.event.id) != ready.counts:
        return None
    return await _write(ready), await counts_of(ready.event.id)


@atomic
async def _publish_locked(plan: Plan, against: str | None) -> tuple[_Ready, Job]:
    await lock(Event, plan.event_id)
    ready = await _make_ready(plan.id, against)
    return ready, await _write(ready)


async def _write(ready: _Ready) -> Job:
    await _flip(ready.plan, ready.now)
    await ready.calendars.run()
    return await announcing.ordered(ready.plan.id, ready.changes, at_once=ready.is_told_at_once)


async def _make_ready(plan_id: int, against: str | None) -> _Ready:
    """Find all that the publication writes, and refuse it if it is impossible."""
    plan = await _publishable(plan_id, against)
    counts = await counts_of(plan.event_id)
    event, now = await Event.get(id=plan.event_id), datetime.now(UTC)
    meetings = await Meeting.filter(plan_id=plan.id).order_by("id")
    world = await staleness.world_of(event.id)
    lost = await asyncio.to_thread(staleness.lost, world, meetings, is_in_force=False)
    _refuse_stale(lost, now)
    places = await directory(event.id)
    changed = await changes_of(plan, places, meetings)
    _refuse_the_past(changed, now)
    delegates, released = await _delegates(event.id), await entries.releases_of(event.id)
    relays = await relays_of(event.id)

    def ready() -> _Ready:
        packed, told = announcing.packed(changed, now), telling.number_told(changed, places, delegates, relays)
        starts = [place.start_at for change in changed for place in (change.before, change.after) if place is not None]
        begins = min((start for start in starts if start > now), default=None)
        calendars = entries.writes(event, changed, released, now)
        return _Ready(counts, event, plan, now, begins, calendars, packed, told, staleness.in_force_of(lost))

    return await asyncio.to_thread(ready)


async def _publishable(plan_id: int, against: str | None) -> Plan:
    """Return the plan. Raises NotPublishable."""
    plan = await Plan.filter(id=plan_id).only("id", "event_id", "version", "state").first()
    if plan is None:
        raise NotPublishable(_("This plan no longer exists."))
    if plan.state == PlanState.PUBLISHED:
        raise AlreadyInForce
    if plan.state not in PUBLISHABLE:
        raise NotPublishable(_("Only a plan that is ready can be published."))
    await _refuse_overtaken(plan, against)
    return plan


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


def _refuse_stale(found: Sequence[Lost], now: datetime) -> None:
    if ahead := staleness.to_come(found, now):
        raise Stale(ahead)


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
