"""The call list: whom to phone, why, and how the call ended."""

from datetime import UTC, datetime

import pytest

from server.models import Contact, ContactKind, ContactReaders, PartyCall
from tests import factories
from tests.client import Client
from tests.reading import read


async def test_who_is_to_be_phoned_is_listed_until_the_call_has_settled_it(client: Client) -> None:
    event = await factories.event()
    organiser = await factories.organiser(event)
    expert, firm = await factories.expert(event), await factories.enterprise(event, needs=0)
    await factories.wish(expert, firm)
    for kind, value, readers in (
        (ContactKind.PHONE, "+7 900 1", ContactReaders.ORGANISERS),
        (ContactKind.WECHAT, "secret", ContactReaders.NOBODY),
    ):
        person = (await factories.delegates_of(firm))[0]
        await Contact.create(event=event, person=person, kind=kind, value=value, readers=readers)
    await factories.signed_in(client, organiser.person)
    base = f"/e/{event.slug}"
    html = (await client.get(f"{base}/calls")).text
    assert f"/parties/{firm.id}/calls" in html
    assert f"/parties/{expert.id}/calls" not in html
    assert "+7 900 1" in html
    assert "secret" not in html
    call = f"{base}/parties/{firm.id}/calls"
    assert (await client.post(call, data={"note": ""})).status_code == 422
    again = {"result": "no_answer", "next_at": "2031-05-02T10:00", "owner": str(organiser.id), "note": "Line busy"}
    assert (await client.post(call, data=again)).status_code == 303
    [row] = await PartyCall.all()
    assert (row.result, row.owner_id, row.by_id) == ("no_answer", organiser.id, organiser.person_id)
    assert row.next_at == datetime(2031, 5, 2, 2, tzinfo=UTC)
    assert "Line busy" in read(await client.get(f"{base}/calls?mine=1")).words
    assert (await client.post(call, data={"result": "will_come"})).status_code == 303
    assert "No participant has to be phoned now." in read(await client.get(f"{base}/calls")).words


@pytest.mark.parametrize("owner", ["stranger", "9999999"])
async def test_a_caller_is_an_organiser_of_the_event(client: Client, owner: str) -> None:
    event = await factories.event()
    firm = await factories.enterprise(event)
    stranger = await factories.organiser(await factories.event())
    await factories.signed_in(client, (await factories.organiser(event)).person)
    given = {"owner": str(stranger.id) if owner == "stranger" else owner, "note": "Ask for Mr Li"}
    answer = await client.post(f"/e/{event.slug}/parties/{firm.id}/calls", data=given)
    assert (answer.status_code, "Ask for Mr Li" in answer.text) == (422, True)
