"""What the page of a draft shows besides the draft itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.hand.desk import Desk
from server.models import Organiser, Person, Plan, PlenaryItem
from server.names import own_spelling, shown_name
from server.plans import staleness
from server.rows import pair_id


@dataclass(frozen=True)
class Beside:
    """items: of the programme, by time. base: the plan from which the draft was made, if it still exists. people: names
    of those who made and changed the draft, by key. lost: pairs whose meetings in the draft have become impossible.
    """

    items: Sequence[PlenaryItem]
    base: Plan | None
    people: Mapping[int, str]
    lost: frozenset[str]


async def read_beside(desk: Desk, locale: str) -> Beside:
    """Return what the page shows besides the draft. Four queries, and those of `staleness.lost_of_plan`."""
    plan = desk.plan
    ids = {act.by for act in desk.record.acts if act.by is not None} | {plan.asked_by_id or 0}
    rows = await Organiser.filter(event_id=plan.event_id, person_id__in=ids).select_related("person")
    known = {row.person_id: shown_name(row, locale) for row in rows}
    others = await Person.filter(id__in=ids - known.keys())
    lost = await staleness.lost_of_plan(plan.event_id, plan.id)
    return Beside(
        items=await PlenaryItem.filter(event_id=plan.event_id).order_by("start_at"),
        base=await Plan.filter(id=plan.base_id or 0).only("id", "version").first(),
        people={**{each.id: own_spelling(each, locale) for each in others}, **known},
        lost=frozenset(pair_id(each.meeting.expert_id, each.meeting.enterprise_id) for each in lost),
    )
