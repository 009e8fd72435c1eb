"""Read models of the organisers' overview and lists. Reads only, with fixed numbers of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tortoise.queryset import QuerySet

from server.absences import service as absences
from server.db import row_of, rows_of
from server.joining import finding as joining
from server.letters import outbox
from server.memory import remembered
from server.models import (
    Event,
    Hall,
    Interpreter,
    Need,
    NeedState,
    Part,
    Plan,
    PlanState,
    PlenaryItem,
    Registration,
    Side,
    Slot,
    Table,
    Wish,
)
from server.plans import staleness
from server.plans.concerns import Concern, ConcernCode, concerns_of
from server.presence import taken
from server.rows import load_rows
from server.translations.work import work_of
from server.twins import finding as twins

PAGE = 50


@dataclass(frozen=True)
class EventCounts:
    """How many of each kind take part.

    drafts: registrations that were begun and not completed. without_needs: enterprises. without_wishes, not_agreed:
    parties of both sides; parties without consent are not shown to the other side. wishes: of participants about
    participants. slots: future slots that programme items leave free; has_slots: whether there are any, past ones
    included. absent_*: those who are available in none of these slots. held_up: e-mails that
    wait because the mail server has failed for long. registered_twice: names that several enterprises
    have.
    untranslated: texts without a translation for the other side. undrafted: languages for which machine drafts failed.
    help_wanted: experts who want help with a visa. twins: pairs of experts who may be one person.
    to_review: needs that wait for a reviewer or for the secrecy review. entered_*: with those who have not completed
    their registration. standing_needs: those that are not withdrawn, of participants.
    """

    experts: int
    enterprises: int
    drafts: int
    needs: int
    without_needs: int
    without_wishes: int
    wishes: int
    interpreters: int
    slots: int
    has_slots: bool
    tables: int
    halls: int
    absent_experts: int = 0
    absent_enterprises: int = 0
    absent_interpreters: int = 0
    undelivered: int = 0
    held_up: int = 0
    not_agreed: int = 0
    registered_twice: int = 0
    absence_requests: int = 0
    untranslated: int = 0
    undrafted: int = 0
    help_wanted: int = 0
    twins: int = 0
    to_review: int = 0
    changes_asked: int = 0
    entered_experts: int = 0
    entered_enterprises: int = 0
    standing_needs: int = 0

    @property
    def participants(self) -> int:
        """How many take part, on both sides."""
        return self.experts + self.enterprises

    @property
    def absent(self) -> int:
        """How many participants are available in no slot."""
        return self.absent_experts + self.absent_enterprises


@dataclass(frozen=True)
class PlanOverview:
    """The newest plan and the published plan, each with the number of its meetings that have become impossible.

    lost_slots: the slot of each of these in the published plan.
    """

    last: Plan | None = None
    lost: int = 0
    in_force: int | None = None
    lost_in_force: int = 0
    lost_slots: Sequence[int] = ()

    @property
    def is_under_way(self) -> bool:
        return self.last is not None and self.last.state in (PlanState.QUEUED, PlanState.RUNNING)

    @property
    def is_ready(self) -> bool:
        """Whether the newest plan waits to be published and nothing prevents that."""
        return self.last is not None and self.last.state is PlanState.READY and not self.lost


COUNTED = (Part.PEOPLE, Part.GRID, Part.WISHES)  # what counts depend on and what is counted as a change


# What nothing counts as a change: open requests to be absent and to change a registration, failed e-mails as
# `outbox.of_event` finds them, e-mails that are tried again, and marks of different firms, whose number and sum of ids
# tell whether there are others. Each begins with what is rare, not with everybody in the event (CROSS JOIN keeps the
# order on SQLite).
UNCOUNTED = """SELECT
    (SELECT COUNT(*) FROM presence_request WHERE event_id = ?1 AND decided_at IS NULL),
    unsent.failed, unsent.tried - unsent.failed,
    (SELECT COUNT(*) FROM change_request CROSS JOIN registration WHERE change_request.event_id = ?1 AND stands
        AND registration.id = change_request.registration_id
        AND registration.registered_at IS NOT NULL AND registration.withdrawn_at IS NULL),
    (SELECT COUNT(*) FROM draft_order WHERE event_id = ?1 AND ended_at IS NOT NULL AND settled_at IS NULL),
    (SELECT COUNT(*) FROM travel CROSS JOIN registration WHERE travel.help = 'wanted'
        AND registration.id = travel.registration_id AND registration.event_id = ?1
        AND registration.registered_at IS NOT NULL AND registration.withdrawn_at IS NULL),
    (SELECT COUNT(*) FROM same_name WHERE event_id = ?1 AND kept_id IS NULL),
    (SELECT SUM(id) FROM same_name WHERE event_id = ?1 AND kept_id IS NULL)
    FROM (SELECT COUNT(failed_at) AS failed, COUNT(COALESCE(CAST(failed_at AS TEXT), failure)) AS tried FROM mail
        WHERE event_id = ?1 AND sent_at IS NULL AND dropped_at IS NULL) AS unsent"""
LAST_PLAN = "SELECT id, version, state, created_at FROM plan WHERE event_id = ?1 ORDER BY version DESC LIMIT 1"


async def counts(event: Event) -> EventCounts:
    """Return the counts of the event. One query if nothing in the event has changed, at most thirty; for any size of
    event.
    """
    known = await remembered(
        event.id, "counts", COUNTED, lambda: _read_counts(event), weigh=lambda found: len(found.left)
    )
    [(requested, undelivered, tried_again, asked, undrafted, wanted, *apart)] = await rows_of(UNCOUNTED, event.id)
    now = datetime.now(UTC)
    return replace(
        known.counts,
        slots=sum(slot.start_at > now for slot in known.left),
        absence_requests=len(await absences.waiting_requests(event.id)) if requested else 0,
        undelivered=undelivered,
        changes_asked=asked,
        held_up=await outbox.number_held_up(event) if tried_again else 0,
        registered_twice=await joining.number_of_groups(event, since=apart),
        twins=await twins.number_of_pairs(event, since=apart),
        undrafted=undrafted,
        help_wanted=wanted,
        untranslated=(await work_of(event)).untranslated,
    )


@dataclass(frozen=True)
class _Known:
    """Figures of the event, kept until it changes. left: slots that programme items leave free."""

    counts: EventCounts
    left: Sequence[Slot]


async def _count_to_review(event: Event) -> int:
    waiting = (NeedState.SUBMITTED, NeedState.APPROVED)
    there = Need.filter(registration__event_id=event.id, registration__withdrawn_at=None)
    return await there.filter(state__in=waiting).count()


async def _count_standing(event: Event) -> int:
    there = Need.filter(registration__event_id=event.id, registration__withdrawn_at=None)
    return await there.filter(registration__registered_at__not_isnull=True).exclude(state=NeedState.WITHDRAWN).count()


async def _read_counts(event: Event) -> _Known:
    columns = ("id", "side", "registered_at", "available", "agreed_at")
    parties = await Registration.filter(event_id=event.id, withdrawn_at=None).values(*columns)
    interpreters = await Interpreter.filter(event_id=event.id).values("available")
    left = await _slots_left(event)
    open_slots = frozenset(slot.id for slot in left)
    there = [party for party in parties if party["registered_at"] is not None]
    enterprises = {party["id"] for party in there if party["side"] == Side.ENTERPRISE}
    published = Need.filter(
        registration__event_id=event.id,
        registration__registered_at__not_isnull=True,
        registration__withdrawn_at=None,
        state=NeedState.PUBLISHED,
    )
    with_needs = set(await published.distinct().values_list("registration_id", flat=True))
    wishing = set(await standing_wishes(event).distinct().values_list("by_id", flat=True))
    found = EventCounts(
        experts=len(there) - len(enterprises),
        enterprises=len(enterprises),
        drafts=len(parties) - len(there),
        needs=await published.count(),
        to_review=await _count_to_review(event),
        without_needs=len(enterprises - with_needs),
        without_wishes=sum(party["id"] not in wishing for party in there),
        wishes=await standing_wishes(event).count(),
        interpreters=len(interpreters),
        slots=len(left),
        has_slots=bool(left),
        tables=await Table.filter(event_id=event.id).count(),
        halls=await Hall.filter(event_id=event.id).count(),
        absent_experts=_absent([party for party in there if party["side"] == Side.EXPERT], open_slots),
        absent_enterprises=_absent([party for party in there if party["side"] == Side.ENTERPRISE], open_slots),
        absent_interpreters=_absent(interpreters, open_slots),
        not_agreed=sum(party["agreed_at"] is None for party in there),
        entered_experts=sum(party["side"] == Side.EXPERT for party in parties),
        entered_enterprises=sum(party["side"] == Side.ENTERPRISE for party in parties),
        standing_needs=await _count_standing(event),
    )
    return _Known(found, left)


def standing_wishes(event: Event) -> QuerySet[Wish]:
    """Return the wishes of participants about participants."""
    sides = ("by", "about")
    there = {f"{side}__registered_at__not_isnull": True for side in sides}
    return Wish.filter(event_id=event.id, by__withdrawn_at=None, about__withdrawn_at=None, **there)


async def open_slots_of(event: Event) -> frozenset[int]:
    """Return ids of the slots that programme items leave free for meetings. Two queries."""
    return frozenset(slot.id for slot in await _slots_left(event))


async def _slots_left(event: Event) -> list[Slot]:
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    gone = taken(slots, await PlenaryItem.filter(event_id=event.id))
    return [slot for slot in slots if slot.id not in gone]


def _absent(rows: Sequence[Mapping[str, Any]], open_slots: frozenset[int]) -> int:
    return sum(open_slots.isdisjoint(row["available"]) for row in rows) if open_slots else 0


async def last_plan(event: Event) -> Plan | None:
    """Return the newest plan without its JSON documents, or None."""
    return next((row_of(Plan, row) for row in await rows_of(LAST_PLAN, event.id)), None)


async def plans_of(event: Event) -> PlanOverview:
    """Return the newest plan and the published plan. Thirteen queries, or two if there is no plan."""
    last, in_force = await last_plan(event), await staleness.published_plan(event.id)
    ids = {plan_id for plan_id in (last.id if last else None, in_force) if plan_id is not None}
    if last is None or not ids:
        return PlanOverview()
    lost = await staleness.lost_of_plans(event.id, ids)
    gone = lost.get(in_force or 0, ())
    return PlanOverview(last, len(lost[last.id]), in_force, len(gone), [each.meeting.slot_id for each in gone])


async def unjoined(event: Event) -> Sequence[Concern]:
    """Return concerns about pairs of languages without an interpreter, those that separate most pairs first."""
    _counts, found = await concerns_of(await load_rows(event))
    return [concern for concern in found if concern.code is ConcernCode.NO_INTERPRETER]
