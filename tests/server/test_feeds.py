"""A calendar's URL: secret, revocable, cheap to request again, in its owner's language."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from starlette.applications import Starlette

from server.agendas import feeds
from server.agendas.entries import fix_identities
from server.models import CalendarEntry, Confidentiality, Event, FeedToken, Need, Person, Registration
from server.settings import Settings
from tests import factories
from tests.client import Client


async def expert_with_meetings(number: int = 1, **person: Any) -> tuple[Event, Registration]:
    """Return an expert with this number of published meetings."""
    event = await factories.event(slots=6)
    expert = await factories.expert(event, await factories.person(**person))
    for slot in (await factories.slots_of(event))[:number]:
        await factories.calendar_entry(expert, await factories.enterprise(event), slot)
    await factories.published(event)
    return event, expert


async def address_for(event: Event, person: Person, settings: Settings) -> str:
    return feeds.address_of(await feeds.renew(event, person, settings), settings)


def read(body: str) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(body)


def summaries(body: str) -> list[str]:
    return [str(event["SUMMARY"]) for event in read(body).events]


async def test_names_are_not_links_in_a_calendar(client: Client, settings: Settings) -> None:
    event = await factories.event()
    url = "https://evil.example/x www.evil.example eve@evil.example"
    expert = await factories.expert(event, await factories.person(full_name=f"Anna {url}", locale="en"))
    firm = await factories.enterprise(event, organisation=await factories.organisation(name=f"Firm {url}"))
    reader = await factories.person(full_name=f"Li {url}", locale="en")
    await factories.calendar_entry(expert, firm, interpreter=await factories.interpreter(event, reader))
    await factories.published(event)
    for person in (expert.person, reader):
        text = (await client.get(await address_for(event, person, settings))).text.replace("\r\n ", "")
        [entry] = read(text).events
        said = f"{entry['SUMMARY']}\n{entry['DESCRIPTION']}"
        assert ("Firm https: // evil. example/x" in said, "evil.example" in text) == (True, False)


# The address ------------------------------------------------------------------------------------------------------


async def test_the_page_gives_an_address_that_needs_no_session(client: Client) -> None:
    event, expert = await expert_with_meetings()
    await factories.signed_in(client, expert.person)
    before = await client.get(f"/e/{event.slug}/agenda")
    made = await client.post(f"/e/{event.slug}/agenda/feed")
    after = await client.get(made.headers["location"])
    [address] = re.findall(r'value="(http://testserver/cal/[\w-]{43}\.ics)"', after.text)
    client.cookies.clear()
    answer = await client.get(address)
    assert "/cal/" not in before.text
    assert (made.status_code, answer.status_code, len(read(answer.text).events)) == (303, 200, 1)


async def test_a_feed_answers_as_calendars_expect(client: Client, settings: Settings) -> None:
    event, expert = await expert_with_meetings()
    answer = await client.get(await address_for(event, expert.person, settings))
    names = ("content-type", "cache-control", "referrer-policy", "x-content-type-options", "set-cookie")
    assert [answer.headers.get(name) for name in names] == [
        "text/calendar; charset=utf-8",
        "private, max-age=900",
        "no-referrer",
        "nosniff",
        None,
    ]


async def test_a_new_address_ends_the_old_one(client: Client, settings: Settings) -> None:
    event, expert = await expert_with_meetings()
    old = await address_for(event, expert.person, settings)
    await factories.signed_in(client, expert.person)
    renewed = await client.post(f"/e/{event.slug}/agenda/feed")
    now = await feeds.feed_of(event, expert.person)
    assert now is not None
    assert renewed.headers["location"] == f"/e/{event.slug}/agenda?notice=feed_renewed"
    assert (await client.get(old)).status_code == 404
    assert (await client.get(feeds.address_of(now, settings))).status_code == 200


@pytest.mark.parametrize("token", ["x", "%00", "%ED%A0%80", "x" * 10_000, "..%2f", "%E2%80%AE"])
async def test_an_unknown_address_is_not_found(client: Client, token: str) -> None:
    assert (await client.get(f"/cal/{token}.ics")).status_code == 404


async def test_feed_addresses_cannot_be_computed_from_the_database(database: None, settings: Settings) -> None:
    event, expert = await expert_with_meetings()
    feed = await feeds.renew(event, expert.person, settings)
    token = feeds.token_of(feed, settings)
    kept = await FeedToken.filter(id=feed.id).values()
    other = settings.model_copy(update={"secret_key": "another secret, as long as it has to be"})
    assert (token in str(kept), len(token)) == (False, 43)
    assert feeds.token_of(feed, other) != token


async def test_the_page_links_to_calendar_programs(database: None) -> None:
    assert feeds.subscriptions("https://duijie.example/cal/t.ics", "Дни & встречи") == {
        "webcal": "webcal://duijie.example/cal/t.ics",
        "google": "https://calendar.google.com/calendar/render?cid=webcal%3A%2F%2Fduijie.example%2Fcal%2Ft.ics",
        "outlook": "https://outlook.live.com/calendar/0/addfromweb?url=https%3A%2F%2Fduijie.example%2Fcal%2Ft.ics"
        "&name=%D0%94%D0%BD%D0%B8%20%26%20%D0%B2%D1%81%D1%82%D1%80%D0%B5%D1%87%D0%B8",
    }


# Asking again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
async def test_an_unchanged_feed_is_not_sent_again(client: Client, settings: Settings, condition: str) -> None:
    event, expert = await expert_with_meetings()
    address = await address_for(event, expert.person, settings)
    tag = (await client.get(address)).headers["etag"]
    answer = await client.get(address, headers={"if-none-match": condition.format(tag=tag)})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert answer.headers["cache-control"] == "private, max-age=900"


async def test_a_changed_feed_is_sent(client: Client, settings: Settings) -> None:
    event, expert = await expert_with_meetings()
    address = await address_for(event, expert.person, settings)
    tag = (await client.get(address)).headers["etag"]
    await CalendarEntry.filter(event_id=event.id).update(sequence=1, changed_at=datetime.now(UTC))
    answer = await client.get(address, headers={"if-none-match": tag})
    assert (answer.status_code, read(answer.text).events[0]["SEQUENCE"]) == (200, 1)
    assert answer.headers["etag"] != tag


async def test_head_gives_the_same_headers_without_a_body(client: Client, settings: Settings) -> None:
    event, expert = await expert_with_meetings()
    address = await address_for(event, expert.person, settings)
    whole, head = await client.get(address), await client.head(address)
    assert (head.status_code, head.content, dict(head.headers)) == (200, b"", dict(whole.headers))


async def test_a_feed_takes_the_same_queries_however_many_meetings(
    client: Client, settings: Settings, queries: Any
) -> None:
    counts = []
    for number in (1, 3):
        event, expert = await expert_with_meetings(number)
        address = await address_for(event, expert.person, settings)
        for _ in range(2):
            with queries() as seen:
                await client.get(address)
            counts.append(len(seen))
    # Two if nothing has changed: the feed, and the counters of changes.
    assert counts == [25, 1, 25, 1]


# Whose words, and which -------------------------------------------------------------------------------------------


async def test_a_feed_speaks_its_owners_language_or_the_one_asked_for(client: Client, settings: Settings) -> None:
    event, expert = await expert_with_meetings(locale="ru")
    address = await address_for(event, expert.person, settings)
    bodies = [(await client.get(address + query)).text for query in ("", "?lang=zh-Hans", "?lang=xx", "?lang=%00")]
    assert [str(read(body)["NAME"]) for body in bodies] == ["Дни встреч", "对接会", "Дни встреч", "Дни встреч"]
    assert [read(body)["NAME"].params["LANGUAGE"] for body in bodies] == ["ru", "zh-Hans", "ru", "ru"]


async def test_cancelled_meetings_stay_until_their_time_has_passed(client: Client, settings: Settings) -> None:
    event, expert = await expert_with_meetings(2, locale="en")
    address = await address_for(event, expert.person, settings)
    [first, second] = await CalendarEntry.filter(event_id=event.id).order_by("start_at")
    past = datetime.now(UTC) - timedelta(days=1)
    await CalendarEntry.filter(id=first.id).update(is_cancelled=True)
    upcoming = await client.get(address)
    hidden = await client.get(address + "?cancelled=0")
    await CalendarEntry.filter(id=first.id).update(start_at=past, end_at=past)
    passed = await client.get(address)
    assert [str(each["STATUS"]) for each in read(upcoming.text).events] == ["CANCELLED", "CONFIRMED"]
    assert [summary.startswith("Cancelled: ") for summary in summaries(upcoming.text)] == [True, False]
    expected = f"{second.uid}@testserver"
    assert [[str(each["UID"]) for each in read(body.text).events] for body in (hidden, passed)] == [[expected]] * 2


@pytest.mark.parametrize(("query", "alarms"), [("", 0), ("?alarm=15", 1), ("?alarm=0", 0), ("?alarm=9999999", 0)])
async def test_alarms_are_added_on_request(client: Client, settings: Settings, query: str, alarms: int) -> None:
    event, expert = await expert_with_meetings()
    answer = await client.get(await address_for(event, expert.person, settings) + query)
    assert len(read(answer.text).walk("VALARM")) == alarms


async def test_a_feed_has_only_the_meetings_of_its_owner(client: Client, settings: Settings) -> None:
    event, expert = await expert_with_meetings(2)
    other = await factories.expert(event)
    await factories.calendar_entry(other, await factories.enterprise(event), uid="meeting-of-another")
    elsewhere = await factories.expert(await factories.event(), expert.person)
    await factories.calendar_entry(elsewhere, await factories.enterprise(await Event.get(id=elsewhere.event_id)))
    answer = await client.get(await address_for(event, expert.person, settings))
    mine = await CalendarEntry.filter(expert_id=expert.id).order_by("id").values_list("uid", flat=True)
    assert [str(each["UID"]) for each in read(answer.text).events] == [f"{uid}@testserver" for uid in mine]


async def test_no_identity_changes_with_the_address_of_the_server(
    client: Client, app: Starlette, settings: Settings
) -> None:
    event, expert = await expert_with_meetings()
    old = await CalendarEntry.get(event_id=event.id)
    slot = (await factories.slots_of(event))[1]
    await factories.calendar_entry(expert, await factories.enterprise(event), slot, uid="meeting-new", uid_host="")
    path = urlsplit(await address_for(event, expert.person, settings)).path + "?alarm=5"
    before = identities((await client.get(path)).text)

    moved = settings.model_copy(update={"base_url": "https://meet.example.org"})
    await fix_identities(settings)
    await fix_identities(moved)
    app.state.settings = moved
    after = identities((await client.get(path)).text)

    assert before == [
        (f"{old.uid}@testserver", f"{old.uid}-alarm-5@testserver"),
        ("meeting-new", "meeting-new-alarm-5"),
    ]
    assert after == before


def identities(body: str) -> list[tuple[str, str]]:
    """Return the UIDs of each meeting and its alarm."""
    return [(str(each["UID"]), str(each.walk("VALARM")[0]["UID"])) for each in read(body).events]


async def test_every_delegate_and_the_interpreter_have_the_meeting(client: Client, settings: Settings) -> None:
    event = await factories.event()
    enterprise = await factories.enterprise(event)
    second = await factories.delegate(enterprise)
    interpreter = await factories.interpreter(event)
    await factories.calendar_entry(await factories.expert(event), enterprise, interpreter=interpreter)
    people = [*await factories.delegates_of(enterprise), interpreter.person]
    bodies = [(await client.get(await address_for(event, person, settings))).text for person in people]
    assert second.person in people
    assert [len(read(body).events) for body in bodies] == [1, 1, 1]


async def test_no_address_of_anybody_is_in_a_feed(client: Client, settings: Settings) -> None:
    event, expert = await expert_with_meetings(full_name="", email="canary@example.org")
    interpreter = await factories.interpreter(event, await factories.person(full_name=""))
    await CalendarEntry.filter(event_id=event.id).update(interpreter_id=interpreter.id)
    [entry] = await CalendarEntry.filter(event_id=event.id).select_related("enterprise")
    people = [expert.person, *await factories.delegates_of(entry.enterprise), interpreter.person]
    bodies = [(await client.get(await address_for(event, person, settings))).text for person in people]
    assert [re.findall(r"[\w.]+@example\.org", body.replace("\r\n ", "")) for body in bodies] == [[], [], []]


@pytest.mark.parametrize(
    ("kept", "seen"),
    [
        (Confidentiality.OPEN, [True, True, True]),
        (Confidentiality.STAGED, [True, True, True]),
        (Confidentiality.FIELD_ONLY, [False, True, False]),
    ],
)
async def test_a_confidential_title_is_for_the_enterprise_alone(
    client: Client, settings: Settings, kept: Confidentiality, seen: list[bool]
) -> None:
    event, expert = await expert_with_meetings()
    interpreter = await factories.interpreter(event)
    await CalendarEntry.filter(event_id=event.id).update(interpreter_id=interpreter.id)
    await Need.filter(registration__event_id=event.id).update(title="Canary alloy", confidentiality=kept)
    [entry] = await CalendarEntry.filter(event_id=event.id).select_related("enterprise")
    [delegate] = await factories.delegates_of(entry.enterprise)
    people = [expert.person, delegate, interpreter.person]
    bodies = [(await client.get(await address_for(event, person, settings))).text for person in people]
    assert ["Canary" in body.replace("\r\n ", "") for body in bodies] == seen
