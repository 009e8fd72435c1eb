"""The availability grid: days as columns, times as rows, grouped into morning and afternoon."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from i18n import Message, Translator, formats, pgettext_
from server import presence
from server.models import Event, PlenaryItem, Slot
from server.pages import zone_of

NOON = time(12, 30)
Row = tuple[str, list[str | None]]


@dataclass(frozen=True)
class PresenceGrid:
    """days: headings. halves: (label, rows); a row is (time, slot id as text for each day).

    None instead of an id: no slot; "": a programme item covers the slot.
    """

    days: list[str]
    halves: list[tuple[str, list[Row]]]


async def usable_slots(event_id: int) -> frozenset[int]:
    """Return ids of future slots that programme items leave free. Two queries."""
    slots = await Slot.filter(event_id=event_id, start_at__gt=datetime.now(UTC)).order_by("start_at")
    gone = presence.taken(slots, await PlenaryItem.filter(event_id=event_id))
    return frozenset(slot.id for slot in slots) - gone


async def grid_of(event: Event, locale: str) -> PresenceGrid:
    """Return the event's grid with headings in a locale. Two queries."""
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    items = await PlenaryItem.filter(event_id=event.id)
    return grid_from(event, slots, presence.taken(slots, items), locale)


def grid_from(event: Event, slots: Sequence[Slot], taken: Collection[int], locale: str) -> PresenceGrid:
    """Return the grid of these slots. taken: ids of slots covered by programme items."""
    zone, tr = zone_of(event), Translator(locale).translate
    days = sorted({slot.day for slot in slots})
    at: dict[tuple[time, date], Slot] = {(slot.start_at.astimezone(zone).time(), slot.day): slot for slot in slots}
    halves: list[tuple[Message, list[time]]] = [
        (pgettext_("day part", "Morning"), sorted({clock for clock, _day in at if clock < NOON})),
        (pgettext_("day part", "Afternoon"), sorted({clock for clock, _day in at if clock >= NOON})),
    ]

    def row(clock: time) -> Row:
        return formats.clock(clock, locale), [cell(at.get((clock, day))) for day in days]

    def cell(slot: Slot | None) -> str | None:
        if slot is None:
            return None
        return "" if slot.id in taken else str(slot.id)

    return PresenceGrid(
        days=[formats.short_date(day, locale) for day in days],
        halves=[(tr(label), [row(clock) for clock in clocks]) for label, clocks in halves if clocks],
    )
