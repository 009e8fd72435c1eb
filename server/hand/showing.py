"""Read model of the timetable that is changed by hand: the grid with its answers, the hand, the tray, the history."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from i18n import Message, Translator, formats
from matching.explaining.reasons import reasons
from matching.placing.places import Place
from matching.plan import tiers
from matching.problem import Pair, Slot
from matching.rules import Breach
from server.hand.desk import Desk
from server.hand.forms import HandView
from server.hand.reading import Beside
from server.hand.record import Act
from server.hand.wording import Words
from server.models import Event
from server.pages import zone_of
from server.plans.directory import directory
from server.rows import number
from server.studio.reasons import TITLES, PlanNames
from server.studio.showing import slot_now
from server.studio.wording import TIERS

BEST = 3  # places that the hand offers
TRAY = 12  # pairs without a meeting on one page
ACTS = 8  # of the history
OF_TABLES = (Breach.TABLE_DOUBLE_BOOKED, Breach.TABLE_CLOSED, Breach.AWAY_FROM_OWN_TABLE, Breach.AT_ANOTHERS_TABLE)


@dataclass(frozen=True)
class Answer:
    """What a place says while a meeting is in hand. level: home, fits, cost or cannot. figure: change in breaks."""

    level: str
    words: Sequence[str]
    figure: str = ""
    is_swap: bool = False


@dataclass(frozen=True)
class Cell:
    """A slot at a table. pair: of the meeting there, or "". interpreter: (first character, name) or None.

    is_lost: the meeting has become impossible.
    """

    id: str
    place: str
    pair: str = ""
    upper: str = ""
    lower: str = ""
    interpreter: tuple[str, str] | None = None
    is_pinned: bool = False
    is_blocked: bool = False
    is_lost: bool = False
    answer: Answer | None = None


@dataclass(frozen=True)
class Row:
    """A slot of the day. why: why the meeting in hand cannot be anywhere in it. A pause has a name and no cells."""

    heading: str
    cells: Sequence[Cell] = ()
    why: str = ""
    pause: str | None = None


@dataclass(frozen=True)
class Hall:
    name: Mapping[str, str] | None
    tables: int


@dataclass(frozen=True)
class Spot:
    """A place that the hand offers, or that the list of places has."""

    cell: str
    place: str
    answer: Answer


@dataclass(frozen=True)
class InHand:
    """The pair that is picked. home: its place, or "". choices: every place of the day by slot, with its answer."""

    pair: str
    names: tuple[str, str]
    value: float
    home: str
    interpreter: str | None
    is_pinned: bool
    best: Sequence[Spot]
    choices: Sequence[tuple[str, Sequence[Spot]]]
    possible: int


@dataclass(frozen=True)
class ShownTier:
    name: Message
    before: str
    now: str


@dataclass(frozen=True)
class TrayLine:
    """A pair without a meeting. why: why it has none, None if it could have one."""

    pair: str
    names: tuple[str, str]
    value: float
    why: Message | None


@dataclass(frozen=True)
class ShownAct:
    at: datetime
    by: int | None
    said: str


async def words_of(desk: Desk, event: Event, locale: str) -> Words:
    """Return the words about a draft for a reader."""
    places, zone = await directory(event.id), zone_of(event)
    slots = {slot.id: slot_now(slot, places, zone) for slot in desk.problem.slots}
    return Words(desk, PlanNames(places, slots, zone, locale))


class Bench:
    """What the page shows of a draft at one revision, for one reader. found: the answers for the pair in hand."""

    def __init__(self, desk: Desk, words: Words, look: HandView, beside: Beside, found: Sequence[Place]) -> None:
        self.desk, self.words, self.look, self.beside = desk, words, look, beside
        self.places = {(place.slot, place.table): place for place in found}
        self.days = sorted({slot.day for slot in words.names.slots.values()})
        self.day = look.day if look.day in self.days else self._first_day()
        known = words.names.places.tables
        self.tables = [t for t in desk.problem.tables if number(t.id) in known]
        self.pinned = desk.staff.position.pinned

    def _first_day(self) -> str:
        """Return the day of the meeting in hand, else the first."""
        held = self.desk.meetings.get(self.look.pick)
        return self.words.names.slots[held.slot].day if held else self.days[0]

    @property
    def slots(self) -> list[Slot]:
        """The slots of the day by time."""
        there = [slot for slot in self.words.names.slots.values() if slot.day == self.day]
        return sorted(there, key=lambda slot: slot.start)

    @property
    def halls(self) -> list[Hall]:
        """The halls above the tables, in the order of the tables."""
        found: list[Hall] = []
        for table in self.tables:
            hall = self.words.names.places.tables[number(table.id)].hall
            if found and found[-1].name == hall.name:
                found[-1] = replace(found[-1], tables=found[-1].tables + 1)
            else:
                found.append(Hall(hall.name, 1))
        return found

    # -- The grid ----------------------------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """Return the slots and pauses of the day by time."""
        rows = [(slot.start, self._row(slot)) for slot in self.slots]
        zone, tr = self.words.names.zone, Translator(self.words.names.locale)
        for item in self.beside.items:
            if item.start_at.astimezone(zone).date().isoformat() == self.day:
                rows.append((item.start_at, Row(self._clock(item.start_at), pause=tr.text(item.name)[0])))
        return [row for _start, row in sorted(rows, key=lambda each: each[0])]

    def _clock(self, at: datetime) -> str:
        return formats.time(at, self.words.names.locale, self.words.names.zone)

    def _row(self, slot: Slot) -> Row:
        cells = [self._cell(slot.id, table.id) for table in self.tables]
        return Row(self._clock(slot.start), cells, self._why(slot.id))

    def _cell(self, slot: str, table: str) -> Cell:
        id, place = f"{slot}.{table}", self.words.place(slot, table)
        answer = self.answer(slot, table) if self.places else None
        held = self.desk.staff.position.tables_in.get((slot, table))
        if held is None:
            return Cell(id, place, is_blocked=id in self.desk.record.blocks, answer=answer)
        upper, lower = (self.words.names.party(party) for party in held.pair.id.split("-"))
        name = held.meeting.interpreter and self.words.names.interpreter(held.meeting.interpreter)
        interpreter = (name[:1], name) if name else None
        return Cell(
            *(id, place, held.pair.id, upper, lower, interpreter),
            is_pinned=held.pair.id in self.pinned,
            is_lost=held.pair.id in self.beside.lost,
            answer=answer,
        )

    def _why(self, slot: str) -> str:
        """Return the commonest reason if the meeting in hand can be nowhere in a slot."""
        here = [self.places[slot, table.id] for table in self.tables] if self.places else []
        if not here or any(place.is_possible or place.is_home for place in here):
            return ""
        of_time = [tuple(each for each in place.faults if each.breach not in OF_TABLES) for place in here]
        said = [self.words.faults(each, slot) for each in of_time if each]
        return Counter(each[0] for each in said).most_common(1)[0][0] if said else ""

    def answer(self, slot: str, table: str) -> Answer:
        """Return what a place says to the meeting in hand."""
        place = self.places[slot, table]
        if place.is_home:
            return Answer("home", ())
        if place.faults:
            return Answer("cannot", self.words.faults(place.faults, slot))
        figure = formats.number(place.breaks, self.words.names.locale).replace("-", "−")
        return Answer(
            level="cost" if place.has_cost else "fits",
            words=self.words.costs(place, self.look.pick),
            figure=f"+{figure}" if place.breaks > 0 else figure,
            is_swap=self._is_swap(place),
        )

    def _is_swap(self, place: Place) -> bool:
        return (place.slot, place.table) in self.desk.staff.position.tables_in

    # -- The hand ----------------------------------------------------------------------------------------------------

    def in_hand(self) -> InHand | None:
        """Return the pair in hand, with the best places of all days, or None."""
        pair = self.look.pick
        if not self.places:
            return None
        held = self.desk.meetings.get(pair)
        possible = [place for place in self.places.values() if place.is_possible]
        expert, enterprise = pair.split("-")
        rank = {slot.id: at for at, slot in enumerate(self.desk.problem.ordered)}
        best = sorted(possible, key=lambda p: (p.has_cost, p.breaks, len(p.changed), rank[p.slot]))[:BEST]
        name = held.interpreter if held else None
        return InHand(
            pair=pair,
            names=(self.words.names.party(expert), self.words.names.party(enterprise)),
            value=self.desk.problem.pair[pair].value,
            home=self.words.place(held.slot, held.table) if held else "",
            interpreter=self.words.names.interpreter(name) if name else None,
            is_pinned=pair in self.desk.record.pins,
            best=[self._spot(place.slot, place.table) for place in best],
            choices=[(self._clock(slot.start), self._choices(slot)) for slot in self.slots],
            possible=len(possible),
        )

    def _choices(self, slot: Slot) -> list[Spot]:
        return [self._spot(slot.id, table.id) for table in self.tables]

    def _spot(self, slot: str, table: str) -> Spot:
        return Spot(f"{slot}.{table}", self.words.place(slot, table), self.answer(slot, table))

    # -- Beside the grid ---------------------------------------------------------------------------------------------

    def strip(self) -> list[ShownTier]:
        """Return the tiers of the plan from which the draft was made, and those of the draft now."""
        now, locale = tiers(self.desk.basis.problem, self.desk.staff.position.meetings), self.words.names.locale
        return [
            ShownTier(
                TIERS[each["tier"]][0],
                *(formats.number(round(value, 2), locale) for value in (each["achieved"], now[each["tier"]])),
            )
            for each in self.desk.record.tiers
        ]

    def tray(self) -> tuple[list[TrayLine], int]:
        """Return a page of the pairs without a meeting, the best first, and the number of such pairs."""
        held = self.desk.meetings
        waiting = [pair for pair in self.desk.problem.pairs if pair.id not in held and pair.allowed != frozenset()]
        waiting.sort(key=lambda pair: (-pair.value, pair.id))
        shown = waiting[(self.look.tray - 1) * TRAY : self.look.tray * TRAY]
        why = reasons(self.desk.problem, self.desk.staff.position.meetings, shown) if shown else {}
        return [self._line(pair, why.get(pair.id)) for pair in shown], len(waiting)

    def _line(self, pair: Pair, why: tuple[object, object] | None) -> TrayLine:
        names = tuple(self.words.names.party(party) for party in pair.id.split("-"))
        return TrayLine(pair.id, (names[0], names[1]), pair.value, TITLES[why[0]] if why else None)  # type: ignore[index]

    def history(self) -> list[ShownAct]:
        """Return the latest acts, the last one first."""
        return [self._act(act) for act in reversed(self.desk.record.acts[-ACTS:])]

    def _act(self, act: Act) -> ShownAct:
        return ShownAct(act.at, act.by, self.words.act(act))

    def said(self, act: Act | None) -> str:
        """Return what an act has done, "" for none."""
        return "" if act is None else self.words.act(act)
