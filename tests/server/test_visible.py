"""Who reads which field of an expert's profile: one gate, tried with a canary in each field on each way out."""

from collections.abc import Mapping
from typing import Any

import pytest

from server.agendas import feeds
from server.contacts import service as contacts
from server.models import Event, FieldReaders, Registration, WishKind
from server.translations import sides
from server.translations.reading import NONE, TextReader
from server.visible import FIELDS, as_seen, readers_of
from tests import factories
from tests.client import Client
from tests.reading import read

CANARIES: Mapping[str, str] = {name: f"CANARY-{name}-XQ" for name in FIELDS}


async def a_pair(readers: FieldReaders) -> tuple[Event, Registration, Registration]:
    """Return an event, an expert whose fields have these readers and a canary each, and an enterprise."""
    event = await factories.event()
    columns: dict[str, Any] = {**CANARIES, "readers": dict.fromkeys(FIELDS, str(readers))}
    expert = await factories.expert(event, offer="Milling of steel", text_locale="en", **columns)
    return event, expert, await factories.enterprise(event)


async def ways_out(client: Client, event: Event) -> dict[str, str]:
    """Return what the enterprise's delegate gets, by way. The client is signed in as the delegate."""
    base = f"/e/{event.slug}"
    pages = {
        "matches": f"{base}/matches",
        "search": f"{base}/matches?q=CANARY-affiliation-XQ",
        "agenda": f"{base}/agenda",
        "account data": "/account",
    }
    found = {name: (await client.get(path)).text for name, path in pages.items()}
    links = [link for link in read(await client.get(pages["matches"])).links if "/matches/" in link]
    found["profile"] = "".join([(await client.get(link)).text for link in dict.fromkeys(links)])
    meetings = [link for link in read(await client.get(pages["agenda"])).links if "/agenda/meeting/" in link]
    for link in dict.fromkeys(meetings):
        found[f"meeting {link}"] = (await client.get(link)).text
    return found


def leaks(found: Mapping[str, str]) -> set[str]:
    """Return the canaries that are in the answers; the search's own words do not count."""
    other = "".join(text for name, text in found.items() if name != "search")
    return {name for name, canary in CANARIES.items() if canary in other}


@pytest.mark.parametrize(
    ("readers", "before", "after"),
    [
        (FieldReaders.OTHER_SIDE, True, True),
        (FieldReaders.AGREED, False, True),
        (FieldReaders.NOBODY, False, False),
    ],
)
async def test_no_field_leaves_before_its_time(
    client: Client, readers: FieldReaders, before: bool, after: bool
) -> None:
    event, expert, firm = await a_pair(readers)
    await factories.signed_in(client, (await factories.delegates_of(firm))[0])
    first = await ways_out(client, event)
    await factories.wish(firm, expert, WishKind.LIKE)
    await factories.wish(expert, firm, WishKind.LIKE)
    agreed = await ways_out(client, event)
    await factories.published(event)
    await factories.calendar_entry(expert, firm)
    met = await ways_out(client, event)
    shown = [leaks(each) for each in (first, agreed, met)]
    assert [bool(each) for each in shown] == [before, after, after]
    assert any("/agenda/meeting/" in name for name in met)
    if after:
        assert shown[2] == set(FIELDS)


async def test_feeds_contacts_and_reasons_have_the_gate_too(client: Client) -> None:
    event, expert, firm = await a_pair(FieldReaders.NOBODY)
    person = (await factories.delegates_of(firm))[0]
    await factories.published(event)
    await factories.calendar_entry(expert, firm)
    feed = await feeds.renew(event, person, client.settings)
    answer = await client.get(f"/cal/{feeds.token_of(feed, client.settings)}.ics")
    assert leaks({"feed": answer.text}) == set() and "BEGIN:VEVENT" in answer.text
    assert [each.text for each in sides.of_expert(expert)] == [expert.headline, "Milling of steel"]
    assert not (await contacts.exchange(firm, expert, TextReader(NONE, "en"))).cards


async def test_an_expert_chooses_and_the_organiser_sees_all(client: Client, other: Client) -> None:
    event, expert, _firm = await a_pair(FieldReaders.OTHER_SIDE)
    await factories.signed_in(client, expert.person)
    path = f"/e/{event.slug}/me/visibility"
    form = {**dict.fromkeys(FIELDS, "other_side"), "patents": "nobody"}
    answers = [await client.post(path, data=form), await client.post(path, data={**form, "degree": "me"})]
    row = await Registration.get(id=expert.id)
    assert ([each.status_code for each in answers], row.readers) == ([303, 422], {"patents": "nobody"})
    assert [*read(answers[1]).faults] == ["degree"]
    assert read(await client.get(path)).fields["patents"] == ["nobody"]
    await factories.signed_in(other, (await factories.organiser(event)).person)
    assert CANARIES["patents"] in (await other.get(f"/e/{event.slug}/parties/{expert.id}")).text
    preview = await client.get(f"/e/{event.slug}/me/preview")
    assert CANARIES["patents"] not in preview.text and CANARIES["degree"] in preview.text


async def test_two_tabs_choose_different_fields(client: Client) -> None:
    event, expert, _firm = await a_pair(FieldReaders.OTHER_SIDE)
    await factories.signed_in(client, expert.person)
    path = f"/e/{event.slug}/me/visibility"
    stale = {name: values[0] for name, values in read(await client.get(path)).fields.items()}
    await client.post(path, data={**stale, "degree": "nobody"})
    await client.post(path, data={**stale, "patents": "agreed"})
    assert (await Registration.get(id=expert.id)).readers == {"degree": "nobody", "patents": "agreed"}


async def test_what_is_masked_is_a_copy(database: None) -> None:
    _event, expert, _firm = await a_pair(FieldReaders.AGREED)
    masked = as_seen(expert, is_agreed=False)
    assert [getattr(masked, name) for name in FIELDS] == [""] * len(FIELDS)
    assert [getattr(expert, name) for name in FIELDS] == list(CANARIES.values())
    assert as_seen(expert, is_agreed=True).patents == CANARIES["patents"]
    assert set(readers_of(Registration(side="expert")).values()) == {FieldReaders.OTHER_SIDE}
