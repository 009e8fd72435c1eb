"""Form values of registrations, and helpers for the steps."""

from typing import Any

from server.models import Event, Person
from server.registrations.consents import NEEDED
from tests import factories
from tests.client import Client

WORK: dict[str, Any] = {
    "full_name": "Берестнева Ульяна Тихоновна",
    "latin_name": "",
    "zh_name": "贝雨澜",
    "country": "RU",
    "affiliation": "Институт машинного зрения",
    "position": "инженер",
    "degree": "к. т. н.",
    "headline": "Контроль дефектов поверхности",
    "offer": "Занимаюсь машинным зрением для серийных производств.",
    "topics": ["dig.cv", "auto.ev"],
    "readiness": "7",
}
PROFILE: dict[str, Any] = {
    "name": "宁波衔川塑机有限公司",
    "latin_name": "Ningbo Xianchuan",
    "kind": "enterprise",
    "description": "生产注塑机。",
    "full_name": "虞景澄",
    "position": "技术副总经理",
    "languages": ["zh", "en"],
}
GIVEN = {"purposes": sorted(NEEDED)}


async def visitor(client: Client, *, locale: str = "en", **event: Any) -> tuple[Event, Person]:
    """Return an event, with a signed-in person at the client who does not take part yet."""
    made = await factories.event(**event)
    person = await factories.person(full_name="", country="", locale=locale)
    await factories.signed_in(client, person)
    return made, person


async def step(client: Client, event: Event, side: str, name: str, data: dict[str, Any]) -> tuple[int, str]:
    answer = await client.post(f"/e/{event.slug}/register/{side}/{name}", data=data)
    return answer.status_code, answer.headers.get("location", "")


async def every_slot(event: Event) -> list[int]:
    return [slot.id for slot in await factories.slots_of(event)]


async def expert_up_to_consent(client: Client, event: Event) -> None:
    await step(client, event, "expert", "work", WORK)
    await step(client, event, "expert", "cooperation", {"modes": ["project"], "languages": ["ru"]})
    await step(client, event, "expert", "presence", {"available": await every_slot(event)})


async def enterprise_up_to_consent(client: Client, event: Event) -> None:
    await step(client, event, "enterprise", "profile", PROFILE)
    await step(client, event, "enterprise", "presence", {"available": await every_slot(event), "parallel": "1"})
