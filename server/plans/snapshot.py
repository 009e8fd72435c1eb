"""Translate between models and engine: an event's rows to `problem/1`, `plan/1` to rows. Only this module does so.

A plan is made for the future. Published meetings that have begun are pinned, and the problem gets what these meetings
need even if it has changed since, so that the past causes no contradiction.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from matching import affinity
from matching import plan as engine_plan
from matching import problem as engine
from matching.formats.schedule import write_problem
from server.models import Claim, ClaimKind, CorrectionKind, Interpreter, Meeting, Registration, Slot, Table
from server.plans.candidates import LeftOut, weigh
from server.plans.limits import Limits, longest_run
from server.plans.outline import Outline
from server.plans.walks import walks
from server.presence import blocked
from server.rows import EventRows, number, numbers, pair_id, party_id

# First few changes, then value; first an unchanged meeting, then a better one.
REPAIR = ("shortfall", "disturbed", "dropped", "value", "breaks", "worst", "moves")


@dataclass(frozen=True)
class Snapshot:
    """A problem to solve, with explanations of the values of pairs.

    document: `problem/1`. scores: {pair id: {need, score, value, wishes, parts, others}}: need is the key of the best
    need or None; wishes of [expert, enterprise] or None; parts as [{code, weight, value}]; others as [need, score];
    `about` if the published meeting concerns another need. left_out: pairs that are not candidates, by reason.
    """

    document: dict[str, Any]
    scores: dict[str, dict[str, Any]]
    left_out: Mapping[LeftOut, int]


def take(
    rows: EventRows, *, keep: bool = False, is_repair: bool = False, embedder: affinity.Embedder | None = None
) -> Snapshot:
    """Return the event's rows as a problem. Takes long: scores all needs against all experts.

    keep: include the published meetings, for presets that change few of them. is_repair: keep as many of them as
    possible before anything is improved. embedder: None for scores without a language model.
    """
    maker = _Maker(rows, keep=keep, embedder=embedder)
    problem = maker.problem()
    if is_repair:
        problem = replace(problem, objective=tuple(engine.Goal(tier) for tier in REPAIR))
    return Snapshot(write_problem(problem), maker.scores, maker.weighed.left_out(rows.event.least_value))


class _Maker:
    """Builds the parts of a problem.

    previous: published meetings given to the solver, without those of parties that have left: no plan can have these,
    and losing them does not count as a disturbance of the other side.
    """

    def __init__(self, rows: EventRows, *, keep: bool, embedder: affinity.Embedder | None) -> None:
        self.rows, self.keep = rows, keep
        self.there = {party.id for party in rows.parties}
        self.previous = [m for m in rows.previous if keep and (self._is_there(m) or m.slot_id in rows.started)]
        self.limits = Limits(rows, keep=keep)
        self.weighed = weigh(rows, embedder)
        self.frozen: dict[int, list[Meeting]] = defaultdict(list)
        self.serving: dict[int, list[Meeting]] = defaultdict(list)
        for meeting in rows.frozen:
            self.frozen[meeting.expert_id].append(meeting)
            self.frozen[meeting.enterprise_id].append(meeting)
            if meeting.interpreter_id:
                self.serving[meeting.interpreter_id].append(meeting)

    def _is_there(self, meeting: Meeting) -> bool:
        return meeting.expert_id in self.there and meeting.enterprise_id in self.there

    @cached_property
    def scores(self) -> dict[str, dict[str, Any]]:
        """Return explanations of all candidates' values; a published meeting keeps its need while the need is
        published.
        """
        needs = {need.id: need.registration_id for need in self.rows.needs}
        about = {_pair_of(meeting): meeting for meeting in self.previous}
        held = {pair: meeting.need_id for pair, meeting in about.items() if meeting.need_id}
        chosen = self.weighed.chosen(self.rows.event.least_value, about.keys())
        found = {pair.pair: self.weighed.explained(pair) for pair in chosen}
        for pair, need in held.items():
            if pair in found and needs.get(need) == about[pair].enterprise_id and found[pair]["need"] != need:
                found[pair]["about"] = need
        return found

    @cached_property
    def slots(self) -> list[Slot]:
        """Return the slots of the problem: those that the programme leaves free, and those with meetings."""
        held = {meeting.slot_id for meeting in [*self.previous, *self.rows.frozen]}
        return [slot for slot in self.rows.slots if slot.id not in self.rows.closed or slot.id in held]

    def problem(self) -> engine.Problem:
        return engine.Problem(
            slots=tuple(_slot(slot, self.rows.event.time_zone) for slot in self.slots),
            tables=tuple(map(self._table, self.rows.tables)),
            parties=tuple(map(self._party, [*self.rows.parties, *self._gone()])),
            pairs=tuple(sorted(self._pairs(), key=lambda pair: numbers(pair.id))),
            interpreters=tuple(map(self._interpreter, self.rows.interpreters)),
            pins=tuple(map(self._pin, self.rows.frozen)),
            walk=walks(self.rows),
            previous=tuple(map(engine_meeting, self.previous)) if self.keep else None,
        )

    def _table(self, table: Table) -> engine.Table:
        """Return a table with its slots, and those of its meetings that have begun; a removed one has these alone."""
        over = frozenset(f"s{meeting.slot_id}" for meeting in self.rows.frozen if meeting.table_id == table.id)
        there = _open_slots(table, self.slots) if table.removed_at is None else frozenset()
        return engine.Table(f"t{table.id}", f"h{table.hall_id}", None if there is None else there | over)

    def _pairs(self) -> Iterable[engine.Pair]:
        frozen = {_pair_of(meeting): meeting for meeting in self.rows.frozen}
        for pair, found in self.scores.items():
            allowed = self._allowed(found.get("about", found.get("need")), frozen.get(pair))
            required = self.rows.corrections.get(numbers(pair)) == CorrectionKind.REQUIRED
            yield engine.Pair(pair, _both(pair), found["value"], required, allowed)
        for pair in frozen.keys() - self.scores.keys():
            yield engine.Pair(pair, _both(pair), min(1.0, max(0.0, frozen[pair].value)))
        # Pairs with pinned meetings must be in the problem; excluded pairs are allowed in no slot.
        for pair in {_pair_of(meeting) for meeting in self.previous} - self.scores.keys() - frozen.keys():
            yield engine.Pair(pair, _both(pair), 0.0, allowed=frozenset())

    def _allowed(self, need: int | None, over: Meeting | None) -> frozenset[str] | None:
        """Return the slots in which the delegates named for a need are there, or None for no limit.

        over: the pair's meeting that has begun.
        """
        there = self.rows.need_slots.get(need or 0)
        if there is None:
            return None
        known = there.intersection(slot.id for slot in self.rows.open_slots)
        return frozenset(f"s{id}" for id in (*known, *([over.slot_id] if over else ())))

    def _party(self, party: Registration) -> engine.Party:
        is_gone, over = party.id not in self.there, self.frozen[party.id]
        at_once = Counter(meeting.slot_id for meeting in over)
        own = f"t{party.table_id}" if party.table_id else None
        return engine.Party(
            id=party_id(party),
            side=party.side.value,
            languages=self._languages(party),
            available=self._available(party, over),
            max_meetings=len(over) if is_gone else self.limits.most(party),
            min_meetings=0 if is_gone else self.limits.least(party),
            parallel=max([self.rows.at_once(party), *at_once.values()]),
            table=own if all(f"t{meeting.table_id}" == own for meeting in over) else None,
            max_consecutive=self.limits.in_a_row(party),
        )

    def _languages(self, party: Registration) -> tuple[str, ...]:
        """Return the party's talk languages, and those of pinned meetings without interpreter."""
        spoken = [tag for m in self.frozen[party.id] if not m.interpreter_id for tag in _talked_in(m)]
        own = party.talk_languages
        known = _primaries(own)
        return (*own, *dict.fromkeys(tag for tag in spoken if engine.primary(tag) not in known))

    def _available(self, somebody: Registration | Interpreter, over: Iterable[Meeting]) -> frozenset[str]:
        """Return future available slots, and slots of the meetings that have begun."""
        is_gone = isinstance(somebody, Registration) and somebody.id not in self.there
        ahead = [] if is_gone else self.rows.presence(somebody)
        return frozenset(f"s{slot.id}" for slot in ahead) | {f"s{meeting.slot_id}" for meeting in over}

    def _gone(self) -> list[Registration]:
        """Return parties that have left and had meetings that have begun."""
        held = {party.id: party for meeting in self.rows.frozen for party in (meeting.expert, meeting.enterprise)}
        return [held[id] for id in sorted(held.keys() - self.there)]

    def _interpreter(self, interpreter: Interpreter) -> engine.Interpreter:
        over, known = self.serving[interpreter.id], _primaries(interpreter.languages)
        sides = [side.talk_languages for m in over for side in (m.expert, m.enterprise)]
        spoken = [tags[0] for tags in sides if tags and not known & _primaries(tags)]
        most, rest = interpreter.max_meetings, interpreter.max_consecutive
        return engine.Interpreter(
            id=f"i{interpreter.id}",
            languages=(*interpreter.languages, *dict.fromkeys(spoken)),
            available=self._available(interpreter, over),
            max_meetings=None if most is None else max(most, len(over)),
            max_consecutive=None
            if rest is None
            else max(rest, longest_run(self.rows, {meeting.slot_id for meeting in over})),
        )

    def _pin(self, meeting: Meeting) -> engine.Pin:
        stands = engine_meeting(meeting)
        one, other = (_primaries(self._languages(party)) for party in (meeting.expert, meeting.enterprise))
        return engine.Pin(stands.pair, stands.slot, stands.table, None if one & other else stands.interpreter)


