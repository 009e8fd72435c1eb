"""Hours of the tables: slots in which no meeting takes place at a table."""

from datetime import timedelta

from server import presence
from server.models import Event, Slot, Table
from server.plans import snapshot
from server.rows import load_rows
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.server.setting_up import at_work
from tests.server.stale import scene


async def open_at(event: Event) -> list[list[int]]:
    """Return for each table, by number, the positions of the slots of the problem in which it is available."""
    document = snapshot.take(await load_rows(event)).document
    slots = [slot["id"] for slot in document["slots"]]
    return [sorted(map(slots.index, table.get("available", slots))) for table in document["tables"]]


async def page_of(client: Client, event: Event, here: str) -> tuple[str, str]:
    [hall] = await factories.halls_of(event)
    path = f"{here}/halls/{hall.id}/hours"
    return path, (await client.get(path)).text


async def test_a_table_is_in_no_problem_in_slots_that_were_unticked(client: Client) -> None:
    event, here = await at_work(client, slots=3, tables=2)
    (one, two), slots = await factories.tables_of(event), await factories.slots_of(event)
    await factories.expert(event)
    await factories.enterprise(event)
    path, html = await page_of(client, event, here)
    form = filled(html, "open")
    assert len(form["open"]) == 6

    left = [cell for cell in form["open"] if cell not in (f"{one.id}.{slots[0].id}", f"{one.id}.{slots[1].id}")]
    saved = await client.post(path, data={**form, "open": left})

    assert saved.headers["location"] == f"{path}?day={slots[0].day}&from=0&notice=saved"
    assert await open_at(event) == [[2], [0, 1, 2]]
    assert (await load_rows(event)).seats == 4
    assert filled((await client.get(path)).text, "open")["open"] == left
    assert (await Table.get(id=two.id)).closed is None


async def test_hours_of_one_day_are_used_on_the_others_at_the_same_time_of_day(client: Client) -> None:
    event, here = await at_work(client, slots=2, tables=1)
    for slot in await factories.slots_of(event):
        later = timedelta(days=1, minutes=10)
        await Slot.create(
            event=event, start_at=slot.start_at + later, end_at=slot.end_at + later, day=slot.day + timedelta(days=1)
        )
    await factories.expert(event)
    await factories.enterprise(event)
    path, html = await page_of(client, event, here)
    form = filled(html, "open")

    await client.post(path, data={**form, "open": form["open"][:1], "everywhere": "yes"})

    # The second slot of the first day reaches over both slots of the next, which begin ten minutes later.
    assert await open_at(event) == [[0]]


async def test_what_is_blocked_stays_blocked_once_the_slots_are_others(client: Client) -> None:
    event, _here = await at_work(client, slots=2, tables=1)
    [table], (one, two) = await factories.tables_of(event), await factories.slots_of(event)
    await Table.filter(id=table.id).update(closed=presence.to_json([(one.start_at, one.end_at)]))

    await Slot.filter(id=one.id).delete()
    await Slot.filter(id=two.id).update(start_at=two.start_at - timedelta(minutes=5))

    assert presence.blocked(await Table.get(id=table.id), await factories.slots_of(event)) == {two.id}


async def test_meetings_that_would_be_lost_are_shown_before_a_table_is_blocked(client: Client) -> None:
    at = await scene(in_force=True)
    await factories.signed_in(client, at.organiser)
    path, html = await page_of(client, at.event, f"/e/{at.event.slug}")
    form = filled(html, "open")
    left = [cell for cell in form["open"] if cell != f"{at.tables[0].id}.{at.slots[0].id}"]

    asked = await client.post(path, data={**form, "open": left})

    assert asked.status_code == 409
    assert "The table is not available at this time." in asked.text
    assert (await Table.get(id=at.tables[0].id)).closed is None
    saved = await client.post(path, data=filled(asked.text, "seen"))
    assert saved.status_code == 303
    assert presence.blocked(await Table.get(id=at.tables[0].id), at.slots) == {at.slots[0].id}


async def test_two_organisers_who_block_different_tables_are_told_of_each_other(client: Client) -> None:
    event, here = await at_work(client, slots=2, tables=2)
    path, html = await page_of(client, event, here)
    first, second = filled(html, "open"), filled(html, "open")
    await client.post(path, data={**first, "open": first["open"][1:]})

    answer = await client.post(path, data={**second, "open": second["open"][:-1]})

    assert answer.status_code == 409
    assert "Another person changed this field" in answer.text


async def test_a_day_or_table_that_the_event_does_not_have_leads_to_the_first(client: Client) -> None:
    event, here = await at_work(client, slots=1, tables=30)
    path, html = await page_of(client, event, here)

    assert len(filled(html, "open")["open"]) == 25
    for query in ("day=x&from=y", "day=2001-01-01&from=-5", "from=99999999999"):
        assert len(filled((await client.get(f"{path}?{query}")).text, "open")["open"]) == 25
    assert len(filled((await client.get(f"{path}?from=25")).text, "open")["open"]) == 5
