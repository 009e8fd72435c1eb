"""What was done to a draft by hand: which acts stand, what is pinned and blocked now, and what undoing gives back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matching.problem import Meeting
from server.models import ActKind, PlanAct
from server.models import Meeting as Row
from server.rows import numbers, pair_id


@dataclass(frozen=True)
class Held:
    """A meeting of a draft. slot, table, interpreter: ids in the problem. need: key. value: in [0, 1]."""

    slot: str
    table: str
    interpreter: str | None
    need: int | None
    value: float

    @classmethod
    def of(cls, row: Row) -> "Held":
        interpreter = None if row.interpreter_id is None else f"i{row.interpreter_id}"
        return cls(f"s{row.slot_id}", f"t{row.table_id}", interpreter, row.need_id, row.value)

    def planned(self, pair: str) -> Meeting:
        """Return the meeting of the pair as the engine's."""
        return Meeting(pair, self.slot, self.table, self.interpreter)

    def document(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("slot", "table", "interpreter", "need", "value")}


def held(rows: Iterable[Row]) -> dict[str, Held]:
    """Return meetings by pair."""
    return {pair_id(row.expert_id, row.enterprise_id): Held.of(row) for row in rows}


@dataclass(frozen=True)
class Changes:
    """What an act changes, each as (before, after). blocks: by cell, such as "s1.t2"."""

    meetings: Mapping[str, tuple[Held | None, Held | None]] = field(default_factory=dict)
    pins: Mapping[str, tuple[bool, bool]] = field(default_factory=dict)
    blocks: Mapping[str, tuple[bool, bool]] = field(default_factory=dict)

    @property
    def reversed(self) -> "Changes":
        """The changes that undo these."""
        return Changes(*({key: (b, a) for key, (a, b) in each.items()} for each in self._parts))

    @property
    def _parts(self) -> tuple[Mapping[str, Any], ...]:
        return self.meetings, self.pins, self.blocks

    def document(self) -> dict[str, Any]:
        """Return the changes as they are stored."""
        meetings = {pair: [each and each.document() for each in both] for pair, both in self.meetings.items()}
        return {"meetings": meetings, "pins": dict(self.pins), "blocks": dict(self.blocks)}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Changes":
        meetings = {
            pair: (before and Held(**before), after and Held(**after))
            for pair, (before, after) in document["meetings"].items()
        }
        pins, blocks = ({key: tuple(both) for key, both in document[name].items()} for name in ("pins", "blocks"))
        return cls(meetings, pins, blocks)

    @property
    def pair(self) -> str | None:
        """The pair that the act is about: of a swap, the one that was picked."""
        return next(iter([*self.meetings, *self.pins]), None)


@dataclass(frozen=True)
class Start:
    """How a draft begins. tiers: of the plan from which it is made, as in `plan/1`. pins: pairs. blocks: cells."""

    tiers: Sequence[Mapping[str, Any]]
    pins: Sequence[str]
    blocks: Sequence[str]

    def document(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"tiers": list(self.tiers), "pins": list(self.pins), "blocks": list(self.blocks)}


@dataclass(frozen=True)
class Act:
    """An act on a draft. of: number of the act that it undoes or does again. by: key of the person, None if gone."""

    number: int
    kind: ActKind
    of: int | None
    changes: Changes
    by: int | None
    at: Any


@dataclass(frozen=True)
class Record:
    """All acts of a draft, in their order. tiers: of the plan from which it was made, as in `plan/1`.

    undoable, redoable: the act that undoing or doing again would concern.
    """

    acts: Sequence[Act]
    tiers: Sequence[Mapping[str, Any]]
    pins: frozenset[str]
    blocks: frozenset[str]
    undoable: Act | None
    redoable: Act | None


def record(rows: Sequence[PlanAct]) -> Record:
    """Return the record of a draft. rows: all of its acts by number, from the start."""
    start = rows[0].changes
    acts = [Act(row.number, row.kind, row.of, Changes.read(row.changes), row.by_id, row.created_at) for row in rows[1:]]
    done: list[Act] = []
    undone: list[Act] = []
    pins, blocks = dict.fromkeys(start["pins"], True), dict.fromkeys(start["blocks"], True)
    for act in acts:
        if act.kind is ActKind.UNDO:
            undone.append(done.pop())
        elif act.kind is ActKind.REDO:
            done.append(undone.pop())
        else:
            done.append(act)
            undone.clear()
        pins |= {pair: after for pair, (_before, after) in act.changes.pins.items()}
        blocks |= {cell: after for cell, (_before, after) in act.changes.blocks.items()}
    return Record(
        acts=acts,
        tiers=start["tiers"],
        pins=frozenset(pair for pair, is_pinned in pins.items() if is_pinned),
        blocks=frozenset(cell for cell, is_blocked in blocks.items() if is_blocked),
        undoable=done[-1] if done else None,
        redoable=undone[-1] if undone else None,
    )


def new_row(plan_id: int, pair: str, held: Held) -> Row:
    """Return a meeting of a draft as a row, not stored."""
    expert, enterprise = numbers(pair)
    row = Row(plan_id=plan_id, expert_id=expert, enterprise_id=enterprise, need_id=held.need, value=held.value)
    return placed(row, held)


def placed(row: Row, held: Held) -> Row:
    """Put a row where the meeting is held now, and return it."""
    row.slot_id, row.table_id = int(held.slot[1:]), int(held.table[1:])
    row.interpreter_id = None if held.interpreter is None else int(held.interpreter[1:])
    return row
