"""What organisers do for parties: everything that parties can do themselves, logged and shown to them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.errors import Gone
from server.models import (
    ActOnBehalf,
    Delegate,
    Departure,
    Event,
    Mail,
    Need,
    NeedState,
    Organiser,
    Person,
    Registration,
)
from server.models.people import NOWHERE
from server.registrations import leaving
from server.unclaimed import service as claiming
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import ENTERPRISE, EXPERT, imported, workbook
from tests.server.registering import GIVEN, PROFILE, WORK

NEED: dict[str, Any] = {
    "title": "Quieter pump",
    "text": "Our pump whines between 40 and 60 Hz, and we look for less ripple.",
    "topics": ["auto.ev"],
    "modes": ["consulting"],
    "budget": "open",
    "confidentiality": "open",
}


async def at_party(client: Client, side: str, **values: Any) -> tuple[Event, Registration, str]:
    """Return a party of the event whose organiser is at the client, and the path of its page."""
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    make = factories.expert if side == "expert" else factories.enterprise
    party = await make(event, await factories.person(email="owner@example.org"), **values)
    return event, party, f"/e/{event.slug}/parties/{party.id}"


async def acts() -> list[str]:
    return [row.act for row in await ActOnBehalf.all().order_by("id")]


async def test_the_page_of_a_party_leads_to_all_that_can_be_changed(client: Client) -> None:
    for side, ends in (
        ("expert", ["edit/work", "edit/cooperation", "edit/presence", "contact", "withdraw"]),
        ("enterprise", ["edit/profile", "edit/presence", "delegates", "needs", "withdraw"]),
    ):
        _event, _party, base = await at_party(client, side)
        links = read(await client.get(base)).links
        assert [f"{base}/{end}" for end in ends if f"{base}/{end}" not in links] == []
        answers = [(await client.get(f"{base}/{end}")).status_code for end in ends]
        assert answers == [200] * len(ends)
        await Person.filter(email="owner@example.org").update(email=f"{side}@example.org")


async def test_an_experts_texts_limits_and_presence_are_changed_and_the_expert_reads_of_it(client: Client) -> None:
    event, party, base = await at_party(client, "expert")
    first = (await factories.slots_of(event))[0]
    answers = [
        await client.post(f"{base}/edit/work", data=WORK),
        await client.post(f"{base}/edit/cooperation", data={"modes": ["project"], "languages": ["ru"]}),
        await client.post(f"{base}/edit/presence", data={"available": [first.id], "max_meetings": "3"}),
    ]
    changed = await Registration.get(id=party.id)
    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [
        (303, f"{base}?notice=saved")
    ] * 3
    assert (changed.headline, changed.languages, changed.available, changed.max_meetings) == (
        WORK["headline"],
        ["ru"],
        [first.id],
        3,
    )
    assert await acts() == ["work", "cooperation", "presence"]
    assert "The organiser changed the profile." in read(await client.get(base)).words
    by = (await Organiser.get(event_id=event.id).select_related("person")).person
    await factories.signed_in(client, party.person)
    words = read(await client.get(f"/e/{event.slug}/me")).words
    assert "The organiser changed the availability or the limits." in words
    assert by.full_name in words


async def test_what_is_imported_for_people_is_an_act_for_each_whom_it_changes(client: Client) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    await factories.signed_in(client, organiser)
    nameless = {**EXPERT, "email": "", "full_name": "Ли Вэй"}
    every = {"experts": [EXPERT, nameless], "enterprises": [ENTERPRISE]}
    await imported(client, event, workbook(**every))
    await imported(client, event, workbook(**{**every, "experts": [{**EXPERT, "headline": "Motors"}, nameless]}))
    expert = await Registration.get(headline="Motors").select_related("person")
    noted = [row.registration_id for row in await ActOnBehalf.filter(act="imported", organiser_id=organiser.id)]
    assert Counter(noted) == Counter([*[row.id for row in await Registration.all()], expert.id])
    await factories.signed_in(client, expert.person)
    words = read(await client.get(f"/e/{event.slug}/me")).words
    assert words.count("Данные введены или изменены организатором из файла.") == 2


async def test_a_fault_changes_nothing_and_is_no_act(client: Client) -> None:
    _event, party, base = await at_party(client, "expert")
    answer = await client.post(f"{base}/edit/work", data={**WORK, "headline": ""})
    assert (answer.status_code, list(read(answer).faults)) == (422, ["headline"])
    assert ((await Registration.get(id=party.id)).headline, await acts()) == (party.headline, [])


async def test_nobody_can_give_consent_for_others(client: Client) -> None:
    _event, _party, base = await at_party(client, "expert", agreed_at=None)
    answers = [await client.get(f"{base}/edit/consent"), await client.post(f"{base}/edit/consent", data={})]
    assert [answer.status_code for answer in answers] == [404, 404]


async def test_an_enterprise_is_changed_after_the_window_too(client: Client) -> None:
    event, party, base = await at_party(client, "enterprise")
    await Event.filter(id=event.id).update(registration_closes_at=datetime.now(UTC))
    answer = await client.post(f"{base}/edit/profile", data=PROFILE)
    assert answer.status_code == 303
    changed = await Registration.get(id=party.id).select_related("organisation")
    assert (changed.organisation.description, changed.languages) == (PROFILE["description"], PROFILE["languages"])


async def test_needs_are_posted_changed_and_withdrawn(client: Client) -> None:
    _event, party, base = await at_party(client, "enterprise", needs=0)
    posted = await client.post(f"{base}/needs/new", data=NEED)
    need = await Need.get(registration_id=party.id)
    changed = await client.post(f"{base}/needs/{need.id}", data={**NEED, "title": "Silent pump"})
    title = (await Need.get(id=need.id)).title
    gone = await client.post(f"{base}/needs/{need.id}/withdraw")
    assert [answer.headers["location"].partition("?")[0] for answer in (posted, changed, gone)] == [f"{base}/needs"] * 3
    assert (title, (await Need.get(id=need.id)).state) == ("Silent pump", NeedState.WITHDRAWN)
    assert await acts() == ["need", "need", "need_withdrawn"]


async def test_delegates_are_added_and_removed(client: Client) -> None:
    _event, party, base = await at_party(client, "enterprise")
    colleague = {"email": "colleague@example.org", "full_name": "Bo Li", "position": "", "mail_locale": "en"}
    added = await client.post(f"{base}/delegates", data=colleague)
    delegate = await Delegate.get(registration_id=party.id, person__email="colleague@example.org")
    removed = await client.post(f"{base}/delegates/{delegate.id}/remove")
    last = (await Delegate.get(registration_id=party.id)).id
    refused = await client.post(f"{base}/delegates/{last}/remove")
    assert [answer.status_code for answer in (added, removed, refused)] == [303, 303, 409]
    assert await acts() == ["delegate_added", "delegate_removed"]


@pytest.mark.parametrize("side", ["expert", "enterprise"])
async def test_the_address_of_somebody_who_never_signed_in_is_changed(client: Client, side: str) -> None:
    _event, _party, base = await at_party(client, side)
    changed = await client.post(f"{base}/contact", data={"email": "New@Example.org"})
    await Person.filter(email="new@example.org").update(signed_in_at=datetime.now(UTC))
    refused = await client.post(f"{base}/contact", data={"email": "other@example.org"})
    assert [answer.status_code for answer in (changed, refused)] == [303, 409]
    assert (await Mail.get(template="invited")).to_address == "new@example.org"
    assert not await Person.exists(email="owner@example.org")
    assert await acts() == ["contact"]


async def test_a_party_is_removed_with_an_email_and_brought_back(client: Client) -> None:
    _event, party, base = await at_party(client, "expert")
    await client.post(f"{base}/withdraw")
    gone, letter = await Registration.get(id=party.id), await Mail.get(template="left", to_address="owner@example.org")
    page = await client.get(base)
    back = await client.post(f"{base}/restore")
    assert (gone.takes_part, letter.values["role"]) == (False, "own")
    assert f'action="{base}/restore"' in page.text
    assert (back.status_code, (await Registration.get(id=party.id)).takes_part) == (303, True)
    assert await acts() == ["withdrawn", "restored"]
    await factories.signed_in(client, party.person)
    assert (await client.post(f"{base}/withdraw")).status_code == 404


async def test_who_left_by_their_own_act_since_is_not_said_to_be_back(client: Client) -> None:
    _event, party, base = await at_party(client, "expert")
    await client.post(f"{base}/withdraw")
    await client.post(f"{base}/restore")
    await leaving.withdraw_party(party, party.person)
    answer = await client.post(f"{base}/restore")
    assert (answer.status_code, (await Registration.get(id=party.id)).takes_part) == (409, False)


async def test_whoever_was_given_an_address_keeps_their_place_from_the_link_for_who_has_none(client: Client) -> None:
    event, _party, _base = await at_party(client, "expert")
    row = await factories.unclaimed(event)
    party = await Registration.get(person_id=row.person_id)
    link = f"/claim/{claiming.token_of(row, client.settings)}"
    given = await client.post(f"/e/{event.slug}/parties/{party.id}/contact", data={"email": "new@example.org"})
    await factories.signed_in(client, await factories.person())
    answers = [await client.get(link), await client.post(f"{link}/take")]
    assert [given.status_code, *(answer.status_code for answer in answers)] == [303, 410, 410]
    assert (await Registration.get(id=party.id)).person_id == row.person_id
    assert (await Person.get(id=row.person_id)).email == "new@example.org"


async def test_a_claim_link_replaced_while_in_use_does_not_work(client: Client) -> None:
    event = await factories.event()
    row = await factories.unclaimed(event)
    found = await claiming.unclaimed_by_token(claiming.token_of(row, client.settings), client.settings)
    await claiming.renew(row)
    with pytest.raises(Gone):
        await claiming.claim_data(found, await factories.person())


async def test_an_enterprise_without_needs_breaks_no_page(client: Client) -> None:
    event, party, base = await at_party(client, "enterprise", needs=0)
    expert = await factories.expert(event)
    here = f"/e/{event.slug}"
    pages = [base, f"{base}/matches", f"{base}/needs", f"{here}/pairs/{expert.id}/{party.id}", f"{here}/plans"]
    of_organiser = [(await client.get(page)).status_code for page in [*pages, f"{here}/enterprises", f"{here}/desk"]]
    [delegate] = await factories.delegates_of(party)
    await factories.signed_in(client, delegate)
    pages = [f"{here}/me", f"{here}/matches", f"{here}/matches/{expert.id}", f"{here}/me/needs", f"{here}/agenda"]
    of_enterprise = [(await client.get(page)).status_code for page in pages]
    await factories.signed_in(client, expert.person)
    of_expert = [(await client.get(page)).status_code for page in (f"{here}/matches", f"{here}/matches/{party.id}")]
    assert {*of_organiser, *of_enterprise, *of_expert} == {200}


async def test_a_second_press_is_logged_once(client: Client) -> None:
    _event, _party, base = await at_party(client, "enterprise")
    colleague = {"email": "colleague@example.org", "full_name": "Bo Li", "position": "", "mail_locale": "en"}
    for path, data in ((f"{base}/delegates", colleague), (f"{base}/withdraw", {}), (f"{base}/restore", {})):
        for _press in range(2):
            assert (await client.post(path, data=data)).status_code == 303
    assert await acts() == ["delegate_added", "withdrawn", "restored"]


@pytest.mark.parametrize("side", ["expert", "enterprise"])
async def test_no_page_shows_a_placeholder_address(client: Client, side: str) -> None:
    _event, party, base = await at_party(client, side)
    somebody = party.person if side == "expert" else (await factories.delegates_of(party))[0]
    await Person.filter(id=somebody.id).update(email=f"1{NOWHERE}")
    pages = [base, f"{base}/contact", *([f"{base}/delegates"] if side == "enterprise" else [])]
    answers = [await client.get(page) for page in pages]
    assert [(answer.status_code, NOWHERE in answer.text) for answer in answers] == [(200, False)] * len(pages)


async def test_an_organiser_takes_back_as_many_as_were_taken_out(client: Client) -> None:
    event, party, base = await at_party(client, "expert")
    bases = [base] + [f"/e/{event.slug}/parties/{(await factories.expert(event)).id}" for _ in range(4)]
    for each in bases:
        await client.post(f"{each}/withdraw")
    answers = [(await client.post(f"{each}/restore")).status_code for each in bases]
    assert answers == [303] * 5
    assert (await Registration.get(id=party.id)).takes_part


async def test_only_an_organiser_can_bring_back_a_removed_party(client: Client) -> None:
    event, party, base = await at_party(client, "expert", modes=["project"])
    await client.post(f"{base}/withdraw")
    await Departure.all().update(left_at=datetime.now(UTC) - timedelta(days=3))
    await factories.signed_in(client, party.person)
    page = read(await client.get(f"/e/{event.slug}/me"))
    alone = await client.post(f"/e/{event.slug}/register/expert/consent", data=GIVEN)
    gone = await Registration.get(id=party.id)
    assert "The organiser has taken you out of this event." in page.words
    assert (alone.status_code, gone.withdrawn_at is not None) == (409, True)
    await factories.signed_in(client, (await factories.organiser(event)).person)
    back = await client.post(f"{base}/restore")
    assert (back.status_code, (await Registration.get(id=party.id)).takes_part) == (303, True)
