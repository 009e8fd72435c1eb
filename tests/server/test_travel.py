"""Journeys: what an expert enters, which slots are offered, and what organisers see and the other side does not."""

import html as markup
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.models import Event, HelpState, Registration, Travel
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.statements import Statements

JOURNEY = {
    "arrives_by": "SU 208",
    "arrives_in": "Шанхай, Пудун",
    "departs_by": "SU 209",
    "companions": "1",
    "accessibility": "CANARY ramp",
    "diet": "CANARY nuts",
    "wants_help": "yes",
}
VENUE = ZoneInfo("Asia/Shanghai")


async def expert_at(client: Client, event: Event | None = None) -> tuple[Event, Registration]:
    made = event or await factories.event()
    expert = await factories.expert(made)
    await factories.signed_in(client, expert.person)
    return made, expert


def wall(at: datetime) -> str:
    return f"{at.astimezone(VENUE):%Y-%m-%dT%H:%M}"


async def test_a_journey_is_saved_in_venue_time_and_shown_again(client: Client) -> None:
    event, expert = await expert_at(client)
    [first, *_rest] = await factories.slots_of(event)
    arrival = first.start_at - timedelta(hours=20)
    path = f"/e/{event.slug}/me/travel"

    answer = await client.post(path, data={**JOURNEY, "arrives_at": wall(arrival)})

    saved = await Travel.get(registration_id=expert.id)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/e/{event.slug}/me?notice=saved")
    assert (saved.arrives_at, saved.arrives_by, saved.companions) == (arrival, "SU 208", 1)
    assert (saved.help, saved.help_at) == (HelpState.WANTED, None)
    page = await client.get(path)
    assert f'value="{wall(arrival)}"' in page.text and "CANARY ramp" in page.text


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"arrives_at": "tomorrow"}, "arrives_at"),
        ({"arrives_at": "0001-01-01T00:00"}, "arrives_at"),
        ({"arrives_at": "99999-01-01T00:00"}, "arrives_at"),
        ({"arrives_at": "2026-05-21T10:00", "departs_at": "2026-05-21T10:00"}, "departs_at"),
        ({"companions": "-1"}, "companions"),
        ({"companions": "99999999999999999999"}, "companions"),
        ({"diet": "x" * 1001}, "diet"),
        ({"arrives_by": "x" * 201}, "arrives_by"),
    ],
)
async def test_a_faulty_journey_is_shown_again(client: Client, fields: dict[str, str], fault: str) -> None:
    event, _expert = await expert_at(client)
    answer = await client.post(f"/e/{event.slug}/me/travel", data={**JOURNEY, **fields})
    assert (answer.status_code, [*read(answer).faults]) == (422, [fault])
    assert await Travel.all().count() == 0


async def test_a_journey_offers_slots_and_changes_none(client: Client) -> None:
    event, expert = await expert_at(client)
    slots = await factories.slots_of(event)
    # Two hours before the third of four slots; the departure is long after them.
    arrival, departure = slots[2].start_at - timedelta(hours=2), slots[3].end_at + timedelta(hours=3)
    sent = {**JOURNEY, "arrives_at": wall(arrival), "departs_at": wall(departure)}

    answer = await client.post(f"/e/{event.slug}/me/travel", data=sent)
    presence = f"/e/{event.slug}/register/expert/presence"
    assert answer.headers["location"] == f"{presence}?notice=saved"
    asked, offered = await client.get(presence), await client.get(f"{presence}?stay=yes")

    before, fit = [slot.id for slot in slots], [slots[2].id, slots[3].id]
    assert (await Registration.get(id=expert.id)).available == before
    assert [ticked(page.text) for page in (asked, offered)] == [before, fit]
    taken = await client.post(presence, data={"available": fit, "drawn": drawn(offered.text)})
    assert (taken.status_code, (await Registration.get(id=expert.id)).available) == (303, fit)
    assert "?stay=yes" not in (await client.get(presence)).text


def ticked(html: str) -> list[int]:
    return [int(id) for id in re.findall(r'name="available" value="(\d+)"[^>]* checked', html)]


def drawn(html: str) -> str:
    found = re.search(r'name="drawn" value="([^"]*)"', html)
    assert found is not None
    return markup.unescape(found[1])


async def test_all_fitting_slots_are_offered_while_none_is_ticked(client: Client) -> None:
    event, expert = await expert_at(client)
    slots = await factories.slots_of(event)
    await Registration.filter(id=expert.id).update(available=[])
    departure = slots[1].end_at + timedelta(hours=3)
    await client.post(f"/e/{event.slug}/me/travel", data={"departs_at": wall(departure)})

    page = await client.get(f"/e/{event.slug}/register/expert/presence?stay=yes")

    assert ticked(page.text) == [slots[0].id, slots[1].id]


@pytest.mark.parametrize("path", ["/me/travel"])
async def test_enterprises_have_no_journey(client: Client, path: str) -> None:
    event = await factories.event()
    enterprise = await factories.enterprise(event)
    await factories.signed_in(client, (await factories.delegates_of(enterprise))[0])
    assert (await client.get(f"/e/{event.slug}{path}")).status_code == 404


