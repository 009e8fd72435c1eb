"""The organisers' checklist, the phases of the desk, and the page of what is ready."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.desk import phases, tasks
from server.desk.phases import Phase
from server.models import DeskTask, Event, Organiser
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.reading import read
from tests.statements import Statements

Queries = Callable[[], AbstractContextManager[Statements]]


async def at_desk(client: Client, **event: Any) -> tuple[Event, Organiser, str]:
    """Return an event with its organiser, who is at the client, and the event's path."""
    made = await factories.event(**event)
    organiser = await factories.organiser(made)
    await factories.signed_in(client, organiser.person)
    return made, organiser, f"/e/{made.slug}"


async def test_a_task_goes_from_its_form_to_the_desk_and_is_done_by_a_colleague(client: Client) -> None:
    event, organiser, base = await at_desk(client)
    page = await client.get(f"{base}/tasks")
    given = filled(page.text, "title", title="Order lunch", owner=str(organiser.id), due_on="2031-05-02")
    answer = await client.post(f"{base}/tasks", data={**given, "working_group": "Catering"})
    assert answer.status_code == 303
    desk = read(await client.get(f"{base}/desk"))
    assert all(words in desk.words for words in ("Order lunch", "Catering"))
    [task] = await DeskTask.filter(event_id=event.id)
    assert (task.title, task.owner_id, task.working_group, task.due_on) == (
        "Order lunch",
        organiser.id,
        "Catering",
        date(2031, 5, 2),
    )
    colleague = await factories.organiser(event, rights=[])
    await factories.signed_in(client, colleague.person)
    for _press in range(2):
        await client.post(f"{base}/tasks/{task.id}/done", data={"from": "desk"})
    await task.refresh_from_db()
    assert (task.done_by_id, task.done_at is not None) == (colleague.person_id, True)
    assert "Order lunch" in (await client.get(f"{base}/tasks?show=done")).text
    assert (await client.post(f"{base}/tasks/{task.id}/reopen")).status_code == 303
    await task.refresh_from_db()
    assert (task.done_at, task.done_by_id) == (None, None)


async def test_two_organisers_on_one_task_lose_nothing(client: Client) -> None:
    event, _organiser, base = await at_desk(client)
    task = await factories.desk_task(event, title="Order lunch")
    drawn = (await client.get(f"{base}/tasks/{task.id}")).text
    await DeskTask.filter(id=task.id).update(why="For sixty")
    await client.post(f"{base}/tasks/{task.id}", data=filled(drawn, "title", title="Order lunch and tea"))
    await task.refresh_from_db()
    assert (task.title, task.why) == ("Order lunch and tea", "For sixty")
    await DeskTask.filter(id=task.id).update(title="Order supper")
    answer = await client.post(f"{base}/tasks/{task.id}", data=filled(drawn, "title", title="Order breakfast"))
    assert (answer.status_code, "Order supper" in answer.text, "Order breakfast" in answer.text) == (409, True, True)


async def test_an_owner_is_an_organiser_of_the_event_and_what_was_typed_stays(client: Client) -> None:
    _event, _organiser, base = await at_desk(client)
    stranger = await factories.organiser(await factories.event())
    given = {"title": "Order lunch", "owner": str(stranger.id), "due_on": "soon"}
    answer = await client.post(f"{base}/tasks", data=given)
    page = read(answer)
    assert (answer.status_code, page.field("title")) == (422, "Order lunch")
    assert "This person is no organiser of the event. Choose another one." in page.words
    assert await DeskTask.all().count() == 0


async def test_computed_tasks_are_assigned_and_the_tab_of_my_tasks_lists_them(client: Client) -> None:
    event, organiser, base = await at_desk(client, slots=0)
    drawn = (await client.get(f"{base}/tasks/of/slots")).text
    for _press in range(2):
        await client.post(f"{base}/tasks/of/slots", data=filled(drawn, "due_on", owner=str(organiser.id)))
    row = await DeskTask.get(event_id=event.id)
    assert (row.code, row.owner_id, row.title) == ("slots", organiser.id, "")
    mine = read(await client.get(f"{base}/tasks?show=mine"))
    assert "Set the days and slots" in mine.words
    assert "Set up a hall with tables" not in mine.words
    assert (await client.get(f"{base}/tasks/of/unknown")).status_code == 404
    helper = await factories.organiser(event)
    await DeskTask.filter(id=row.id).update(owner_id=helper.id)
    await Organiser.filter(id=helper.id).delete()
    await row.refresh_from_db()
    assert row.owner_id is None


