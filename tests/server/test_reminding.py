"""The organisers' page of wishes: limits, dates, and reminders to those who have no wish yet."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from server.letters.composing import compose
from server.models import Event, Job, JobKind, JobState, Mail
from server.models.people import NOWHERE
from server.worker import Worker
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.statements import Statements

PAGE = "wish-settings"
Queries = Callable[[], AbstractContextManager[Statements]]


async def at_organiser(client: Client) -> tuple[Event, str]:
    event = await factories.event()
    organiser = await factories.organiser(event, await factories.person(locale="en"))
    await factories.signed_in(client, organiser.person)
    return event, f"/e/{event.slug}/{PAGE}"


async def reminded() -> set[str]:
    return {mail.to_address for mail in await Mail.filter(template="wishes_due")}


async def test_the_settings_are_saved_and_shown(client: Client) -> None:
    event, page = await at_organiser(client)
    data = {"expert_top_wishes": "3", "enterprise_top_wishes": "", "wishes_due_on": "2026-05-15"}
    assert (await client.post(page, data=data)).headers["location"] == f"{page}?notice=saved"
    stored = await Event.get(id=event.id)
    assert (stored.expert_top_wishes, stored.enterprise_top_wishes) == (3, None)
    assert (str(stored.wishes_due_on), stored.tells_mutual_wishes) == ("2026-05-15", False)
    shown = read(await client.get(page))
    assert [shown.field(name) for name in (*data, "tells_mutual_wishes")] == ["3", "", "2026-05-15", None]


@pytest.mark.parametrize("sent", [{"expert_top_wishes": "0"}, {"enterprise_top_wishes": "51"}, {"remind_on": "soon"}])
async def test_impossible_settings_are_refused(client: Client, sent: dict[str, str]) -> None:
    event, page = await at_organiser(client)
    assert (await client.post(page, data=sent)).status_code == 422
    assert (await Event.get(id=event.id)).updated_at == event.updated_at


async def test_who_gets_a_reminder_is_shown_before_and_then_they_get_it(client: Client) -> None:
    event, page = await at_organiser(client)
    silent = await factories.expert(event, await factories.person(locale="ru", full_name="Silent One"))
    firm = await factories.enterprise(event)
    second = await factories.delegate(firm)
    await factories.expert(event, await factories.person(email=f"1{NOWHERE}", full_name="No Address"))
    answered = await factories.expert(event)
    await factories.wish(answered, firm)
    for values in ({"registered_at": None}, {"agreed_at": None}, {"withdrawn_at": datetime.now(UTC)}):
        await factories.expert(event, **values)
    before = read(await client.get(page))
    assert "3 participants have no wishes" in before.words
    assert "1 of them has no e-mail address." in before.words
    assert "Send 3 reminders now" in before.words
    answer = await client.post(f"{page}/remind")
    assert answer.headers["location"] == f"{page}?notice=reminded"
    [first, _second] = await factories.delegates_of(firm)
    assert await reminded() == {silent.person.email, first.email, second.person.email}
    mail = await Mail.get(person_id=silent.person.id)
    assert "С кем вы хотите встретиться?" in compose(mail, client.settings)["Subject"]


async def test_nobody_is_reminded_twice_in_three_days(client: Client) -> None:
    event, page = await at_organiser(client)
    await factories.expert(event)
    answers = [await client.post(f"{page}/remind") for _ in range(2)]
    assert answers[1].headers["location"] == f"{page}?notice=nobody_reminded"
    assert "was reminded within the last days" in read(await client.get(page)).words
    await Mail.all().update(created_at=datetime.now(UTC) - timedelta(days=4), key="before")
    await client.post(f"{page}/remind")
    assert await Mail.filter(template="wishes_due").count() == 2


async def test_a_wish_takes_back_the_reminder_that_waits(client: Client) -> None:
    event, page = await at_organiser(client)
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    await client.post(f"{page}/remind")
    await factories.signed_in(client, expert.person)
    await client.post(f"/e/{event.slug}/wishes", data={"about": firm.id, "grade": "like"})
    [delegate] = await factories.delegates_of(firm)
    assert await reminded() == {delegate.email}


async def test_the_reminder_of_a_chosen_day_is_sent_once(client: Client) -> None:
    event, page = await at_organiser(client)
    await factories.expert(event)
    days = [(datetime.now(UTC) + timedelta(days=number)).date() for number in (5, 6)]
    for day in days:
        await client.post(page, data={"remind_on": str(day)})
    jobs = await Job.filter(kind=JobKind.REMIND).order_by("id")
    assert [job.run_after.astimezone(UTC).strftime("%d %H:%M") for job in jobs] == [f"{day:%d} 00:00" for day in days]
    await Job.all().update(run_after=datetime.now(UTC))
    worker = Worker(client.settings)
    sent = []
    for _job in jobs:
        assert await worker.run_one(JobKind.REMIND)
        sent.append(await Mail.all().count())
    assert sent == [0, 1]
    assert (await Event.get(id=event.id)).remind_on is None
    assert await Job.filter(kind=JobKind.REMIND, state=JobState.DONE).count() == 2


@pytest.mark.parametrize("number", [1, 3])
async def test_the_page_takes_the_same_queries_for_one_and_three(client: Client, number: int, queries: Queries) -> None:
    event, page = await at_organiser(client)
    for _ in range(number):
        await factories.expert(event)
        await factories.enterprise(event)
    with queries() as seen:
        await client.get(page)
    assert len(seen) == 15


async def test_a_day_that_is_over_is_refused_because_its_reminder_would_go_out_at_once(client: Client) -> None:
    event, page = await at_organiser(client)
    answer = await client.post(page, data={"remind_on": "2026-05-14", "expert_top_wishes": "4"})
    assert (answer.status_code, "That day is in the past." in answer.text) == (409, True)
    assert read(answer).field("expert_top_wishes") == "4"
    assert (await Event.get(id=event.id)).remind_on is None
    assert await Job.filter(kind=JobKind.REMIND).count() == 0
