"""Delegations: made by organisers, led by somebody, and what happens when the leader leaves."""

from server.models import Delegation, DelegationMember, Mail
from server.plans import publishing
from server.registrations import leaving
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import prepared
from tests.server.planning import solved

NEW = {"name_en": "Tomsk", "name_ru": "Томск", "country": "RU", "programme": "Port visit on Friday"}


async def test_an_organiser_makes_a_delegation_and_names_an_expert_as_leader(client: Client) -> None:
    event = await prepared(client)
    expert, colleague = await factories.expert(event), await factories.expert(event)
    base = f"/e/{event.slug}/delegations"

    faulty = await client.post(f"{base}/new", data={**NEW, "name_en": "", "name_ru": "", "country": "ZZ"})
    made = await client.post(f"{base}/new", data=NEW)

    delegation = await Delegation.get()
    page = f"{base}/{delegation.id}"
    assert {*read(faulty).faults} == {"name_zh_Hans", "country"} and faulty.status_code == 422
    assert made.headers["location"] == f"{page}?notice=saved" and delegation.name == {"en": "Tomsk", "ru": "Томск"}
    added = await client.post(f"{page}/members", data={"members": [str(expert.id), str(colleague.id)]})
    again = await client.post(f"{page}/members", data={"members": str(expert.id)})
    assert (added.status_code, again.status_code, await DelegationMember.all().count()) == (303, 303, 2)
    named = await client.post(f"{page}/leader", data={"leader": str(expert.id), "was": ""})
    assert named.status_code == 303 and (await Delegation.get()).leader_id == expert.person_id
    assert await Mail.filter(template="leader", to_address=expert.person.email).count() == 1
    stale = await client.post(f"{page}/leader", data={"leader": str(colleague.id), "was": ""})
    assert (stale.status_code, [*read(stale).faults]) == (409, ["leader"])
    assert (await client.post(f"{page}/leader/invite")).status_code == 303
    ways = [mail.values["path"] for mail in await Mail.filter(template="leader").order_by("id")]
    assert [(await client.get(way)).status_code for way in ways] == [410, 200]
    # Who leads no more has no invitation to do so.
    await client.post(f"{page}/leader", data={"leader": str(colleague.id), "was": str(expert.person_id)})
    assert "This invitation was withdrawn." in read(await client.get(ways[1])).words
    assert await Mail.filter(template="leader", to_address=colleague.person.email).count() == 1


async def test_experts_of_other_events_and_delegations_cannot_be_added(client: Client) -> None:
    event = await prepared(client)
    delegation, other = await factories.delegation(event), await factories.delegation(event)
    foreign, taken = await factories.expert(await factories.event()), await factories.expert(event)
    await factories.member(other, taken)
    await factories.expert(event)
    for party in (foreign, taken, await factories.enterprise(event)):
        answer = await client.post(
            f"/e/{event.slug}/delegations/{delegation.id}/members", data={"members": str(party.id)}
        )
        assert (answer.status_code, [*read(answer).faults]) == (409, ["members"])
    assert await DelegationMember.filter(delegation_id=delegation.id).count() == 0


async def test_members_without_an_address_are_written_to_through_the_leader(client: Client) -> None:
    event = await factories.event()
    leader, organiser = await factories.person(), await factories.organiser(event)
    member = await factories.expert(event, await factories.person(email="a1@unclaimed.invalid", full_name="Ли Вэй"))
    delegation = await factories.delegation(event, leader)
    await factories.member(delegation, member)
    await factories.enterprise(event)

    await publishing.publish(await solved(event, organiser.person), organiser.person)

    [sent] = await Mail.filter(person_id=member.person_id)
    assert (sent.to_address, sent.values["through"]) == (leader.email, "Ли Вэй")
    assert sent.values["path"] == f"/e/{event.slug}/delegation"


async def test_when_the_leader_leaves_organisers_are_told_and_get_the_e_mails(client: Client) -> None:
    event = await prepared(client)
    expert = await factories.expert(event)
    member = await factories.expert(event, await factories.person(email="a2@unclaimed.invalid"))
    delegation = await factories.delegation(event, expert.person)
    await factories.member(delegation, member)

    await leaving.withdraw_party(expert, expert.person)

    assert (await Delegation.get()).leader_id is None
    [told] = await Mail.filter(template="leader_left")
    page = f"/e/{event.slug}/delegations/{delegation.id}"
    assert told.values["path"] == page
    await client.post(f"{page}/invite")
    [invitation] = await Mail.filter(template="invited")
    assert (invitation.to_address, invitation.values["path"]) == (told.to_address, page)
    words = read(await client.get(page)).words
    assert "This delegation has no leader." in words and "go to the leader" not in words
    await factories.signed_in(client, member.person)
    stay = read(await client.get(f"/e/{event.slug}/agenda")).words
    assert "Your stay" in stay and "No leader yet" in stay


async def test_a_leader_steps_down_and_sees_the_delegation_no_more(client: Client) -> None:
    event = await factories.event()
    leader = await factories.person()
    await factories.organiser(event)
    delegation = await factories.delegation(event, leader)
    member = await factories.expert(event)
    await factories.member(delegation, member)
    await factories.signed_in(client, leader)
    page = f"/e/{event.slug}/delegations/{delegation.id}"

    shown = await client.get(page)
    assert member.person.full_name in shown.text and f"/parties/{member.id}" not in shown.text
    assert (await client.post(f"{page}/leave")).status_code == 303

    assert (await client.get(page)).status_code == 404
    assert await Mail.filter(template="leader_left").count() == 1
    assert await DelegationMember.filter(registration_id=member.id).exists()
