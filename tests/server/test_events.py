"""Setting up and showing an event, through HTTP."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx2
import pytest

from i18n import Message, Translator
from server.events.forms import MAX_DAYS, Grid
from server.forms import Invalid, check
from server.models import Event, Hall, Interpreter, Mail, Organiser, Person, PlenaryItem, Slot, Table
from tests import factories
from tests.client import Client

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
GRID = {
    "first_day": "2027-05-20",
    "last_day": "2027-05-21",
    "day_start": "09:00",
    "day_end": "12:00",
    "length_min": "50",
    "break_min": "10",
    "pause_start": "",
    "pause_end": "",
}


async def at_work(client: Client, **event: Any) -> tuple[Event, str]:
    """Return an event whose organiser is at the client, and its URL."""
    made = await factories.event(**event)
    await factories.signed_in(client, (await factories.organiser(made)).person)
    return made, f"/e/{made.slug}"


def words(answer: httpx2.Response) -> str:
    return " ".join(answer.text.split())


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


# -- Slots ---------------------------------------------------------------------------------------------------------


async def test_saved_slots_are_instants_and_shown_in_the_time_of_the_venue(client: Client) -> None:
    event, here = await at_work(client, slots=0)

    answer = await client.post(f"{here}/slots", data=GRID)
    shown = await client.get(f"{here}/slots")

    assert answer.headers["location"] == f"{here}/slots?notice=saved"
    slots = await factories.slots_of(event)
    first = datetime(2027, 5, 20, 1, 0, tzinfo=UTC)
    hours = [first + timedelta(days=d, hours=h) for d in (0, 1) for h in (0, 1, 2)]
    assert [slot.start_at for slot in slots] == hours
    assert [slot.end_at for slot in slots] == [hour + timedelta(minutes=50) for hour in hours]
    assert [slot.day for slot in slots] == [date(2027, 5, 20)] * 3 + [date(2027, 5, 21)] * 3
    assert "6 slots" in shown.text
    assert all(f'value="{typed}"' in shown.text for typed in GRID.values() if typed)


def wall(**changed: str) -> list[tuple[str, str]]:
    grid = check(Grid, {**GRID, **changed}).values()
    return [(f"{start:%H:%M}", f"{end:%H:%M}") for start, end in grid.wall_slots()]


def test_a_day_is_cut_from_its_start_and_a_piece_that_is_too_short_is_left() -> None:
    assert wall(day_end="11:49") == [("09:00", "09:50"), ("10:00", "10:50")]
    assert wall(day_end="11:50")[-1] == ("11:00", "11:50")


def test_a_slot_that_would_touch_the_midday_break_starts_after_it() -> None:
    found = wall(pause_start="10:30", pause_end="11:05")

    assert found == [("09:00", "09:50"), ("11:05", "11:55")]


def test_a_slot_may_end_when_the_midday_break_starts() -> None:
    assert wall(pause_start="10:50", pause_end="11:00") == wall()


def test_a_midday_break_before_the_day_changes_nothing_and_one_over_its_start_moves_it() -> None:
    assert wall(pause_start="07:00", pause_end="09:00") == wall()
    assert wall(pause_start="08:00", pause_end="09:30")[0] == ("09:30", "10:20")


def test_fourteen_days_are_days_of_their_own() -> None:
    grid = check(Grid, {**GRID, "last_day": "2027-06-02"}).values()

    assert (len(grid.days), grid.days[0], grid.days[-1]) == (MAX_DAYS, date(2027, 5, 20), date(2027, 6, 2))
    assert grid.wall_slots()[0] == (time(9, 0), time(9, 50))


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"last_day": "2027-05-19"}, "last_day", "The last day is before the first day."),
        ({"last_day": "2027-06-03"}, "last_day", "An event can have at most 14 days."),
        ({"last_day": "2028-05-20"}, "last_day", "An event can have at most 14 days."),
        ({"day_end": "09:00"}, "day_end", "The day ends before it starts."),
        ({"day_end": "09:49"}, "length_min", "This day is too short for a slot."),
        ({"length_min": "4"}, "length_min", "Enter a number of at least 5."),
        ({"length_min": "241"}, "length_min", "Enter a number of at most 240."),
        ({"break_min": "-1"}, "break_min", "Enter a number of at least 0."),
        ({"break_min": "9" * 5000}, "break_min", "Enter a whole number in digits, for example 3."),
        (
            {"pause_start": "10:00"},
            "pause_end",
            "Enter both the start and the end of the midday break, or leave both empty.",
        ),
        ({"pause_start": "10:00", "pause_end": "10:00"}, "pause_end", "The midday break ends before it starts."),
        (
            {"length_min": "5", "break_min": "0", "last_day": "2027-06-02"},
            "length_min",
            "An event can have at most 400 slots.",
        ),
    ],
)
def test_faults_of_the_grid_are_found(changed: dict[str, str], field: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(Grid, {**GRID, **changed}).values()

    fault = caught.value.form.faults[field]
    assert isinstance(fault, Message)
    assert sentence in Translator("en").translate(fault)


async def test_a_fault_of_the_grid_changes_no_slots_and_keeps_typed_values(client: Client) -> None:
    event, here = await at_work(client, slots=3)

    answer = await client.post(f"{here}/slots", data={**GRID, "day_end": "07:30"})

    assert answer.status_code == 422
    assert "The day ends before it starts." in answer.text
    assert 'value="07:30"' in answer.text
    assert len(await factories.slots_of(event)) == 3


# -- Halls and tables ----------------------------------------------------------------------------------------------


async def test_tables_are_numbered_on_through_the_halls(client: Client) -> None:
    event, here = await at_work(client, halls=1, tables=2)

    added = await client.post(f"{here}/halls", data={"name_en": "Small hall", "tables": "3"})
    shown = await client.get(f"{here}/halls")

    assert added.headers["location"] == f"{here}/halls?notice=saved"
    assert [table.number for table in await factories.tables_of(event)] == [1, 2, 3, 4, 5]
    assert "1–2 (2 tables)" in shown.text
    assert "3–5 (3 tables)" in shown.text


async def test_a_hall_is_renamed_and_takes_more_or_fewer_tables_at_its_end(client: Client) -> None:
    event, here = await at_work(client, halls=1, tables=3)
    [hall] = await factories.halls_of(event)
    path = f"{here}/halls/{hall.id}"

    fewer = await client.post(path, data={"name_ru": "Зал", "tables": "1"})
    more = await client.post(path, data={"name_ru": "Зал", "tables": "2"})
    shown = await client.get(path)

    assert (fewer.status_code, more.status_code) == (303, 303)
    assert (await Hall.get(id=hall.id)).name == {"ru": "Зал"}
    assert [table.number for table in await factories.tables_of(event)] == [1, 2]
    assert 'value="Зал"' in shown.text


async def test_a_hall_is_removed_with_its_tables(client: Client) -> None:
    event, here = await at_work(client)
    [hall] = await factories.halls_of(event)

    answer = await client.post(f"{here}/halls/{hall.id}/remove")

    assert answer.headers["location"] == f"{here}/halls?notice=removed"
    assert (await Hall.all().count(), await Table.all().count()) == (0, 0)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name_en": "", "tables": "1"}, "Enter a text in at least one language."),
        ({"name_en": "Hall", "tables": "0"}, "Enter a number of at least 1."),
        ({"name_en": "Hall", "tables": "401"}, "Enter a number of at most 400."),
        ({"name_en": "Hall", "tables": ""}, "Enter a whole number in digits, for example 3."),
        ({"name_en": "Hall"}, "Fill in this field."),
    ],
)
async def test_a_hall_with_faults_is_not_added(client: Client, typed: dict[str, str], sentence: str) -> None:
    _event, here = await at_work(client, halls=0)

    answer = await client.post(f"{here}/halls", data=typed)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert await Hall.all().count() == 0


# -- Programme -----------------------------------------------------------------------------------------------------


async def test_an_item_of_the_programme_is_added_shown_and_removed(client: Client) -> None:
    _event, here = await at_work(client)
    item = {"name_en": "Opening", "day": "2027-05-20", "start": "09:00", "end": "09:45", "side": "enterprise"}

    added = await client.post(f"{here}/plenary", data=item)
    shown = await client.get(f"{here}/plenary")
    [stored] = await PlenaryItem.all()
    removed = await client.post(f"{here}/plenary/{stored.id}/remove")

    assert (added.status_code, removed.status_code) == (303, 303)
    assert (stored.start_at, stored.side) == (datetime(2027, 5, 20, 1, 0, tzinfo=UTC), "enterprise")
    assert "Opening" in shown.text
    assert await PlenaryItem.all().count() == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"end": "09:00"}, "The end is before the start."),
        ({"side": "cooks"}, "Choose one of the options."),
        ({"day": "0000-00-00"}, "Enter a date such as 2026-05-21."),
        ({"name_en": "\u202e\u2066"}, "Enter a text in at least one language."),
    ],
)
async def test_an_item_with_faults_is_not_added(client: Client, changed: dict[str, str], sentence: str) -> None:
    _event, here = await at_work(client)
    item = {"name_en": "Opening", "day": "2027-05-20", "start": "09:00", "end": "09:45", "side": ""}

    answer = await client.post(f"{here}/plenary", data={**item, **changed})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert await PlenaryItem.all().count() == 0


# -- Interpreters --------------------------------------------------------------------------------------------------

WANG = {
    "email": "Wang@Example.org",
    "full_name": "王芳",
    "languages": ["zh", "ru"],
    "max_meetings": "6",
    "max_consecutive": "",
}


async def test_an_interpreter_is_added_changed_and_removed(client: Client) -> None:
    event, here = await at_work(client, slots=2)
    foreign = (await factories.slots_of(await factories.event(slots=1)))[0]
    slots = [slot.id for slot in await factories.slots_of(event)]

    added = await client.post(
        f"{here}/interpreters/new", data={**WANG, "available": [slots[0], foreign.id, 2**63, 2**70]}
    )
    [made] = await Interpreter.all().select_related("person")
    path = f"{here}/interpreters/{made.id}"
    shown = await client.get(path)
    changed = await client.post(path, data={**WANG, "email": "other@example.org", "max_meetings": "0"})
    [after] = await Interpreter.all().select_related("person")
    removed = await client.post(f"{path}/remove")

    assert [answer.status_code for answer in (added, changed, removed)] == [303] * 3
    assert (made.person.email, made.languages, made.available) == ("wang@example.org", ["zh", "ru"], [slots[0]])
    assert 'value="王芳"' in shown.text
    assert (after.person.email, after.available, after.max_meetings) == ("wang@example.org", [], 0)
    assert await Interpreter.all().count() == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"languages": "zh"}, "Choose at least"),
        ({"languages": ["zh", "tlh"]}, "This language is not known: tlh."),
        ({"email": "wang"}, "Enter an e-mail address such as anna@example.org."),
        ({"full_name": "\0"}, "Fill in this field."),
        ({"max_consecutive": "0"}, "Enter a number of at least 1."),
        ({"available": ["x"]}, "Enter a whole number in digits, for example 3."),
    ],
)
async def test_an_interpreter_with_faults_is_not_added(client: Client, changed: dict[str, Any], sentence: str) -> None:
    _event, here = await at_work(client)

    answer = await client.post(f"{here}/interpreters/new", data={**WANG, **changed})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert await Interpreter.all().count() == 0


async def test_the_same_interpreter_twice_is_refused(client: Client) -> None:
    _event, here = await at_work(client)

    first, second = [
        await client.post(f"{here}/interpreters/new", data={**WANG, "full_name": name}) for name in ("王芳", "王芬")
    ]

    assert (first.status_code, second.status_code) == (303, 409)
    assert "This event already has an interpreter with this address: wang@example.org" in second.text


# -- Organisers ----------------------------------------------------------------------------------------------------


async def test_a_new_organiser_gets_one_e_mail_even_if_added_twice(client: Client) -> None:
    event, here = await at_work(client)

    for _ in range(2):
        answer = await client.post(f"{here}/organisers", data={"email": "Olga@example.org"})
        assert answer.headers["location"] == f"{here}/organisers?notice=saved"
    shown = await client.get(f"{here}/organisers")

    assert await Organiser.filter(event_id=event.id).count() == 2
    assert [(letter.to_address, letter.template) for letter in await Mail.all()] == [("olga@example.org", "organiser")]
    assert "olga@example.org" in shown.text


async def test_an_organiser_can_leave_but_not_the_last_one(client: Client) -> None:
    event, here = await at_work(client)
    other = await factories.organiser(event)
    [own] = await Organiser.filter(event_id=event.id).exclude(id=other.id)

    removed = await client.post(f"{here}/organisers/{other.id}/remove")
    refused = await client.post(f"{here}/organisers/{own.id}/remove")

    assert (removed.status_code, refused.status_code) == (303, 409)
    assert "An event needs at least one organiser." in refused.text
    assert [organiser.id for organiser in await Organiser.filter(event_id=event.id)] == [own.id]


async def test_an_invalid_address_adds_no_organiser(client: Client) -> None:
    _event, here = await at_work(client)

    answer = await client.post(f"{here}/organisers", data={"email": "olga"})

    assert answer.status_code == 422
    assert 'value="olga"' in answer.text
    assert await Person.filter(email="olga").count() == 0


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
