"""Read `problem/1` from JSON into a Problem and collect every fault."""

from collections.abc import Callable, Iterable, Set
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar

from matching.formats.documents import Fault, parse
from matching.formats.reading import At, DocumentReader, ObjectShape, quote
from matching.problem import TIERS, Goal, Interpreter, Meeting, Pair, Party, Pin, Problem, Slot, Table, Walk

FORMAT = "problem/1"
LIMITS = {"slots": 2_000, "tables": 2_000, "interpreters": 2_000, "parties": 20_000, "pairs": 1_000_000}

T = TypeVar("T")

_KINDS = {"slots": "slot", "tables": "table", "interpreters": "interpreter", "parties": "party", "pairs": "pair"}
_PROBLEM = ObjectShape.of("format slots tables parties pairs", "interpreters pins previous walk objective")
_SLOT = ObjectShape.of("id start end", "day")
_TABLE = ObjectShape.of("id", "hall available")
_PARTY = ObjectShape.of("id side languages available", "max_meetings min_meetings parallel table max_consecutive")
_INTERPRETER = ObjectShape.of("id languages available", "max_meetings max_consecutive")
_PAIR = ObjectShape.of("id parties value", "required allowed after length")
_PIN = ObjectShape.of("pair slot", "table interpreter")
_MEETING = ObjectShape.of("pair slot table", "interpreter")
_WALK = ObjectShape.of("halls min")
_GOAL = ObjectShape.of("tier", "tolerance")


def load_problem(data: bytes) -> Problem:
    """Return the problem in the bytes of a document. Raises DocumentError with every fault."""
    document, faults = parse(data)
    return read_problem(document, faults)


def read_problem(document: Any, faults: Iterable[Fault] = ()) -> Problem:
    """Return the problem in a parsed document.

    faults: found before, in the text. Raises DocumentError with every fault, these included.
    """
    reader = _ProblemReader(faults)
    problem = reader.problem(document)
    reader.finish()
    return problem


class ReferenceReader(DocumentReader):
    """Reads what both documents refer to: ids of slots, tables, parties, pairs and interpreters; and meetings."""

    def slot(self, at: At, raw: Any) -> str:
        return self.ref(at, raw, "slot")

    def table(self, at: At, raw: Any) -> str:
        return self.ref(at, raw, "table")

    def interpreter(self, at: At, raw: Any) -> str:
        return self.ref(at, raw, "interpreter")

    def party(self, at: At, raw: Any) -> str:
        return self.ref(at, raw, "party")

    def pair(self, at: At, raw: Any) -> str:
        return self.ref(at, raw, "pair")

    def pairs(self, at: At, raw: Any) -> tuple[str, ...]:
        return self.refs(at, raw, "pair")

    def meetings(self, at: At, raw: Any) -> tuple[Meeting, ...]:
        return self.each(at, raw, self._meeting)

    def _meeting(self, at: At, raw: Any) -> Meeting:
        members = self.members(at, raw, _MEETING)
        return Meeting(
            pair=members.take("pair", self.pair, ""),
            slot=members.take("slot", self.slot, ""),
            table=members.take("table", self.table, ""),
            interpreter=members.take("interpreter", self.interpreter, None),
        )


