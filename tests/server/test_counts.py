"""Each number links to a list of exactly these rows, and nothing unusable is counted."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from server.models import Event, NeedState, Person, PlenaryItem, Registration, Slot, Table, WishKind
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.planning import solved

NAMED = re.compile(r'<dt><a href="([^"]+)">([^<]*)</a></dt><dd><span class="big">([^<]*)</span>')
TABS = re.compile(r'<a href="([^"]+)"[^>]*>([^<]*) <span class="num">([^<]*)</span></a>')
GONE = datetime.now(UTC)


async def world(client: Client) -> tuple[Event, str]:
    """Create an event with three usable slots, two tables and one interpreter, and unusable ones of each kind.

    Two experts and two enterprises take part. The organiser is at the client.
    """
    event = await factories.event(slots=5, tables=3)
    past, taken, *_usable = await factories.slots_of(event)
    yesterday = GONE - timedelta(days=1)
    await Slot.filter(id=past.id).update(start_at=yesterday, end_at=yesterday + timedelta(minutes=30))
    await PlenaryItem.create(event=event, name={"en": "Opening"}, start_at=taken.start_at, end_at=taken.end_at, side="")
    await Table.filter(id=(await factories.tables_of(event))[0].id).update(removed_at=GONE)
    await factories.interpreter(event)
    await factories.interpreter(event, removed_at=GONE)
    experts = [await factories.expert(event) for _ in range(2)]
    firms = [await factories.enterprise(event, needs=2), await factories.enterprise(event)]
    await factories.need(firms[0], state=NeedState.DRAFT)
    await factories.need(firms[0], state=NeedState.WITHDRAWN)
    left = [await factories.expert(event, withdrawn_at=GONE), await factories.enterprise(event, withdrawn_at=GONE)]
    await factories.expert(event, registered_at=None, agreed_at=None)
    await factories.enterprise(event, registered_at=None, agreed_at=None)
    for by, about in ((experts[0], firms[0]), (firms[0], experts[0]), (experts[1], firms[0]), (experts[1], left[1])):
        await factories.wish(by, about)
    await factories.wish(left[0], firms[1])
    await factories.wish(firms[1], experts[0], WishKind.NO)
    await factories.signed_in(client, (await factories.organiser(event)).person)
    return event, f"/e/{event.slug}"


async def rows_at(client: Client, address: str) -> int:
    """Return how many rows a link shows: of its table, slots not struck out, or tables of all halls."""
    html = (await client.get(address)).text
    if address.endswith("/slots"):
        return len(re.findall(r'<span class="whole">(?!<s>)', html))
    if address.endswith("/halls"):
        return sum(map(int, re.findall(r"\((\d+) tables?\)", html)))
    return html.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>")


LEDGERS: dict[str, dict[str, int]] = {
    "desk": {"Experts": 2, "Enterprises": 2, "Needs": 3, "Interpreters": 1, "With wishes": 4},
    "plans": {
        **{"Experts": 2, "Enterprises": 2, "Needs": 3, "Interpreters": 1, "Slots": 3, "Tables": 2},
        "Pairs with a wish": 2,
    },
}


@pytest.mark.parametrize("page", LEDGERS)
async def test_each_number_links_to_a_list_of_exactly_these_rows(client: Client, page: str) -> None:
    _event, base = await world(client)
    found = {
        label: (int(number), address) for address, label, number in NAMED.findall(await html_of(client, base, page))
    }
    assert {label: number for label, (number, _address) in found.items()} == LEDGERS[page]
    assert {label: await rows_at(client, address) for label, (_number, address) in found.items()} == LEDGERS[page]


async def html_of(client: Client, base: str, page: str) -> str:
    return (await client.get(f"{base}/{page}")).text


@pytest.mark.parametrize("asked", ["", "Enterprise"])
async def test_each_tab_of_matches_opens_as_many_as_it_says(client: Client, asked: str) -> None:
    event, base = await world(client)
    expert = await Registration.filter(event_id=event.id, person_id__not_isnull=True).order_by("id").first()
    assert expert is not None
    await factories.signed_in(client, await expert.person)
    tabs = TABS.findall(await html_of(client, base, f"matches?q={asked}"))
    shown = {}
    for address, label, _number in tabs:
        html = (await client.get(address.replace("&amp;", "&"))).text
        shown[label] = len(re.findall(r'<li class="offer[^"]*" id="m', html))
    assert shown == {label: int(number) for _address, label, number in tabs}
    assert len(tabs) == 6


@pytest.mark.parametrize("state", ["failed", "waiting", "sent"])
async def test_each_tab_of_e_mails_opens_as_many_as_it_says(client: Client, state: str) -> None:
    event, base = await world(client)
    person = await factories.person()
    for number, values in enumerate(({}, {}, {"sent_at": GONE}, {"failed_at": GONE}, {"dropped_at": GONE})):
        await factories.mail(event, person, key=f"k{number}", **values)
    counted = {address: int(number) for address, _label, number in TABS.findall(await html_of(client, base, "emails"))}
    address = f"{base}/emails?state={state}"
    assert await rows_at(client, address) == counted[address]


@pytest.mark.parametrize("page", ["experts", "enterprises", "interpreters"])
async def test_lists_count_the_slots_that_can_still_hold_a_meeting(client: Client, page: str) -> None:
    _event, base = await world(client)
    html = await html_of(client, base, page)
    assert set(re.findall(r'data-label="Slots">(\d+)<', html)) == {"3"}


async def test_a_party_s_page_and_the_page_of_slots_count_the_same(client: Client) -> None:
    event, base = await world(client)
    party = await Registration.filter(event_id=event.id).order_by("id").first()
    assert party is not None
    slots = read(await client.get(f"{base}/slots")).words
    assert "Slots 3" in read(await client.get(f"{base}/parties/{party.id}")).words
    assert "3 slots for meetings" in slots
    assert "1 more slot, crossed out below, has begun or is over" in slots
    assert "The programme takes 1 more slot, crossed out below." in slots


async def test_wishes_about_those_who_left_count_nowhere(client: Client) -> None:
    event, base = await world(client)
    firms = await Registration.filter(event_id=event.id, organisation_id__not_isnull=True).order_by("id")
    lonely = await factories.expert(event)
    await factories.wish(lonely, firms[2])
    html = await html_of(client, base, "participants?state=no-wishes")
    assert f"/parties/{lonely.id}" in html
    assert firms[2].withdrawn_at is not None


async def test_the_page_of_a_plan_names_parties_without_a_meeting(client: Client) -> None:
    event, base = await world(client)
    absent = await factories.expert(event, available=[])
    plan = await solved(event, await Person.get(organises__event_id=event.id))
    page = read(await client.get(f"{base}/plans/{plan.id}"))
    [listed] = [words for words in page.by_class["more"] if "no meeting" in words]
    number = re.match(r"(\d+) part", listed)
    assert number is not None
    assert listed.count("Person ") == int(number[1])
    assert absent.person.full_name in listed


async def test_the_page_before_publishing_lists_the_changes_it_counts(client: Client) -> None:
    event, base = await world(client)
    plan = await solved(event, await Person.get(organises__event_id=event.id))
    html = await html_of(client, base, f"plans/{plan.id}/publish")
    [(address, label, number), (emails, _label, told)] = NAMED.findall(html)
    listed = html.partition('id="added"')[2].count("<li>")
    assert (address, label) == ("#added", "New meetings")
    assert int(number) == listed > 0
    assert await rows_at(client, emails) == int(told)