def _pair_of(meeting: Meeting) -> str:
    return pair_id(meeting.expert_id, meeting.enterprise_id)


def _both(pair: str) -> tuple[str, str]:
    expert, enterprise = numbers(pair)
    return f"e{expert}", f"f{enterprise}"


def _talked_in(meeting: Meeting) -> Sequence[str]:
    """Return languages to add to both sides of a meeting that took place without interpreter."""
    one, other = meeting.expert.talk_languages, meeting.enterprise.talk_languages
    return [] if _primaries(one) & _primaries(other) else meeting.enterprise.languages


def _primaries(tags: Sequence[str]) -> set[str]:
    return set(map(engine.primary, tags))


def engine_meeting(meeting: Meeting) -> engine.Meeting:
    """Return a stored meeting as the engine's meeting, with the problem's ids."""
    return engine.Meeting(
        pair=_pair_of(meeting),
        slot=f"s{meeting.slot_id}",
        table=f"t{meeting.table_id}",
        interpreter=f"i{meeting.interpreter_id}" if meeting.interpreter_id else None,
    )


def _slot(slot: Slot, zone: str) -> engine.Slot:
    venue = ZoneInfo(zone)
    return engine.Slot(
        f"s{slot.id}", slot.start_at.astimezone(venue), slot.end_at.astimezone(venue), slot.day.isoformat()
    )


