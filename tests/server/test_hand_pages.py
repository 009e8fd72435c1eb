"""The pages of a timetable that is changed by hand, in a browser without scripts."""

import re
from collections.abc import Callable
from typing import Any

import httpx2

from server.models import Event, Meeting, Plan, PlanState, Publication, Registration
from server.plans import publishing
from tests import factories
from tests.client import Client
from tests.server.plan_pages import at_work, words
from tests.server.planning import solved


async def drafted(client: Client) -> tuple[Event, str, str]:
    """Return an event, the path of a plan of four meetings in three slots at two tables, and that of its draft."""
    event, organiser, plans = await at_work(client, slots=3, tables=2)
    for _number in range(2):
        await factories.expert(event)
        await factories.enterprise(event)
    plan = await solved(event, organiser)
    answer = await client.post(f"{plans}/{plan.id}/by-hand")
    assert answer.status_code == 303
    return event, f"{plans}/{plan.id}", answer.headers["location"]


def offered(page: httpx2.Response) -> dict[str, str]:
    """Return what each place in the timetable says that can be taken."""
    found = re.findall(r'name="cell" value="([^"]*)" data-place aria-label="([^"]*)"', page.text)
    return {cell: " ".join(said.split()) for cell, said in found}


async def test_a_meeting_is_picked_by_a_link_and_put_by_a_button(client: Client) -> None:
    _event, _plan, draft = await drafted(client)

    page = await client.get(f"{draft}?pick=e1-f2")

    clock = re.findall(r'<th scope="row">(\d\d:\d\d|\d{1,2}:\d\d\sAM)', page.text)
    assert len(clock) == 3
    # The first slot is free at both tables; in its own slot it can change places; its expert is busy in the third.
    assert {cell: said.split(". ")[1] for cell, said in offered(page).items()} == {
        "s1.t1": "Possible at a cost: 2 more breaks",
        "s1.t2": "Possible at a cost: 2 more breaks",
        "s2.t1": offered(page)["s2.t1"].split(". ")[1],
    }
    assert "moves to" in offered(page)["s2.t1"]
    assert "Too many meetings at this time" in words(page)
    assert "3 places are possible." in words(page)

    answer = await client.post(
        f"{draft}?pick=e1-f2", data={"do": "place", "seen": "0", "pair": "e1-f2", "cell": "s1.t2"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{draft}#m-e1-f2")
    after = await client.get(draft)
    assert "Moved: " in words(after)
    moved = await Meeting.get(plan__version=2, expert_id=1, enterprise_id=2)
    assert (moved.slot_id, moved.table_id) == (1, 2)


async def test_a_list_of_places_says_the_same_as_the_timetable(client: Client) -> None:
    _event, _plan, draft = await drafted(client)
    page = await client.get(f"{draft}?pick=e1-f2")
    options = dict(re.findall(r'<option value="(s[0-9]+\.t[0-9]+)"( disabled)?>', page.text))
    assert {cell for cell, is_off in options.items() if not is_off} == offered(page).keys()
    answer = await client.post(draft, data={"do": "place_and_pin", "seen": "0", "pair": "e1-f2", "cell": "s1.t1"})
    assert answer.status_code == 303
    assert "Pinned meeting" in (await client.get(draft)).text


async def test_who_is_slower_sees_what_was_done_and_has_the_meeting_still_in_hand(client: Client) -> None:
    _event, _plan, draft = await drafted(client)
    await client.post(draft, data={"do": "place", "seen": "0", "pair": "e1-f2", "cell": "s1.t1"})

    answer = await client.post(draft, data={"do": "place", "seen": "0", "pair": "e3-f4", "cell": "s1.t1"})

    assert answer.status_code == 409
    assert "The timetable has changed since you opened the page. Your last step is not done." in words(answer)
    assert "Moved: " in words(answer).split("since you opened the page.")[1]
    assert 'name="pair" value="e3-f4"' in answer.text
    assert 'name="seen" value="1"' in answer.text
    assert (await Meeting.get(plan__version=2, expert_id=3, enterprise_id=4)).slot_id == 2


async def test_what_is_impossible_is_refused_with_its_reason(client: Client) -> None:
    _event, _plan, draft = await drafted(client)
    answer = await client.post(draft, data={"do": "place", "seen": "0", "pair": "e1-f2", "cell": "s3.t1"})
    assert answer.status_code == 409
    assert "This is not possible. Nothing is changed." in words(answer)
    assert "Too many meetings at this time" in words(answer)
    for nonsense in ({"cell": "s99.t1"}, {"pair": "e9-f9", "cell": "s1.t1"}, {"cell": ""}):
        answer = await client.post(draft, data={"do": "place", "seen": "0", "pair": "e1-f2", **nonsense})
        assert (answer.status_code, "There is nothing to change here." in words(answer)) == (409, True)
    for broken in ({"pair": "<b>"}, {"cell": "s1.t1'"}, {"do": "burn"}, {"seen": "x"}):
        data = {"do": "place", "seen": "0", "pair": "e1-f2", "cell": "s1.t1", **broken}
        assert (await client.post(draft, data=data)).status_code == 422


async def test_dropping_undoing_pinning_and_blocking_by_buttons(client: Client) -> None:
    _event, _plan, draft = await drafted(client)
    steps = [
        {"do": "drop", "pair": "e1-f2"},
        {"do": "undo"},
        {"do": "redo"},
        {"do": "place", "pair": "e1-f2", "cell": "s1.t1"},
        {"do": "pin", "pair": "e1-f2"},
        {"do": "unpin", "pair": "e1-f2"},
        {"do": "block", "slot": "s1", "table": "t2"},
        {"do": "unblock", "cell": "s1.t2"},
    ]
    for number, step in enumerate(steps):
        assert (await client.post(draft, data={"seen": str(number), **step})).status_code == 303
    page = words(await client.get(draft))
    history = page.split("History")[1]
    for said in ("Open again: ", "Blocked: ", "No longer pinned: ", "Pinned: ", "Added: ", "Done again. Removed: "):
        assert said in history


async def test_a_draft_has_the_pages_of_a_plan_and_is_published_by_them(client: Client) -> None:
    event, plan, draft = await drafted(client)
    await client.post(draft, data={"do": "place", "seen": "0", "pair": "e1-f2", "cell": "s1.t1"})
    made = draft.removesuffix("/hand")

    pages = [await client.get(f"{made}{page}") for page in ("", "/publish", "/plan.json", "/graph.svg", "/pairs/e1-f2")]
    assert [page.status_code for page in pages] == [200] * 5
    assert [each["slot"] for each in pages[2].json()["meetings"] if each["pair"] == "e1-f2"] == ["s1"]
    assert "Made from plan 1" in words(await client.get(plan.rpartition("/")[0]))
    assert (await client.post(f"{made}/publish")).status_code == 303
    assert (await Publication.get(event_id=event.id)).plan_id == int(made.rpartition("/")[2])
    late = await client.post(draft, data={"do": "undo", "seen": "1"})
    assert (late.status_code, "This plan was published meanwhile" in words(late)) == (409, True)
    # It is changed by a draft of its own now, and the button of the first plan still makes one of that.
    assert "/by-hand" in (await client.get(made)).text


async def test_a_draft_is_thrown_away_with_its_acts(client: Client) -> None:
    _event, _plan, draft = await drafted(client)
    await client.post(draft, data={"do": "drop", "seen": "0", "pair": "e1-f2"})
    assert (await client.post(draft.replace("/hand", "/remove"))).status_code == 303
    assert await Plan.all().count() == 1
    assert (await client.get(draft)).status_code == 404


async def test_the_rest_is_planned_around_the_pins_as_a_run(client: Client) -> None:
    _event, _plan, draft = await drafted(client)
    await client.post(draft, data={"do": "pin", "seen": "0", "pair": "e1-f2"})
    assert "Plan the rest around the pinned meetings" in words(await client.get(draft))
    answer = await client.post(draft.replace("/hand", "/finish"), data={"seconds": "2"})
    asked = await Plan.get(version=3)
    assert (answer.status_code, answer.headers["location"]) == (303, draft.replace("2/hand", str(asked.id)))
    assert asked.state == PlanState.QUEUED
    second = await client.post(draft.replace("/hand", "/finish"), data={"seconds": "2"})
    assert second.status_code == 409


async def test_only_organisers_of_the_event_with_the_right_change_a_plan(client: Client) -> None:
    event, plan, draft = await drafted(client)
    other = await factories.event()
    strange = (await factories.organiser(other)).person
    await factories.signed_in(client, strange)
    paths = (draft, draft.replace(event.slug, other.slug), plan.replace(event.slug, other.slug) + "/hand")
    assert [(await client.get(path)).status_code for path in paths] == [404] * 3
    data = {"do": "drop", "seen": "0", "pair": "e1-f2"}
    assert [(await client.post(path, data=data)).status_code for path in paths] == [404] * 3
    await factories.signed_in(client, (await factories.organiser(event, rights=["people"])).person)
    assert (await client.post(draft, data=data)).status_code == 403
    assert await Meeting.filter(plan__version=2).count() == 4


async def test_a_plan_of_the_solver_is_changed_by_a_draft_of_it(client: Client) -> None:
    event, plan, draft = await drafted(client)
    assert (await client.get(f"{plan}/hand")).headers["location"] == plan
    assert (await client.post(f"{plan}/hand", data={"do": "undo", "seen": "0"})).status_code == 404
    await publishing.publish(await Plan.get(version=1), (await factories.organiser(event)).person)
    # A second press of the button opens the draft that the first has made.
    again = await client.post(f"{plan}/by-hand")
    assert (again.headers["location"], await Plan.all().count()) == (draft, 2)


async def test_a_meeting_that_has_become_impossible_is_marked_in_the_draft(client: Client) -> None:
    _event, _plan, draft = await drafted(client)
    await Registration.filter(id=1).update(available=[])
    page = await client.get(draft)
    assert "2 meetings can no longer take place" in words(page)
    assert page.text.count('class="meet lost"') == 2


async def test_the_page_takes_a_fixed_number_of_queries(client: Client, queries: Callable[[], Any]) -> None:
    _event, _plan, draft = await drafted(client)
    numbers = []
    for cell in ("s1.t1", "s1.t2", "s2.t2"):
        await client.get(draft)
        with queries() as seen:
            assert (await client.get(f"{draft}?pick=e1-f2")).status_code == 200
        numbers.append(len(seen))
        await client.post(draft, data={"do": "place", "seen": str(len(numbers) - 1), "pair": "e1-f2", "cell": cell})
    assert len(set(numbers)) == 1
    assert numbers[0] < 16
