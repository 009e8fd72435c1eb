"""Changing a draft by hand: acts, undoing, two organisers, pins, and the plan around them."""

import asyncio
from dataclasses import dataclass

import pytest

from matching.checking import faults
from matching.formats.schedule import read_plan, read_problem
from server.hand import service as hand
from server.hand.desk import desk_of
from server.models import ActKind, Claim, Event, Meeting, Person, Plan, PlanAct, PlanState, Slot, Table
from server.plans import publishing, settling
from tests import factories
from tests.server.planning import problem_of, result_of, solved, solved_again


@dataclass
class Draft:
    """A draft of a plan with one meeting each of two experts with two enterprises, in three slots at two tables."""

    event: Event
    organiser: Person
    plan: Plan
    draft: Plan
    slots: list[Slot]
    tables: list[Table]

    async def revision(self) -> int:
        return int((await Plan.get(id=self.draft.id)).revision)

    async def places(self) -> dict[str, tuple[int, int]]:
        """Return (number of slot, number of table) by pair."""
        slots, tables = [slot.id for slot in self.slots], [table.id for table in self.tables]
        rows = await Meeting.filter(plan_id=self.draft.id)
        return {
            f"e{row.expert_id}-f{row.enterprise_id}": (slots.index(row.slot_id), tables.index(row.table_id))
            for row in rows
        }

    async def place(self, pair: str, slot: int, table: int, *, seen: int | None = None, pin: bool = False) -> None:
        at = await self.revision() if seen is None else seen
        cell = f"s{self.slots[slot].id}", f"t{self.tables[table].id}"
        await hand.place(self.draft, self.organiser, at, pair, *cell, pin=pin)


@pytest.fixture
async def made(database: None) -> Draft:
    event = await factories.event(slots=3, tables=2)
    organiser = (await factories.organiser(event)).person
    for _number in range(2):
        await factories.expert(event)
        await factories.enterprise(event)
    plan = await solved(event, organiser)
    draft = await hand.begin(plan, organiser)
    return Draft(event, organiser, plan, draft, await factories.slots_of(event), await factories.tables_of(event))


def at(made: Draft, slot: int, table: int) -> tuple[str, str]:
    return f"s{made.slots[slot].id}", f"t{made.tables[table].id}"


async def claimed(plan: Plan) -> list[tuple[int, int, str]]:
    return sorted([(row.meeting_id, row.slot_id, row.kind.value) for row in await Claim.filter(plan_id=plan.id)])


async def test_a_draft_is_a_version_of_its_own_and_its_plan_stays(made: Draft) -> None:
    before = await made.places()
    assert before == {"e1-f2": (1, 1), "e1-f4": (2, 0), "e3-f2": (2, 1), "e3-f4": (1, 0)}
    assert (made.draft.version, made.draft.base_id, made.draft.asked_by_id) == (2, made.plan.id, made.organiser.id)

    await made.place("e1-f2", 0, 1)

    assert await made.places() == {**before, "e1-f2": (0, 1)}
    original = await Meeting.filter(plan_id=made.plan.id).order_by("id")
    assert {(row.slot_id, row.table_id) for row in original} == {
        (made.slots[slot].id, made.tables[table].id) for slot, table in before.values()
    }
    # The claims are those of the meetings as they are now: two parties and a table for each.
    rows = await Meeting.filter(plan_id=made.draft.id)
    kinds = ("party", "party", "table")
    assert await claimed(made.draft) == sorted([(row.id, row.slot_id, kind) for row in rows for kind in kinds])


async def test_what_pages_show_of_a_draft_is_judged_anew_after_an_act(made: Draft) -> None:
    """e1 has slots 1 and 3 now, so there is a break, and the bound of the solver's plan still holds."""
    for _time in range(2):
        await made.place("e1-f2", 0, 1)
        draft = await Plan.get(id=made.draft.id)
        await settling.settle(draft)
        problem, result = await problem_of(draft), await result_of(draft)
        read = read_problem(problem)
        assert faults(read, read_plan(result, read)) == []
        tiers = {tier["tier"]: (tier["achieved"], tier["bound"]) for tier in result["tiers"]}
        assert tiers["breaks"] == (2, 0)
        await hand.undo(draft, made.organiser, await made.revision())
    await settling.settle(draft)
    assert [tier["achieved"] for tier in (await result_of(draft))["tiers"]] == [
        tier["achieved"] for tier in (await result_of(made.plan))["tiers"]
    ]


async def test_a_place_that_breaks_a_rule_is_refused(made: Draft) -> None:
    before = await made.places()
    with pytest.raises(hand.CannotBe) as refused:
        await made.place("e1-f2", 2, 0)
    assert {fault.breach.value for fault in refused.value.faults} == {"party_double_booked", "table_double_booked"}
    assert (await made.places(), await made.revision()) == (before, 0)
    with pytest.raises(hand.NothingToDo):
        await made.place("e1-f2", 1, 1)
    with pytest.raises(hand.NothingToDo):
        await made.place("e1-f9", 0, 1)


async def test_two_meetings_change_places_and_back(made: Draft) -> None:
    before = await made.places()
    await made.place("e1-f2", 1, 0)
    assert await made.places() == {**before, "e1-f2": (1, 0), "e3-f4": (1, 1)}
    assert (await PlanAct.get(plan_id=made.draft.id, number=1)).kind == ActKind.SWAP
    await hand.undo(made.draft, made.organiser, 1)
    assert await made.places() == before


