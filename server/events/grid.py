"""Days and slots of an event, and how changing them affects availability and the published plan.

Availability is stored as times: new slots take it over, and restoring old slots restores it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from i18n import _
from server import presence
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, EditConflict, drawn_from
from server.errors import Refused
from server.events.hours import DAYS_OVER, Cut, cuts_of
from server.events.values import AvailabilityValues, GridValues
from server.forms import mark_of
from server.models import Claim, Event, Interpreter, Meeting, PlenaryItem, Publication, Registration, Slot
from server.models.base import MAX_ID
from server.pages import zone_of
from server.presence import Interval

Somebody = Registration | Interpreter


class SlotsChanged(Refused):
    """The form has ticks for slots that no longer exist: the organiser changed the slots after the page was opened."""

    has_page = True

    def __init__(self) -> None:
        super().__init__(
            _(
                "The organiser has changed the slots since you opened this page. Your availability for the new "
                "slots is shown below."
            )
        )


class Unseen(Refused):
    """The change would remove availability or meetings that the organiser has not been shown yet."""

    has_page = True

    def __init__(self, loss: "GridLoss") -> None:
        super().__init__(_("Nothing is saved yet. Check what the change removes, then save again."))
        self.loss = loss


@dataclass(frozen=True)
class LostPresence:
    """A person with less availability on the new slots. time: lost time. is_all: no slot is left."""

    who: Somebody
    time: timedelta
    is_all: bool


@dataclass(frozen=True)
class GridLoss:
    """What changing the slots would remove. meetings: of the published plan that would become impossible."""

    people: Sequence[LostPresence]
    meetings: Sequence[Meeting]

    def __bool__(self) -> bool:
        return bool(self.people or self.meetings)

    @property
    def mark(self) -> str:
        """A digest of the loss; the form sends it back to show which loss the organiser has seen."""
        facts = [[type(each.who).__name__, each.who.id, each.time.total_seconds()] for each in self.people]
        facts += [["meeting", meeting.id] for meeting in self.meetings]
        return mark_of(facts)


@atomic
async def set_grid(event: Event, grid: GridValues, *, seen: str = "", edit: Edit = UNSEEN) -> None:
    """Replace the slots, and convert everybody's availability to the new slots.

    seen: mark of the loss that the organiser was shown. Slots that have begun stay. Raises EditConflict if another
    organiser changed the grid meanwhile, Unseen if more would be lost than shown, ClockChange, and Refused if all slots
    are in the past.
    """
    cuts, stored, now = cuts_of(grid, zone_of(event)), grid.as_stored(), datetime.now(UTC)
    standing = await lock(Event, event.id)
    _refuse_other_changes(edit, stored, standing.grid if standing else {})
    before = await Slot.filter(event_id=event.id).order_by("start_at")
    wanted = _without_the_past(before, cuts, now)
    people = await _people(event)
    loss = await _loss(event, before, wanted, people, now)
    if loss and loss.mark != seen:
        raise Unseen(loss)
    await _replace(event, before, wanted, now)
    await _lay(people, before, await Slot.filter(event_id=event.id).order_by("start_at"))
    await Event.filter(id=event.id).update(grid=stored)


def _refuse_other_changes(edit: Edit, grid: Mapping[str, str], standing: Mapping[str, str]) -> None:
    """Raise EditConflict if another organiser changed a field: slots depend on all fields, so the organiser has to see
    it first.
    """
    wanted, now = ({f"grid.{name}": each for name, each in values.items()} for values in (grid, standing))
    together = {**now, **edit.texts(wanted, now)}
    if others := {name: each for name, each in together.items() if each != wanted.get(name, each)}:
        raise EditConflict(others, drawn_from({"grid": standing}))


def _without_the_past(before: Iterable[Slot], cuts: Iterable[Cut], now: datetime) -> list[Cut]:
    begun = [(slot.day, slot.start_at, slot.end_at) for slot in before if slot.start_at <= now]
    until = max((end for _day, _start, end in begun), default=now)
    coming = [cut for cut in cuts if cut[1] >= max(now, until)]
    if not begun and not coming:
        raise Refused(DAYS_OVER, "first_day")
    return begun + coming


async def _people(event: Event) -> list[Somebody]:
    """Return everybody with availability, each row locked so that simultaneous changes wait."""
    parties = Registration.filter(event_id=event.id).order_by("id").select_for_update(no_key=True)
    interpreters = Interpreter.filter(event_id=event.id).order_by("id").select_for_update(no_key=True)
    return [*await parties, *await interpreters]


async def _loss(
    event: Event, before: Sequence[Slot], wanted: Sequence[Cut], people: Sequence[Somebody], now: datetime
) -> GridLoss:
    after = _as_slots(event, before, wanted)
    less = []
    for who in people:
        if isinstance(who, Registration) and who.withdrawn_at is not None:
            continue
        times = presence.times_of(who, before)
        ids = presence.laid(times, after)
        lost = presence.total_time(presence.minus(presence.over(before, who.available), presence.over(after, ids)))
        if lost:
            less.append(LostPresence(who, lost, not ids))
    return GridLoss(less, await _meetings_lost(event, before, after, people, now))


def _as_slots(event: Event, before: Iterable[Slot], wanted: Iterable[Cut]) -> list[Slot]:
    """Return the slots as they would be, not stored; new ones have negative ids."""
    known = {slot.start_at: slot.id for slot in before}
    return [
        Slot(id=known.get(start, -at), event_id=event.id, day=day, start_at=start, end_at=end)
        for at, (day, start, end) in enumerate(sorted(wanted, key=lambda cut: cut[1]), start=1)
    ]


async def _meetings_lost(
    event: Event, before: Iterable[Slot], after: Sequence[Slot], people: Iterable[Somebody], now: datetime
) -> list[Meeting]:
    """Return future meetings of the published plan that would lose their slot or a participant's availability."""
    publication = await Publication.get_or_none(event_id=event.id)
    if publication is None:
        return []
    standing = {slot.id: (slot.start_at, slot.end_at) for slot in before if slot.start_at > now}
    slots = {slot.id: slot for slot in after if standing.get(slot.id) == (slot.start_at, slot.end_at)}
    there = {(type(who), who.id): set(presence.laid(presence.times_of(who, list(before)), after)) for who in people}
    relations = ("expert__person", "enterprise__organisation", "slot")
    held = await Meeting.filter(plan_id=publication.plan_id).order_by("id").select_related(*relations)
    return [
        meeting
        for meeting in held
        if meeting.slot_id in standing
        and (
            meeting.slot_id not in slots
            or any(
                meeting.slot_id not in there.get(who, ())
                for who in ((Registration, meeting.expert_id), (Registration, meeting.enterprise_id))
            )
        )
    ]