# -- Present state, for the engine's rules --------------------------------------------------------------------------


def as_it_stands(
    *,
    slots: Iterable[Slot],
    tables: Iterable[Table],
    parties: Iterable[Registration],
    interpreters: Iterable[Interpreter],
    meetings: Sequence[Meeting],
    need_slots: Mapping[int, frozenset[int]],
) -> engine.Problem:
    """Return the present event as a problem with only the pairs of these meetings and without values.

    need_slots: as `EventRows.need_slots`.
    """
    present = [slot for slot in slots if slot.removed_at is None]
    ids = {slot.id for slot in present}
    pairs = {(each.expert_id, each.enterprise_id): need_slots.get(each.need_id or 0) for each in meetings}
    return engine.Problem(
        slots=tuple(engine.Slot(f"s{slot.id}", slot.start_at, slot.end_at, slot.day.isoformat()) for slot in present),
        tables=tuple(engine.Table(f"t{table.id}", None, _open_slots(table, present)) for table in tables),
        parties=tuple(_party_there(party, ids) for party in parties),
        pairs=tuple(
            engine.Pair(pair_id(*both), _both(pair_id(*both)), 0.0, allowed=_allowed(pairs[both], ids))
            for both in sorted(pairs)
        ),
        interpreters=tuple(
            engine.Interpreter(
                f"i{row.id}", tuple(row.languages), _there(row, ids), row.max_meetings, row.max_consecutive
            )
            for row in interpreters
        ),
    )


def _party_there(party: Registration, slots: Collection[int]) -> engine.Party:
    return engine.Party(
        id=party_id(party),
        side=party.side.value,
        languages=tuple(party.talk_languages),
        available=_there(party, slots),
        max_meetings=party.max_meetings,
        parallel=party.parallel,
        # A party that has left does not need its fixed table any more.
        table=f"t{party.table_id}" if party.table_id and party.takes_part else None,
    )


def _allowed(there: frozenset[int] | None, slots: Collection[int]) -> frozenset[str] | None:
    return None if there is None else frozenset(f"s{slot}" for slot in there if slot in slots)


