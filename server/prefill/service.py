"""Whether an event offers suggestions from ORCID and ROR, and who asked for them.

Each public function is one transaction.
"""

from dataclasses import dataclass

from server.db import atomic, lock
from server.edits import UNSEEN, Edit, write
from server.errors import NotFound
from server.models import Event, Person
from server.registrations import agreeing
from server.registrations.consents import lookup_at
from server.values import Values


@dataclass(frozen=True, kw_only=True)
class PrefillSettings(Values):
    """A column of an event, see there."""

    suggests_profiles: bool


@atomic
async def change(event: Event, values: PrefillSettings, edit: Edit = UNSEEN) -> None:
    """Save the setting. Raises EditConflict."""
    now = await lock(Event, event.id)
    if now is None:
        raise NotFound
    await write(now, edit.merged(values, now))


@atomic
async def note_lookup(event: Event, person: Person, registry: str, host: str, *, locale: str) -> None:
    """Store that the person agreed to a look-up by pressing its button; again at the same host changes nothing.

    registry: a key of `consents.REGISTRIES`. locale: in which the button was shown.
    """
    await agreeing.record(event, person, [registry], locale=locale, offered=[lookup_at(registry, host)])