async def _replace(event: Event, before: Iterable[Slot], wanted: Iterable[Cut], now: datetime) -> None:
    """Store the slots: a slot with an existing start reuses its row, a slot in use by a plan stays as history."""
    rows = {slot.start_at: slot for slot in await Slot.every.filter(event_id=event.id)}
    starts = {start for _day, start, _end in wanted}
    gone = [slot.id for slot in before if slot.start_at not in starts]
    used = set(await Meeting.filter(slot_id__in=gone).values_list("slot_id", flat=True)) if gone else set()
    used |= set(await Claim.filter(slot_id__in=gone).values_list("slot_id", flat=True)) if gone else set()
    await Slot.filter(id__in=used).update(removed_at=now)
    await Slot.filter(id__in=set(gone) - used).delete()
    new = []
    for day, start, end in wanted:
        row = rows.get(start)
        if row is None:
            new.append(Slot(event_id=event.id, day=day, start_at=start, end_at=end))
        elif (row.day, row.end_at, row.removed_at) != (day, end, None):
            await Slot.every.filter(id=row.id).update(day=day, end_at=end, removed_at=None)
    await Slot.bulk_create(new)


async def _lay(people: Iterable[Somebody], before: Sequence[Slot], after: Sequence[Slot]) -> None:
    for who in people:
        times = presence.times_of(who, before)
        laid = _availability(times, after)
        if (who.presence, who.available) != (laid.presence, laid.available) and (times or who.available):
            await type(who).filter(id=who.id).update(**laid.columns())


def _availability(times: Sequence[Interval], slots: Iterable[Slot]) -> AvailabilityValues:
    return AvailabilityValues(presence=presence.to_json(times), available=presence.laid(times, slots))


# What people tick -------------------------------------------------------------------------------------------------


async def ticked(event_id: int, somebody: presence.Somebody | None, ids: Collection[int]) -> AvailabilityValues:
    """Return the availability with the ticked slots; all other slots are cleared.

    somebody: the stored row, locked; None for a new one. Slots covered by programme items stay as before; slots of
    other events are ignored. Raises SlotsChanged. Call inside a transaction.
    """
    slots = await Slot.filter(event_id=event_id).order_by("start_at")
    strange = {id for id in ids if 0 < id <= MAX_ID} - {slot.id for slot in slots}
    if strange and len(strange) > await Slot.filter(id__in=strange).count():
        raise SlotsChanged
    return ticked_in(slots, await PlenaryItem.filter(event_id=event_id), somebody, ids)


def ticked_in(
    slots: Sequence[Slot], items: Sequence[PlenaryItem], somebody: presence.Somebody | None, ids: Collection[int]
) -> AvailabilityValues:
    """Return the availability with the ticked slots, as `ticked`. slots: all of the event, by time."""
    closed = presence.taken(slots, items)
    before = presence.times_of(somebody, slots) if somebody else []
    kept = closed & set(presence.laid(before, slots))
    known = {slot.id for slot in slots}
    times = presence.after_ticking(before, slots, ((known & set(ids)) - closed) | kept)
    return _availability(times, slots)
