"""Who reads which field of an expert's profile: one gate, tried with a canary in each field on each way out."""

import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from server.agendas import feeds
from server.barring.rules import MeetingRule, RuleKind, named_by
from server.contacts import service as contacts
from server.models import Event, FieldReaders, Person, Registration, WishKind
from server.names import country_of
from server.translations import sides
from server.translations.reading import NONE, TextReader
from server.visible import FIELDS, as_seen, readers_of
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import EXPERT, imported, outcome, upload, workbook

TEXTS = tuple(name for name in FIELDS if name != "country")
CANARIES: Mapping[str, str] = {**{name: f"CANARY-{name}-XQ" for name in TEXTS}, "country": "Tuvalu"}


async def a_pair(readers: FieldReaders) -> tuple[Event, Registration, Registration]:
    """Return an event, an expert whose fields have these readers and a canary each, and an enterprise."""
    event = await factories.event()
    columns: dict[str, Any] = {name: CANARIES[name] for name in TEXTS}
    columns["readers"] = dict.fromkeys(FIELDS, str(readers))
    somebody = await factories.person(country="TV")
    expert = await factories.expert(event, somebody, offer="Milling of steel", text_locale="en", **columns)
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


def cells_of(workbook: bytes) -> list[str]:
    """Return all cells of the first sheet of a workbook."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
    return [str(cell) for row in rows for cell in row]


def leaks(found: Mapping[str, str]) -> set[str]:
    """Return the canaries that are in the answers; the search's own words do not count."""
    other = "".join(text for name, text in found.items() if name != "search")
    return {name for name, canary in CANARIES.items() if canary in other.replace("图瓦卢", "Tuvalu")}


