"""Delegates of an enterprise."""

import pytest

from server.models import Delegate, Event, Mail, Person, Registration
from server.models.registrations import MAX_DELEGATES
from server.names import called
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registering import PROFILE


async def at_enterprise(client: Client) -> tuple[Event, Registration, str]:
    event = await factories.event()
    party = await factories.enterprise(event, await factories.person())
    [person] = await factories.delegates_of(party)
    await factories.signed_in(client, person)
    return event, party, f"/e/{event.slug}/me/delegates"


COLLEAGUE = {"email": "Colleague@Example.org", "full_name": "沈亦珂", "position": "部长"}


async def test_a_delegate_is_added_and_gets_an_e_mail(client: Client) -> None:
    _event, party, delegates = await at_enterprise(client)
    answer = await client.post(delegates, data=COLLEAGUE)
    [_first, second] = await factories.delegates_of(party)
    letter = await Mail.get(template="delegate")
    assert (answer.status_code, second.email, second.full_name) == (303, "colleague@example.org", "")
    row = await Delegate.get(person_id=second.id).select_related("person")
    assert called(row).full_name == "沈亦珂"
    assert letter.to_address == "colleague@example.org"


async def test_a_colleague_who_has_not_come_is_invited_again(client: Client) -> None:
    event, _party, delegates = await at_enterprise(client)
    await client.post(delegates, data=COLLEAGUE)
    row = await Delegate.get(person__email="colleague@example.org")
    foreign = await factories.delegate(await factories.enterprise(event))
    way = f"{delegates}/{row.id}/invite"
    assert way in (await client.get(f"/e/{event.slug}/me")).text
    answers = [await client.post(each) for each in (way, f"{delegates}/{foreign.id}/invite")]
    paths = [mail.values["path"] for mail in await Mail.filter(template="delegate").order_by("id")]
    assert [answer.status_code for answer in answers] == [303, 404]
    assert [(await client.get(path)).status_code for path in paths] == [410, 200]
    await Person.filter(id=row.person_id).update(signed_in_at=row.created_at)
    assert way not in (await client.get(f"/e/{event.slug}/me")).text


async def test_a_participant_cannot_become_a_delegate(client: Client) -> None:
    event, party, delegates = await at_enterprise(client)
    expert = await factories.expert(event)
    refused = [await client.post(delegates, data={**COLLEAGUE, "email": expert.person.email})]
    await client.post(delegates, data=COLLEAGUE)
    refused += [await client.post(delegates, data={**COLLEAGUE, "position": "处长"})]
    assert [answer.status_code for answer in refused] == [409, 409]
    assert read(refused[1]).faults == {"email": "A participant with this address already exists: colleague@example.org"}
    assert read(refused[1]).field("position") == "处长"
    assert len(await factories.delegates_of(party)) == 2


async def test_the_number_of_delegates_is_limited_and_one_stays(client: Client) -> None:
    _event, party, delegates = await at_enterprise(client)
    [only] = await Delegate.filter(registration_id=party.id)
    last = await client.post(f"{delegates}/{only.id}/remove")
    for number in range(MAX_DELEGATES - 1):
        await client.post(delegates, data={**COLLEAGUE, "email": f"colleague{number}@example.org"})
    one_more = await client.post(delegates, data=COLLEAGUE)
    removed = await client.post(f"{delegates}/{only.id}/remove")
    assert (last.status_code, one_more.status_code, removed.status_code) == (409, 409, 303)
    assert len(await factories.delegates_of(party)) == MAX_DELEGATES - 1


@pytest.mark.parametrize(
    ("field", "typed"), [("email", "nobody"), ("email", "a" * 300 + "@example.org"), ("full_name", "@"), ("email", "")]
)
async def test_a_fault_of_a_delegate_is_told(client: Client, field: str, typed: str) -> None:
    _event, party, delegates = await at_enterprise(client)
    answer = await client.post(delegates, data={**COLLEAGUE, field: typed})
    assert (answer.status_code, list(read(answer).faults)) == (422, [field])
    assert len(await factories.delegates_of(party)) == 1


async def test_delegates_of_others_are_not_found(client: Client) -> None:
    event, _party, delegates = await at_enterprise(client)
    foreign = await factories.delegate(await factories.enterprise(event))
    answers = [await client.post(f"{delegates}/{id}/remove") for id in (foreign.id, 2**31, 2**63)]
    assert ([answer.status_code for answer in answers], await Delegate.exists(id=foreign.id)) == ([404] * 3, True)


async def test_a_removed_delegate_who_saves_the_profile_makes_no_new_enterprise(client: Client) -> None:
    event, party, _delegates = await at_enterprise(client)
    here = f"/e/{event.slug}/register/enterprise"
    forms = {step: read(await client.get(f"{here}/{step}")).fields for step in ("profile", "presence")}
    [own] = await Delegate.filter(registration_id=party.id)
    await factories.delegate(party)
    await own.delete()
    saved = await client.post(f"{here}/profile", data={**PROFILE, "drawn": forms["profile"]["drawn"]})
    later = await client.post(f"{here}/presence", data={"parallel": "1", "drawn": forms["presence"]["drawn"]})
    page = read(saved)
    assert (saved.status_code, later.status_code) == (409, 409)
    assert all("You are no longer a delegate of this enterprise" in read(each).words for each in (saved, later))
    assert (page.field("description"), await Registration.all().count()) == (PROFILE["description"], 1)
    anew = await client.post(f"{here}/profile", data=PROFILE)
    assert (anew.status_code, await Registration.all().count()) == (303, 2)
