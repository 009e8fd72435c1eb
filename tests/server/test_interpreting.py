"""The interpreter's own page, invitation, and cancelling."""

from datetime import UTC, datetime, timedelta
from typing import Any

from server import presence
from server.events import moving, team
from server.models import Departure, Event, Interpreter, Mail, Organiser
from tests import factories
from tests.client import Client
from tests.reading import read


async def at_page(client: Client) -> tuple[Event, Interpreter, str]:
    """Return an interpreter at the client, with a published meeting, and the path of their page."""
    event = await factories.event()
    interpreter = await factories.interpreter(event, await factories.person(email="i@example.org"))
    await factories.organiser(event, await factories.person(email="organiser@example.org"))
    await factories.published(event)
    firm = await factories.enterprise(event)
    await factories.calendar_entry(await factories.expert(event), firm, interpreter=interpreter)
    await factories.signed_in(client, interpreter.person)
    return event, interpreter, f"/e/{event.slug}/interpreting"


async def test_an_interpreter_who_is_added_is_invited_in_the_language_chosen(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    typed: dict[str, Any] = {"email": "i@example.org", "full_name": "Lin Yu", "languages": ["zh", "ru"]}
    await client.post(f"/e/{event.slug}/interpreters/new", data={**typed, "mail_locale": "zh_Hans"})
    letter = await Mail.get(template="interpreter")
    assert (letter.to_address, letter.locale) == ("i@example.org", "zh_Hans")
    assert letter.values["path"].startswith("/sign-in/link/")


async def test_an_interpreter_chooses_languages_and_presence(client: Client) -> None:
    event, interpreter, base = await at_page(client)
    first = (await factories.slots_of(event))[0]
    page = read(await client.get(base))
    typed = {"languages": ["en", "zh"], "available": [first.id], "max_meetings": "5"}
    answer = await client.post(base, data=typed)
    changed = await Interpreter.get(id=interpreter.id)
    assert page.fields["languages"] == ["zh", "ru"]
    assert answer.headers["location"] == f"{base}?notice=saved"
    assert (changed.languages, changed.available, changed.max_meetings) == (["en", "zh"], [first.id], 5)


async def test_an_interpreter_needs_two_languages(client: Client) -> None:
    _event, interpreter, base = await at_page(client)
    answers = [await client.post(base, data=data) for data in ({"languages": ["zh"]}, {})]
    assert [(answer.status_code, list(read(answer).faults)) for answer in answers] == [(422, ["languages"])] * 2
    assert (await Interpreter.get(id=interpreter.id)).languages == ["ru", "zh"]


async def test_an_interpreter_who_cancels_has_no_slots_and_organisers_are_told(client: Client) -> None:
    _event, interpreter, base = await at_page(client)
    question = read(await client.get(f"{base}/leave"))
    for _ in range(2):
        await client.post(f"{base}/leave")
    page = read(await client.get(base))
    assert "Tell the organiser that you cannot come?" in question.words
    assert (await Interpreter.get(id=interpreter.id)).available == []
    assert "You have told the organiser that you cannot come." in page.words
    letters = await Mail.filter(template="left")
    assert [(each.to_address, each.values["affected"]) for each in letters] == [("organiser@example.org", 1)]
    assert await Mail.filter(template="you_left").count() == 1


async def test_an_interpreter_undoes_it_with_the_presence_as_it_was(client: Client) -> None:
    event, interpreter, base = await at_page(client)
    await client.post(f"{base}/leave")
    departure = await Departure.get(interpreter_id=interpreter.id)
    answer = await client.post(f"/e/{event.slug}/left/{departure.id}/undo")
    assert answer.headers["location"] == f"{base}?notice=back"
    assert (await Interpreter.get(id=interpreter.id)).available == interpreter.available
    assert await Mail.filter(template="back", to_address="organiser@example.org").count() == 1


async def test_an_undo_leaves_presence_that_the_organiser_has_set_since(client: Client) -> None:
    event, interpreter, base = await at_page(client)
    await client.post(f"{base}/leave")
    first = (await factories.slots_of(event))[0]
    await factories.signed_in(client, (await Organiser.get(event_id=event.id).select_related("person")).person)
    typed = {"full_name": "Lin Yu", "languages": ["zh", "ru"], "mail_locale": "en", "available": [first.id]}
    await client.post(f"/e/{event.slug}/interpreters/{interpreter.id}", data=typed)
    await factories.signed_in(client, interpreter.person)
    departure = await Departure.get(interpreter_id=interpreter.id)
    await client.post(f"/e/{event.slug}/left/{departure.id}/undo")
    there = await Interpreter.get(id=interpreter.id)
    times = [(first.start_at.isoformat(), first.end_at.isoformat())]
    assert (there.available, [tuple(each) for each in there.presence or []]) == ([first.id], times)


async def test_an_undo_after_the_event_has_moved_brings_the_presence_of_the_new_days(client: Client) -> None:
    event, interpreter, base = await at_page(client)
    await client.post(f"{base}/leave")
    [first, *_rest] = await factories.slots_of(event)
    await moving.move_event(event, first.day + timedelta(days=3))
    departure = await Departure.get(interpreter_id=interpreter.id)
    await client.post(f"/e/{event.slug}/left/{departure.id}/undo")
    assert (await Interpreter.get(id=interpreter.id)).available == interpreter.available


async def test_a_removed_interpreter_who_is_added_after_a_move_is_there_on_the_new_days(client: Client) -> None:
    event, interpreter, _base = await at_page(client)
    await Interpreter.filter(id=interpreter.id).update(removed_at=datetime.now(UTC))
    slots = await factories.slots_of(event)
    await moving.move_event(event, slots[0].day + timedelta(days=3))
    await Interpreter.every.filter(id=interpreter.id).update(removed_at=None)
    moved = await factories.slots_of(event)
    assert presence.laid(presence.from_json((await Interpreter.get(id=interpreter.id)).presence or []), moved) == [
        s.id for s in moved
    ]


async def test_changes_by_organisers_are_shown_on_the_own_page(client: Client) -> None:
    event, interpreter, base = await at_page(client)
    organiser = await factories.organiser(event)
    await factories.signed_in(client, organiser.person)
    typed: dict[str, Any] = {"full_name": "Lin Yu", "languages": ["zh", "en"], "mail_locale": "en"}
    await client.post(f"/e/{event.slug}/interpreters/{interpreter.id}", data=typed)
    listed = read(await client.get(f"/e/{event.slug}/interpreters"))
    await factories.signed_in(client, interpreter.person)
    page = read(await client.get(base))
    assert "The organiser changed the languages, the availability or the limits." in page.words
    assert f"/e/{event.slug}/agenda/interpreter/{interpreter.id}" in listed.links


async def test_slots_that_were_ticked_since_are_not_undone(client: Client) -> None:
    event, interpreter, base = await at_page(client)
    first = (await factories.slots_of(event))[0]
    await client.post(f"{base}/leave")
    departure = await Departure.get(interpreter_id=interpreter.id)
    await client.post(base, data={"languages": ["ru", "zh"], "available": [first.id]})
    page = read(await client.get(f"/e/{event.slug}/left"))
    answer = await client.post(f"/e/{event.slug}/left/{departure.id}/undo")
    assert ("There is nothing to undo." in page.words, answer.status_code) == (True, 404)
    assert (await Interpreter.get(id=interpreter.id)).available == [first.id]


async def test_a_removed_interpreter_has_nothing_to_undo(client: Client) -> None:
    event, interpreter, base = await at_page(client)
    await client.post(f"{base}/leave")
    departure = await Departure.get(interpreter_id=interpreter.id)
    await team.remove_interpreter(interpreter)
    page = read(await client.get(f"/e/{event.slug}/left"))
    answer = await client.post(f"/e/{event.slug}/left/{departure.id}/undo")
    assert ("There is nothing to undo." in page.words, answer.status_code) == (True, 404)


async def test_organisers_are_not_flooded_by_coming_and_going(client: Client) -> None:
    event, _interpreter, base = await at_page(client)
    first, answers = (await factories.slots_of(event))[0], []
    for _round in range(4):
        answers.append((await client.post(f"{base}/leave")).status_code)
        await client.post(base, data={"languages": ["ru", "zh"], "available": [first.id]})
    assert (answers, await Mail.filter(template="left").count()) == ([303, 303, 303, 429], 3)
