"""What an organiser promises to one party: meetings, and a table of its own."""

from dataclasses import dataclass

from i18n import _, ngettext_
from server import edits
from server.db import atomic, lock
from server.errors import Refused
from server.models import Event, Registration, Table
from server.values import Values


@dataclass(frozen=True, kw_only=True)
class Promise(Values):
    """Columns of Registration: see there. min_meetings: 0 for the promise of the event to the party's side."""

    min_meetings: int
    table_id: int | None

    @classmethod
    def of(cls, party: Registration) -> "Promise":
        """Return what is promised to the party."""
        return cls(min_meetings=party.min_meetings, table_id=party.table_id)


class TableTaken(Refused):
    """Another party has the table as its own, or the table was removed meanwhile."""

    field = "table_id"

    def __init__(self) -> None:
        super().__init__(_("This table was given to another participant, or it was removed. Choose another one."))


class MoreThanLimit(Refused):
    """The party wants fewer meetings than are promised to it."""

    field = "min_meetings"

    def __init__(self, most: int) -> None:
        super().__init__(
            ngettext_(
                "This participant wants at most %(num)s meeting.",
                "This participant wants at most %(num)s meetings.",
                most,
            )
        )


async def free_tables(party: Registration) -> list[Table]:
    """Return the tables that the party can have as its own, by number, each with its hall. Two queries."""
    others = Registration.filter(event_id=party.event_id, withdrawn_at=None, table_id__not_isnull=True)
    taken = {row["table_id"] for row in await others.exclude(id=party.id).values("table_id")}
    tables = await Table.filter(event_id=party.event_id).order_by("number").select_related("hall")
    return [table for table in tables if table.id not in taken]


@atomic
async def promise(party: Registration, given: Promise, edit: edits.Edit = edits.UNSEEN) -> None:
    """Save what is promised to a party, from the next plan on. Raises TableTaken, MoreThanLimit, EditConflict."""
    await lock(Event, party.event_id)
    if party.max_meetings is not None and given.min_meetings > party.max_meetings:
        raise MoreThanLimit(party.max_meetings)
    is_new = given.table_id is not None and given.table_id != party.table_id
    if is_new and given.table_id not in {table.id for table in await free_tables(party)}:
        raise TableTaken
    await edits.save(party, given, edit)
