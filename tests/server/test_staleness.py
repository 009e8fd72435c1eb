"""Meetings that have become impossible are found, shown on every page, and prevent publishing."""

import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from server.models import (
    CalendarEntry,
    Confidentiality,
    Correction,
    CorrectionKind,
    Event,
    Interpreter,
    Mail,
    Meeting,
    Need,
    NeedState,
    Person,
    Plan,
    PlanState,
    PlenaryItem,
    Publication,
    Registration,
    Slot,
    Table,
    Wish,
    WishKind,
)
from server.plans import publishing, staleness
from server.plans.staleness import Why
from tests import factories
from tests.client import Client
from tests.conftest import Statements
from tests.server.planning import solved
from tests.server.registering import step

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


Act = Callable[[Scene], Awaitable[object]]


async def withdraws(at: Scene) -> None:
    await Registration.filter(id=at.firm.id).update(withdrawn_at=NOW)


async def is_a_draft_again(at: Scene) -> None:
    await Registration.filter(id=at.expert.id).update(registered_at=None)


async def takes_its_need_back(at: Scene) -> None:
    await Need.filter(registration_id=at.firm.id).update(state=NeedState.WITHDRAWN)


async def refuses(at: Scene) -> None:
    await Wish.filter(by_id=at.expert.id).update(kind=WishKind.NO)


async def is_refused(at: Scene) -> None:
    await factories.wish(at.firm, at.expert, WishKind.NO)


async def does_not_fit(at: Scene) -> None:
    await Correction.create(event=at.event, expert=at.expert, enterprise=at.firm, kind=CorrectionKind.UNFIT)


async def keeps_its_name_back(at: Scene) -> None:
    await Need.filter(registration_id=at.firm.id).update(confidentiality=Confidentiality.FIELD_ONLY)


async def slot_goes(at: Scene) -> None:
    await Slot.filter(id=at.slots[0].id).update(removed_at=NOW)


async def item_over_it(at: Scene) -> None:
    slot = at.slots[0]
    await PlenaryItem.create(
        event=at.event, name={"en": "Opening"}, start_at=slot.start_at, end_at=slot.end_at, side="expert"
    )


async def table_goes(at: Scene) -> None:
    await Table.filter(id=at.tables[0].id).update(removed_at=NOW)


async def has_another_table(at: Scene) -> None:
    await Registration.filter(id=at.firm.id).update(table_id=at.tables[1].id)


async def table_is_anothers(at: Scene) -> None:
    await factories.enterprise(at.event, table_id=at.tables[0].id)


async def is_not_there(at: Scene) -> None:
    await Registration.filter(id=at.expert.id).update(available=[at.slots[1].id])


async def wants_none(at: Scene) -> None:
    await Registration.filter(id=at.firm.id).update(max_meetings=0)


async def interpreter_goes(at: Scene) -> None:
    await Interpreter.filter(id=at.interpreter.id).update(removed_at=NOW)


async def interpreter_is_absent(at: Scene) -> None:
    await Interpreter.filter(id=at.interpreter.id).update(available=[at.slots[2].id])


async def interpreter_forgets(at: Scene) -> None:
    await Interpreter.filter(id=at.interpreter.id).update(languages=["ru", "de"])


async def interpreter_rests(at: Scene) -> None:
    await Interpreter.filter(id=at.interpreter.id).update(max_meetings=0)


async def nobody_interprets(at: Scene) -> None:
    await Meeting.filter(plan_id=at.plan.id).update(interpreter_id=None)


CHANGES: list[tuple[Act, Why]] = [
    (withdraws, Why.PARTY_GONE),
    (is_a_draft_again, Why.PARTY_GONE),
    (takes_its_need_back, Why.NEED_GONE),
    (refuses, Why.VETO),
    (is_refused, Why.VETO),
    (does_not_fit, Why.UNFIT),
    (keeps_its_name_back, Why.UNTOLD),
    (slot_goes, Why.SLOT_GONE),
    (item_over_it, Why.PROGRAMME),
    (table_goes, Why.TABLE_GONE),
    (has_another_table, Why.OTHER_TABLE),
    (table_is_anothers, Why.OTHER_TABLE),
    (is_not_there, Why.PARTY_ABSENT),
    (wants_none, Why.OVER_LIMIT),
    (interpreter_goes, Why.INTERPRETER_GONE),
    (interpreter_is_absent, Why.INTERPRETER_ABSENT),
    (interpreter_forgets, Why.INTERPRETER_UNABLE),
    (interpreter_rests, Why.INTERPRETER_BUSY),
    (nobody_interprets, Why.INTERPRETER_MISSING),
]
IDS = [act.__name__ for act, _why in CHANGES]


async def test_a_plan_of_an_unchanged_event_stays_possible(database: None) -> None:
    at = await scene()

    assert await at.whys() == []