def _open_slots(table: Table, slots: Sequence[Slot]) -> frozenset[str] | None:
    """Return the slots in which meetings can take place at a table, or None for all."""
    closed = blocked(table, slots)
    return frozenset(f"s{slot.id}" for slot in slots if slot.id not in closed) if closed else None


def _there(row: Registration | Interpreter, slots: Collection[int]) -> frozenset[str]:
    return frozenset(f"s{slot}" for slot in row.available if slot in slots)


# -- Pictures ------------------------------------------------------------------------------------------------------


def pictured(outline: Outline, meetings: Iterable[engine.Meeting]) -> engine.Problem:
    """Return the part of a problem that a picture of these meetings shows: with their parties and pairs only, and
    without availability, languages and values.
    """
    sides, shown = dict(outline.parties), list(meetings)
    there = sorted(
        {party for meeting in shown for party in meeting.pair.split("-")}, key=lambda id: (id[0], number(id))
    )
    return engine.Problem(
        slots=tuple(outline.slots),
        tables=tuple(engine.Table(id, None) for id in outline.tables),
        parties=tuple(engine.Party(id, sides[id].value, (), frozenset()) for id in there),
        pairs=tuple(engine.Pair(meeting.pair, _both(meeting.pair), 0.0) for meeting in shown),
        interpreters=tuple(engine.Interpreter(id, (), frozenset()) for id in outline.interpreters),
        pins=tuple(
            engine.Pin(meeting.pair, meeting.slot, meeting.table, meeting.interpreter)
            for meeting in shown
            if meeting.pair in outline.pinned
        ),
    )


# -- And back ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Solved:
    """A problem as stored (`problem/1`), the explanations of its values, and the answer to it."""

    problem: Mapping[str, Any]
    scores: Mapping[str, Mapping[str, Any]]
    answer: engine_plan.Plan


def meeting_rows(plan_id: int, solved: Solved, published: Iterable[Meeting] = ()) -> list[Meeting]:
    """Return the plan's meetings as rows, not stored.

    published: meetings in force; those that the problem pins are copied unchanged, but not those pinned by hand.
    """
    pinned = {pin["pair"] for pin in solved.problem.get("pins", ()) if "x" not in pin}
    frozen = {_pair_of(meeting): meeting for meeting in published if _pair_of(meeting) in pinned}
    problem = {pair["id"]: pair for pair in solved.problem["pairs"]}
    rows = []
    for meeting in solved.answer.meetings:
        expert, enterprise = numbers(meeting.pair)
        score, before = solved.scores.get(meeting.pair, {}), frozen.get(meeting.pair)
        interpreter = number(meeting.interpreter) if meeting.interpreter else None
        rows.append(
            Meeting(
                plan_id=plan_id,
                expert_id=expert,
                enterprise_id=enterprise,
                need_id=before.need_id if before else score.get("about", score.get("need")),
                slot_id=number(meeting.slot),
                table_id=number(meeting.table),
                interpreter_id=before.interpreter_id if before else interpreter,
                value=problem[meeting.pair]["value"],
            )
        )
    return rows


def claims_of(solved: Solved, meetings: Iterable[Meeting]) -> list[Claim]:
    """Return the resources that stored meetings use: both parties, a table and the interpreter, if any."""
    return claims({number(party["id"]): party.get("parallel", 1) for party in solved.problem["parties"]}, meetings)


def claims(parallel: Mapping[int, int], meetings: Iterable[Meeting]) -> list[Claim]:
    """Return the resources that all meetings of some slots use. parallel: by registration.

    Seats count modulo the party's parallel meetings, so that one meeting too many violates the unique key.
    """
    seats: dict[tuple[int, int], int] = defaultdict(int)
    found = []
    for meeting in meetings:
        taken = [(ClaimKind.TABLE, meeting.table_id, 0)]
        if meeting.interpreter_id is not None:
            taken.append((ClaimKind.INTERPRETER, meeting.interpreter_id, 0))
        for party in (meeting.expert_id, meeting.enterprise_id):
            taken.append((ClaimKind.PARTY, party, seats[party, meeting.slot_id] % parallel[party]))
            seats[party, meeting.slot_id] += 1
        found += [
            Claim(
                plan_id=meeting.plan_id,
                meeting_id=meeting.id,
                slot_id=meeting.slot_id,
                kind=kind,
                resource_id=resource,
                seat=seat,
            )
            for kind, resource, seat in taken
        ]
    return found
