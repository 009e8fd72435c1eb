"""An organiser at the pages of plans."""

from typing import Any

import httpx2

from server.models import Event, Person
from tests import factories
from tests.client import Client


async def at_work(client: Client, **event: Any) -> tuple[Event, Person, str]:
    """Return an event whose organiser is at the client, and the URL of its plans."""
    made = await factories.event(**event)
    organiser = (await factories.organiser(made)).person
    await factories.signed_in(client, organiser)
    return made, organiser, f"/e/{made.slug}/plans"


async def couples(event: Event, number: int) -> None:
    """Create this number of experts and enterprises, each with a wish about one of the other side."""
    for _ in range(number):
        await factories.wish(await factories.expert(event), await factories.enterprise(event))


def words(answer: httpx2.Response) -> str:
    return " ".join(answer.text.split())
