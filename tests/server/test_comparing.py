"""Two or three plans side by side."""

from types import SimpleNamespace
from typing import Any

from server.models import Meeting, Plan, PlanState
from server.plans import comparing, noting
from server.plans.comparing import Changed, Seat, Sway, Version
from server.plans.noting import Note
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.reading import read
from tests.server.plan_pages import at_work, couples
from tests.server.planning import solved


def version(meetings: dict[tuple[int, int], tuple[int, int, float]]) -> Version:
    """Return a version without a row. meetings: (slot, table, value) by expert and enterprise."""
    plan: Any = SimpleNamespace(id=1)
    seats = {pair: Seat(slot, table, None) for pair, (slot, table, _value) in meetings.items()}
    return Version(plan, seats, {pair: value for pair, (_slot, _table, value) in meetings.items()})


BEFORE = version({(1, 11): (1, 1, 0.5), (1, 12): (2, 1, 0.5), (2, 11): (2, 2, 0.25)})
AFTER = version({(1, 11): (1, 1, 0.5), (1, 12): (3, 1, 0.5), (2, 12): (2, 2, 0.75)})


def test_meetings_are_gained_lost_and_moved() -> None:
    found = comparing.differences([BEFORE, AFTER])
    assert [each.pair for each in found] == [(1, 12), (2, 11), (2, 12)]
    assert comparing.counted(found, 1) == {Changed.MOVED: 1, Changed.LOST: 1, Changed.GAINED: 1}
    assert comparing.affected(found, 1) == {1, 2, 11, 12}
    assert comparing.changed(Seat(1, 1, None), Seat(1, 2, None)) is Changed.RESEATED


def test_a_plan_compared_with_itself_has_no_differences() -> None:
    assert comparing.differences([BEFORE, BEFORE]) == []
    assert comparing.sways(BEFORE, BEFORE) == []


def test_gains_and_losses_sum_up_to_the_difference_of_both_sides() -> None:
    found = comparing.sways(BEFORE, AFTER)
    assert found == [Sway(12, 0.75, 1, 2), Sway(2, 0.5, 1, 1), Sway(11, -0.25, 2, 1)]
    total = sum(AFTER.values.values()) - sum(BEFORE.values.values())
    assert sum(each.value for each in found) == 2 * total


async def test_organisers_compare_plans_that_are_ready(client: Client) -> None:
    event, organiser, plans = await at_work(client)
    await couples(event, 2)
    first, second = [await solved(event, organiser) for _time in range(2)]
    await noting.keep(await Plan.get(id=second.id), Note(note="without <b>hall B</b>"))
    listed = await client.get(plans)
    assert listed.text.count('name="plan"') == 2 and "without &lt;b&gt;hall B" in listed.text

    page = read(await client.get(f"{plans}/compare?plan={first.id}&plan={second.id}"))
    assert "All meetings are the same in these plans." in page.words and "without <b>hall B</b>" in page.words
    few = await client.get(f"{plans}/compare?plan={first.id}")
    assert (few.status_code, few.headers["location"]) == (303, f"{plans}?notice=compare_two")
    other = await factories.event()
    foreign = await Plan.create(event=other, version=1, state=PlanState.READY, seconds=1)
    assert (await client.get(f"{plans}/compare?plan={first.id}&plan={foreign.id}")).status_code == 404


async def test_every_view_names_what_differs(client: Client) -> None:
    event, organiser, plans = await at_work(client)
    await couples(event, 2)
    first, second = [await solved(event, organiser) for _time in range(2)]
    lost = await Meeting.filter(plan_id=second.id).first()
    assert lost is not None
    await lost.delete()
    for by in ("expert", "enterprise", "slot", "table", "nonsense"):
        page = read(await client.get(f"{plans}/compare?plan={first.id}&plan={second.id}&by={by}"))
        assert "1 meeting less" in page.words and "No meeting" in page.words and "less value" in page.words


async def test_a_note_of_two_organisers_at_once_loses_nothing(client: Client) -> None:
    event, organiser, plans = await at_work(client)
    await couples(event, 1)
    plan = await solved(event, organiser)
    path = f"{plans}/{plan.id}/note"
    page = (await client.get(path)).text
    first = await client.post(path, data=filled(page, "note", note="hall A alone"))
    second = await client.post(path, data=filled(page, "note", note="hall B alone"))
    assert (first.status_code, second.status_code) == (303, 409)
    assert "hall A alone" in second.text and "hall B alone" in second.text
    stored = await Plan.get(id=plan.id)
    assert (stored.note, len(stored.inputs_hash or "")) == ("hall A alone", 64)
