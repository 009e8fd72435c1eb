"""The one translation point between the models and the engine: an event's rows -> `problem/1`, `plan/1` -> rows.

Ids say what they are and which row they came from: slot `s12`, table `t3`, hall `h1`, expert `e45`, enterprise `f7`,
interpreter `i2`, need `n9`, pair `e45-f7`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import combinations
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from matching import affinity
from matching import plan as engine_plan
from matching import problem as engine
from matching.formats.schedule import write_problem
from server import embedding
from server.models import (
    Claim,
    ClaimKind,
    Correction,
    CorrectionKind,
    Event,
    Interpreter,
    Meeting,
    Need,
    NeedState,
    Plan,
    PlenaryItem,
    Publication,
    Registration,
    Side,
    Slot,
    Table,
    Wish,
)
from server.needs import disclosure
from server.plans.corrections import corrected, counted
from server.plans.sides import expert_side, need_side
from server.schemes import scheme_of

FLOOR = 0.05  # pairs that fit less than this meet only where somebody wishes it, and then count as fitting so much
MAX_PAIRS = 60_000  # of a large event those that are wished for and those worth most
PREFIX: Mapping[Side, str] = {Side.EXPERT: "e", Side.ENTERPRISE: "f"}


@dataclass(frozen=True)
class Rows:
    """What planning looks at. parties: registered and not withdrawn, with person and organisation. needs: published.

    slots: all of them by time; closed: ids of those that a plenary item takes away. corrections: what organisers say of
    a pair, by the keys of its expert and enterprise. previous: the meetings that people hold in their hands by now,
    with both registrations.
    """

    event: Event
    slots: Sequence[Slot]
    closed: frozenset[int]
    tables: Sequence[Table]
    parties: Sequence[Registration]
    needs: Sequence[Need]
    interpreters: Sequence[Interpreter]
    wishes: Sequence[Wish]
    corrections: Mapping[tuple[int, int], CorrectionKind]
    previous: Sequence[Meeting]

    @property
    def scheme(self) -> affinity.Scheme:
        """The event's topics."""
        return scheme_of(self.event)

    def of(self, side: Side) -> list[Registration]:
        return [party for party in self.parties if party.side == side]

    def presence(self, somebody: Registration | Interpreter) -> list[Slot]:
        """The slots in which meetings can be and they are there."""
        there = frozenset(somebody.available) - self.closed
        return [slot for slot in self.slots if slot.id in there]


async def load(event: Event) -> Rows:
    """The event as it stands: ten queries, whatever its size."""
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    items = await PlenaryItem.filter(event_id=event.id)
    takes_part = {"event_id": event.id, "registered_at__not_isnull": True, "withdrawn_at": None}
    parties = Registration.filter(**takes_part).order_by("id").select_related("person", "organisation")
    needs = Need.filter(state=NeedState.PUBLISHED, **{f"registration__{name}": v for name, v in takes_part.items()})
    publication = await Publication.get_or_none(event_id=event.id)
    previous = Meeting.filter(plan_id=publication.plan_id if publication else 0)
    corrections = await Correction.filter(event_id=event.id, stands=True)
    return Rows(
        event=event,
        slots=slots,
        closed=frozenset(slot.id for slot in slots if any(_overlap(slot, item) for item in items)),
        tables=await Table.filter(event_id=event.id).order_by("number"),
        parties=await parties,
        needs=await needs.order_by("id"),
        interpreters=await Interpreter.filter(event_id=event.id).order_by("id").select_related("person"),
        wishes=await Wish.filter(event_id=event.id).order_by("id"),
        corrections={(each.expert_id, each.enterprise_id): each.kind for each in corrections},
        previous=await previous.order_by("id").select_related("expert", "enterprise"),
    )


def _overlap(slot: Slot, item: PlenaryItem) -> bool:
    # Whichever side the item takes away, no expert can meet an enterprise then; and what is no slot is no break.
    return bool(item.start_at < slot.end_at and slot.start_at < item.end_at)


# -- Ids -----------------------------------------------------------------------------------------------------------


def party_id(party: Registration) -> str:
    return f"{PREFIX[party.side]}{party.id}"


def pair_id(expert_id: int, enterprise_id: int) -> str:
    return f"e{expert_id}-f{enterprise_id}"


def number(id: str) -> int:
    """The row's key: 12 for `s12`."""
    return int(id[1:])


def numbers(pair: str) -> tuple[int, int]:
    """The keys of the registrations of an expert and an enterprise: (45, 7) for `e45-f7`."""
    expert, _, enterprise = pair.partition("-")
    return number(expert), number(enterprise)


# -- Affinity ------------------------------------------------------------------------------------------------------


def request_of(rows: Rows) -> dict[str, Any]:
    """Every published need and every expert as `affinity-request/1`."""
    languages = {party.id: party.languages for party in rows.of(Side.ENTERPRISE)}
    return {
        "format": "affinity-request/1",
        "needs": [
            need_side(disclosure.whole(need), languages[need.registration_id], rows.scheme) for need in rows.needs
        ],
        "experts": [expert_side(party_id(party), party, rows.scheme) for party in rows.of(Side.EXPERT)],
        "interpreters": [list(two) for person in rows.interpreters for two in combinations(person.languages, 2)],
    }


