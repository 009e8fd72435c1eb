"""The rows that a plan's ids point to, loaded once: what they are called for a reader."""

from collections.abc import Mapping
from dataclasses import dataclass

from server import names
from server.models import Interpreter, Registration, Slot, Table

NOBODY = "—"


@dataclass(frozen=True)
class Directory:
    """By key: an event's slots, tables with their halls, and everybody, with what was removed and who withdrew."""

    slots: Mapping[int, Slot]
    tables: Mapping[int, Table]
    parties: Mapping[int, Registration]
    interpreters: Mapping[int, Interpreter]

    def party(self, id: int, locale: str) -> str:
        """A dash for somebody whose data is gone."""
        return names.party_name(self.parties[id], locale) if id in self.parties else NOBODY

    def named_to(self, id: int, locale: str, *, other_side: bool) -> str:
        """The party's name for a reader; a dash where the reader is of the other side and nobody agrees to be shown."""
        known = self.parties.get(id)
        is_kept_back = other_side and known is not None and known.agreed_at is None
        return NOBODY if is_kept_back else self.party(id, locale)

    def takes_part(self, id: int) -> bool:
        """Whether the party is still there."""
        return id in self.parties and self.parties[id].takes_part

    def interpreter(self, id: int, locale: str) -> str:
        return names.shown_name(self.interpreters[id], locale) if id in self.interpreters else NOBODY


async def directory(event_id: int) -> Directory:
    """Four queries."""
    slots = Slot.every.filter(event_id=event_id).order_by("start_at")
    tables = Table.every.filter(event_id=event_id).order_by("number").select_related("hall")
    parties = Registration.filter(event_id=event_id).order_by("id").select_related("person", "organisation")
    interpreters = Interpreter.every.filter(event_id=event_id).order_by("id").select_related("person")
    return Directory(
        slots={row.id: row for row in await slots},
        tables={row.id: row for row in await tables},
        parties={row.id: row for row in await parties},
        interpreters={row.id: row for row in await interpreters},
    )
