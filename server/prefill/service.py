"""Whether an event offers suggestions from ORCID and ROR. Each public function is one transaction."""

from dataclasses import dataclass

from server.db import atomic, lock
from server.edits import UNSEEN, Edit, write
from server.errors import NotFound
from server.models import Event
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