def visible_request_of(rows: Rows) -> dict[str, Any]:
    """The same with no more of each need than every expert may read, whatever they wish: what is hidden counts nothing.

    Everything that participants are shown is computed from this, with whole needs scored beside it for those alone who
    may read them: a score that knew a hidden word would tell it to whoever tries words in a profile.
    """
    languages = {party.id: party.languages for party in rows.of(Side.ENTERPRISE)}
    seen = [(disclosure.to_expert(need, is_agreed=False), languages[need.registration_id]) for need in rows.needs]
    return {**request_of(replace(rows, needs=())), "needs": [need_side(*each, rows.scheme) for each in seen]}


# -- Problem -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Snapshot:
    """A problem to solve, and what explains each pair's value.

    document: `problem/1`. scores: {pair id: {need, score, value, wishes, parts, others}}: the need that fits
    best (a key, or None), wishes of [expert, enterprise] or None, parts as [{code, weight, value}],
    others as [need, score].
    """

    document: dict[str, Any]
    scores: dict[str, dict[str, Any]]


def take(rows: Rows, *, keep: bool = False) -> Snapshot:
    """The event's rows as a problem. Long work: scores every need against every expert.

    keep: tell the solver what people hold by now, for the presets that change little of it.
    """
    scores = _scores(rows)
    previous = rows.previous if keep else ()
    lost = {pair_id(meeting.expert_id, meeting.enterprise_id) for meeting in previous} - scores.keys()
    pairs = [engine.Pair(pair, _both(pair), found["value"]) for pair, found in scores.items()]
    # What is promised has to be in the problem; what nobody may hold any more is allowed nowhere.
    pairs += [engine.Pair(pair, _both(pair), 0.0, allowed=frozenset()) for pair in lost]
    held = {meeting.slot_id for meeting in previous}
    problem = engine.Problem(
        slots=tuple(
            _slot(slot, rows.event.time_zone) for slot in rows.slots if slot.id not in rows.closed or slot.id in held
        ),
        tables=tuple(engine.Table(f"t{table.id}", f"h{table.hall_id}") for table in rows.tables),
        parties=tuple(_party(rows, party) for party in [*rows.parties, *_gone(rows, previous)]),
        pairs=tuple(sorted(pairs, key=lambda pair: numbers(pair.id))),
        interpreters=tuple(_interpreter(rows, person) for person in rows.interpreters),
        previous=tuple(map(_held, previous)) if keep else None,
    )
    return Snapshot(write_problem(problem), scores)


def _scores(rows: Rows) -> dict[str, dict[str, Any]]:
    """What is known of every pair that may be held, by its id: a wish on either side, or a fit above the floor.

    A pair of which an organiser says that it does not fit may not.
    """
    asked = affinity.read_request(request_of(rows), topics=rows.scheme)
    likeness = embedding.likeness(asked)
    scores = affinity.Scores(asked.needs, asked.experts, asked.interpreters, rows.scheme, likeness=likeness)
    needs: dict[int, list[int]] = defaultdict(list)
    for row, need in enumerate(rows.needs):
        needs[need.registration_id].append(row)
    wishes = {(wish.by_id, wish.about_id): wish.kind for wish in rows.wishes}
    found: list[_Candidate] = []
    for column, expert in enumerate(rows.of(Side.EXPERT)):
        for enterprise in rows.of(Side.ENTERPRISE):
            both = wishes.get((expert.id, enterprise.id)), wishes.get((enterprise.id, expert.id))
            word = rows.corrections.get((expert.id, enterprise.id))
            if word == CorrectionKind.UNFIT:
                continue
            ranked = sorted(needs[enterprise.id], key=lambda row: -scores.score[row, column])
            score = corrected(float(scores.score[ranked[0], column]) if ranked else 0.0, word)
            value = affinity.pair_value(max(score, FLOOR), both[1], both[0])
            if value is not None and (any(both) or score >= FLOOR):
                found.append(_Candidate(pair_id(expert.id, enterprise.id), value, both, column, ranked, word))
    best = nlargest(MAX_PAIRS, found, key=lambda each: (any(each.wishes), each.value))
    return {
        each.pair: {**_fit(rows, scores, each), "value": each.value, "wishes": list(each.wishes)}
        for each in sorted(best, key=lambda each: numbers(each.pair))
    }


class _Candidate(NamedTuple):
    """expert: its column in the scores. needs: rows of the enterprise's needs, the best first. word: an organiser's."""

    pair: str
    value: float
    wishes: tuple[str | None, str | None]
    expert: int
    needs: Sequence[int]
    word: CorrectionKind | None


