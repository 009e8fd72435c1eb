"""Language of e-mails to people who were added by others: the event's first, or the chosen one."""

from typing import Any

import pytest

from server.models import Delegate, Event, Interpreter, Mail, Organiser, Person
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.reading import read

EMAIL = "new@example.org"


async def at_organisers(client: Client, **event: Any) -> tuple[Event, str]:
    """Return an event whose organiser, who reads English, is at the client."""
    made = await factories.event(**event)
    organiser = await factories.person(locale="en")
    await factories.organiser(made, organiser)
    await factories.signed_in(client, organiser)
    return made, f"/e/{made.slug}"


async def add(client: Client, kind: str, event: Event, **chosen: str) -> None:
    """Add a person of that kind by hand."""
    base = f"/e/{event.slug}"
    if kind == "delegate":
        firm = await factories.enterprise(event)
        [delegate] = await factories.delegates_of(firm)
        await Person.filter(id=delegate.id).update(locale="en")
        await factories.signed_in(client, delegate)
    forms: dict[str, tuple[str, dict[str, Any]]] = {
        "organiser": (f"{base}/organisers", {"email": EMAIL}),
        "interpreter": (f"{base}/interpreters/new", {"email": EMAIL, "full_name": "Li", "languages": ["zh", "ru"]}),
        "delegate": (f"{base}/me/delegates", {"email": EMAIL, "full_name": "Li Ming"}),
    }
    path, data = forms[kind]
    answer = await client.post(path, data={**data, **chosen})
    assert answer.status_code == 303


@pytest.mark.parametrize("kind", ["organiser", "interpreter", "delegate"])
@pytest.mark.parametrize(
    ("locales", "chosen", "expected"),
    [
        (["zh_Hans", "ru", "en"], {}, "zh_Hans"),
        (["ru", "en"], {}, "ru"),
        (["en"], {}, "en"),
        (["zh_Hans", "en"], {"mail_locale": "ru"}, "ru"),
    ],
)
async def test_somebody_who_is_added_by_hand_gets_the_language_of_the_event_or_the_one_chosen(
    client: Client, kind: str, locales: list[str], chosen: dict[str, str], expected: str
) -> None:
    event, _base = await at_organisers(client, locales=locales)
    await add(client, kind, event, **chosen)
    assert (await Person.get(email=EMAIL)).locale == expected
    assert {mail.locale for mail in await Mail.all()} <= {expected}


@pytest.mark.parametrize("kind", ["organiser", "interpreter", "delegate"])
async def test_a_person_with_a_language_keeps_it(client: Client, kind: str) -> None:
    await factories.person(email=EMAIL, locale="ru")
    event, _base = await at_organisers(client)
    await add(client, kind, event, mail_locale="zh_Hans")
    assert (await Person.get(email=EMAIL)).locale == "ru"


@pytest.mark.parametrize("path", ["organisers", "interpreters/new"])
async def test_the_form_asks_for_the_language_and_offers_the_events_first(client: Client, path: str) -> None:
    _event, base = await at_organisers(client, locales=["ru", "en"])
    answer = await client.get(f"{base}/{path}")
    assert "Language of e-mails to this person" in read(answer).words
    assert '<option value="ru" selected>' in answer.text


async def test_adding_and_removing_one_delegate_again_and_again_sends_few_emails(client: Client) -> None:
    event, base = await at_organisers(client)
    firm = await factories.enterprise(event)
    [delegate] = await factories.delegates_of(firm)
    await factories.signed_in(client, delegate)
    answers = []
    for number in range(6):
        form = {"email": EMAIL, "full_name": "Li Ming", "once": f"page {number}"}
        added = await client.post(f"{base}/me/delegates", data=form)
        answers.append(added.status_code)
        for each in await Delegate.filter(person__email=EMAIL):
            await client.post(f"{base}/me/delegates/{each.id}/remove")
    assert answers == [303, 303, 303, 429, 429, 429]
    assert await Mail.filter(to_address=EMAIL).count() == 3


async def test_adding_and_removing_one_interpreter_again_and_again_sends_few_emails(client: Client) -> None:
    event, base = await at_organisers(client)
    answers = []
    for _ in range(5):
        page = (await client.get(f"{base}/interpreters/new")).text
        form = filled(page, "email", email=EMAIL, full_name="Li Ming", languages=["en", "zh"])
        answers.append((await client.post(f"{base}/interpreters/new", data=form)).status_code)
        for each in await Interpreter.filter(event_id=event.id):
            await client.post(f"{base}/interpreters/{each.id}/remove")
    assert answers == [303, 303, 303, 429, 429]
    assert await Mail.filter(to_address=EMAIL, sent_at=None, dropped_at=None).count() == 0


async def test_an_organiser_who_was_removed_is_told_when_added_again(client: Client) -> None:
    event, base = await at_organisers(client)
    for number in range(2):
        await client.post(f"{base}/organisers", data={"email": EMAIL, "once": f"page {number}"})
        row = await Organiser.get(event_id=event.id, person__email=EMAIL)
        await client.post(f"{base}/organisers/{row.id}/remove")
    assert await Mail.filter(to_address=EMAIL).count() == 2
