"""The address of an event: the slug in its path, also a former one, and one that was typed or copied."""

import re
import unicodedata

from server.models import Event, FormerAddress

PATH_SAFE = "/:@!$&'()*+,;=~"
# Limits of keys and texts in queries: the database raises errors beyond them.
ADDRESS = re.compile(r"[a-z0-9-]{1,64}")
NO_ADDRESS_ENDS = re.compile(r"^[^a-z0-9]+|[^a-z0-9]+$")


async def event_at(slug: str) -> Event | None:
    """Return the event with this slug or former slug, in any spelling, or None."""
    if ADDRESS.fullmatch(slug) and (found := await Event.get_or_none(slug=slug)):
        return found
    meant = as_address(slug)
    if not ADDRESS.fullmatch(meant):
        return None
    if meant != slug and (found := await Event.get_or_none(slug=meant)):
        return found
    former = await FormerAddress.get_or_none(slug=meant).select_related("event")
    return former.event if former else None


def as_address(typed: str) -> str:
    """Return a typed or copied slug normalised: lower case, normal width, without punctuation around it."""
    plain = unicodedata.normalize("NFKC", typed).casefold()
    seen = "".join("-" if unicodedata.category(c) == "Pd" else c for c in plain if unicodedata.category(c) != "Cf")
    return NO_ADDRESS_ENDS.sub("", seen)
