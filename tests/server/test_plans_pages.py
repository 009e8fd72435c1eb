"""What the pages of a plan show: timetable, pairs, pictures, downloads."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest

from matching.__main__ import main
from server.models import DocumentKind, JobKind, Meeting, Person, Plan, PlanDocument, Registration, Wish, WishKind
from server.settings import Settings
from server.studio import showing
from server.worker import Worker
from tests import factories
from tests.client import Client
from tests.server.plan_pages import at_work, couples, words
from tests.server.planning import problem_of, result_of, solved


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
    result = await result_of(plan)
    [reason] = {each["reason"] for each in result["unheld"]} - {"party_busy"}
    number = sum(each["reason"] == reason for each in result["unheld"])

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
    both = await problem_of(stored), await result_of(stored)
    assert (json.loads(problem.read_text()), json.loads(plan.read_text())) == both


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

    assert numbers == [35, 8, 5, 8]


async def test_a_picture_is_sent_once_to_each_browser_until_names_change(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=2, tables=1)
    anna = await factories.person(full_name="Anna Sokolova")
    await factories.wish(await factories.expert(event, anna), await factories.enterprise(event))
    plan = await solved(event, organiser)

    for name in ("timetable", "graph"):
        path = f"{plans}/{plan.id}/{name}.svg"
        first = await client.get(path)
        again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
        await Person.filter(id=anna.id).update(full_name="Anna Orlova")
        renamed = await client.get(path, headers={"if-none-match": first.headers["etag"]})
        await Person.filter(id=anna.id).update(full_name="Anna Sokolova")

        assert (first.status_code, again.status_code, again.content, renamed.status_code) == (200, 304, b"", 200)
        assert "no-cache" in first.headers["cache-control"]
        assert ("Anna Sokolova" in first.text, "Anna Orlova" in renamed.text) == (True, True)


async def test_a_plan_from_before_there_were_outlines_gets_its_own_when_it_is_shown(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=1, tables=1)
    await couples(event, 2)
    plan = await solved(event, organiser)
    made = PlanDocument.filter(kind__in=(DocumentKind.OUTLINE, DocumentKind.UNHELD, DocumentKind.PAIRS)).order_by("id")
    before = await made.values_list("kind", "part", "content")
    await made.delete()

    page = await client.get(f"{plans}/{plan.id}")

    assert "1 meeting with a value of" in words(page)
    assert await made.values_list("kind", "part", "content") == before
    assert {kind for kind, _part, _content in before} == {"outline", "unheld", "pairs"}


async def test_the_highlighted_person_is_chosen_in_the_list_of_everybody(client: Client) -> None:
    event, organiser, plans = await at_work(client)
    expert = await factories.expert(event, languages=["ru"])
    await factories.enterprise(event)
    await factories.interpreter(event)
    plan = await solved(event, organiser)
    plain, picked, unknown = [
        (await client.get(f"{plans}/{plan.id}?person={person}")).text for person in ("", f"e{expert.id}", "e99999")
    ]
    option, chosen = f'<option value="e{expert.id}">', f'<option value="e{expert.id}" selected>'
    assert (plain.count(option), plain.count(chosen)) == (1, 0)
    assert (picked.count(option), picked.count(chosen)) == (0, 1)
    assert (unknown.count(option), unknown.count(" selected>")) == (1, 0)


async def test_of_very_many_people_those_on_the_page_are_listed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "MOST_LISTED", 3)
    event, organiser, plans = await at_work(client)
    expert, refused = [await factories.expert(event, languages=["ru"]) for _ in range(2)]
    firm = await factories.enterprise(event)
    await Wish.create(event=event, by=firm, about=refused, kind=WishKind.NO)
    await factories.interpreter(event)
    plan = await solved(event, organiser)

    plain, picked = [(await client.get(f"{plans}/{plan.id}?person={one}")).text for one in ("", f"e{refused.id}")]

    assert [f'<option value="e{one.id}"' in plain for one in (expert, refused)] == [True, False]
    assert [f'<option value="e{one.id}"' in picked for one in (expert, refused)] == [True, True]


async def test_many_tables_are_shown_on_several_pages(client: Client) -> None:
    event, organiser, plans = await at_work(client, tables=21)
    await factories.expert(event, languages=["ru"])
    await factories.enterprise(event)
    await factories.interpreter(event)
    plan = await solved(event, organiser)
    pages = [(await client.get(f"{plans}/{plan.id}?rows={number}")).text for number in (1, 2, 3)]
    assert [(text.count(">Table 1<"), text.count(">Table 21<")) for text in pages] == [(1, 0), (0, 1), (0, 0)]
    nexts = [f"rows={number}" in text for number, text in zip((2, 3), pages, strict=False)]
    assert nexts == [True, False]


async def test_the_timetable_of_a_plan_is_drawn_again_only_if_it_has_changed(
    client: Client, queries: Callable[[], Any]
) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    await factories.signed_in(client, organiser)
    expert = await factories.expert(event, await factories.person(full_name="Anna Morozova"))
    firm = await factories.enterprise(event)
    await factories.wish(expert, firm)
    await factories.wish(firm, expert)
    plan = await solved(event, organiser)
    address = f"/e/{event.slug}/plans/{plan.id}"
    first = await client.get(address)
    with queries() as again:
        assert (await client.get(address)).text == first.text
    assert not [sql for sql in again.sql if '"meeting"' in sql]
    # Another view, another language, and what has changed since are not the same timetable.
    assert "Anna Morozova" in (await client.get(f"{address}?by=expert")).text
    await Person.filter(id=expert.person_id).update(full_name="Anna Berestova")
    changed = (await client.get(address)).text
    assert "Anna Berestova" in changed
    assert "Anna Morozova" not in changed
    await Registration.filter(id=expert.id).update(withdrawn_at=datetime.now(UTC))
    lost = (await client.get(address)).text
    assert "Can no longer take place" in lost
    assert '<th scope="col">Slot</th>' in lost
    await Person.filter(id=organiser.id).update(locale="ru")
    assert '<th scope="col">Slot</th>' not in (await client.get(address)).text
