"""Changing an event that has plans: unpublished plans freeze nothing; losses of the published plan are shown first."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
import pytest

from server.agendas import service as agendas
from server.events import moving
from server.models import (
    CalendarEntry,
    Event,
    Hall,
    Interpreter,
    Mail,
    Meeting,
    PlenaryItem,
    Registration,
    Slot,
    Table,
    WishKind,
)
from server.plans import publishing, staleness
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.server.planning import solved
from tests.server.stale import Scene, scene, withdraws

SHANGHAI = ZoneInfo("Asia/Shanghai")
WANG = {"languages": ["ru", "zh"], "max_meetings": "", "max_consecutive": ""}


async def set_up(client: Client, *, in_force: bool) -> Scene:
    at = await scene(in_force=in_force)
    await factories.signed_in(client, at.organiser)
    return at


async def paths(at: Scene) -> dict[str, tuple[str, Mapping[str, object]]]:
    """Return by name the forms that take away the meeting of the scene."""
    [hall] = await factories.halls_of(at.event)
    slot, wall = at.slots[0], at.slots[0].start_at.astimezone(SHANGHAI)
    end = at.slots[0].end_at.astimezone(SHANGHAI)
    item = {
        "name_en": "Opening",
        "day": f"{wall:%Y-%m-%d}",
        "start": f"{wall:%H:%M}",
        "end": f"{end:%H:%M}",
        "side": "",
    }
    person = {"email": at.interpreter.person.email, "full_name": "Wang"}
    return {
        "programme": (f"{at.base}/plenary", item),
        "hall": (f"{at.base}/halls/{hall.id}/remove", {}),
        "interpreter": (f"{at.base}/interpreters/{at.interpreter.id}/remove", {}),
        "presence": (
            f"{at.base}/interpreters/{at.interpreter.id}",
            {**person, **WANG, "available": [str(at.slots[2].id)]},
        ),
        "limit": (
            f"{at.base}/interpreters/{at.interpreter.id}",
            {**person, **WANG, "max_meetings": "0", "available": [str(slot.id)]},
        ),
    }


CHANGES = ("programme", "hall", "interpreter", "presence", "limit")


def form_of(answer: httpx2.Response) -> tuple[str, dict[str, list[str]]]:
    """Return where the confirmation page posts, and what."""
    action = re.search(r'<form class="stack wide" method="post" action="([^"]+)"', answer.text)
    assert action is not None
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text):
        fields.setdefault(name, []).append(value)
    return action[1], fields


@pytest.mark.parametrize("change", CHANGES)
async def test_an_unpublished_plan_freezes_nothing(client: Client, change: str) -> None:
    at = await set_up(client, in_force=False)
    path, data = (await paths(at))[change]

    answer = await client.post(path, data=dict(data))

    assert answer.status_code == 303
    assert len(await at.whys()) == 1


@pytest.mark.parametrize("change", CHANGES)
async def test_published_meetings_that_become_impossible_are_shown_first(client: Client, change: str) -> None:
    at = await set_up(client, in_force=True)
    path, data = (await paths(at))[change]

    asked = await client.post(path, data=dict(data))
    before = await at.whys()
    action, fields = form_of(asked)
    answer = await client.post(action, data=fields)

    assert asked.status_code == 409
    assert "After this change, 1 published meeting can no longer take place" in asked.text
    assert "Ivan Petrov" in asked.text
    assert before == []
    assert answer.status_code == 303
    assert len(await at.whys()) == 1


@pytest.mark.parametrize("change", CHANGES)
async def test_the_plan_is_repaired_afterwards(client: Client, change: str) -> None:
    at = await set_up(client, in_force=True)
    await factories.interpreter(at.event)
    path, data = (await paths(at))[change]
    _action, fields = form_of(await client.post(path, data=dict(data)))
    await client.post(path, data=fields)
    if change == "hall":
        await client.post(f"{at.base}/halls", data={"name_en": "Annex", "tables": "2"})

    repaired = await solved(at.event, at.organiser, preset="repair")
    await publishing.publish(repaired, at.organiser)

    assert await staleness.lost_in_force(at.event.id) == []
    assert "Everything is ready" in (await client.get(f"{at.base}/desk")).text


async def test_removed_tables_get_their_rows_back(client: Client) -> None:
    at = await set_up(client, in_force=False)
    [hall] = await factories.halls_of(at.event)

    await client.post(f"{at.base}/halls/{hall.id}/remove")
    gone = await Hall.all().count(), await Table.all().count()
    other = await Hall.create(event=at.event, name={"en": "Annex"}, position=1)
    await Hall.every.filter(id=hall.id).update(removed_at=None)
    await client.post(f"{at.base}/halls/{hall.id}", data={"name_en": "Hall", "tables": "2"})
    await client.post(f"{at.base}/halls/{other.id}", data={"name_en": "Annex", "tables": "1"})

    assert gone == (0, 0)
    assert at.tables[0].id in [table.id for table in await Table.filter(hall_id=hall.id)]
    assert len({table.number for table in await Table.all()}) == 3


async def test_an_interpreter_added_again_gets_the_same_row(client: Client) -> None:
    at = await set_up(client, in_force=False)
    await client.post(f"{at.base}/interpreters/{at.interpreter.id}/remove")
    gone = await Interpreter.all().count()
    person = {"email": at.interpreter.person.email, "full_name": "Wang", "available": [str(at.slots[0].id)]}

    answer = await client.post(f"{at.base}/interpreters/new", data={**WANG, **person})

    assert answer.status_code == 303
    assert gone == 0
    assert (await Interpreter.get()).id == at.interpreter.id
    assert await at.whys() == []


async def test_the_programme_of_the_past_stays(client: Client) -> None:
    at = await set_up(client, in_force=False)
    now = datetime.now(UTC)
    item = await PlenaryItem.create(
        event=at.event, name={"en": "Opening"}, start_at=now - timedelta(minutes=5), end_at=now + timedelta(hours=1)
    )
    over = {"name_en": "Lunch", "day": "2020-05-20", "start": "12:00", "end": "13:00", "side": ""}

    answers = [
        await client.post(f"{at.base}/plenary/{item.id}/remove"),
        await client.post(f"{at.base}/plenary", data=over),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert [each.id for each in await PlenaryItem.all()] == [item.id]


# -- Agendas -------------------------------------------------------------------------------------------------------


async def test_agendas_and_calendars_mark_uncertain_meetings(client: Client, settings: Settings) -> None:
    at = await set_up(client, in_force=True)
    sure = await client.get(f"{at.base}/agenda/{at.expert.id}")
    await withdraws(at)

    pages = [
        await client.get(f"{at.base}/agenda/{path}")
        for path in (at.expert.id, at.firm.id, f"interpreter/{at.interpreter.id}")
    ]
    file = await client.get(f"{at.base}/agenda/{at.expert.id}.ics")
    feed = await agendas.calendar_of(at.event, at.expert.person, settings)

    assert "Uncertain" not in sure.text
    for page in pages:
        assert "This meeting is uncertain." in page.text
        assert "One side of this meeting no longer takes part." in page.text
    for calendar in (file.text, feed.decode()):
        assert "STATUS:TENTATIVE" in calendar
        assert "This meeting is uncertain." in calendar


async def test_the_page_of_a_meeting_says_that_it_is_uncertain(client: Client) -> None:
    at = await scene(in_force=True)
    await factories.signed_in(client, at.expert.person)
    entry = await CalendarEntry.get()
    await withdraws(at)

    page = await client.get(f"{at.base}/agenda/meeting/{entry.id}")

    assert "This meeting is uncertain." in page.text


async def test_a_refusal_is_not_revealed(client: Client) -> None:
    at = await set_up(client, in_force=True)
    await factories.wish(at.firm, at.expert, WishKind.NO)

    page = await client.get(f"{at.base}/agenda/{at.expert.id}")

    assert "This meeting is uncertain." in page.text
    assert "does not want" not in page.text


# -- Other days ----------------------------------------------------------------------------------------------------


async def walls(event: Event) -> list[tuple[date, str]]:
    slots = await factories.slots_of(event)
    return [(slot.day, f"{slot.start_at.astimezone(ZoneInfo(event.time_zone)):%m-%d %H:%M}") for slot in slots]


async def test_the_event_moves_with_everything_it_has(client: Client) -> None:
    at = await set_up(client, in_force=True)
    item = await PlenaryItem.create(
        event=at.event,
        name={"en": "Lunch"},
        start_at=at.slots[2].end_at,
        end_at=at.slots[2].end_at + timedelta(hours=1),
    )
    await Mail.all().delete()
    entry, day = await CalendarEntry.get(), at.slots[0].day
    here = f"{at.base}/slots/move"

    shown = await client.get(here)
    answer = await client.post(here, data={"first_day": (day + timedelta(days=1)).isoformat()})

    assert "People who will get an e-mail" in shown.text
    assert (answer.status_code, answer.headers["location"]) == (303, f"{at.base}/slots?notice=moved")
    slots = await factories.slots_of(at.event)
    assert [slot.id for slot in slots] == [slot.id for slot in at.slots]
    assert [slot.start_at - before.start_at for slot, before in zip(slots, at.slots, strict=True)] == [
        timedelta(days=1)
    ] * 3
    assert {slot.day for slot in slots} == {day + timedelta(days=1)}
    moved = await CalendarEntry.get()
    assert (moved.uid, moved.start_at, moved.sequence) == (entry.uid, slots[0].start_at, entry.sequence + 1)
    assert (await PlenaryItem.get()).start_at == item.start_at + timedelta(days=1)
    assert (await Registration.get(id=at.expert.id)).available == at.expert.available
    assert await staleness.lost_in_force(at.event.id) == []
    told = await Mail.filter(template="event_moved")
    assert len({letter.to_address for letter in told}) == len(told) == 3


async def test_moving_an_event_to_its_present_days_sends_no_e_mail(client: Client) -> None:
    at = await set_up(client, in_force=True)
    data = {"first_day": at.slots[0].day.isoformat()}

    answer = await client.post(f"{at.base}/slots/move", data=data)

    assert answer.status_code == 303
    assert await Mail.filter(template="event_moved").count() == 0
    assert (await CalendarEntry.get()).sequence == 0


@pytest.mark.parametrize("first_day", ["2020-01-01", ""])
async def test_an_event_is_not_moved_into_the_past(client: Client, first_day: str) -> None:
    at = await set_up(client, in_force=True)

    answer = await client.post(f"{at.base}/slots/move", data={"first_day": first_day})

    assert answer.status_code == (409 if first_day else 422)
    assert await factories.slots_of(at.event) == at.slots


@pytest.mark.parametrize("by", [1, -1, 30])
async def test_consecutive_days_can_be_moved_across_a_clock_change(database: None, by: int) -> None:
    event = await factories.event(slots=0, time_zone="Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    for day in (date(2027, 3, 26), date(2027, 3, 27)):
        start = datetime(day.year, day.month, day.day, 9, tzinfo=berlin).astimezone(UTC)
        await Slot.create(event=event, day=day, start_at=start, end_at=start + timedelta(minutes=30))
    expert = await factories.expert(event)
    before = await walls(event)

    await moving.move_event(event, date(2027, 3, 26) + timedelta(days=by))

    assert [clock[6:] for _day, clock in await walls(event)] == [clock[6:] for _day, clock in before]
    assert [day for day, _clock in await walls(event)] == [day + timedelta(days=by) for day, _clock in before]
    assert (await Registration.get(id=expert.id)).available == expert.available


async def test_plans_show_the_days_that_the_event_has_now(client: Client) -> None:
    at = await set_up(client, in_force=False)
    later = at.slots[0].day + timedelta(days=3)

    await client.post(f"{at.base}/slots/move", data={"first_day": later.isoformat()})
    page = await client.get(f"{at.base}/plans/{at.plan.id}")

    assert f'name="day" value="{later.isoformat()}"' in page.text
    assert await Meeting.all().count() == 1