@pytest.mark.parametrize(
    ("readers", "before", "after"),
    [
        (FieldReaders.OTHER_SIDE, True, True),
        (FieldReaders.AGREED, False, True),
        (FieldReaders.ORGANISERS, False, False),
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
    event, expert, firm = await a_pair(FieldReaders.ORGANISERS)
    person = (await factories.delegates_of(firm))[0]
    await factories.published(event)
    await factories.calendar_entry(expert, firm)
    feed = await feeds.renew(event, person, client.settings)
    answer = await client.get(f"/cal/{feeds.token_of(feed, client.settings)}.ics")
    assert leaks({"feed": answer.text}) == set() and "BEGIN:VEVENT" in answer.text
    assert [each.text for each in sides.of_expert(expert)] == [expert.headline, "Milling of steel"]
    assert not (await contacts.exchange(firm, expert, TextReader(NONE, "en"))).cards


async def test_an_expert_chooses_and_the_organiser_sees_the_rest(client: Client, other: Client) -> None:
    event, expert, _firm = await a_pair(FieldReaders.OTHER_SIDE)
    await factories.signed_in(client, expert.person)
    path = f"/e/{event.slug}/me/visibility"
    form = {**dict.fromkeys(FIELDS, "other_side"), "patents": "organisers", "position": "nobody"}
    answers = [await client.post(path, data=form), await client.post(path, data={**form, "degree": "me"})]
    row = await Registration.get(id=expert.id)
    assert [each.status_code for each in answers] == [303, 422]
    assert row.readers == {"patents": "organisers", "position": "nobody"}
    assert [*read(answers[1]).faults] == ["degree"]
    assert read(await client.get(path)).fields["patents"] == ["organisers"]
    await factories.signed_in(other, (await factories.organiser(event)).person)
    shown = (await other.get(f"/e/{event.slug}/parties/{expert.id}")).text
    assert CANARIES["patents"] in shown and CANARIES["position"] not in shown
    preview = await client.get(f"/e/{event.slug}/me/preview")
    assert CANARIES["patents"] not in preview.text and CANARIES["degree"] in preview.text


async def test_what_an_expert_keeps_reaches_no_organiser_translator_or_leader(client: Client, other: Client) -> None:
    event, expert, _firm = await a_pair(FieldReaders.NOBODY)
    await factories.published(event)
    leader = await factories.person()
    led = await factories.delegation(event, leader)
    await factories.member(led, expert)
    for field, text in (("results", "CANARY-results-ru"), ("patents", "CANARY-patents-ru")):
        await factories.translation(expert, field, "ru", text)
    here = f"/e/{event.slug}"
    await factories.signed_in(client, (await factories.organiser(event)).person)
    await factories.signed_in(other, leader)
    places = [
        *(f"parties/{expert.id}", "experts", "experts?q=CANARY", "reception", "twins", f"delegations/{led.id}"),
        *(f"agenda/{expert.id}", f"parties/{expert.id}/edit/work", f"parties/{expert.id}/invitation", "translations"),
        *("desk", "reception/sheets", "recipients", "privacy", f"parties/{expert.id}/preview"),
    ]
    found = {place: await client.get(f"{here}/{place}") for place in places}
    found["leader"] = await other.get(f"{here}/delegations/{led.id}")
    sheets = [await each.get(f"{here}/delegations/{led.id}/members.xlsx") for each in (client, other)]
    # All countries are options of a form, and the search shows what was searched for.
    own = re.compile(r"<option[^>]*>[^<]*</option>|q=CANARY|value=.CANARY.")
    said = {place: own.sub("", answer.text) for place, answer in found.items()}
    form = read(found[f"parties/{expert.id}/edit/work"])

    assert {answer.status_code for answer in found.values()} <= {200, 404}
    assert [place for place in places[:4] if found[place].status_code != 200] == []
    assert [place for place, text in said.items() if "CANARY-" in text or "Tuvalu" in text] == []
    assert form.fields.get("country") != ["TV"]
    assert [cell for sheet in sheets for cell in cells_of(sheet.content) if "CANARY" in cell or "Tuvalu" in cell] == []


async def test_an_organiser_who_saves_for_an_expert_keeps_what_the_form_does_not_show(client: Client) -> None:
    event, expert, _firm = await a_pair(FieldReaders.NOBODY)
    proposed = {"full_name": "Anna Petrova", "country": "TV"}
    await Registration.filter(id=expert.id).update(proposed=proposed, offer="Milling of steel parts to a micron")
    await factories.signed_in(client, (await factories.organiser(event)).person)
    path = f"/e/{event.slug}/parties/{expert.id}/edit/work"
    page = read(await client.get(path))
    form = {name: values[0] for name, values in page.fields.items() if values}
    refused = await client.post(path, data={**form, "degree": "Professor", "country": "RU"})
    saved = await client.post(path, data={**form, "headline": "A new summary"})
    row = await Registration.get(id=expert.id)
    kept = {name: getattr(row, name) for name in TEXTS}
    assert set(FIELDS) & set(form) == set()
    assert "Only the expert sees and changes these fields." in page.words
    assert (refused.status_code, read(refused).words.count("Only the expert sees this field and changes it.")) == (
        422,
        2,
    )
    assert "CANARY-" not in refused.text
    assert (saved.status_code, row.headline, row.proposed) == (303, "A new summary", proposed)
    assert kept == {name: CANARIES[name] for name in TEXTS}


async def test_rules_and_imports_do_not_read_what_an_expert_keeps(client: Client) -> None:
    event, expert, _firm = await a_pair(FieldReaders.NOBODY)
    await Registration.filter(id=expert.id).update(proposed={"full_name": "Anna", "country": "TV"})
    await factories.person(email="anna@example.org")
    await Registration.filter(id=expert.id).update(person_id=(await Person.get(email="anna@example.org")).id)
    rule = MeetingRule(1, RuleKind.NOBODY, "One group", names=[CANARIES["affiliation"]])
    row = await Registration.get(id=expert.id).select_related("person", "organisation")
    organiser = await factories.organiser(event)
    await factories.signed_in(client, organiser.person)
    outcomes = []
    for affiliation in (CANARIES["affiliation"], "Elsewhere"):
        content = workbook(experts=[{**EXPERT, "affiliation": affiliation, "country": "RU"}])
        outcomes.append(outcome(await upload(client, event, content)))
    await imported(client, event, content)
    row_after = await Registration.get(id=expert.id)
    assert named_by(rule, [row]) == []
    assert outcomes[0] == outcomes[1] == ["1 existing expert updated"]
    assert (row_after.affiliation, (row_after.proposed or {})["country"]) == (CANARIES["affiliation"], "TV")
    assert row_after.headline == EXPERT["headline"]


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
    assert [getattr(masked, name) for name in TEXTS] == [""] * len(TEXTS)
    assert [getattr(expert, name) for name in TEXTS] == [CANARIES[name] for name in TEXTS]
    assert (country_of(masked), country_of(expert)) == ("", "TV")
    assert as_seen(expert, is_agreed=True).patents == CANARIES["patents"]
    assert set(readers_of(Registration(side="expert")).values()) == {FieldReaders.OTHER_SIDE}
