"""Making, publishing and cancelling a plan over HTTP."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from matching.stopping import Progress
from server.models import CalendarEntry, DocumentKind, JobKind, Mail, Plan, PlanState, Publication
from server.plans import documents, publishing, service
from server.settings import Settings
from server.worker import Worker
from tests import factories
from tests.client import Client
from tests.server.plan_pages import at_work, couples, words
from tests.server.planning import begun, problem_of, solved


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
    _job, plan = await begun(event, organiser)
    pair = (await problem_of(plan))["pairs"][0]["id"]
    conflict = [{"rule": "H7", "at": ["/pairs/0/required"], "relax": f"do_not_require {pair}"}]
    await documents.store(plan.id, {DocumentKind.RESULT: documents.packed({"conflict": conflict})})
    await Plan.filter(id=plan.id).update(state=PlanState.INFEASIBLE)

    page = await client.get(f"{plans}/{plan.id}")

    assert "The meeting of this pair is required. Concerns: Anna Sokolova and Yongxiang" in words(page)
    assert "Do not require this meeting: Anna Sokolova and Yongxiang." in words(page)
