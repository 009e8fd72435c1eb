"""What organisers may do at an event: rights that an owner gives, and the owner's own."""

from typing import Any

import pytest

from server.models import Event, Mail, Organiser, Right, TeamAct, TeamChange
from tests import factories, uploaded
from tests.client import Client
from tests.reading import read
from tests.server.setting_up import at_work

NEEDED = "You do not have the right “Plan” at this event."


async def helping(client: Client, event: Event, *rights: Right) -> Organiser:
    """Return an organiser with these rights, who is at the client."""
    person = await factories.person(locale="en", full_name="Lin Shan")
    organiser = await factories.organiser(event, person, rights)
    await factories.signed_in(client, person)
    return organiser


async def test_an_owner_invites_an_organiser_with_some_rights_and_changes_them_at_once(client: Client) -> None:
    event, here = await at_work(client)
    added = await client.post(f"{here}/organisers", data={"email": "olga@example.org", "rights": ["plan", "emails"]})
    olga = await Organiser.get(person__email="olga@example.org").select_related("person")
    assert (added.status_code, olga.rights, olga.is_owner) == (303, "plan emails", False)

    owner = await Organiser.get(is_owner=True).select_related("person")
    pages = [f"{here}/{path}" for path in ("halls", "emails", "experts", "desk")]
    await factories.signed_in(client, olga.person)
    seen = [(await client.get(page)).status_code for page in pages]
    await factories.signed_in(client, owner.person)
    page = read(await client.get(f"{here}/organisers/{olga.id}"))
    changed = await client.post(f"{here}/organisers/{olga.id}", data={"rights": ["people"]})
    await factories.signed_in(client, olga.person)
    then = [(await client.get(page)).status_code for page in pages]

    assert (seen, changed.status_code, then) == ([200, 200, 403, 200], 303, [403, 403, 200, 200])
    assert "A change takes effect at once." in page.words
    acts = [(act.act, act.rights) for act in await TeamAct.filter(event_id=event.id).order_by("id")]
    assert acts == [(TeamChange.ADDED, "plan emails"), (TeamChange.RIGHTS, "people")]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_lacks_a_right_is_told_which_and_who_can_give_it(client: Client, method: str) -> None:
    event = await factories.event()
    await factories.organiser(event, await factories.person(full_name="Anna Weiss"))
    await helping(client, event, Right.PEOPLE)
    page = await client.request(
        method, f"/e/{event.slug}/halls", data={"name_en": "My hall"} if method == "POST" else None
    )
    said = read(page).words
    assert page.status_code == 403
    assert f"{NEEDED} An owner of the event can give it to you: Anna Weiss" in said
    # What was typed is not lost.
    assert ("My hall" in page.text) == (method == "POST")
    told = await client.get(f"/e/{event.slug}/halls", headers={"accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (403, "right-needed")


async def test_only_owners_decide_about_organisers_and_texts(client: Client) -> None:
    event = await factories.event()
    owner = await factories.organiser(event, await factories.person(full_name="Anna Weiss"))
    own = await helping(client, event, *Right)
    here = f"/e/{event.slug}"
    answers = [
        await client.post(f"{here}/organisers", data={"email": "x@example.org", "rights": ["plan"]}),
        await client.post(f"{here}/organisers/{own.id}", data={"rights": ["plan"]}),
        await client.post(f"{here}/organisers/{own.id}/hand-over"),
        await client.post(f"{here}/organisers/{owner.id}/remove"),
        await client.get(f"{here}/settings"),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert "Only an owner of this event may do this: Anna Weiss" in read(answers[0]).words
    assert await Organiser.filter(event_id=event.id).count() == 2


async def test_menus_offer_only_what_an_organiser_may_do(client: Client) -> None:
    event = await factories.event()
    await factories.organiser(event)
    await helping(client, event, Right.EMAILS)
    here = f"/e/{event.slug}"
    for path in ("desk", "organisers"):
        page = read(await client.get(f"{here}/{path}"))
        inside = {link.partition("?")[0] for link in page.links if link.startswith(f"{here}/")}
        refused = {link for link in inside if (await client.get(link)).status_code == 403}
        assert refused == set()


async def test_the_event_is_handed_over_and_the_new_owner_told(client: Client) -> None:
    event, here = await at_work(client)
    before = await Organiser.get()
    heir = await factories.organiser(event, await factories.person(email="olga@example.org"), [Right.PLAN])
    asked = read(await client.get(f"{here}/organisers/{heir.id}/hand-over"))
    done = await client.post(f"{here}/organisers/{heir.id}/hand-over")
    rows = {row.id: (row.is_owner, row.rights) for row in await Organiser.all()}
    again = await client.post(f"{here}/organisers/{heir.id}/hand-over")

    assert "Hand over this event?" in asked.words
    assert (done.status_code, again.status_code) == (303, 403)
    assert rows == {before.id: (False, " ".join(Right)), heir.id: (True, "plan")}
    assert [(mail.to_address, mail.template) for mail in await Mail.all()] == [("olga@example.org", "owner")]


async def test_the_last_owner_cannot_leave_and_another_organiser_can(client: Client) -> None:
    event, here = await at_work(client)
    [owner] = await Organiser.all()
    refused = await client.post(f"{here}/organisers/{owner.id}/remove")
    own = await helping(client, event)
    last = await client.post(f"{here}/organisers/{own.id}/remove")
    assert (refused.status_code, last.status_code) == (409, 303)
    await factories.signed_in(client, (await Organiser.get().select_related("person")).person)
    await factories.organiser(event, rights=[Right.PLAN])
    stays = await client.post(f"{here}/organisers/{owner.id}/remove")
    assert (stays.status_code, await Organiser.filter(is_owner=True).count()) == (409, 1)
    assert "An event needs an owner. Hand it over to another organiser first." in read(stays).words


async def test_two_owners_change_rights_from_one_page(client: Client) -> None:
    event, here = await at_work(client)
    olga = await factories.organiser(event, rights=[Right.PLAN])
    drawn = read(await client.get(f"{here}/organisers/{olga.id}")).field("drawn")
    await Organiser.filter(id=olga.id).update(rights="")
    clash: Any = await client.post(f"{here}/organisers/{olga.id}", data={"rights": ["plan", "people"], "drawn": drawn})
    assert (clash.status_code, (await Organiser.get(id=olga.id)).rights) == (409, "")


async def test_a_right_that_does_not_exist_is_refused(client: Client) -> None:
    _event, here = await at_work(client)
    answer = await client.post(f"{here}/organisers", data={"email": "x@example.org", "rights": ["owner"]})
    assert (answer.status_code, list(read(answer).faults)) == (422, ["rights"])


async def test_an_organiser_without_the_right_to_people_opens_no_texts_and_files_as_a_participant(
    client: Client,
) -> None:
    event = await factories.event()
    await factories.organiser(event)
    own = await helping(client, event, Right.PLAN)
    await factories.expert(event, own.person)
    other = await factories.expert(event)
    file = await uploaded.stored_file(other, client.settings.files_dir)
    assert (await client.get(f"/e/{event.slug}/files/{file.id}")).status_code == 404
    assert (await client.get(f"/e/{event.slug}/parties/{other.id}")).status_code == 403
