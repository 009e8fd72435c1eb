"""Two sessions edit one object at random: no write is lost without a conflict."""

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from server.models import Event, Person
from tests import factories
from tests.client import Client
from tests.filling import filled

Values = Mapping[str, Callable[[random.Random], str]]
ROUNDS = 6


def word(at: random.Random) -> str:
    return "".join(at.choice("абвгдежзик") for _ in range(8))


def text(at: random.Random) -> str:
    return f"Нужен результат, {word(at)} и {word(at)}, измеримый."


def number(low: int, high: int) -> Callable[[random.Random], str]:
    return lambda at: str(at.randint(low, high))


async def organisers(event: Event, *browsers: Client) -> None:
    for browser in browsers:
        await factories.signed_in(browser, (await factories.organiser(event)).person)


async def one_person(person: Person, *browsers: Client) -> None:
    for browser in browsers:
        await factories.signed_in(browser, person)


async def settings(one: Client, two: Client) -> tuple[str, str, Values]:
    event = await factories.event()
    await organisers(event, one, two)
    fields = {"name_en": word, "place_ru": word, "description_zh_Hans": text, "expert_min_meetings": number(0, 3)}
    return f"/e/{event.slug}/settings", "slug", fields


async def hall(one: Client, two: Client) -> tuple[str, str, Values]:
    event = await factories.event()
    [made] = await factories.halls_of(event)
    await organisers(event, one, two)
    return f"/e/{event.slug}/halls/{made.id}", "tables", {"name_en": word, "name_ru": word, "tables": number(1, 9)}


async def interpreter(one: Client, two: Client) -> tuple[str, str, Values]:
    event = await factories.event()
    made = await factories.interpreter(event, await factories.person(full_name="马晓"))
    await organisers(event, one, two)
    limits = {"max_meetings": number(1, 9), "max_consecutive": number(1, 9)}
    return f"/e/{event.slug}/interpreters/{made.id}", "max_meetings", limits


async def rules(one: Client, two: Client) -> tuple[str, str, Values]:
    event = await factories.event()
    await organisers(event, one, two)
    caps = {"expert_max_meetings": number(1, 9), "enterprise_max_meetings": number(1, 9)}
    return f"/e/{event.slug}/plans/rules", "least_points", {**caps, "least_points": number(0, 90)}


async def own_topic(one: Client, two: Client) -> tuple[str, str, Values]:
    event = await factories.event()
    made = await factories.own_topic(event)
    await organisers(event, one, two)
    return f"/e/{event.slug}/topics/{made}", "parent", {"label_en": word, "label_ru": word, "terms_en": word}


async def need(one: Client, two: Client) -> tuple[str, str, Values]:
    event = await factories.event()
    party = await factories.enterprise(event, needs=1)
    [made] = await factories.needs_of(party)
    [first] = await factories.delegates_of(party)
    await factories.signed_in(one, first)
    await factories.signed_in(two, (await factories.delegate(party)).person)
    fields = {"title": word, "text": text, "readiness": number(1, 9)}
    return f"/e/{event.slug}/me/needs/{made.id}", "title", fields


async def profile(one: Client, two: Client) -> tuple[str, str, Values]:
    event = await factories.event()
    party = await factories.enterprise(event, await factories.person(full_name="王芳"))
    [first] = await factories.delegates_of(party)
    await one_person(first, one, two)
    fields = {"name": word, "description": text, "position": word}
    return f"/e/{event.slug}/register/enterprise/profile", "description", fields


async def work(one: Client, two: Client) -> tuple[str, str, Values]:
    event = await factories.event()
    party = await factories.expert(event, await factories.person(full_name="Анна Орлова", latin_name="ANNA ORLOVA"))
    await one_person(party.person, one, two)
    fields = {"affiliation": word, "headline": word, "offer": text, "degree": word}
    return f"/e/{event.slug}/register/expert/work", "offer", fields


async def presence(one: Client, two: Client) -> tuple[str, str, Values]:
    event = await factories.event()
    party = await factories.enterprise(event)
    [first] = await factories.delegates_of(party)
    await one_person(first, one, two)
    limits = {"max_meetings": number(1, 9)}
    return f"/e/{event.slug}/register/enterprise/presence", "max_meetings", limits


async def account(one: Client, two: Client) -> tuple[str, str, Values]:
    person = await factories.person(full_name="Анна")
    await one_person(person, one, two)
    zones = ["Europe/Moscow", "Asia/Shanghai", "Europe/Paris"]
    return "/account", "full_name", {"full_name": word, "time_zone": lambda at: at.choice(zones)}


OBJECTS = (settings, hall, interpreter, rules, own_topic, need, profile, work, presence, account)


def chosen(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name, "")
    return str(value[0] if isinstance(value, list) else value)


@pytest.mark.parametrize("prepare", OBJECTS, ids=lambda each: each.__name__)
async def test_simultaneous_sessions_lose_no_write_without_a_conflict(
    client: Client, other: Client, prepare: Callable[[Client, Client], Awaitable[tuple[str, str, Values]]]
) -> None:
    path, anchor, fields = await prepare(client, other)
    for seed in range(ROUNDS):
        at = random.Random(seed)
        before = filled((await client.get(path)).text, anchor)
        pages = [(await browser.get(path)).text for browser in (client, other)]
        edits = [
            {name: fields[name](at) for name in at.sample(sorted(fields), at.randint(1, len(fields)))} for _ in pages
        ]
        first = await client.post(path, data=filled(pages[0], anchor, **edits[0]))
        assert first.status_code == 303, (seed, first.text)
        second = await other.post(path, data=filled(pages[1], anchor, **edits[1]))
        mine, theirs = (
            {name: value for name, value in edit.items() if value != chosen(before, name)} for edit in edits[::-1]
        )
        both = {name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name]}
        expected = {**theirs, **mine}
        assert second.status_code == (409 if both else 303), (seed, edits)
        if both:
            assert all(theirs[name] in second.text and mine[name] in second.text for name in both)
            yields = {name for name in both if at.random() < 0.5}
            choices = {f"choose_{name}": "saved" if name in yields else "typed" for name in both}
            settled = await other.post(path, data=filled(second.text, anchor, **choices))
            assert settled.status_code == 303
            expected |= {name: theirs[name] for name in yields}
        after = filled((await client.get(path)).text, anchor)
        assert {name: chosen(after, name) for name in expected} == expected, (seed, edits)
