"""The pages of plans, through HTTP: from the button to the second publication."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import httpx2
import networkx as nx
import pytest

from matching.__main__ import main
from matching.stopping import Progress
from server.models import (
    CalendarEntry,
    Event,
    JobKind,
    Mail,
    Meeting,
    Person,
    Plan,
    PlanState,
    Publication,
    Registration,
)
from server.plans import publishing, service
from server.settings import Settings
from server.worker import Worker
from tests import factories
from tests.client import Client
from tests.server.planning import begun, solved


async def at_work(client: Client, **event: Any) -> tuple[Event, Person, str]:
    """Return an event whose organiser is at the client, and the URL of its plans."""
    made = await factories.event(**event)
    organiser = (await factories.organiser(made)).person
    await factories.signed_in(client, organiser)
    return made, organiser, f"/e/{made.slug}/plans"


async def couples(event: Event, number: int) -> None:
    """Create this number of experts and enterprises, each with a wish about one of the other side."""
    for _ in range(number):
        await factories.wish(await factories.expert(event), await factories.enterprise(event))


def words(answer: httpx2.Response) -> str:
    return " ".join(answer.text.split())


async def test_from_the_button_to_the_second_publication(client: Client, settings: Settings) -> None:
    event, _organiser, plans = await at_work(client, slots=2, tables=2)
    stays, company = await factories.expert(event), await factories.enterprise(event)
    worker = Worker(settings)

    asked = await client.post(plans, data={"seconds": "2", "seed": "0"})
    first = asked.headers["location"]
    waiting = await client.get(first)
    await worker.run_one(JobKind.SOLVE)
    made = await client.get(first)
    question = await client.get(f"{first}/publish")
    published = await client.post(f"{first}/publish")
    late = await factories.expert(event)
    second = (await client.post(plans, data={"seconds": "2", "seed": "0", "preset": "fill"})).headers["location"]
    await worker.run_one(JobKind.SOLVE)
    await client.post(f"{second}/publish")
    while await worker.run_one(JobKind.MAIL):
        pass

    assert (asked.status_code, waiting.status_code, made.status_code) == (303, 200, 200)
    assert 'data-refresh="2"' in waiting.text
    assert '<noscript><meta http-equiv="refresh"' in waiting.text
    assert "1 meeting with a value of" in words(made)
    assert "An e-mail goes to each of the 2 people" in words(question)
    assert (published.status_code, published.headers["location"]) == (303, f"{first}?notice=published")
    assert (await Publication.get(event_id=event.id)).plan_id == int(second.rpartition("/")[2])
    entries = {entry.expert_id: entry for entry in await CalendarEntry.filter(event_id=event.id)}
    assert {id: entry.sequence for id, entry in entries.items()} == {stays.id: 0, late.id: 0}
    [delegate] = await factories.delegates_of(company)
    told = [message["To"] for message in sent(settings)]
    assert sorted(told) == sorted([stays.person.email, late.person.email, delegate.email, delegate.email])


def sent(settings: Settings) -> list[EmailMessage]:
    read = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(settings.mail_dir.iterdir())]
    return [message for message in read if isinstance(message, EmailMessage)]


async def test_a_letter_is_in_the_language_of_its_reader_and_leads_to_the_agenda(
    client: Client, settings: Settings
) -> None:
    event, organiser, _plans = await at_work(client, slots=1, tables=1)
    [slot] = await factories.slots_of(event)
    anna = await factories.person(locale="ru", full_name="Анна Соколова", email="anna@example.org")
    await factories.wish(await factories.expert(event, anna), await factories.enterprise(event))
    await publishing.publish(await solved(event, organiser), organiser)
    while await Worker(settings).run_one(JobKind.MAIL):
        pass

    [letter] = [message for message in sent(settings) if message["To"] == "anna@example.org"]

    text = letter.get_body(("plain",))
    assert text is not None
    assert letter["Content-Language"] == "ru"
    assert "Дни встреч" in letter["Subject"]
    assert f"http://testserver/e/{event.slug}/agenda" in text.get_content()
    assert f"{slot.start_at.year}" in text.get_content()
    assert "Анна Соколова" in text.get_content()


async def test_a_second_press_while_a_plan_is_made_is_refused(client: Client) -> None:
    event, _organiser, plans = await at_work(client)
    await couples(event, 1)
    await client.post(plans, data={"seconds": "1"})

    again = await client.post(plans, data={"seconds": "1"})

    assert again.status_code == 409
    assert "A plan for this event is being made." in words(again)
    assert await Plan.filter(event_id=event.id).count() == 1


async def test_publishing_twice_publishes_once(client: Client) -> None:
    event, organiser, plans = await at_work(client)
    await couples(event, 1)
    plan = await solved(event, organiser)

    answers = [await client.post(f"{plans}/{plan.id}/publish") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert await Mail.all().count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"seconds": "0"},
        {"seconds": "601"},
        {"seconds": "ten"},
        {"seconds": "9" * 10_000},
        {"seconds": ["1", "2"]},
        {"seconds": "1", "seed": "-1"},
        {"seconds": "1", "seed": str(2**63)},
        {"seconds": "1", "seed": "\x00"},
        {"seconds": "1", "preset": "best"},
        {"seconds": "1", "preset": "\u202efresh"},
    ],
)
async def test_an_invalid_request_for_a_plan_is_shown_again_with_faults(client: Client, fields: Any) -> None:
    event, _organiser, plans = await at_work(client)
    await couples(event, 1)

    answer = await client.post(plans, data=fields)

    assert answer.status_code == 422
    assert 'class="fault"' in answer.text or 'id="faults"' in answer.text
    assert await Plan.all().count() == 0


async def test_the_page_says_if_there_is_nothing_to_plan(client: Client) -> None:
    _event, _organiser, plans = await at_work(client, slots=0)

    page, answer = await client.get(plans), await client.post(plans, data={"seconds": "1"})

    assert "No slots are available for meetings." in words(page)
    assert answer.status_code == 409
    assert "There are no slots yet." in words(answer)


@pytest.mark.parametrize("path", ["", "/publish", "/pairs/e1-f1", "/problem.json", "/plan.json"])
async def test_another_events_plan_is_not_found(client: Client, path: str) -> None:
    _event, _organiser, plans = await at_work(client)
    foreign = await factories.event()
    organiser = (await factories.organiser(foreign)).person
    await couples(foreign, 1)
    plan = await solved(foreign, organiser)

    answer = await client.get(f"{plans}/{plan.id}{path}")

    assert answer.status_code == 404


@pytest.mark.parametrize("act", ["publish", "cancel"])
async def test_plans_of_other_events_are_not_changed(client: Client, act: str) -> None:
    _event, _organiser, plans = await at_work(client)
    foreign = await factories.event()
    await couples(foreign, 1)
    plan = await service.ask_for_plan(foreign, (await factories.organiser(foreign)).person, seconds=1)

    answer = await client.post(f"{plans}/{plan.id}/{act}")

    assert (answer.status_code, (await Plan.get()).state) == (404, PlanState.QUEUED)


@pytest.mark.parametrize("id", ["0", "2147483648", "99999999999999999999", "x", "-1"])
async def test_an_impossible_plan_id_is_not_found(client: Client, id: str) -> None:
    _event, _organiser, plans = await at_work(client)

    assert (await client.get(f"{plans}/{id}")).status_code == 404


async def test_the_page_of_a_running_plan_shows_progress_and_cancels(client: Client) -> None:
    event, organiser, plans = await at_work(client)
    await couples(event, 1)
    _job, plan = await begun(event, organiser)
    await service.note_progress(plan, Progress("improve", 3.2, 12.5, 13.0))

    page = await client.get(f"{plans}/{plan.id}")
    cancelled = await client.post(f"{plans}/{plan.id}/cancel")
    after = await client.get(f"{plans}/{plan.id}")

    assert "Reducing breaks and table changes" in words(page)
    assert [number in page.text for number in ("12.5", ">13<")] == [True, True]
    assert cancelled.status_code == 303
    assert "Stopping. The best plan found so far is being saved." in words(after)


def test_elapsed_time_grows_between_reports_of_the_solver() -> None:
    noted = datetime(2027, 5, 20, 9, tzinfo=UTC)
    plan = Plan(progress={"elapsed_s": 3.2, "noted_at": noted.isoformat()})
    assert service.elapsed_s(plan, noted + timedelta(seconds=5)) == pytest.approx(8.2)
    assert service.elapsed_s(Plan(progress={}), noted) == 0


async def test_a_first_plan_is_said_to_be_one_while_nothing_is_proved(client: Client) -> None:
    event, organiser, plans = await at_work(client)
    await couples(event, 1)
    _job, plan = await begun(event, organiser)
    said = []
    for bound in (None, 13.0):
        await service.note_progress(plan, Progress("choose", 1.0, 12.5, bound))
        said.append(words(await client.get(f"{plans}/{plan.id}")))
    assert ["Value of the first plan" in each for each in said] == [True, False]


async def test_a_plan_that_failed_says_why(client: Client) -> None:
    event, _organiser, plans = await at_work(client)
    await couples(event, 1)
    asked = await client.post(plans, data={"seconds": "1"})
    await client.post(f"{asked.headers['location']}/cancel")

    page = await client.get(asked.headers["location"])

    assert "Planning was stopped before a plan was found." in words(page)


async def test_an_infeasible_plan_names_contradicting_rules(client: Client) -> None:
    event, organiser, plans = await at_work(client)
    await factories.expert(event, await factories.person(full_name="Anna Sokolova"))
    await factories.enterprise(event, organisation=await factories.organisation(name="Yongxiang"))
    plan = await service.ask_for_plan(event, organiser, seconds=1)
    assert plan.problem is not None
    pair = plan.problem["pairs"][0]["id"]
    conflict = [{"rule": "H7", "at": ["/pairs/0/required"], "relax": f"do_not_require {pair}"}]
    await Plan.filter(id=plan.id).update(state=PlanState.INFEASIBLE, result={"conflict": conflict})

    page = await client.get(f"{plans}/{plan.id}")

    assert "The meeting of this pair is required. Concerns: Anna Sokolova and Yongxiang" in words(page)
    assert "Do not require this meeting: Anna Sokolova and Yongxiang." in words(page)


async def test_the_timetable_shows_meetings_pauses_and_whoever_is_picked(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=2, tables=1)
    expert = await factories.expert(event, await factories.person(full_name="Anna"), languages=["ru"])
    await factories.enterprise(event, await factories.person(), await factories.organisation(name="甬翔塑机"))
    await factories.interpreter(event, await factories.person(full_name="刘洋"))
    plan = await solved(event, organiser)

    page = await client.get(f"{plans}/{plan.id}?person=e{expert.id}")

    assert page.text.count('class="meet picked"') == 1
    assert "1 meeting · 0 breaks · 0 table changes" in words(page)
    assert [text in page.text for text in ("Anna", "甬翔塑机", 'aria-label="Interpreter: 刘洋">刘<')] == [True] * 3


@pytest.mark.parametrize("by", ["slot", "expert", "enterprise", "interpreter", "nonsense"])
async def test_the_timetable_can_be_shown_by_person(client: Client, by: str) -> None:
    event, organiser, plans = await at_work(client)
    await factories.expert(event, languages=["ru"])
    await factories.enterprise(event)
    await factories.interpreter(event)
    plan = await solved(event, organiser)

    page = await client.get(f"{plans}/{plan.id}?by={by}&day=x&person=%00&page=0&rows=9999999999")

    assert page.status_code == 200
    assert page.text.count('class="meet"') == 1


async def test_pairs_that_do_not_meet_come_by_reason_and_page(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=1, tables=1)
    experts = [await factories.expert(event) for _ in range(6)]
    for _ in range(6):
        enterprise = await factories.enterprise(event)
        await factories.wish(enterprise, experts[0])
    plan = await solved(event, organiser)
    assert plan.result is not None
    [reason] = {each["reason"] for each in plan.result["unheld"]} - {"party_busy"}
    number = sum(each["reason"] == reason for each in plan.result["unheld"])

    pages = [await client.get(f"{plans}/{plan.id}?why={reason}&page={page}") for page in (1, 2)]

    assert [page.text.count(f"{plans}/{plan.id}/pairs/") - 1 for page in pages] == [25, min(25, number - 25)]
    assert "35 pairs without a meeting" in words(pages[0])


async def test_a_pair_says_why_it_meets_or_not_and_what_it_is_worth(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=1, tables=1)
    first, second = await factories.expert(event), await factories.expert(event)
    enterprise = await factories.enterprise(event)
    await factories.wish(first, enterprise)
    plan = await solved(event, organiser)
    base = f"{plans}/{plan.id}/pairs"

    held = await client.get(f"{base}/e{first.id}-f{enterprise.id}")
    unheld = await client.get(f"{base}/e{second.id}-f{enterprise.id}")
    unknown = [await client.get(f"{base}/{id}") for id in (f"e{first.id}-f999", "e1", "%00", "x" * 5000)]

    assert "Table 1" in words(held)
    assert "No interpreter needed: both sides share a language." in words(held)
    assert "One side is busy in every common slot" in words(unheld)
    assert "Topics" in words(unheld)
    assert [answer.status_code for answer in unknown] == [404] * 4


async def test_the_stored_problem_solves_and_judges_on_the_command_line(
    client: Client, settings: Settings, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    event, _organiser, plans = await at_work(client)
    await couples(event, 3)
    location = (await client.post(plans, data={"seconds": "2"})).headers["location"]
    await Worker(settings).run_one(JobKind.SOLVE)
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    downloads = [await client.get(f"{location}/{name}.json") for name in ("problem", "plan")]
    problem.write_bytes(downloads[0].content)
    plan.write_bytes(downloads[1].content)

    verdict = main(["--check", str(problem), str(plan)])

    assert (verdict, capsys.readouterr().out) == (0, "")
    assert downloads[0].headers["content-disposition"] == f'attachment; filename="{event.slug}-1-problem.json"'
    stored = await Plan.get()
    assert (json.loads(problem.read_text()), json.loads(plan.read_text())) == (stored.problem, stored.result)


async def test_a_plan_is_drawn_with_names_in_the_readers_language(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=2, tables=1)
    anna = await factories.person(full_name="Анна Соколова", locale="ru")
    await factories.wish(await factories.expert(event, anna), await factories.enterprise(event))
    plan = await solved(event, organiser)
    await client.post("/language", data={"to": "zh_Hans"})

    timetable, graph = [await client.get(f"{plans}/{plan.id}/{name}.svg") for name in ("timetable", "graph")]

    for answer, title in ((timetable, "排期表"), (graph, "洽谈关系图")):
        root = ElementTree.fromstring(answer.content)
        said = [element.text for element in root.iter() if element.text and element.text.strip()]
        assert answer.headers["content-type"] == "image/svg+xml"
        assert (said[:2], root.get("lang")) == ([title, "洽谈：1 次 · 可安排的洽谈组合：1 个"], "zh-Hans")
        assert any("Соколова" in each for each in said)


async def test_a_picture_opened_by_itself_may_use_its_own_style_and_nothing_else(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=1, tables=1)
    await couples(event, 1)
    plan = await solved(event, organiser)

    answer = await client.get(f"{plans}/{plan.id}/graph.svg")

    style = ElementTree.fromstring(answer.content).findtext("{http://www.w3.org/2000/svg}style") or ""
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert answer.headers["content-security-policy"].split("; ")[:2] == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
    ]


async def test_the_graph_of_a_plan_is_downloaded_with_names_and_read_by_networkx(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=1, tables=1)
    anna = await factories.person(full_name="Анна <Соколова> & Ко", locale="ru")
    expert, gone = await factories.expert(event, anna), await factories.enterprise(event)
    await factories.wish(expert, gone)
    await factories.wish(expert, await factories.enterprise(event))
    plan = await solved(event, organiser)
    await Registration.filter(id=gone.id).delete()

    answer = await client.get(f"{plans}/{plan.id}/graph.graphml")

    graph = nx.read_graphml(BytesIO(answer.content))
    labels = sorted(data["label"] for _, data in graph.nodes(data=True))
    assert answer.headers["content-type"] == "application/graphml+xml"
    assert answer.headers["content-disposition"] == f'attachment; filename="{event.slug}-{plan.version}-graph.graphml"'
    assert f'href="{plans}/{plan.id}/graph.graphml"' in (await client.get(f"{plans}/{plan.id}")).text
    assert [label for label in labels if "Соколова" in label] == ["Анна <Соколова> & Ко"]
    assert (len(labels), "—" in labels, sum(data["held"] for *_, data in graph.edges(data=True))) == (3, True, 1)


async def test_a_plan_shows_how_evenly_meetings_are_distributed(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=1, tables=1)
    await couples(event, 2)
    plan = await solved(event, organiser)

    page = words(await client.get(f"{plans}/{plan.id}"))

    assert page.count('data-label="Gini coefficient: meetings">0.5<') == 2
    assert page.count('data-label="Without a meeting">1<') == 2


async def test_a_plan_without_an_answer_has_no_picture(client: Client) -> None:
    event, _organiser, plans = await at_work(client)
    await couples(event, 1)
    location = (await client.post(plans, data={"seconds": "1"})).headers["location"]

    assert (await client.get(f"{location}/graph.svg")).status_code == 404


async def test_a_plan_without_an_answer_has_no_plan_to_download(client: Client) -> None:
    event, _organiser, plans = await at_work(client)
    await couples(event, 1)
    location = (await client.post(plans, data={"seconds": "1"})).headers["location"]

    assert (await client.get(f"{location}/plan.json")).status_code == 404


async def test_a_plan_stays_readable_when_its_people_and_slots_are_gone(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=2, tables=1)
    expert, other = await factories.expert(event), await factories.expert(event)
    enterprise = await factories.enterprise(event, available=[(await factories.slots_of(event))[0].id])
    await factories.wish(expert, enterprise)
    plan = await solved(event, organiser)
    used = (await Meeting.get(plan_id=plan.id)).slot_id

    await other.delete()
    for slot in await factories.slots_of(event):
        if slot.id != used:
            await slot.delete()
    pages = [await client.get(f"{plans}/{plan.id}?by={by}") for by in ("slot", "expert")]

    assert [page.status_code for page in pages] == [200, 200]
    assert "—" in words(pages[1])


@pytest.mark.parametrize("size", [1, 3])
async def test_the_pages_take_a_fixed_number_of_queries(client: Client, queries: Callable[[], Any], size: int) -> None:
    event, organiser, plans = await at_work(client, slots=size, tables=size)
    for _ in range(size):
        await factories.interpreter(event)
        await couples(event, 1)
        plan = await solved(event, organiser)
    numbers = []

    for path in (plans, f"{plans}/{plan.id}", f"{plans}/{plan.id}?by=expert", f"{plans}/{plan.id}/publish"):
        with queries() as seen:
            assert (await client.get(path)).status_code == 200
        numbers.append(len(seen))

    assert numbers == [24, 15, 15, 16]
