"""Versions of an event's plan, loaded for pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tortoise.functions import Count, Sum

from server.errors import NotFound
from server.memory import remembered
from server.models import Event, Meeting, Part, Person, Plan, PlanState, Publication
from server.models.plans import PLAN_COLUMNS
from server.plans.service import UNDER_WAY

SOLVED = (PlanState.READY, PlanState.PUBLISHED, PlanState.SUPERSEDED)


class MeetingSum(NamedTuple):
    """number: of a version's meetings. total: sum of their values."""

    number: int
    total: float


@dataclass(frozen=True)
class Versions:
    """plans: latest first, with PLAN_COLUMNS only. sums: by plan id; versions without meetings are missing.

    people: those who asked for the plans, by id.
    """

    plans: Sequence[Plan]
    sums: Mapping[int, MeetingSum]
    people: Mapping[int, Person]

    @property
    def is_published(self) -> bool:
        return any(plan.state == PlanState.PUBLISHED for plan in self.plans)

    @property
    def under_way(self) -> Plan | None:
        return next((plan for plan in self.plans if plan.state in UNDER_WAY), None)

    @property
    def watched(self) -> list[int]:
        """Ids of the plans whose meetings may become impossible: the published one, and a new one that is ready."""
        published = [plan.id for plan in self.plans if plan.state == PlanState.PUBLISHED]
        return published + [plan.id for plan in self.plans[:1] if plan.state == PlanState.READY]


async def versions(event: Event, most: int) -> Versions:
    """Return the latest versions. Two queries if no meeting has changed, else three."""
    plans = await Plan.filter(event_id=event.id).order_by("-version").limit(most).only(*PLAN_COLUMNS)
    ids = tuple(plan.id for plan in plans)
    sums = await remembered(event.id, ("sums", ids), [Part.PUBLISHED], lambda: _sums(ids))
    asked = await Person.filter(id__in={plan.asked_by_id for plan in plans})
    return Versions(plans, sums, {person.id: person for person in asked})


async def _sums(ids: Sequence[int]) -> Mapping[int, MeetingSum]:
    counted = Meeting.filter(plan_id__in=ids).annotate(number=Count("id"), total=Sum("value")).group_by("plan_id")
    rows = await counted.values("plan_id", "number", "total")
    return {row["plan_id"]: MeetingSum(row["number"], row["total"]) for row in rows}


async def solved_with(event: Event, ids: Sequence[int]) -> list[Plan]:
    """Return the event's solved plans with these ids, oldest first. Raises NotFound if one is missing. One query."""
    rows = Plan.filter(id__in=ids, event_id=event.id, state__in=SOLVED).order_by("version")
    plans = await rows.only(*PLAN_COLUMNS)
    if len(plans) < len(set(ids)):
        raise NotFound
    return plans


async def is_published(event: Event) -> bool:
    """Return whether a plan of the event is published."""
    return await Publication.exists(event_id=event.id)