@pytest.mark.parametrize(("act", "why"), CHANGES, ids=IDS)
async def test_a_change_is_found_by_its_reason(database: None, act: Act, why: Why) -> None:
    at = await scene()

    await act(at)

    assert await at.whys() == [why]
    with pytest.raises(publishing.Stale):
        await publishing.publish(at.plan, at.organiser)
    assert await CalendarEntry.all().count() == 0


async def test_of_too_many_at_once_those_worth_least_are_lost(database: None) -> None:
    at = await scene()
    other = await factories.enterprise(at.event)
    await Registration.filter(id=at.expert.id).update(languages=["ru", "en"], parallel=2)
    better = await Meeting.create(
        plan=at.plan, expert=at.expert, enterprise=other, slot=at.slots[0], table=at.tables[1], value=1.0
    )
    assert await at.whys() == []

    await Registration.filter(id=at.expert.id).update(parallel=1)

    found = await staleness.lost_of_plan(at.event.id, at.plan.id)
    assert [(each.why, each.who) for each in found] == [(Why.TOO_MANY_AT_ONCE, f"e{at.expert.id}")]
    assert found[0].meeting.id != better.id


async def test_new_times_of_a_slot_concern_the_plan_in_force_alone(database: None) -> None:
    at = await scene(in_force=True)
    later = at.slots[0].end_at + timedelta(minutes=5)

    await Slot.filter(id=at.slots[0].id).update(end_at=later)

    assert await at.whys() == [Why.SLOT_MOVED]
    await Publication.all().delete()
    assert await at.whys() == []


async def test_meetings_that_have_begun_are_never_impossible(database: None) -> None:
    at = await scene(in_force=True)
    await withdraws(at)

    later = at.slots[0].start_at + timedelta(minutes=1)

    assert len(await staleness.lost_in_force(at.event.id)) == 1
    assert await staleness.lost_in_force(at.event.id, now=later) == []


@pytest.mark.parametrize("number", [1, 3])
async def test_the_queries_do_not_grow_with_the_plan(
    database: None, queries: Callable[[], AbstractContextManager[Statements]], number: int
) -> None:
    at = await scene()
    for table in range(number):
        other = await factories.expert(at.event)
        await Meeting.create(
            plan=at.plan, expert=other, enterprise=at.firm, slot=at.slots[1], table=at.tables[table % 2], value=0.5
        )

    with queries() as seen:
        await staleness.lost_of_plan(at.event.id, at.plan.id)
    with queries() as seen_again:
        await staleness.lost_of_plan(at.event.id, at.plan.id)

    assert (len(seen), len(seen_again)) == (13, 1)


# -- Pages ---------------------------------------------------------------------------------------------------------


async def test_a_stale_plan_is_marked_on_its_pages_and_refused(client: Client) -> None:
    at = await scene()
    await factories.signed_in(client, at.organiser)
    await item_over_it(at)
    here = f"{at.base}/plans/{at.plan.id}"

    pages = {
        name: (await client.get(f"{here}{path}")).text
        for name, path in {
            "slot": "",
            "expert": "?by=expert",
            "enterprise": "?by=enterprise",
            "interpreter": "?by=interpreter",
            "pair": f"/pairs/e{at.expert.id}-f{at.firm.id}",
            "publish": "/publish",
        }.items()
    }
    answer = await client.post(f"{here}/publish")
    desk = await client.get(f"{at.base}/desk")
    listed = await client.get(f"{at.base}/plans")

    for view in ("slot", "expert", "enterprise", "interpreter"):
        assert 'aria-label="Can no longer take place"' in pages[view], view
    assert all("A programme item takes place at this time." in page for page in pages.values())
    assert answer.status_code == 409
    assert "Ivan Petrov" in answer.text
    assert "Xianchuan" in answer.text
    assert f'action="{at.base}/plans"' in answer.text
    assert "Plan 1 is out of date: 1 meeting can no longer take place" in desk.text
    assert "1 meeting can no longer take place" in listed.text
    assert (await Plan.get(id=at.plan.id)).state == PlanState.READY


async def test_the_desk_offers_a_repair_with_one_button_and_is_never_ready(client: Client) -> None:
    at = await scene(in_force=True)
    await factories.enterprise(at.event)
    await factories.signed_in(client, at.organiser)
    ready = await client.get(f"{at.base}/desk")

    await withdraws(at)
    desk = await client.get(f"{at.base}/desk")
    task = re.search(r"1 meeting of the published plan can no longer take place.*?</form>", desk.text, re.DOTALL)
    assert task is not None
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', task[0]))
    await client.post(f"{at.base}/plans", data=fields)

    assert "Everything is ready" in ready.text
    assert "Everything is ready" not in desk.text
    assert "Propose a repair" in task[0]
    assert await Plan.filter(event_id=at.event.id, preset="repair").count() == 1


