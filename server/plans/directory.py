"""Names and places of the ids in a plan, loaded once."""

from collections.abc import Mapping
from dataclasses import dataclass

from server import names
from server.everybody import people_of
from server.memory import Counts, counts_of, remembered
from server.models import Interpreter, Part, Registration, Slot, Table

NOBODY = "—"


@dataclass(frozen=True)
class Directory:
    """Slots, tables with halls, parties and interpreters of an event by key, including removed and withdrawn ones."""

    slots: Mapping[int, Slot]
    tables: Mapping[int, Table]
    parties: Mapping[int, Registration]
    interpreters: Mapping[int, Interpreter]

    def party(self, id: int, locale: str) -> str:
        """Return a party's name, or a dash if its data were deleted."""
        return names.party_name(self.parties[id], locale) if id in self.parties else NOBODY

    def named_to(self, id: int, locale: str, *, other_side: bool) -> str:
        """Return a party's name for a reader; a dash for readers of the other side if the party gave no consent."""
        known = self.parties.get(id)
        is_kept_back = other_side and known is not None and known.agreed_at is None
        return NOBODY if is_kept_back else self.party(id, locale)

    def takes_part(self, id: int) -> bool:
        """Return whether the party still takes part."""
        return id in self.parties and self.parties[id].takes_part

    def interpreter(self, id: int, locale: str) -> str:
        return names.shown_name(self.interpreters[id], locale) if id in self.interpreters else NOBODY


async def directory(event_id: int, counts: Counts | None = None) -> Directory:
    """Return the directory of an event, shared by all readers: do not change it. counts: as for `memory.remembered`.

    One query if nobody in the event and nothing of its grid has changed, else seven.
    """
    now = counts or await counts_of(event_id)
    return await remembered(event_id, "directory", (Part.PEOPLE, Part.GRID), lambda: _read(event_id, now), counts=now)


async def _read(event_id: int, counts: Counts) -> Directory:
    people = await people_of(event_id, counts)
    return Directory(
        slots={row.id: row for row in await Slot.every.filter(event_id=event_id).order_by("start_at")},
        tables={
            row.id: row for row in await Table.every.filter(event_id=event_id).order_by("number").select_related("hall")
        },
        parties=people.by_id,
        interpreters={row.id: row for row in people.interpreters},
    )
