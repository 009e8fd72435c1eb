"""Setting up an event: slots, halls and tables, programme."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from i18n import Message, Translator
from server.events.forms import MAX_DAYS, Grid
from server.forms import Invalid, check
from server.models import Hall, PlenaryItem, Table
from tests import factories
from tests.client import Client
from tests.server.setting_up import GRID, at_work, words

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