async def test_a_plan_that_failed_leaves_something_to_do(client: Client) -> None:
    at = await scene()
    await factories.signed_in(client, at.organiser)
    await Plan.filter(id=at.plan.id).update(state=PlanState.FAILED, progress={"failure": "no_plan"})

    desk = await client.get(f"{at.base}/desk")

    assert "Everything is ready" not in desk.text
    assert "Make another plan" in desk.text


# -- The difference that was looked at -----------------------------------------------------------------------------


async def two_plans(client: Client) -> tuple[Scene, Plan, dict[str, str]]:
    """Return a published plan, an older one whose confirmation page was opened before, and the form of that page."""
    at = await scene()
    await factories.signed_in(client, at.organiser)
    form = await client.get(f"{at.base}/plans/{at.plan.id}/publish")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.text))
    newer = await solved(at.event, at.organiser)
    await publishing.publish(newer, at.organiser)
    return at, newer, fields


@pytest.mark.parametrize("is_bare", [True, False])
async def test_an_older_plan_is_not_published_from_a_page_that_saw_another(client: Client, is_bare: bool) -> None:
    at, newer, fields = await two_plans(client)
    letters = await Mail.all().count()

    answer = await client.post(f"{at.base}/plans/{at.plan.id}/publish", data={} if is_bare else fields)

    assert answer.status_code == 409
    assert "Another plan was published after you opened this page." in answer.text
    assert (await Publication.get(event_id=at.event.id)).plan_id == newer.id
    assert await Mail.all().count() == letters


async def test_who_has_seen_the_new_difference_publishes(client: Client) -> None:
    at, _newer, fields = await two_plans(client)
    shown = await client.post(f"{at.base}/plans/{at.plan.id}/publish", data=fields)
    fields = dict(re.findall(r'name="(against)" value="([^"]*)"', shown.text))

    answer = await client.post(f"{at.base}/plans/{at.plan.id}/publish", data=fields)

    assert answer.status_code == 303
    assert (await Publication.get(event_id=at.event.id)).plan_id == at.plan.id


async def test_pressing_twice_publishes_once(client: Client) -> None:
    at = await scene()
    await factories.signed_in(client, at.organiser)

    answers = [await client.post(f"{at.base}/plans/{at.plan.id}/publish") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert await Mail.filter(template="published").count() == 3
    assert (await CalendarEntry.get()).sequence == 0


async def test_meetings_that_have_begun_are_not_changed_by_publishing(client: Client) -> None:
    at = await scene(in_force=True)
    await factories.signed_in(client, at.organiser)
    empty = await Plan.create(event=at.event, version=2, state=PlanState.READY, seconds=1, problem={})
    begun = datetime.now(UTC) - timedelta(minutes=5)
    await CalendarEntry.all().update(start_at=begun)

    answer = await client.post(f"{at.base}/plans/{empty.id}/publish")

    assert answer.status_code == 409
    assert "The meeting has begun or ended. The plan would change it." in answer.text
    assert "Ivan Petrov" in answer.text
    assert not (await CalendarEntry.get()).is_cancelled


# -- Deleting ------------------------------------------------------------------------------------------------------


async def test_a_trial_plan_can_be_deleted(client: Client) -> None:
    at = await scene()
    await factories.signed_in(client, at.organiser)
    here = f"{at.base}/plans/{at.plan.id}"

    asked = await client.get(f"{here}/remove")
    answer = await client.post(f"{here}/remove")

    assert "Delete plan 1?" in asked.text
    assert (answer.status_code, answer.headers["location"]) == (303, f"{at.base}/plans?notice=removed")
    assert await Plan.all().count() == 0
    assert await Meeting.all().count() == 0


async def test_a_plan_that_people_were_told_about_stays(client: Client) -> None:
    at = await scene(in_force=True)
    await factories.signed_in(client, at.organiser)
    await publishing.publish(await solved(at.event, at.organiser), at.organiser)

    answers = [await client.post(f"{at.base}/plans/{plan.id}/remove") for plan in await Plan.all()]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert await Plan.all().count() == 2


async def test_presence_that_is_cleared_marks_the_plan(client: Client) -> None:
    at = await scene()
    await factories.signed_in(client, at.expert.person)

    await step(client, at.event, "expert", "presence", {"available": [at.slots[1].id]})

    assert await at.whys() == [Why.PARTY_ABSENT]


# -- Repairing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [act for act, _why in CHANGES], ids=IDS)
async def test_a_repair_of_any_change_holds_again(database: None, act: Act) -> None:
    at = await scene(in_force=True)
    await act(at)

    repaired = await solved(at.event, at.organiser, preset="repair")

    assert repaired.state == PlanState.READY
    assert await staleness.lost_of_plan(at.event.id, repaired.id) == []
    await publishing.publish(repaired, at.organiser)
    assert await staleness.lost_in_force(at.event.id) == []


async def test_a_name_that_is_told_already_is_not_kept_back_again(database: None) -> None:
    at = await scene(in_force=True)

    await keeps_its_name_back(at)

    assert await at.whys() == []
