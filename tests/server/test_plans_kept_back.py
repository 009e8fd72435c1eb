"""Publishing reveals nothing confidential to experts: canary words are searched in everything that experts get."""

from typing import Any

import pytest

from server.agendas import feeds
from server.models import Confidentiality, Event, Mail, Meeting, Registration, WishKind
from server.plans import publishing
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.server.planning import solved

CANARIES = {"title": "Quokkatitle", "text": "Wombattext", "firm": "Numbatfirm"}
# Shown before mutual wishes: the title of a staged need.
HIDDEN = {
    Confidentiality.STAGED: ("text", "firm"),
    Confidentiality.FIELD_ONLY: ("title", "text", "firm"),
    Confidentiality.AGREEMENT: ("title", "text", "firm"),
}
# Hidden afterwards as well.
AFTERWARDS = {
    Confidentiality.STAGED: (),
    Confidentiality.FIELD_ONLY: ("title", "text"),
    Confidentiality.AGREEMENT: ("text",),
}


async def secretive(event: Event, kind: Confidentiality, **need: Any) -> Registration:
    """Create an enterprise with a confidential need made of canary words."""
    firm = await factories.organisation(name=f"{CANARIES['firm']} Ltd", latin_name=f"{CANARIES['firm']} Ltd")
    party = await factories.enterprise(event, organisation=firm, needs=0)
    text = f"Our motor whines. {CANARIES['text']} is what we call it, and we look for less torque ripple."
    title = f"{CANARIES['title']} traction motor"
    await factories.need(party, title=title, text=text, confidentiality=kind, **need)
    return party


async def everything_told(client: Client, event: Event, expert: Registration, settings: Settings) -> str:
    """Return all texts of the expert's pages, calendar and e-mails."""
    await factories.signed_in(client, expert.person)
    base = f"/e/{event.slug}"
    others = await Registration.filter(event_id=event.id, side="enterprise")
    feed = feeds.token_of(await feeds.renew(event, expert.person, settings), settings)
    paths = ["/matches", "/matches?show=wished", "/agenda", "/me", *(f"/matches/{other.id}" for other in others)]
    pages = [await client.get(base + path) for path in paths]
    pages.append(await client.get(f"/cal/{feed}.ics"))
    assert {page.status_code for page in pages} == {200}
    letters = [str(mail.values) + mail.key for mail in await Mail.filter(to_address=expert.person.email)]
    return "\n".join([page.text.replace("\r\n ", "") for page in pages] + letters)


@pytest.mark.parametrize("kind", HIDDEN)
@pytest.mark.parametrize("wisher", ["nobody", "expert", "enterprise"])
async def test_a_published_plan_reveals_nothing_confidential(
    client: Client, settings: Settings, kind: Confidentiality, wisher: str
) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    expert, party = await factories.expert(event), await secretive(event, kind)
    open_one = await factories.enterprise(event)
    if wisher != "nobody":
        await factories.wish(*((expert, party) if wisher == "expert" else (party, expert)), WishKind.MUST)
    await publishing.publish(await solved(event, organiser), organiser)

    told = await everything_told(client, event, expert, settings)

    assert [meeting.enterprise_id for meeting in await Meeting.all()] == [open_one.id]
    assert [part for part in HIDDEN[kind] if CANARIES[part] in told] == []


@pytest.mark.parametrize("kind", HIDDEN)
@pytest.mark.parametrize("is_released", [True, False])
async def test_a_meeting_by_mutual_wish_or_release_tells_what_the_level_allows(
    client: Client, settings: Settings, kind: Confidentiality, is_released: bool
) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    expert, party = await factories.expert(event), await secretive(event, kind, is_released=is_released)
    if not is_released:
        await factories.wish(expert, party)
        await factories.wish(party, expert)
    else:
        before = await everything_told(client, event, expert, settings)
        assert [part for part in HIDDEN[kind] if CANARIES[part] in before] == []
    await publishing.publish(await solved(event, organiser), organiser)

    told = await everything_told(client, event, expert, settings)

    assert await Meeting.all().count() == 1
    assert CANARIES["firm"] in told
    assert [part for part in AFTERWARDS[kind] if CANARIES[part] in told] == []
    assert (CANARIES["text"] in told) == (kind == Confidentiality.STAGED)
