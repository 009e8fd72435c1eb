"""Changing an event's slots: availability is stored as times, losses are shown first, past slots stay."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from server.events.forms import Grid, PlenaryFields
from server.forms import check
from server.models import Event, Interpreter, Organiser, PlenaryItem, Registration, Slot
from server.plans import publishing
from tests import factories
from tests.client import Client
from tests.server.planning import solved
from tests.server.registering import step, visitor

SHANGHAI = ZoneInfo("Asia/Shanghai")
TWENTY = {
    "first_day": "2027-05-20",
    "last_day": "2027-05-20",
    "day_start": "09:30",
    "day_end": "17:30",
    "length_min": "20",
    "break_min": "5",
    "pause_start": "",
    "pause_end": "",
}
THIRTY = {**TWENTY, "length_min": "30", "break_min": "0"}


async def at_work(client: Client, **event: Any) -> tuple[Event, str]:
    """Return an event without slots whose organiser is at the client, and its URL."""
    made = await factories.event(**{"slots": 0, **event})
    await factories.signed_in(client, (await factories.organiser(made)).person)
    return made, f"/e/{made.slug}"


async def save(client: Client, here: str, grid: Mapping[str, str]) -> httpx2.Response:
    """Save the slots, and confirm if the page asks."""
    answer = await client.post(f"{here}/slots", data=dict(grid))
    seen = re.search(r'name="seen" value="(\w+)"', answer.text)
    return await client.post(f"{here}/slots", data={**grid, "seen": seen[1]}) if seen else answer


async def there(party: Registration | Interpreter) -> list[str]:
    """Return the clock times at which the available slots start."""
    row = await type(party).get(id=party.id)
    slots = await Slot.filter(id__in=row.available).order_by("start_at")
    return [f"{slot.start_at.astimezone(SHANGHAI):%H:%M}" for slot in slots]


async def starting(event: Event, *clocks: str) -> list[int]:
    slots = await factories.slots_of(event)
    return [slot.id for slot in slots if f"{slot.start_at.astimezone(SHANGHAI):%H:%M}" in clocks]


async def test_availability_moves_to_new_slots_and_returns_with_the_old_ones(client: Client) -> None:
    event, here = await at_work(client)
    await client.post(f"{here}/slots", data=TWENTY)
    morning = await factories.expert(event, available=await starting(event, "09:30", "09:55", "10:20", "10:45"))
    one = await factories.enterprise(event, available=await starting(event, "09:30"))
    guide = await factories.interpreter(event, available=await starting(event, "16:35", "17:00"))
    before = [await there(each) for each in (morning, one, guide)]

    answer = await save(client, here, THIRTY)
    during = [await there(each) for each in (morning, one, guide)]
    await save(client, here, TWENTY)

    assert answer.status_code == 303
    assert during == [["09:30", "10:00", "10:30"], [], []]
    assert [await there(each) for each in (morning, one, guide)] == before


async def test_losses_are_shown_by_name_before_anything_is_saved(client: Client) -> None:
    event, here = await at_work(client)
    await client.post(f"{here}/slots", data=TWENTY)
    await factories.enterprise(
        event, organisation=await factories.organisation(name="Xianchuan"), available=await starting(event, "09:30")
    )
    stays = await factories.expert(event, available=await starting(event, "09:30", "09:55"))
    await factories.expert(
        event, await factories.person(full_name="Ivan Petrov"), available=await starting(event, "17:00")
    )

    answer = await client.post(f"{here}/slots", data=THIRTY)

    assert answer.status_code == 409
    assert "3 people are available for less time in the new slots" in answer.text
    assert re.findall(r"<li>\W*([\w ]+)\W*: no slots left", answer.text) == ["Xianchuan", "Ivan Petrov"]
    assert "15 min" in answer.text
    assert 'value="30"' in answer.text
    assert len(await factories.slots_of(event)) == 19
    assert await there(stays) == ["09:30", "09:55"]


async def test_a_different_loss_is_shown_again_before_saving(client: Client) -> None:
    event, here = await at_work(client)
    await client.post(f"{here}/slots", data=TWENTY)
    await factories.expert(event, available=await starting(event, "09:30"))
    shown = await client.post(f"{here}/slots", data=THIRTY)
    seen = re.search(r'name="seen" value="(\w+)"', shown.text)
    assert seen is not None
    await factories.expert(event, available=await starting(event, "09:30"))

    answer = await client.post(f"{here}/slots", data={**THIRTY, "seen": seen[1]})

    assert answer.status_code == 409
    assert len(await factories.slots_of(event)) == 19


async def test_a_task_links_to_those_who_have_no_slot_left(client: Client) -> None:
    event, here = await at_work(client)
    await client.post(f"{here}/slots", data=TWENTY)
    await factories.expert(event, available=await starting(event, "09:30", "09:55"))
    await factories.expert(
        event, await factories.person(full_name="Ivan Petrov"), available=await starting(event, "09:30")
    )
    await save(client, here, THIRTY)

    desk, listed = await client.get(f"{here}/desk"), await client.get(f"{here}/experts?state=no-presence")

    assert "1 expert has no slot for meetings" in desk.text
    assert f'href="{here}/experts?state=no-presence"' in desk.text
    assert "Ivan Petrov" in listed.text
    assert listed.text.count(f'href="{here}/parties/') == 1


async def test_slots_of_the_same_start_keep_their_rows(client: Client) -> None:
    event, here = await at_work(client)
    await client.post(f"{here}/slots", data=TWENTY)
    before = await factories.slots_of(event)
    expert = await factories.expert(event)

    await save(client, here, {**TWENTY, "day_start": "09:55", "day_end": "10:40"})

    after = await factories.slots_of(event)
    assert [slot.id for slot in after] == [slot.id for slot in before[1:3]]
    assert (await Registration.get(id=expert.id)).available == [slot.id for slot in after]


async def test_an_unpublished_plan_keeps_no_slot(client: Client) -> None:
    event, here = await at_work(client, slots=1)
    await factories.wish(await factories.expert(event), await factories.enterprise(event))
    await solved(event, (await Organiser.get(event_id=event.id).select_related("person")).person)

    answer = await save(client, here, TWENTY)

    assert answer.status_code == 303
    assert len(await factories.slots_of(event)) == 19


async def test_meetings_of_the_plan_in_force_that_would_fall_out_are_named_first(client: Client) -> None:
    event, here = await at_work(client, slots=1)
    await factories.expert(event, await factories.person(full_name="Ivan Petrov"))
    await factories.enterprise(event, organisation=await factories.organisation(name="Xianchuan"))
    organiser = (await Organiser.get(event_id=event.id).select_related("person")).person
    await publishing.publish(await solved(event, organiser), organiser)

    answer = await client.post(f"{here}/slots", data=TWENTY)

    assert answer.status_code == 409
    assert "1 meeting of the published plan can no longer take place" in answer.text
    assert "Ivan Petrov – Xianchuan" in answer.text
    assert (await save(client, here, TWENTY)).status_code == 303


async def test_ticks_of_removed_slots_change_no_availability(client: Client) -> None:
    event, person = await visitor(client, slots=0)
    organiser = (await factories.organiser(event)).person
    here = f"/e/{event.slug}"
    async with Client(client._transport.app) as other:  # type: ignore[attr-defined]
        await factories.signed_in(other, organiser)
        await other.post(f"{here}/slots", data=TWENTY)
        expert = await factories.expert(event, person)
        drawn = await starting(event, "09:55", "10:20")
        await save(other, here, THIRTY)

    answer = await step(client, event, "expert", "presence", {"available": drawn})

    assert answer[0] == 409
    assert await there(expert) == [f"{9 + n // 2:02d}:{n % 2 * 30:02d}" for n in range(1, 16)]


async def test_the_programme_takes_slots_out_of_the_ticks_and_gives_them_back(client: Client) -> None:
    event, person = await visitor(client, slots=4)
    slots = await factories.slots_of(event)
    expert = await factories.expert(event, person)
    item = await PlenaryItem.create(
        event=event, name={"en": "Opening"}, start_at=slots[0].start_at, end_at=slots[1].start_at, side="enterprise"
    )

    form = await client.get(f"/e/{event.slug}/register/expert/presence")
    await step(client, event, "expert", "presence", {"available": [slots[0].id, slots[2].id]})
    during = (await Registration.get(id=expert.id)).available
    await item.delete()

    assert re.findall(r'name="available" value="(\d+)"', form.text) == [str(slot.id) for slot in slots[1:]]
    assert "09:00: reserved for the programme" in form.text
    assert during == [slots[0].id, slots[2].id]
    guest = await factories.expert(event, available=[])
    assert (await Registration.get(id=guest.id)).available == []


async def test_a_slot_that_the_programme_takes_is_not_ticked_by_anybody_new(client: Client) -> None:
    event, person = await visitor(client, slots=2)
    slots = await factories.slots_of(event)
    expert = await factories.expert(event, person, available=[])
    await PlenaryItem.create(
        event=event, name={"en": "Lunch"}, start_at=slots[0].start_at, end_at=slots[0].end_at, side=""
    )

    await step(client, event, "expert", "presence", {"available": [slot.id for slot in slots]})

    assert (await Registration.get(id=expert.id)).available == [slots[1].id]


# -- The past ------------------------------------------------------------------------------------------------------


async def test_slots_that_have_begun_stay_as_they_are(client: Client) -> None:
    event, here = await at_work(client)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    begun = [
        await Slot.create(
            event=event, day=start.astimezone(SHANGHAI).date(), start_at=start, end_at=start + timedelta(minutes=20)
        )
        for start in (now - timedelta(minutes=40), now - timedelta(minutes=10))
    ]

    await save(client, here, TWENTY)

    slots = await factories.slots_of(event)
    assert [slot.id for slot in slots[:2]] == [slot.id for slot in begun]
    assert len(slots) == 2 + 19


async def test_days_that_are_over_are_refused(client: Client) -> None:
    event, here = await at_work(client)

    answer = await client.post(f"{here}/slots", data={**TWENTY, "first_day": "2020-05-20", "last_day": "2020-05-20"})

    assert answer.status_code == 409
    assert "These days are in the past." in answer.text
    assert await factories.slots_of(event) == []


# -- Midnight ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["00:00", "24:00"])
async def test_a_day_may_end_at_midnight(client: Client, end: str) -> None:
    event, here = await at_work(client)
    late = {**TWENTY, "day_start": "22:00", "day_end": end, "length_min": "30", "break_min": "0"}

    answer = await client.post(f"{here}/slots", data=late)

    assert answer.status_code == 303
    slots = await factories.slots_of(event)
    assert len(slots) == 4
    assert slots[-1].end_at.astimezone(SHANGHAI) == datetime(2027, 5, 21, tzinfo=SHANGHAI)
    assert {slot.day for slot in slots} == {date(2027, 5, 20)}


def test_only_whole_slots_before_midnight_are_made() -> None:
    late = {**TWENTY, "day_start": "22:00", "length_min": "30", "break_min": "0"}

    assert len(check(Grid, {**late, "day_end": "23:59"}).values().wall_slots()) == 3
    assert check(Grid, {**late, "day_end": "00:00"}).values().wall_slots()[-1] == (time(23, 30), time(0))


async def test_an_item_of_the_programme_may_end_at_midnight(client: Client) -> None:
    event, here = await at_work(client)
    dinner = {"name_en": "Dinner", "day": "2027-05-20", "start": "19:00", "end": "00:00", "side": ""}

    answer = await client.post(f"{here}/plenary", data=dinner)

    assert answer.status_code == 303
    item = await PlenaryItem.get(event_id=event.id)
    assert item.end_at - item.start_at == timedelta(hours=5)
    assert check(PlenaryFields, {**dinner, "end": "24:00"}).end == time(0)