async def test_undo_and_redo_reach_over_organisers_and_a_new_act_ends_redo(made: Draft) -> None:
    colleague = (await factories.organiser(made.event)).person
    await made.place("e1-f2", 0, 0)
    await made.place("e3-f4", 0, 1)
    moved = await made.places()

    await hand.undo(made.draft, colleague, 2)
    await hand.undo(made.draft, colleague, 3)
    await hand.redo(made.draft, made.organiser, 4)
    await hand.redo(made.draft, made.organiser, 5)
    assert await made.places() == moved

    await hand.undo(made.draft, colleague, 6)
    await made.place("e3-f4", 0, 1)
    with pytest.raises(hand.NothingToDo):
        await hand.redo(made.draft, colleague, 8)
    acts = await PlanAct.filter(plan_id=made.draft.id).order_by("number")
    assert [(act.kind.value, act.of, act.by_id) for act in acts] == [
        ("start", None, made.organiser.id),
        ("move", None, made.organiser.id),
        ("move", None, made.organiser.id),
        ("undo", 2, colleague.id),
        ("undo", 1, colleague.id),
        ("redo", 1, made.organiser.id),
        ("redo", 2, made.organiser.id),
        ("undo", 2, colleague.id),
        ("move", None, made.organiser.id),
    ]


async def test_of_two_organisers_the_slower_is_told_and_overwrites_nothing(made: Draft) -> None:
    colleague = (await factories.organiser(made.event)).person
    place = hand.place(made.draft, colleague, 0, "e3-f4", *at(made, 0, 0))
    both = await asyncio.gather(made.place("e1-f2", 0, 0, seen=0), place, return_exceptions=True)

    [refused] = [each for each in both if each is not None]
    assert isinstance(refused, hand.DraftChanged)
    assert refused.desk.revision == await made.revision() == 1
    assert sorted((await made.places()).values()).count((0, 0)) == 1
    with pytest.raises(hand.DraftChanged):
        await hand.drop(made.draft, colleague, 0, "e1-f4")
    assert len(await made.places()) == 4


async def test_a_pinned_meeting_stays_until_it_is_let_go(made: Draft) -> None:
    await hand.pin(made.draft, made.organiser, 0, "e1-f2", is_pinned=True)
    for refused in (
        made.place("e1-f2", 0, 0),
        made.place("e3-f4", 1, 1),
        hand.drop(made.draft, made.organiser, 1, "e1-f2"),
    ):
        with pytest.raises(hand.CannotBe):
            await refused
    await hand.pin(made.draft, made.organiser, 1, "e1-f2", is_pinned=False)
    await made.place("e1-f2", 0, 0, pin=True)
    assert (await desk_of(made.draft)).record.pins == {"e1-f2"}
    # One step put it there and pinned it, and one step takes both back.
    await hand.undo(made.draft, made.organiser, 3)
    assert (await desk_of(made.draft)).record.pins == frozenset()
    assert (await made.places())["e1-f2"] == (1, 1)


async def test_a_blocked_cell_takes_no_meeting_and_an_occupied_one_is_not_blocked(made: Draft) -> None:
    with pytest.raises(hand.CannotBe):
        await hand.block(made.draft, made.organiser, 0, *at(made, 1, 1), is_blocked=True)
    await hand.block(made.draft, made.organiser, 0, *at(made, 0, 0), is_blocked=True)
    with pytest.raises(hand.CannotBe):
        await made.place("e1-f2", 0, 0)
    await hand.block(made.draft, made.organiser, 1, *at(made, 0, 0), is_blocked=False)
    await made.place("e1-f2", 0, 0)


async def test_a_dropped_meeting_comes_back_from_the_tray_as_it_was(made: Draft) -> None:
    before = await Meeting.get(plan_id=made.draft.id, expert_id=1, enterprise_id=2)
    await hand.drop(made.draft, made.organiser, 0, "e1-f2")
    assert "e1-f2" not in await made.places()
    await made.place("e1-f2", 0, 1)
    after = await Meeting.get(plan_id=made.draft.id, expert_id=1, enterprise_id=2)
    assert (after.need_id, after.value) == (before.need_id, before.value)
    await hand.undo(made.draft, made.organiser, 2)
    await hand.undo(made.draft, made.organiser, 3)
    assert (await made.places())["e1-f2"] == (1, 1)


async def test_the_rest_is_planned_around_the_pins(made: Draft) -> None:
    await made.place("e1-f2", 0, 1, pin=True)
    await hand.block(made.draft, made.organiser, 1, *at(made, 1, 1), is_blocked=True)
    draft = await Plan.get(id=made.draft.id)

    asked = await hand.finish(draft, made.event, made.organiser, seconds=1)
    done = await solved_again(asked)

    assert (done.state, done.version, done.base_id, done.revision) == (PlanState.READY, 3, draft.id, None)
    new = Draft(made.event, made.organiser, draft, done, made.slots, made.tables)
    places = await new.places()
    assert places["e1-f2"] == (0, 1)
    assert (1, 1) not in places.values()
    # A draft of the new plan can lift the pin and the block: they are the organiser's, not the event's.
    again = await hand.begin(done, made.organiser)
    record = (await desk_of(again)).record
    assert record.pins == {"e1-f2"}
    assert record.blocks == {".".join(at(made, 1, 1))}
    problem = await problem_of(again)
    assert problem["pins"] == []
    assert problem["tables"] == (await problem_of(made.plan))["tables"]


async def test_a_draft_is_published_as_any_plan_and_then_stands(made: Draft) -> None:
    await made.place("e1-f2", 0, 1)
    await publishing.publish(await Plan.get(id=made.draft.id), made.organiser)
    with pytest.raises(hand.NotADraft):
        await hand.undo(made.draft, made.organiser, 1)
    assert (await made.places())["e1-f2"] == (0, 1)
