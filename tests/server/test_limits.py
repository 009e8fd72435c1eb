"""Limits on values: no more simultaneous meetings than delegates, and no day in the past."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

from server.models import Delegate, Event, Mail, Need, NeedState, Registration
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import ENTERPRISE, faults, organiser_of, upload, workbook
from tests.server.registering import PROFILE, WORK, every_slot, step, visitor
from tests.server.test_needs import FILLED
from tests.server.test_registrations import window

# Meetings at the same time ----------------------------------------------------------------------------------------


async def with_delegates(client: Client, number: int, **values: Any) -> tuple[Event, Registration, str]:
    """Create an enterprise with this number of delegates; the first of them is at the client."""
    event = await factories.event()
    firm = await factories.enterprise(event, await factories.person(), **values)
    for _each in range(number - 1):
        await factories.delegate(firm)
    await factories.signed_in(client, (await factories.delegates_of(firm))[0])
    return event, firm, f"/e/{event.slug}"


@pytest.mark.parametrize(("delegates", "typed", "status"), [(1, 1, 303), (1, 2, 422), (2, 2, 303), (2, 3, 422)])
async def test_an_enterprise_meets_no_more_at_once_than_it_sends(
    client: Client, delegates: int, typed: int, status: int
) -> None:
    event, firm, _base = await with_delegates(client, delegates)
    values = {"available": await every_slot(event), "parallel": str(typed), "max_meetings": "3"}
    answer = await client.post(f"/e/{event.slug}/register/enterprise/presence", data=values)
    await firm.refresh_from_db()
    assert (answer.status_code, firm.parallel, firm.max_meetings) == (
        (303, typed, 3) if status == 303 else (422, 1, None)
    )
    if status == 422:
        assert list(read(answer).faults) == ["parallel"]
        assert f"{delegates} delegate" in read(answer).faults["parallel"]
        assert (read(answer).field("parallel"), read(answer).field("max_meetings")) == (str(typed), "3")


async def test_an_organiser_who_acts_for_an_enterprise_obeys_the_same_limits(client: Client) -> None:
    event, firm, base = await with_delegates(client, 1)
    await organiser_of(client, event)
    values = {"available": await every_slot(event), "parallel": "2"}
    answer = await client.post(f"{base}/parties/{firm.id}/edit/presence", data=values)
    assert (answer.status_code, list(read(answer).faults)) == (422, ["parallel"])


async def test_a_delegate_needed_for_simultaneous_meetings_is_not_removed(client: Client) -> None:
    _event, firm, base = await with_delegates(client, 2, parallel=2)
    last = await Delegate.filter(registration_id=firm.id).order_by("-id").first()
    assert last is not None
    refused = await client.post(f"{base}/me/delegates/{last.id}/remove")
    await Registration.filter(id=firm.id).update(parallel=1)
    removed = await client.post(f"{base}/me/delegates/{last.id}/remove")
    assert (refused.status_code, removed.status_code) == (409, 303)
    assert "2 meetings at the same time" in read(refused).words


async def test_a_delegate_who_leaves_reduces_simultaneous_meetings_and_colleagues_are_told(client: Client) -> None:
    _event, firm, base = await with_delegates(client, 3, parallel=3)
    await client.post(f"{base}/me/withdraw")
    await firm.refresh_from_db()
    told = await Mail.filter(template="left")
    assert (firm.parallel, [each.values["at_once"] for each in told]) == (2, [2, 2])


# Deadlines --------------------------------------------------------------------------------------------------------


def days_from_today(number: int, zone: str = "Asia/Shanghai") -> str:
    return (datetime.now(ZoneInfo(zone)).date() + timedelta(days=number)).isoformat()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Shanghai"])
async def test_a_deadline_lies_in_the_future_of_the_venue(client: Client, zone: str) -> None:
    event = await factories.event(time_zone=zone)
    firm = await factories.enterprise(event, await factories.person(), needs=0)
    await factories.signed_in(client, (await factories.delegates_of(firm))[0])
    path = f"/e/{event.slug}/me/needs/new"
    answers = [
        await client.post(path, data={**FILLED, "title": f"Need {day}", "deadline": days_from_today(day, zone), **more})
        for day, more in ((-1, {}), (0, {}), (1, {}), (-1, {"as": "draft"}))
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 303, 422]
    assert [list(read(answers[at]).faults) for at in (0, 1, 3)] == [["deadline"]] * 3
    assert (read(answers[0]).field("title"), await Need.all().count()) == ("Need -1", 1)


async def test_a_past_deadline_does_not_prevent_other_changes(client: Client) -> None:
    _event, firm, base = await with_delegates(client, 1)
    [need] = await factories.needs_of(firm)
    await Need.filter(id=need.id).update(deadline=date(2024, 5, 1))
    path = f"{base}/me/needs/{need.id}"
    kept = await client.post(path, data={**FILLED, "title": "Another title", "deadline": "2024-05-01"})
    moved = await client.post(path, data={**FILLED, "deadline": "2024-05-02"})
    await need.refresh_from_db()
    assert [kept.status_code, moved.status_code] == [303, 422]
    assert (need.title, need.deadline) == ("Another title", date(2024, 5, 1))


async def test_a_draft_may_hold_a_deadline_that_is_over_and_is_not_published_with_it(client: Client) -> None:
    _event, firm, base = await with_delegates(client, 1)
    [need] = await factories.needs_of(firm)
    await Need.filter(id=need.id).update(deadline=date(2024, 5, 1), state=NeedState.DRAFT)
    path, old = f"{base}/me/needs/{need.id}", {**FILLED, "deadline": "2024-05-01"}
    draft = await client.post(path, data={**old, "as": "draft"})
    published = await client.post(path, data=old)
    await need.refresh_from_db()
    assert [draft.status_code, published.status_code, need.state] == [303, 422, NeedState.DRAFT]
    assert list(read(published).faults) == ["deadline"]


# Imports ----------------------------------------------------------------------------------------------------------


async def test_an_import_obeys_the_same_limits(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    row = {**ENTERPRISE, "parallel": "1"}
    past = await upload(client, event, workbook(enterprises=[{**row, "deadline": days_from_today(0)}]))
    many = await upload(client, event, workbook(enterprises=[{**row, "parallel": "2"}]))
    told = [[(line[1], line[2]) for line in faults(answer)] for answer in (past, many)]
    assert told == [[("deadline", days_from_today(0))], [("parallel", "2")]]


async def test_a_file_with_as_many_delegates_may_name_as_many_meetings(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    second = {"name": ENTERPRISE["name"], "email": "second@example.org", "full_name": "沈亦珂"}
    rows = [{**ENTERPRISE, "parallel": "2", "deadline": days_from_today(1)}, second]
    assert faults(await upload(client, event, workbook(enterprises=rows))) == []


# The window -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Registration closed on 4 March 2024, 18:30 (UTC+8)."),
        ("ru", "4 марта 2024 г., 18:30 (UTC+8)"),
        ("zh_Hans", "2024年3月4日"),
    ],
)
async def test_a_closed_window_says_when_it_closed_in_the_readers_language(
    client: Client, locale: str, said: str
) -> None:
    closed: dict[str, Any] = {"registration_opens_at": datetime(2024, 1, 1, tzinfo=UTC)}
    closed["registration_closes_at"] = datetime(2024, 3, 4, 10, 30, tzinfo=UTC)
    event = await factories.event(**closed)
    client.headers["accept-language"] = locale.replace("_", "-")
    started = await client.get(f"/e/{event.slug}/register/expert")
    await factories.signed_in(client, await factories.person(locale=locale))
    began = await client.get(f"/e/{event.slug}/register/enterprise/profile")
    assert [said in read(answer).words for answer in (started, began)] == [True, True]
    assert f"/sign-in?next=/e/{event.slug}/me" in read(started).links
    assert f"/e/{event.slug}" in read(began).links


async def test_an_early_visitor_reads_when_the_window_opens(client: Client) -> None:
    event, _person = await visitor(client, **window(1, 2))
    page = read(await client.get(f"/e/{event.slug}/register/expert/work"))
    assert "Registration opens on" in page.words


async def test_participants_are_redirected_to_their_page(client: Client) -> None:
    event = await factories.event(**window(-2, -1))
    await factories.signed_in(client, (await factories.expert(event)).person)
    page = read(await client.get(f"/e/{event.slug}/register/enterprise/profile"))
    assert f"/e/{event.slug}/me" in page.links


@pytest.mark.parametrize(("side", "name", "typed"), [("expert", "work", WORK), ("enterprise", "profile", PROFILE)])
async def test_a_form_sent_after_the_window_is_shown_again(
    client: Client, side: str, name: str, typed: dict[str, Any]
) -> None:
    event, _person = await visitor(client, **window(-2, -1))
    answer = await client.post(f"/e/{event.slug}/register/{side}/{name}", data=typed)
    page = read(answer)
    assert (answer.status_code, page.field("full_name")) == (409, typed["full_name"])
    assert "Registration closed on" in page.words


async def test_what_is_sent_after_the_window_and_the_session_is_there_after_signing_in(client: Client) -> None:
    event = await factories.event(**window(-2, -1))
    sent = await client.post(f"/e/{event.slug}/register/expert/work", data=WORK)
    going = dict(query_of(sent.headers["location"]))["next"]
    await factories.signed_in(client, await factories.person())
    page = read(await client.get(going))
    assert page.field("headline") == WORK["headline"]
    assert await step(client, event, "expert", "work", WORK) == (409, "")


def query_of(address: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(address).query)
