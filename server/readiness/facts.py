"""What the rules of readiness look at, loaded with a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.checklist import service as checklists
from server.checklist.service import Checklist
from server.desk import risks, service, showing
from server.desk.risks import Published
from server.desk.service import EventCounts, PlanOverview
from server.memory import counts_of
from server.models import Event, Hall, Plan, PlenaryItem
from server.models.plans import PLAN_COLUMNS
from server.plans import settling
from server.plans.concerns import Concern, ConcernCode, concerns_of
from server.rows import EventRows, load_rows


@dataclass(frozen=True)
class Facts:
    """An event as rules see it. days: its first and last day. names: of halls and programme items, {locale: text}.

    tiers: of the published plan, see `plan/1`; empty if none is published.
    """

    event: Event
    today: date
    days: tuple[date, date] | None
    counts: EventCounts
    plans: PlanOverview
    published: Published
    concerns: Sequence[Concern]
    rows: EventRows
    names: Sequence[Mapping[str, str]]
    tiers: Sequence[Mapping[str, Any]]
    checklist: Checklist

    def concerned(self, *codes: ConcernCode) -> int:
        """Return the number of parties, pairs or meetings that these concerns are about."""
        return sum(each.number for each in self.concerns if each.code in codes)


async def facts_of(event: Event) -> Facts:
    """Return what the rules look at."""
    rows = await load_rows(event)
    plans = await service.plans_of(event)
    _counts, concerns = await concerns_of(rows)
    halls = await Hall.filter(event_id=event.id).order_by("position")
    items = await PlenaryItem.filter(event_id=event.id).order_by("start_at")
    return Facts(
        event=event,
        today=datetime.now(ZoneInfo(event.time_zone)).date(),
        days=await showing.days_of(event),
        counts=await service.counts(event),
        plans=plans,
        published=await risks.published_of(event, plans.in_force),
        concerns=concerns,
        rows=rows,
        names=[*(hall.name for hall in halls), *(item.name for item in items)],
        tiers=await _tiers(event, plans.in_force),
        checklist=await checklists.checklist_of(event),
    )


async def _tiers(event: Event, plan_id: int | None) -> Sequence[Mapping[str, Any]]:
    plan = await Plan.filter(id=plan_id).only(*PLAN_COLUMNS).first() if plan_id else None
    return (await settling.outline_of(plan, await counts_of(event.id))).tiers if plan else ()
