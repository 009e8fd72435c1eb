"""Contacts: read by whom their owner chooses, exchanged after both have agreed, hidden again at once."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from server.contacts.service import Card
from server.contacts.vcard import vcard
from server.models import (
    Consent,
    Contact,
    ContactKind,
    ContactReaders,
    ContactShare,
    Person,
    Registration,
    TranslationState,
)
from server.registrations import agreeing
from server.registrations.consents import NEEDED
from tests import factories
from tests.client import Client
from tests.reading import read

PHONE = "+7 495 000-00-00"
OPEN = {"phone_readers": "other_side"}


async def a_meeting(client: Client, other: Client) -> tuple[str, Any, Any]:
    """Return the path of the contacts of a meeting: its expert is at client, its delegate at other."""
    event = await factories.event()
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    entry = await factories.calendar_entry(expert, firm)
    [delegate] = await factories.delegates_of(firm)
    await factories.signed_in(client, expert.person)
    await factories.signed_in(other, delegate)
    return f"/e/{event.slug}/agenda/meeting/{entry.id}/contacts", expert, firm


async def test_contacts_are_exchanged_after_both_agree_and_hidden_when_one_stops(client: Client, other: Client) -> None:
    path, expert, _firm = await a_meeting(client, other)
    mine = path.partition("/agenda")[0] + "/me/contacts"
    await client.post(mine, data={"phone": PHONE, "phone_readers": "agreed"})
    seen = []
    for who, share in ((client, "yes"), (other, "yes"), (client, "no")):
        await who.post(path, data={"share": share})
        page, card = await other.get(path), await other.get(f"{path}.vcf")
        seen.append((PHONE in page.text, "data:image/svg+xml" in page.text, f"TEL:{PHONE}" in card.text))
    assert seen == [(False,) * 3, (True,) * 3, (False,) * 3]
    assert (await Contact.get(person_id=expert.person_id)).value == PHONE


async def test_each_contact_has_its_own_readers(client: Client, other: Client) -> None:
    path, expert, firm = await a_meeting(client, other)
    for kind, readers in zip(ContactKind, [*ContactReaders, ContactReaders.NOBODY], strict=True):
        await Contact.create(
            event_id=expert.event_id, person_id=expert.person_id, kind=kind, value=f"value {readers}", readers=readers
        )
    before = (await other.get(path)).text
    for by, about in ((expert, firm), (firm, expert)):
        await ContactShare.create(event_id=expert.event_id, by=by, about=about)
    after = (await other.get(path)).text
    found = [[f"value {each}" in text for each in ContactReaders] for text in (before, after)]
    assert found == [[False, False, False, True], [False, False, True, True]]


async def test_organisers_see_contacts_that_are_not_for_their_owner_alone(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    for kind, readers in zip(ContactKind, ContactReaders, strict=False):
        await Contact.create(
            event_id=event.id, person_id=expert.person_id, kind=kind, value=f"value {readers}", readers=readers
        )
    await factories.signed_in(client, (await factories.organiser(event)).person)
    text = (await client.get(f"/e/{event.slug}/parties/{expert.id}")).text
    assert [f"value {each}" in text for each in ContactReaders] == [False, True, True, True]


async def test_others_of_the_event_see_no_contacts(client: Client, other: Client) -> None:
    path, expert, _firm = await a_meeting(client, other)
    stranger = await factories.expert(await factories.event())
    await factories.signed_in(client, stranger.person)
    assert [(await client.get(each)).status_code for each in (path, f"{path}.vcf")] == [404, 404]
    await factories.signed_in(client, expert.person)
    assert (await client.get(path)).status_code == 200


async def test_an_empty_value_deletes_a_contact(client: Client, other: Client) -> None:
    path, _expert, _firm = await a_meeting(client, other)
    mine = path.partition("/agenda")[0] + "/me/contacts"
    await client.post(mine, data={"phone": PHONE, "phone_readers": "organisers"})
    page = read(await client.get(mine))
    await client.post(mine, data={"phone": ""})
    assert page.fields["phone"] == [PHONE]
    assert await Contact.all().count() == 0


def test_a_card_holds_no_other_lines() -> None:
    contact = Contact(kind=ContactKind.PHONE, value="1\r\nTEL:2;3,4")
    card = vcard(Card("A;B\nEND:VCARD", "", "F, Co.", "RU", [contact]))
    assert card.split("\r\n") == [
        *("BEGIN:VCARD", "VERSION:3.0", "N:A\\;B END:VCARD;;;;", "FN:A\\;B END:VCARD", "ORG:F\\, Co."),
        *("TEL:1 TEL:2\\;3\\,4", "END:VCARD", ""),
    ]


async def test_names_and_organisation_are_as_the_reader_reads_them(client: Client, other: Client) -> None:
    path, expert, firm = await a_meeting(client, other)
    await Person.filter(id=expert.person_id).update(full_name="Орлова Анна", latin_name="ORLOVA ANNA", locale="ru")
    await Registration.filter(id=expert.id).update(affiliation="Институт катализа", text_locale="ru")
    expert = await Registration.get(id=expert.id)
    await factories.translation(expert, "affiliation", "zh_Hans", "催化研究所", state=TranslationState.MACHINE)
    await Contact.create(
        event_id=expert.event_id, person_id=expert.person_id, kind="phone", value=PHONE, readers="other_side"
    )
    await Person.filter(id__in=[each.id for each in await factories.delegates_of(firm)]).update(locale="zh_Hans")
    told, card = read(await other.get(path)).words, (await other.get(f"{path}.vcf")).text
    assert "ORLOVA ANNA Орлова Анна" in told
    assert "FN:ORLOVA ANNA (Орлова Анна)" in card and "ORG:催化研究所【机器翻译（未校对）】" in card


@pytest.mark.parametrize(
    ("side", "change"),
    [
        ("reader", {"withdrawn_at": datetime(2026, 1, 1, tzinfo=UTC)}),
        ("owner", {"withdrawn_at": datetime(2026, 1, 1, tzinfo=UTC)}),
        ("owner", {"agreed_at": None}),
    ],
)
async def test_nobody_reads_contacts_after_a_side_has_left_or_withdrawn_its_consent(
    client: Client, other: Client, side: str, change: dict[str, Any]
) -> None:
    path, expert, firm = await a_meeting(client, other)
    await client.post(path.partition("/agenda")[0] + "/me/contacts", data={"phone": PHONE, **OPEN})
    before = await other.get(path)
    await Registration.filter(id=firm.id if side == "reader" else expert.id).update(**change)
    after, card = await other.get(path), await other.get(f"{path}.vcf")
    assert (PHONE in before.text, PHONE in after.text, PHONE in card.text) == (True, False, False)


async def test_contacts_of_a_delegate_are_hidden_without_the_delegates_consent(client: Client, other: Client) -> None:
    path, _expert, firm = await a_meeting(client, other)
    [delegate] = await factories.delegates_of(firm)
    await agreeing.record(await firm.event, delegate, sorted(NEEDED), locale="en")
    await other.post(path.partition("/agenda")[0] + "/me/contacts", data={"phone": PHONE, **OPEN})
    before = await client.get(path)
    await Consent.all().update(withdrawn_at=datetime.now(UTC))
    assert (PHONE in before.text, PHONE in (await client.get(path)).text) == (True, False)


async def test_an_old_page_does_not_open_a_contact_that_was_hidden_meanwhile(client: Client, other: Client) -> None:
    path, _expert, _firm = await a_meeting(client, other)
    mine = path.partition("/agenda")[0] + "/me/contacts"
    await client.post(mine, data={"phone": PHONE, **OPEN})
    drawn = read(await client.get(mine)).fields["drawn"][0]
    await client.post(mine, data={"phone": PHONE, "phone_readers": "nobody"})
    kept = await client.post(mine, data={"phone": PHONE, **OPEN, "wechat": "lin", "drawn": drawn})
    clash = await client.post(mine, data={"phone": PHONE, "phone_readers": "agreed", "drawn": drawn})
    found = {row.kind: row.readers for row in await Contact.all()}
    assert (kept.status_code, clash.status_code) == (303, 409)
    assert found == {ContactKind.PHONE: ContactReaders.NOBODY, ContactKind.WECHAT: ContactReaders.AGREED}


async def test_contacts_too_long_for_a_qr_code_are_shown_without_one(client: Client, other: Client) -> None:
    path, _expert, _firm = await a_meeting(client, other)
    long = {str(kind): "联" * 200 for kind in ContactKind}
    await client.post(
        path.partition("/agenda")[0] + "/me/contacts",
        data={**long, **{f"{kind}_readers": "other_side" for kind in long}},
    )
    page = await other.get(path)
    assert (page.status_code, "联" * 200 in page.text, "data:image/svg+xml" in page.text) == (200, True, False)


async def test_browsers_can_fill_in_a_persons_own_contacts(client: Client) -> None:
    expert = await factories.expert(await factories.event())
    await factories.signed_in(client, expert.person)
    page = (await client.get(f"/e/{expert.event.slug}/me/contacts")).text
    assert re.findall(r'name="(\w+)" [^>]*autocomplete="(\w+)"', page) == [
        ("email", "email"),
        ("phone", "tel"),
        ("website", "url"),
    ]
