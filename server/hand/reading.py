"""What the page of a draft shows besides the draft itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.hand.desk import Desk
from server.models import Organiser, Person, Plan, PlenaryItem
from server.names import own_spelling, shown_name


@dataclass(frozen=True)
class Beside:
    """items: of the programme, by time. base: the plan from which the draft was made, if it still exists. people: names
    of those who made and changed the draft, by key.
    """

    items: Sequence[PlenaryItem]
    base: Plan | None
    people: Mapping[int, str]


async def read_beside(desk: Desk, locale: str) -> Beside:
    """Return what the page shows besides the draft. Four queries."""
    plan = desk.plan
    ids = {act.by for act in desk.record.acts if act.by is not None} | {plan.asked_by_id or 0}
    rows = await Organiser.filter(event_id=plan.event_id, person_id__in=ids).select_related("person")
    known = {row.person_id: shown_name(row, locale) for row in rows}
    others = await Person.filter(id__in=ids - known.keys())
    return Beside(
        items=await PlenaryItem.filter(event_id=plan.event_id).order_by("start_at"),
        base=await Plan.filter(id=plan.base_id or 0).only("id", "version").first(),
        people={**{each.id: own_spelling(each, locale) for each in others}, **known},
    )
