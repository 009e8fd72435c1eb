"""An event: texts, registration window, public page, and objects of other events."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.models import Event, Organiser, PlenaryItem, Slot
from tests import factories
from tests.client import Client
from tests.server.setting_up import GRID, at_work, words

TEXTS: dict[str, Any] = {
    "slug": "spring-days",
    "name_en": "Spring days",
    "name_zh_Hans": "春季对接会",
    "place_en": "Harbour hall",
    "description_en": "Two days.\n\nOne to one.",
    "time_zone": "Asia/Shanghai",
    "locales": ["en", "zh_Hans"],
    "opens_on": "2027-03-01",
    "opens_at": "09:00",
    "closes_on": "2027-04-01",
    "closes_at": "18:00",
    "expert_min_meetings": "1",
    "enterprise_min_meetings": "2",
}


# -- Texts and the window ------------------------------------------------------------------------------------------


async def test_a_person_allowed_to_create_events_creates_one_and_runs_it(client: Client) -> None:
    creator = await factories.person(may_create_events=True)
    await factories.signed_in(client, creator)

    answer = await client.post("/events/new", data=TEXTS)
    shown = await client.get("/e/spring-days/settings")

    assert (answer.status_code, answer.headers["location"]) == (303, "/e/spring-days/slots?notice=saved")
    event = await Event.get(slug="spring-days")
    assert (event.name, event.place) == ({"en": "Spring days", "zh_Hans": "春季对接会"}, {"en": "Harbour hall"})
    assert event.registration_opens_at == datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
    assert (event.expert_min_meetings, event.enterprise_min_meetings) == (1, 2)
    assert await Organiser.exists(event_id=event.id, person_id=creator.id)
    for typed in ("Spring days", "春季对接会", "Harbour hall", "2027-03-01", "18:00", "spring-days"):
        assert f'value="{typed}"' in shown.text


async def test_changed_texts_are_saved_under_the_new_address(client: Client) -> None:
    event, here = await at_work(client)

    answer = await client.post(f"{here}/settings", data={**TEXTS, "locales": "ru"})

    assert answer.headers["location"] == "/e/spring-days/settings?notice=saved"
    await event.refresh_from_db()
    assert (event.slug, event.locales, event.description) == ("spring-days", ["ru"], {"en": TEXTS["description_en"]})


@pytest.mark.parametrize("path", ["/events/new", "/e/mine/settings"])
async def test_an_address_that_another_event_has_is_refused(client: Client, path: str) -> None:
    await factories.event(slug="spring-days")
    event = await factories.event(slug="mine")
    person = await factories.person(may_create_events=True)
    await factories.organiser(event, person)
    await factories.signed_in(client, person)

    answer = await client.post(path, data=TEXTS)

    assert answer.status_code == 409
    assert "Another event already has this address. Choose another address." in answer.text
    assert 'value="春季对接会"' in answer.text


async def test_the_zone_stays_once_there_are_slots(client: Client) -> None:
    event, here = await at_work(client, slug="spring-days")

    answer = await client.post(f"{here}/settings", data={**TEXTS, "time_zone": "Europe/Berlin"})

    assert answer.status_code == 409
    assert "The time zone cannot change once slots exist." in answer.text
    await event.refresh_from_db()
    assert event.time_zone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name_en": "", "name_zh_Hans": " "}, "Enter a text in at least one language."),
        ({"name_en": "x" * 10_000}, "This text can have at most 200 characters. Now: 10000."),
        ({"slug": "Spring Days"}, "Use lower-case Latin letters, digits and hyphens"),
        ({"slug": "-x"}, "Use lower-case Latin letters, digits and hyphens"),
        ({"slug": ["one", "two"]}, "Choose one of the options."),
        ({"time_zone": "Moon/Crater"}, "Enter a time zone such as Asia/Shanghai."),
        ({"time_zone": "../../etc/passwd"}, "Enter a time zone such as Asia/Shanghai."),
        ({"time_zone": "Asia/Shang\0hai\ud7ff"}, "Enter a time zone such as Asia/Shanghai."),
        ({"locales": ["en", "tlh"]}, "This language is not known: tlh."),
        ({"locales": []}, "Fill in this field."),
        ({"opens_on": "first of March"}, "Enter a date such as 2026-05-21."),
        ({"opens_at": "nine"}, "Enter a time such as 09:30."),
        ({"closes_on": "2027-02-01"}, "Registration must close after it opens."),
        ({"expert_min_meetings": "many"}, "Enter a whole number in digits, for example 3."),
        ({"expert_min_meetings": "-1"}, "Enter a number of at least 0."),
        ({"expert_min_meetings": str(2**63)}, "Enter a number of at most 50."),
    ],
)
async def test_faults_of_the_texts_stand_beside_what_was_typed(
    client: Client, changed: dict[str, Any], sentence: str
) -> None:
    _event, here = await at_work(client, slug="mine")

    answer = await client.post(f"{here}/settings", data={**TEXTS, **changed})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert 'value="Harbour hall"' in answer.text
    assert [event.slug for event in await Event.all()] == ["mine"]


@pytest.mark.parametrize(
    ("zone", "day", "clock", "sentence"),
    [
        ("Europe/Berlin", "2027-03-28", "02:30", "2027-03-28 02:30 does not exist at the venue."),
        ("Europe/Berlin", "2027-10-31", "02:30", "2027-10-31 02:30 occurs twice at the venue."),
        ("America/New_York", "2027-03-14", "02:15", "2027-03-14 02:15 does not exist at the venue."),
        ("America/New_York", "2027-11-07", "01:15", "2027-11-07 01:15 occurs twice at the venue."),
    ],
)
async def test_a_time_that_clocks_skip_or_repeat_is_refused_on_every_page(
    client: Client, zone: str, day: str, clock: str, sentence: str
) -> None:
    _event, here = await at_work(client, time_zone=zone, slots=0)
    texts = {**TEXTS, "time_zone": zone, "opens_on": "2027-01-01", "closes_on": day, "closes_at": clock}
    grid = {**GRID, "first_day": day, "last_day": day, "day_start": clock, "day_end": "05:00"}
    item = {"name_en": "Opening", "day": day, "start": clock, "end": "05:00", "side": ""}

    answers = [
        await client.post(f"{here}/{page}", data=data)
        for page, data in (("settings", texts), ("slots", grid), ("plenary", item))
    ]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert [sentence in words(answer) for answer in answers] == [True] * 3
    assert (await Slot.all().count(), await PlenaryItem.all().count()) == (0, 0)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "9999-12-30"])
async def test_a_day_at_the_end_of_the_calendar_gets_a_sentence(client: Client, day: str) -> None:
    _event, here = await at_work(client, slots=0)
    texts = {**TEXTS, "opens_on": day, "opens_at": "00:30"}
    grid = {**GRID, "first_day": day, "last_day": day, "day_start": "00:00"}
    item = {"name_en": "Opening", "day": day, "start": "00:10", "end": "23:50", "side": ""}

    answers = [
        await client.post(f"{here}/{page}", data=data)
        for page, data in (("settings", texts), ("slots", grid), ("plenary", item))
    ]

    assert {answer.status_code for answer in answers} <= {303, 422}


# -- Objects of other events ---------------------------------------------------------------------------------------


async def test_objects_of_another_event_are_not_found(client: Client) -> None:
    _event, here = await at_work(client)
    other = await factories.event()
    [hall] = await factories.halls_of(other)
    interpreter, organiser = await factories.interpreter(other), await factories.organiser(other)
    form = {"name_en": "Mine now", "tables": "1"}

    answers = [
        await client.get(f"{here}/halls/{hall.id}"),
        await client.post(f"{here}/halls/{hall.id}", data=form),
        await client.post(f"{here}/halls/{hall.id}/remove"),
        await client.get(f"{here}/interpreters/{interpreter.id}"),
        await client.post(f"{here}/interpreters/{interpreter.id}/remove"),
        await client.post(f"{here}/organisers/{organiser.id}/remove"),
        await client.get(f"{here}/halls/{2**63}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert [kept.id for kept in await factories.halls_of(other)] == [hall.id]


# -- The public page -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "closes", "sentence", "may_register"),
    [
        (1, 2, "Registration opens on", False),
        (-1, 1, "Registration is open until", True),
        (-2, -1, "Registration is closed.", False),
    ],
)
async def test_the_public_page_before_during_and_after_the_window(
    client: Client, opens: int, closes: int, sentence: str, may_register: bool
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    event = await factories.event(
        registration_opens_at=now + timedelta(days=opens),
        registration_closes_at=now + timedelta(days=closes),
        description={"en": "First paragraph.\n\nSecond <b>one</b>."},
    )
    await factories.expert(event)
    await factories.expert(event, registered_at=None)
    await factories.enterprise(event, withdrawn_at=now)

    answer = await client.get(f"/e/{event.slug}")

    assert answer.status_code == 200
    assert sentence in words(answer)
    assert ("Register as an expert" in answer.text, "Register an enterprise" in answer.text) == (may_register,) * 2
    assert "<p>First paragraph.</p><p>Second &lt;b&gt;one&lt;/b&gt;.</p>" in answer.text
    assert '<dt>Experts</dt><dd><span class="big">1</span>' in answer.text
    assert '<dt>Enterprises</dt><dd><span class="big">0</span>' in answer.text


async def test_the_public_page_leads_those_who_take_part_to_their_own(client: Client) -> None:
    event = await factories.event(slots=0)
    await factories.signed_in(client, (await factories.expert(event)).person)

    answer = await client.get(f"/e/{event.slug}")

    assert f'href="/e/{event.slug}/me"' in answer.text
    assert "Register as an expert" not in answer.text
