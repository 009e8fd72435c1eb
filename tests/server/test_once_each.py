"""Many simultaneous actors in random order: a person takes part once, and every place belongs to a person."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from starlette.applications import Starlette

from server.models import Delegate, Event, Participation, Person, Registration
from tests import factories
from tests.client import Client
from tests.server.registering import PROFILE, WORK

Act = Callable[[Client, Event, random.Random, list[Person]], Awaitable[int]]
ROUNDS, AT_ONCE = 6, 6


async def register_as_expert(browser: Client, event: Event, chance: random.Random, people: list[Person]) -> int:
    return (await browser.post(f"/e/{event.slug}/register/expert/work", data=WORK)).status_code


async def register_a_firm(browser: Client, event: Event, chance: random.Random, people: list[Person]) -> int:
    data = {**PROFILE, "name": f"北仑第{chance.randint(1, 3)}试验厂"}
    return (await browser.post(f"/e/{event.slug}/register/enterprise/profile", data=data)).status_code


async def send_a_colleague(browser: Client, event: Event, chance: random.Random, people: list[Person]) -> int:
    data = {"email": chance.choice(people).email, "full_name": "沈亦珂"}
    return (await browser.post(f"/e/{event.slug}/me/delegates", data=data)).status_code


async def remove_a_colleague(browser: Client, event: Event, chance: random.Random, people: list[Person]) -> int:
    row = await Delegate.filter(registration__event_id=event.id).order_by("-id").first()
    path = f"/e/{event.slug}/me/delegates/{row.id if row else 1}/remove"
    return (await browser.post(path)).status_code


async def leave(browser: Client, event: Event, chance: random.Random, people: list[Person]) -> int:
    return (await browser.post(f"/e/{event.slug}/me/withdraw")).status_code


ACTS: tuple[Act, ...] = (register_as_expert, register_a_firm, send_a_colleague, remove_a_colleague, leave)


async def faults_of(event: Event) -> list[str]:
    """Return states that no order of acts may lead to."""
    experts = await Registration.filter(event_id=event.id, person_id__not_isnull=True).values_list(
        "person_id", flat=True
    )
    delegates = await Delegate.filter(registration__event_id=event.id).values_list("person_id", flat=True)
    places = await Participation.filter(event_id=event.id).values_list("person_id", flat=True)
    roles = Counter([*experts, *delegates])
    told = [f"person {person} has {number} roles" for person, number in roles.items() if number > 1]
    return told + [f"person {person} has a place and no role, or the other way" for person in {*places} ^ {*roles}]


@pytest.mark.parametrize("seed", range(3))
async def test_nobody_takes_part_twice_after_simultaneous_requests(app: Starlette, seed: int) -> None:
    chance, event = random.Random(seed), await factories.event()
    people = [await factories.person() for _ in range(5)]
    async with contextlib.AsyncExitStack() as stack:
        browsers = []
        for person in people:
            browser = await stack.enter_async_context(Client(app))
            browsers.append(await factories.signed_in(browser, person))
        for _round in range(ROUNDS):
            acts = [(chance.choice(ACTS), chance.choice(browsers)) for _ in range(AT_ONCE)]
            answers = await asyncio.gather(*(act(browser, event, chance, people) for act, browser in acts))
            assert max(answers) < 500, (acts, answers)
            assert await faults_of(event) == [], [act.__name__ for act, _browser in acts]