class _ProblemReader(ReferenceReader):
    """Reads a problem. All ids are collected first, so that a reference may come before its target."""

    def problem(self, document: Any) -> Problem:
        members = self.members((), document, _PROBLEM)
        members.take("format", partial(self.choice, among=(FORMAT,)), FORMAT)
        for name, kind in _KINDS.items():
            absent: Set[str] | None = frozenset() if name == "interpreters" else None
            self.know(kind, members.take(name, self._ids_of, absent))
        return Problem(
            slots=self._without_overlap(members.take("slots", self._items(self._slot), ())),
            tables=members.take("tables", self._items(self._table), ()),
            parties=members.take("parties", self._items(self._party), ()),
            interpreters=members.take("interpreters", self._items(self._interpreter), ()),
            pairs=self._without_cycles(members.take("pairs", self._items(self._pair), ())),
            pins=members.take("pins", self._pins, ()),
            previous=members.take("previous", self.meetings, None),
            walk=members.take("walk", partial(self.each, item=self._walk), ()),
            objective=members.take("objective", self._objective, None),
            document=document,
        )

    def _ids_of(self, at: At, raw: Any) -> Set[str] | None:
        """Return the ids of an array's items and note repeated ones; None if it is no array or too long."""
        items = self.array(at, raw)
        limit = LIMITS[str(at[0])]
        if len(items) > limit:
            self.fault(at, f"{len(items)} items, at most {limit}")
            return None
        ids = set()
        for place, item in enumerate(items):
            name = item.get("id") if isinstance(item, dict) else None
            if isinstance(name, str):
                if name in ids:
                    self.fault((*at, place, "id"), f"duplicate id {quote(name)}")
                ids.add(name)
        return ids if isinstance(raw, list) else None

    def _items(self, item: Callable[[At, Any], T | None]) -> Callable[[At, Any], tuple[T, ...]]:
        """Return a reader for an array of items; the reader returns () if `_ids_of` rejected the array."""

        def read(at: At, raw: Any) -> tuple[T, ...]:
            return () if self.ids(_KINDS[str(at[0])]) is None else self.each(at, raw, item)

        return read

    def _slots(self, at: At, raw: Any) -> frozenset[str]:
        return self.ref_set(at, raw, "slot")

    def _slot(self, at: At, raw: Any) -> tuple[At, Slot] | None:
        members = self.members(at, raw, _SLOT)
        slot_id = members.take("id", self.id, "")
        start = members.take("start", self.instant, None)
        end = members.take("end", self.instant, None)
        day = members.take("day", self.string, None)
        if start is None or end is None:
            return None
        if end <= start:
            self.fault((*at, "end"), "must be after the start")
            return None
        return at, Slot(slot_id, start, end, start.date().isoformat() if day is None else day)

    def _without_overlap(self, found: tuple[tuple[At, Slot], ...]) -> tuple[Slot, ...]:
        latest: Slot | None = None
        for at, slot in sorted(found, key=lambda item: item[1].start):
            if latest is not None and slot.start < latest.end:
                self.fault(at, f"overlaps slot {quote(latest.id)}")
            if latest is None or slot.end > latest.end:
                latest = slot
        return tuple(slot for _, slot in found)

    def _table(self, at: At, raw: Any) -> Table:
        members = self.members(at, raw, _TABLE)
        return Table(
            id=members.take("id", self.id, ""),
            hall=members.take("hall", self.string, None),
            available=members.take("available", self._slots, None),
        )

    def _party(self, at: At, raw: Any) -> Party:
        members = self.members(at, raw, _PARTY)
        return Party(
            id=members.take("id", self.id, ""),
            side=members.take("side", self.string, ""),
            languages=members.take("languages", self.tags, ()),
            available=members.take("available", self._slots, frozenset()),
            max_meetings=members.take("max_meetings", self.whole, None),
            min_meetings=members.take("min_meetings", self.whole, 0),
            parallel=members.take("parallel", self.positive, 1),
            table=members.take("table", self.table, None),
            max_consecutive=members.take("max_consecutive", self.positive, None),
        )

    def _interpreter(self, at: At, raw: Any) -> Interpreter:
        members = self.members(at, raw, _INTERPRETER)
        return Interpreter(
            id=members.take("id", self.id, ""),
            languages=members.take("languages", self.tags, ()),
            available=members.take("available", self._slots, frozenset()),
            max_meetings=members.take("max_meetings", self.whole, None),
            max_consecutive=members.take("max_consecutive", self.positive, None),
        )

    def _pair(self, at: At, raw: Any) -> Pair:
        members = self.members(at, raw, _PAIR)
        return Pair(
            id=members.take("id", self.id, ""),
            parties=members.take("parties", self._two_parties, ("", "")),
            value=members.take("value", self._share, 0.0),
            required=members.take("required", self.flag, False),
            allowed=members.take("allowed", self._slots, None),
            after=members.take("after", self.pairs, ()),
            length=members.take("length", self.positive, 1),
        )

    def _without_cycles(self, pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
        """Note each cycle in the order of pairs, at the first of its pairs in the document."""
        place = {pair.id: k for k, pair in enumerate(pairs)}
        try:
            TopologicalSorter({p.id: [q for q in p.after if q in place] for p in pairs if p.after}).prepare()
        except CycleError:
            # imported here: networkx takes longer to load than most documents to read
            from matching.graph import order_cycles

            found = order_cycles({p.id: [q for q in p.after if q in place] for p in pairs})
            for circle in sorted(found, key=lambda ids: min(place[i] for i in ids)):
                first = pairs[min(place[name] for name in circle)]
                step = next(k for k, other in enumerate(first.after) if other in circle)
                self.fault(("pairs", place[first.id], "after", step), f"pair {quote(first.id)} would come after itself")
        return pairs

    def _share(self, at: At, raw: Any) -> float:
        return self.number(at, raw, high=1)

    def _two_parties(self, at: At, raw: Any) -> tuple[str, str]:
        """Read two different parties; the usual case is checked first, without the search for every fault."""
        if isinstance(raw, list) and len(raw) == 2 and (ids := self.ids("party")):
            one, other = raw
            if isinstance(one, str) and isinstance(other, str) and one in ids and other in ids and one != other:
                return one, other
        return self._two(at, raw, self.refs(at, raw, "party"))

    def _two(self, at: At, raw: Any, read: tuple[str, ...]) -> tuple[str, str]:
        if isinstance(raw, list) and len(raw) != 2:
            self.fault(at, f"must have 2 items, not {len(raw)}")
        return (read[0], read[1]) if len(read) == 2 else ("", "")

    def _pins(self, at: At, raw: Any) -> tuple[Pin, ...]:
        pins = self.each(at, raw, self._pin)
        seen: set[str] = set()
        for place, item in enumerate(raw if isinstance(raw, list) else ()):
            pair = item.get("pair") if isinstance(item, dict) else None
            if isinstance(pair, str):
                if pair in seen:
                    self.fault((*at, place, "pair"), f"second pin of pair {quote(pair)}")
                seen.add(pair)
        return pins

    def _pin(self, at: At, raw: Any) -> Pin:
        members = self.members(at, raw, _PIN)
        return Pin(
            pair=members.take("pair", self.pair, ""),
            slot=members.take("slot", self.slot, ""),
            table=members.take("table", self.table, None),
            interpreter=members.take("interpreter", self.interpreter, None),
        )

    def _walk(self, at: At, raw: Any) -> Walk:
        members = self.members(at, raw, _WALK)
        return Walk(halls=members.take("halls", self._halls, ("", "")), min=members.take("min", self.number, 0.0))

    def _halls(self, at: At, raw: Any) -> tuple[str, str]:
        return self._two(at, raw, self.each(at, raw, self.string))

    def _objective(self, at: At, raw: Any) -> tuple[Goal, ...]:
        goals = self.each(at, raw, self._goal)
        seen: set[str] = set()
        for place, item in enumerate(raw if isinstance(raw, list) else ()):
            tier = item.get("tier") if isinstance(item, dict) else None
            if isinstance(tier, str):
                if tier in seen:
                    self.fault((*at, place, "tier"), f"second tier {quote(tier)}")
                seen.add(tier)
        return goals

    def _goal(self, at: At, raw: Any) -> Goal:
        members = self.members(at, raw, _GOAL)
        return Goal(
            tier=members.take("tier", partial(self.choice, among=TIERS), ""),
            tolerance=members.take("tolerance", partial(self.number, high=1, below=True), 0.0),
        )