def _fit(rows: Rows, scores: affinity.Scores, pair: _Candidate) -> dict[str, Any]:
    """What speaks for an expert and an enterprise, which may have no need."""
    if not pair.needs:
        score = max(FLOOR, corrected(0.0, pair.word))
        return {"need": None, "score": score, "parts": _parts((), pair.word), "others": []}
    best, *others = pair.needs
    return {
        "need": rows.needs[best].id,
        "score": corrected(float(scores.score[best, pair.expert]), pair.word),
        "parts": _parts(scores.parts(best, pair.expert), pair.word),
        "others": [[rows.needs[row].id, corrected(float(scores.score[row, pair.expert]), pair.word)] for row in others],
    }


def _parts(parts: Iterable[affinity.PartScore], word: CorrectionKind | None) -> list[dict[str, Any]]:
    return [part._asdict() for part in counted(parts, word)]


def _both(pair: str) -> tuple[str, str]:
    expert, enterprise = numbers(pair)
    return f"e{expert}", f"f{enterprise}"


def _slot(slot: Slot, zone: str) -> engine.Slot:
    venue = ZoneInfo(zone)
    return engine.Slot(
        f"s{slot.id}", slot.start_at.astimezone(venue), slot.end_at.astimezone(venue), slot.day.isoformat()
    )


def _party(rows: Rows, party: Registration) -> engine.Party:
    is_gone = party.withdrawn_at is not None
    return engine.Party(
        id=party_id(party),
        side=party.side.value,
        languages=tuple(party.languages),
        available=frozenset() if is_gone else _available(rows, party),
        max_meetings=party.max_meetings,
        min_meetings=0 if is_gone else _promised(rows, party),
        parallel=party.parallel,
        table=f"t{party.table_id}" if party.table_id else None,
    )


def _promised(rows: Rows, party: Registration) -> int:
    """What the event promises to its side, but no more than the party itself wants."""
    event = rows.event
    promised = event.expert_min_meetings if party.side is Side.EXPERT else event.enterprise_min_meetings
    wanted = max(promised, party.min_meetings)
    return wanted if party.max_meetings is None else min(wanted, party.max_meetings)


def _gone(rows: Rows, previous: Iterable[Meeting]) -> list[Registration]:
    """Whoever holds a meeting and takes part no longer."""
    there = {party.id for party in rows.parties}
    held = {party.id: party for meeting in previous for party in (meeting.expert, meeting.enterprise)}
    return [held[id] for id in sorted(held.keys() - there)]


def _interpreter(rows: Rows, interpreter: Interpreter) -> engine.Interpreter:
    return engine.Interpreter(
        id=f"i{interpreter.id}",
        languages=tuple(interpreter.languages),
        available=_available(rows, interpreter),
        max_meetings=interpreter.max_meetings,
        max_consecutive=interpreter.max_consecutive,
    )


def _available(rows: Rows, somebody: Registration | Interpreter) -> frozenset[str]:
    return frozenset(f"s{slot.id}" for slot in rows.presence(somebody))


def _held(meeting: Meeting) -> engine.Meeting:
    return engine.Meeting(
        pair=pair_id(meeting.expert_id, meeting.enterprise_id),
        slot=f"s{meeting.slot_id}",
        table=f"t{meeting.table_id}",
        interpreter=f"i{meeting.interpreter_id}" if meeting.interpreter_id else None,
    )


# -- And back ------------------------------------------------------------------------------------------------------


def meetings_of(plan: Plan, answer: engine_plan.Plan) -> list[Meeting]:
    """The plan's meetings as rows that are not stored yet."""
    problem = {pair["id"]: pair for pair in plan.problem["pairs"]}
    rows = []
    for meeting in answer.meetings:
        expert, enterprise = numbers(meeting.pair)
        rows.append(
            Meeting(
                plan_id=plan.id,
                expert_id=expert,
                enterprise_id=enterprise,
                need_id=plan.scores.get(meeting.pair, {}).get("need"),
                slot_id=number(meeting.slot),
                table_id=number(meeting.table),
                interpreter_id=number(meeting.interpreter) if meeting.interpreter else None,
                value=problem[meeting.pair]["value"],
            )
        )
    return rows


def claims_of(plan: Plan, meetings: Iterable[Meeting]) -> list[Claim]:
    """What the plan's stored meetings take for themselves: both parties, a table and, where one serves, an interpreter.

    Seats start again after as many as the party has, so that one meeting too many meets the unique key.
    """
    parallel = {number(party["id"]): party.get("parallel", 1) for party in plan.problem["parties"]}
    seats: dict[tuple[int, int], int] = defaultdict(int)
    claims = []
    for meeting in meetings:
        taken = [(ClaimKind.TABLE, meeting.table_id, 0)]
        if meeting.interpreter_id is not None:
            taken.append((ClaimKind.INTERPRETER, meeting.interpreter_id, 0))
        for party in (meeting.expert_id, meeting.enterprise_id):
            taken.append((ClaimKind.PARTY, party, seats[party, meeting.slot_id] % parallel[party]))
            seats[party, meeting.slot_id] += 1
        claims += [
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
    return claims