async def test_organisers_see_the_journey_and_say_what_became_of_the_help(client: Client, other: Client) -> None:
    event, expert = await expert_at(client)
    await factories.signed_in(other, (await factories.organiser(event)).person)
    await client.post(f"/e/{event.slug}/me/travel", data=JOURNEY)
    base = f"/e/{event.slug}"

    desk, listed = await other.get(f"{base}/desk"), await other.get(f"{base}/travel?state=wanted")
    party = await other.get(f"{base}/parties/{expert.id}")
    answer = await other.post(f"{base}/parties/{expert.id}/help", data={"help": "sent"})

    assert f"{base}/travel?state=wanted" in desk.text
    assert all("CANARY ramp" in page.text and "CANARY nuts" in page.text for page in (listed, party))
    saved = await Travel.get(registration_id=expert.id)
    assert (answer.status_code, saved.help, saved.help_at is not None) == (303, HelpState.SENT, True)
    assert f"{base}/travel?state=wanted" not in (await other.get(f"{base}/desk")).text
    # The expert reads the state, and saving the journey again does not undo it.
    assert "Invitation sent" in (await client.get(f"{base}/me/travel")).text
    await client.post(f"{base}/me/travel", data={"diet": "none"})
    assert (await Travel.get(registration_id=expert.id)).help is HelpState.SENT


@pytest.mark.parametrize("path", ["/travel", "/parties/{id}"])
async def test_others_do_not_see_journeys(client: Client, other: Client, path: str) -> None:
    event, expert = await expert_at(client)
    await client.post(f"/e/{event.slug}/me/travel", data=JOURNEY)
    enterprise = await factories.enterprise(event)
    await factories.wish(expert, enterprise)
    await factories.wish(enterprise, expert)
    await factories.signed_in(other, (await factories.delegates_of(enterprise))[0])

    assert (await other.get(f"/e/{event.slug}{path.format(id=expert.id)}")).status_code == 404
    seen = [await other.get(f"/e/{event.slug}/matches{end}") for end in ("", f"/{expert.id}", "?q=CANARY")]
    assert [("CANARY" in page.text.replace('CANARY"', ""), "SU 208" in page.text) for page in seen[:2]] == [
        (False, False)
    ] * 2
    assert f"/matches/{expert.id}" not in seen[2].text


async def test_the_list_of_journeys_takes_the_same_queries_for_one_and_three(
    client: Client, queries: Callable[[], AbstractContextManager[Statements]]
) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)

    async def asked() -> int:
        await client.get(f"/e/{event.slug}/travel")
        with queries() as seen:
            assert (await client.get(f"/e/{event.slug}/travel")).status_code == 200
        return len(seen)

    await Travel.create(registration=await factories.expert(event), arrives_at=datetime.now(UTC))
    one = await asked()
    for _ in range(2):
        await Travel.create(registration=await factories.expert(event))
    assert await asked() == one


async def test_two_people_change_two_fields_of_one_journey(client: Client) -> None:
    event, expert = await expert_at(client)
    path = f"/e/{event.slug}/me/travel"
    await client.post(path, data=JOURNEY)
    seen = drawn((await client.get(path)).text)
    await Travel.filter(registration_id=expert.id).update(diet="changed meanwhile")

    answer = await client.post(path, data={**JOURNEY, "arrives_by": "CZ 1", "drawn": seen})

    saved = await Travel.get(registration_id=expert.id)
    assert (answer.status_code, saved.arrives_by, saved.diet) == (303, "CZ 1", "changed meanwhile")


async def test_a_time_that_was_changed_meanwhile_is_shown_as_venue_time(client: Client) -> None:
    event, expert = await expert_at(client)
    path, arrival = f"/e/{event.slug}/me/travel", datetime(2026, 5, 20, 22, 30, tzinfo=UTC)
    drawn = read(await client.get(path)).fields["drawn"][0]
    await client.post(path, data={"arrives_at": wall(arrival)})
    clash = await client.post(path, data={"arrives_at": wall(arrival + timedelta(hours=1)), "drawn": drawn})
    assert (clash.status_code, read(clash).by_class["saved"]) == (409, ["2026-05-21 06:30"])
    assert (await Travel.get(registration_id=expert.id)).arrives_at == arrival


async def test_an_organiser_with_an_old_page_does_not_undo_what_another_has_done_about_the_help(
    client: Client, other: Client
) -> None:
    event, expert = await expert_at(other)
    await factories.signed_in(client, (await factories.organiser(event)).person)
    path = f"/e/{event.slug}/parties/{expert.id}"
    drawn = read(await client.get(path)).fields["drawn"][0]
    await client.post(f"{path}/help", data={"help": "sent", "drawn": drawn})
    answer = await client.post(f"{path}/help", data={"help": "in_work", "drawn": drawn})
    unchanged = await client.post(f"{path}/help", data={"help": "not_needed", "drawn": drawn})
    assert (answer.status_code, unchanged.status_code) == (409, 303)
    assert (await Travel.get(registration_id=expert.id)).help is HelpState.SENT
