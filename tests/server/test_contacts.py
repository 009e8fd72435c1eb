"""Contacts: read by whom their owner chooses, exchanged after both have agreed, hidden again at once."""

from typing import Any

from server.contacts.service import Card
from server.contacts.vcard import vcard
from server.models import Contact, ContactKind, ContactReaders, ContactShare
from tests import factories
from tests.client import Client
from tests.reading import read

PHONE = "+7 495 000-00-00"


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
    card = vcard(Card("A;B\nEND:VCARD", "F, Co.", "RU", [contact]))
    assert card.split("\r\n") == [
        *("BEGIN:VCARD", "VERSION:3.0", "N:A\\;B END:VCARD;;;;", "FN:A\\;B END:VCARD", "ORG:F\\, Co."),
        *("TEL:1 TEL:2\\;3\\,4", "END:VCARD", ""),
    ]
