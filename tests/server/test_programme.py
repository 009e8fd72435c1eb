"""Programme items are changed in place, and what a change would take away is shown first."""

from datetime import UTC, datetime, timedelta

from server.models import PlenaryItem
from server.plans import publishing
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.planning import solved
from tests.server.setting_up import at_work, words


async def test_time_name_and_participants_of_an_item_change(client: Client) -> None:
    event, here = await at_work(client)
    day = (await factories.slots_of(event))[0].day.isoformat()
    typed = {"name_en": "Opening", "day": day, "start": "07:00", "end": "08:00", "side": ""}
    await client.post(f"{here}/plenary", data=typed)
    item = await PlenaryItem.get(event_id=event.id)
    page = read(await client.get(f"{here}/plenary/{item.id}"))
    changed = {**typed, "name_en": "Lunch", "start": "07:30", "side": "expert", "drawn": page.field("drawn")}
    answer = await client.post(f"{here}/plenary/{item.id}", data=changed)

    assert (page.field("name_en"), page.field("day"), page.field("start")) == ("Opening", day, "07:00")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{here}/plenary?notice=saved")
    await item.refresh_from_db()
    assert (item.name, item.end_at - item.start_at, item.side) == ({"en": "Lunch"}, timedelta(minutes=30), "expert")

    late = await client.post(f"{here}/plenary/{item.id}", data={**changed, "end": "07:00"})
    assert (late.status_code, "The end is before the start." in words(late)) == (422, True)
    over = await client.post(f"{here}/plenary/{item.id}", data={**changed, "day": "2020-01-02"})
    assert (over.status_code, "This time is in the past." in words(over)) == (409, True)


async def test_of_an_item_that_has_begun_only_the_name_changes(client: Client) -> None:
    event, here = await at_work(client)
    now = datetime.now(UTC)
    item = await PlenaryItem.create(
        event=event, name={"en": "Openning"}, start_at=now - timedelta(minutes=30), end_at=now + timedelta(minutes=30)
    )
    page = read(await client.get(f"{here}/plenary/{item.id}"))
    shown = {name: page.field(name) for name in ("day", "start", "end", "side", "drawn")}
    renamed = await client.post(f"{here}/plenary/{item.id}", data={**shown, "name_en": "Opening"})
    page = read(await client.get(f"{here}/plenary/{item.id}"))
    shown["drawn"] = page.field("drawn")
    moved = await client.post(f"{here}/plenary/{item.id}", data={**shown, "name_en": "Opening", "end": "23:59"})

    assert (renamed.status_code, moved.status_code) == (303, 409)
    assert "only its name can change" in words(moved)
    await item.refresh_from_db()
    assert item.name == {"en": "Opening"}


async def test_an_item_that_covers_published_meetings_shows_them_first(client: Client) -> None:
    event, here = await at_work(client, slots=2, tables=1)
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    await factories.wish(expert, firm)
    await factories.wish(firm, expert)
    organiser = (await factories.organiser(event)).person
    await publishing.publish(await solved(event, organiser), organiser)
    first, last = await factories.slots_of(event)
    start = last.end_at + timedelta(hours=2)
    item = await PlenaryItem.create(
        event=event, name={"en": "Visit"}, start_at=start, end_at=start + timedelta(hours=1)
    )
    typed = {"name_en": "Visit", "day": first.day.isoformat(), "start": "09:00", "end": "10:00", "side": ""}
    asked = await client.post(f"{here}/plenary/{item.id}", data=typed)

    assert asked.status_code == 409
    await item.refresh_from_db()
    assert item.start_at == start
