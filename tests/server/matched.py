"""Experts and enterprises that match, for tests of the pages of matches."""

from collections.abc import Mapping
from typing import Any

from server.models import Event, Registration
from tests import factories
from tests.client import Client

MAGNETS: dict[str, Any] = {
    "headline": "Спечённые магниты с малой долей диспрозия",
    "offer": "Разрабатываю спечённые постоянные магниты Nd-Fe-B с пониженным содержанием диспрозия. Сварку не знаю.",
    "text_locale": "ru",
    "topics": ["mat.mag"],
    "readiness": 5,
}


NEED_OF_MAGNETS: dict[str, Any] = {
    "title": "低重稀土高矫顽力烧结钕铁硼磁体",
    "text": "我司为新能源汽车驱动电机供应烧结钕铁硼永磁体。希望降低重稀土用量。",
    "text_locale": "zh_Hans",
    "topics": ["mat.mag"],
    "readiness": 7,
}


PORTS: dict[str, Any] = {
    "title": "Quieter cranes",
    "text": "Our harbour cranes are loud at night.",
    "topics": ["port.equipment"],
}


async def enterprise_with(event: Event, *needs: Mapping[str, Any], **values: Any) -> Registration:
    made = await factories.enterprise(event, needs=0, **values)
    for need in needs:
        await factories.need(made, **need)
    return made


async def at_expert(client: Client, **values: Any) -> tuple[Registration, str]:
    """Return an expert on magnets at the client, and the URL of the event."""
    event = await factories.event()
    expert = await factories.expert(event, **{**MAGNETS, **values})
    await factories.signed_in(client, expert.person)
    return expert, f"/e/{event.slug}"