async def test_hostile_texts_of_tasks_are_shown_as_text(client: Client) -> None:
    _event, _organiser, base = await at_desk(client)
    hostile = "<script>alert(1)</script>\u202e&amp;"
    await client.post(f"{base}/tasks", data={"title": hostile, "why": hostile, "working_group": '"><b>&group=x'})
    for path in ("tasks", "desk"):
        text = (await client.get(f"{base}/{path}")).text
        assert "<script>alert" not in text
        assert '"><b>&group' not in text
        assert "&lt;script&gt;alert(1)" in text


FIRST = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("today", "phase"),
    [
        (FIRST - timedelta(days=8), Phase.PREPARING),
        (FIRST - timedelta(days=7), Phase.WEEK),
        (FIRST - timedelta(days=1), Phase.WEEK),
        (FIRST, Phase.DAY),
        (FIRST + timedelta(days=90), Phase.DAY),
    ],
)
def test_the_week_before_begins_seven_days_before_the_first_day(today: date, phase: Phase) -> None:
    assert phases.phase_of(today, FIRST) is phase
    assert phases.phase_of(today, None) is Phase.PREPARING


def test_each_phase_puts_known_tasks_first() -> None:
    assert {code for first in tasks.FIRST.values() for code in first} <= tasks.CODES


async def test_another_phase_can_be_looked_at(client: Client) -> None:
    _event, _organiser, base = await at_desk(client)
    pages = {phase: await client.get(f"{base}/desk?phase={phase}") for phase in (*Phase, "x")}
    headings = {phase: re.search(r"<h1>([^<]*)", page.text)[1] for phase, page in pages.items()}  # type: ignore[index]
    assert headings == {
        "preparing": "1 thing to do",
        "week": "1 thing to do this week",
        "day": "1 thing to do now",
        "x": "1 thing to do",
    }
    assert "dayline" in pages[Phase.DAY].text
    assert "dayline" not in pages[Phase.WEEK].text


async def test_nothing_to_do_names_the_next_date(client: Client) -> None:
    _event, organiser, base = await at_desk(client)
    await Organiser.filter(id=organiser.id).update(is_owner=False, rights="")
    words = read(await client.get(f"{base}/desk")).words
    assert "There is nothing to do now." in words
    assert "Next: Registration closes" in words


async def test_the_page_of_readiness_names_what_is_kept_and_what_is_to_do(client: Client) -> None:
    event, _organiser, base = await at_desk(client)
    await factories.expert(event, topics=[])
    await factories.enterprise(event, needs=0)
    await factories.desk_task(event, due_on=datetime.now(UTC).date() - timedelta(days=3))
    page = await client.get(f"{base}/ready")
    lines = re.findall(r"<li(?: class=\"(done)\")?><span class=\"box\"[^>]*>.</span><div>([^<]*)", page.text)
    to_do = {name for done, name in lines if not done}
    assert {"Every enterprise has a published need", "Every expert has topics"} <= to_do
    assert {"No task of the checklist is overdue", "A plan is published"} <= to_do
    assert {"Days and slots are set", "Tables are set up", "All e-mails are delivered"} <= {
        n for done, n in lines if done
    }
    assert f'href="{base}/enterprises?state=no-needs"' in page.text


@pytest.mark.parametrize("number", [1, 3])
async def test_checklist_and_readiness_take_the_same_queries_for_one_and_three(
    client: Client, queries: Queries, number: int
) -> None:
    event, organiser, base = await at_desk(client)
    for _ in range(number):
        await factories.wish(await factories.expert(event), await factories.enterprise(event))
        await factories.desk_task(event, owner=organiser)
    seen = {}
    for page in ("tasks", "ready"):
        with queries() as statements:
            await client.get(f"{base}/{page}")
        seen[page] = len(statements)
    assert seen == {"tasks": 49, "ready": 8}
