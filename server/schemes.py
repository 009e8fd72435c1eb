"""The topic scheme of an event: the shipped one, and after it what the event's organisers added."""

import json
import logging
from functools import lru_cache
from typing import Any

from matching.affinity import Scheme, SchemeError, scheme
from server.models import Event
from server.models.base import encode_json

KEPT = 8

log = logging.getLogger(__name__)


def scheme_of(event: Event | None) -> Scheme:
    """One object for as long as the event's own topics stay the same, so that what is built of it is kept."""
    return _extended(encode_json(event.own_topics)) if event is not None and event.own_topics else scheme()


@lru_cache(maxsize=KEPT)
def _extended(document: str) -> Scheme:
    entries: list[dict[str, Any]] = json.loads(document)
    while True:
        try:
            return scheme().extended(entries)
        except SchemeError as error:
            # A newer shipped scheme may take a label or lose a parent: what no longer fits must not stop the event.
            faulty = {topic for topic, _fault in error.faults}
            kept = [entry for entry in entries if entry["id"] not in faulty]
            log.warning("topics of an event no longer fit the scheme: %s", error)
            if len(kept) == len(entries):
                return scheme()
            entries = kept
