"""The topic scheme of an event: the shipped scheme and the topics that organisers added."""

import asyncio
import json
import logging
from functools import lru_cache
from typing import Any

from matching.affinity import Scheme, SchemeError, scheme
from matching.affinity.scheme import shipped
from server.models import Event
from server.models.base import encode_json

KEPT = 8

log = logging.getLogger(__name__)


async def ready() -> None:
    """Read the shipped scheme in a thread if nobody has, so that no other request waits for it."""
    if not shipped.cache_info().currsize:
        await asyncio.to_thread(scheme)


def scheme_of(event: Event | None) -> Scheme:
    """Return the event's scheme: the same object while its own topics stay the same, so that caches keep working."""
    return _extended(encode_json(event.own_topics)) if event is not None and event.own_topics else scheme()


@lru_cache(maxsize=KEPT)
def _extended(document: str) -> Scheme:
    entries: list[dict[str, Any]] = json.loads(document)
    while True:
        try:
            return scheme().extended(entries)
        except SchemeError as error:
            # A newer shipped scheme may use a label or lack a parent of an own topic; such topics are left out.
            faulty = {topic for topic, _fault in error.faults}
            kept = [entry for entry in entries if entry["id"] not in faulty]
            log.warning("topics of an event no longer fit the scheme: %s", error)
            if len(kept) == len(entries):
                return scheme()
            entries = kept
