"""Form values of the pages that set up an event, and an organiser at work."""

from typing import Any

import httpx2

from server.models import Event
from tests import factories
from tests.client import Client

GRID = {
    "first_day": "2027-05-20",
    "last_day": "2027-05-21",
    "day_start": "09:00",
    "day_end": "12:00",
    "length_min": "50",
    "break_min": "10",
    "pause_start": "",
    "pause_end": "",
}


async def at_work(client: Client, **event: Any) -> tuple[Event, str]:
    """Return an event whose organiser is at the client, and its URL."""
    made = await factories.event(**event)
    await factories.signed_in(client, (await factories.organiser(made)).person)
    return made, f"/e/{made.slug}"


def words(answer: httpx2.Response) -> str:
    return " ".join(answer.text.split())
