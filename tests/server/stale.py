"""An event with a plan, and acts that make one of its meetings impossible."""

from dataclasses import dataclass
from datetime import UTC, datetime

from server.models import Event, Interpreter, Meeting, Person, Plan, PlenaryItem, Registration, Slot, Table
from server.plans import publishing, staleness
from server.plans.staleness import Why
from tests import factories
from tests.server.planning import solved

NOW = datetime.now(UTC)


@dataclass
class Scene:
    """An event with one interpreted meeting in its first slot at its first table, and its plan."""

    event: Event
    organiser: Person
    expert: Registration
    firm: Registration
    interpreter: Interpreter
    plan: Plan
    slots: list[Slot]
    tables: list[Table]

    @property
    def base(self) -> str:
        return f"/e/{self.event.slug}"

    async def whys(self) -> list[Why]:
        return [each.why for each in await staleness.lost_of_plan(self.event.id, self.plan.id)]


async def scene(*, in_force: bool = False) -> Scene:
    event = await factories.event(slots=3, tables=2)
    organiser = (await factories.organiser(event)).person
    expert = await factories.expert(event, await factories.person(full_name="Ivan Petrov"), languages=["ru"])
    firm = await factories.enterprise(
        event, organisation=await factories.organisation(name="Xianchuan"), languages=["zh"]
    )
    interpreter = await factories.interpreter(event)
    await factories.wish(expert, firm)
    plan = await solved(event, organiser)
    slots, tables = await factories.slots_of(event), await factories.tables_of(event)
    await Meeting.filter(plan_id=plan.id).update(slot_id=slots[0].id, table_id=tables[0].id)
    if in_force:
        await publishing.publish(plan, organiser)
    return Scene(event, organiser, expert, firm, interpreter, plan, slots, tables)


async def withdraws(at: Scene) -> None:
    await Registration.filter(id=at.firm.id).update(withdrawn_at=NOW)


async def item_over_it(at: Scene) -> None:
    slot = at.slots[0]
    await PlenaryItem.create(
        event=at.event, name={"en": "Opening"}, start_at=slot.start_at, end_at=slot.end_at, side="expert"
    )
