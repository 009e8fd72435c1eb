"""Versions of an event's plan, loaded for pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tortoise.functions import Count, Sum

from server.memory import remembered
from server.models import Event, Meeting, Part, Plan, PlanState, Publication
from server.models.plans import PLAN_COLUMNS
from server.plans.service import UNDER_WAY


class MeetingSum(NamedTuple):
    """number: of a version's meetings. total: sum of their values."""

    number: int
    total: float


@dataclass(frozen=True)
class Versions:
    """plans: latest first, with PLAN_COLUMNS only. sums: by plan id; versions without meetings are missing."""

    plans: Sequence[Plan]
    sums: Mapping[int, MeetingSum]

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
    """Return the latest versions. One query if no meeting has changed, else two."""
    plans = await Plan.filter(event_id=event.id).order_by("-version").limit(most).only(*PLAN_COLUMNS)
    ids = tuple(plan.id for plan in plans)
    return Versions(plans, await remembered(event.id, ("sums", ids), [Part.PUBLISHED], lambda: _sums(ids)))


async def _sums(ids: Sequence[int]) -> Mapping[int, MeetingSum]:
    counted = Meeting.filter(plan_id__in=ids).annotate(number=Count("id"), total=Sum("value")).group_by("plan_id")
    rows = await counted.values("plan_id", "number", "total")
    return {row["plan_id"]: MeetingSum(row["number"], row["total"]) for row in rows}


async def is_published(event: Event) -> bool:
    """Return whether a plan of the event is published."""
    return await Publication.exists(event_id=event.id)
