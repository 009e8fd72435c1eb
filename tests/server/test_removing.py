"""Nothing and nobody is removed from an event by one press: a page asks first and says what follows."""

from datetime import UTC, datetime, timedelta

import pytest

from server.models import Delegate, EventTranslator, Hall, Interpreter, Organiser, Person, PlenaryItem
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.setting_up import at_work

QUESTIONS = {
    "halls": ("Delete this hall?", "The tables of the hall are deleted, too."),
    "plenary": ("Delete this programme item?", "A deleted item cannot be restored."),
    "interpreters": ("Remove this interpreter?", "The next plan does not include this person."),
    "organisers": ("Remove this organiser?", "This person no longer sees the organisers’ pages."),
    "translators": ("Remove this translator?", "Their translations stay."),
}
ROWS = {
    "halls": Hall,
    "plenary": PlenaryItem,
    "interpreters": Interpreter,
    "organisers": Organiser,
    "translators": EventTranslator,
}


@pytest.mark.parametrize("kind", list(QUESTIONS))
async def test_the_list_leads_to_a_question_and_only_its_answer_removes(client: Client, kind: str) -> None:
    event, here = await at_work(client)
    await factories.interpreter(event)
    at = datetime.now(UTC) + timedelta(days=30)
    await PlenaryItem.create(event=event, name={"en": "Opening"}, start_at=at, end_at=at + timedelta(hours=1))
    await factories.organiser(event)
    await factories.translator(event)
    row = await ROWS[kind].filter(event_id=event.id).order_by("-id").first()
    assert row is not None
    asks = f"{here}/{kind}/{row.id}/remove"

    listed = await client.get(f"{here}/{kind}")
    asked = read(await client.get(asks))
    there = await ROWS[kind].exists(id=row.id)
    removed = await client.post(asks)

    assert f'action="{asks}"' not in listed.text
    assert asks in read(listed).links
    assert [said in asked.words for said in QUESTIONS[kind]] == [True, True]
    assert f"{here}/{kind}" in asked.links
    assert (there, removed.status_code, await ROWS[kind].exists(id=row.id)) == (True, 303, False)


@pytest.mark.parametrize("by", ["organiser", "colleague", "delegate"])
async def test_a_delegate_is_removed_after_a_question(client: Client, by: str) -> None:
    event = await factories.event()
    firm = await factories.enterprise(event)
    first, second = await factories.delegate(firm), await factories.delegate(firm)
    before = await Delegate.filter(registration_id=firm.id).count()
    asker = {"colleague": first, "delegate": second}.get(by) or await factories.organiser(event)
    await Person.filter(id=asker.person_id).update(locale="en")
    await factories.signed_in(client, asker.person)
    home = f"/e/{event.slug}/parties/{firm.id}" if by == "organiser" else f"/e/{event.slug}/me"
    lists = f"{home}/delegates" if by == "organiser" else home

    listed = await client.get(lists)
    asked = read(await client.get(f"{home}/delegates/{second.id}/remove"))
    still = await Delegate.filter(registration_id=firm.id).count()
    removed = await client.post(f"{home}/delegates/{second.id}/remove")

    assert f'action="{home}/delegates/{second.id}/remove"' not in listed.text
    assert f"{home}/delegates/{second.id}/remove" in read(listed).links
    assert "Remove this delegate?" in asked.words
    mine, theirs = "You can then no longer act for the enterprise.", "This person can then no longer act"
    assert [mine in asked.words, theirs in asked.words] == ([True, False] if by == "delegate" else [False, True])
    assert (still, removed.status_code, await Delegate.filter(registration_id=firm.id).count()) == (
        before,
        303,
        before - 1,
    )
