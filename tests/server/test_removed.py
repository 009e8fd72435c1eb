"""Saving the form of a thing that somebody else has removed meanwhile: what was typed stands there to be copied."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.models import Event, Hall, Interpreter
from tests import factories
from tests.client import Client
from tests.reading import read

Sent = tuple[str, str, dict[str, Any], list[str]]


async def hall(event: Event) -> Sent:
    return (
        "halls",
        f"halls/{(await factories.halls_of(event))[0].id}",
        {"name_ru": "Зал <А>", "tables": "7"},
        ["Зал <А>", "7"],
    )


async def interpreter(event: Event) -> Sent:
    row = await factories.interpreter(event)
    return "interpreters", f"interpreters/{row.id}", {"full_name": "Вера Ким", "languages": ["ru", "zh"]}, ["Вера Ким"]


async def topic(event: Event) -> Sent:
    id = await factories.own_topic(event)
    return "topics", f"topics/{id}", {"label_en": "Ice", "terms_en": "ice\nsnow"}, ["Ice", "ice snow"]


async def item(event: Event) -> Sent:
    return "plenary", "plenary/4711", {}, []


@pytest.mark.parametrize("thing", [hall, interpreter, topic, item])
@pytest.mark.parametrize("is_kept", [False, True])
async def test_typed_text_is_shown_after_its_object_was_removed(
    client: Client, thing: Callable[[Event], Awaitable[Sent]], is_kept: bool
) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event, await factories.person(locale="en"))).person)
    under, path, typed, words = await thing(event)
    base = f"/e/{event.slug}"
    if is_kept and thing in (hall, interpreter):
        kept: Any = Hall if thing is hall else Interpreter
        await kept.filter(event_id=event.id).update(removed_at=event.created_at)
    else:
        await client.post(f"{base}/{path}/remove")
    answer = await client.post(f"{base}/{path}/remove" if thing is item else f"{base}/{path}", data=typed)
    page = read(answer)
    assert (answer.status_code, "no longer" in page.words) == (404, True)
    assert f"{base}/{under}" in page.links
    assert all(each in page.words for each in words)
    assert ("Removed on" in page.words) == (is_kept and thing in (hall, interpreter))


async def test_objects_of_other_events_are_answered_like_removed_ones(client: Client) -> None:
    event, other = await factories.event(), await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    theirs = (await factories.halls_of(other))[0]
    await Hall.filter(id=theirs.id).update(removed_at=other.created_at)
    typed = {"name_en": "Mine", "tables": "2"}
    pages = [
        read(await client.post(f"/e/{event.slug}/halls/{number}", data=typed)).words for number in (theirs.id, 99999)
    ]
    assert pages[0] == pages[1]


async def test_typed_text_is_shown_after_the_role_has_ended(client: Client) -> None:
    event = await factories.event()
    person = await factories.person(locale="en")
    await factories.signed_in(client, person)
    answer = await client.post(f"/e/{event.slug}/halls", data={"name_en": "Blue hall", "tables": "2"})
    assert (answer.status_code, "Blue hall" in read(answer).words) == (404, True)
    assert (await client.get(f"/e/{event.slug}/halls")).status_code == 404
