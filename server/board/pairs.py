"""The pairs of a part of an event as the board shows them: scores, value, wishes, and whether they can be planned."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from matching import affinity
from matching.affinity.constants import FLOOR
from server.models import CorrectionKind, Registration, WishKind
from server.needs import disclosure
from server.plans.rules import STEPS
from server.rows import EventRows
from server.scores.corrections import corrected
from server.scores.known import Known


class PairState(StrEnum):
    """Whether a pair can be planned, and if not, why. In the order in which a pair is closest to a meeting."""

    CANDIDATE = "candidate"
    BELOW = "below"  # no wish, and too low a value
    UNTOLD = "untold"  # a need hides the enterprise's name, and there are no mutual wishes
    APART = "apart"  # no common slot
    UNFIT = "unfit"  # an organiser's assessment
    VETOED = "vetoed"
    BARRED = "barred"


@dataclass(frozen=True)
class BoardPair:
    """An expert and an enterprise. scores: of the enterprise's needs with the expert, in [0, 1], by key of the need.

    value: of a meeting in [0, 1], None if a side does not want it. wishes: of the expert and of the enterprise. fixed:
    why it cannot be planned whatever its value, or None.
    """

    expert_id: int
    enterprise_id: int
    scores: Mapping[int, float]
    value: float | None
    wishes: tuple[WishKind | None, WishKind | None]
    assessment: CorrectionKind | None
    fixed: PairState | None

    @property
    def is_wanted(self) -> bool:
        return disclosure.is_wanted(self.wishes, self.assessment)

    def state(self, least: float) -> PairState:
        """Return the state. least: least value in [0, 1] of a pair without a wish."""
        if self.fixed is not None:
            return self.fixed
        return PairState.CANDIDATE if self.is_wanted or (self.value or 0.0) >= least else PairState.BELOW


@dataclass(frozen=True)
class Effect:
    """What is left at a least value in points: pairs that can be planned, and parties of each side without one."""

    points: int
    pairs: int
    experts: int
    enterprises: int


def pairs_of(
    rows: EventRows, known: Known, experts: Iterable[Registration], enterprises: Sequence[Registration]
) -> list[BoardPair]:
    """Return all pairs of some experts and enterprises. Takes long for many."""
    there = {party.id: {slot.id for slot in rows.presence(party)} for party in rows.parties}
    needs = rows.needs_by_party
    open_to_all = {each.id: disclosure.may_meet_anybody(needs.get(each.id, ())) for each in enterprises}
    found = []
    for expert in experts:
        for enterprise in enterprises:
            both = expert.id, enterprise.id
            wishes = rows.wish_kinds.get(both), rows.wish_kinds.get((enterprise.id, expert.id))
            assessment = rows.corrections.get(both)
            scores = {
                need.id: corrected(known.score(need.id, expert.id), assessment) for need in needs.get(enterprise.id, ())
            }
            best = max(scores.values(), default=corrected(0.0, assessment))
            fixed = _fixed(rows, both, assessment, wishes)
            if fixed is None and not (open_to_all[enterprise.id] or disclosure.is_agreed(*wishes)):
                fixed = PairState.UNTOLD
            if fixed is None and not there[expert.id] & there[enterprise.id]:
                fixed = PairState.APART
            value = affinity.pair_value(max(best, FLOOR), wishes[1], wishes[0])
            found.append(BoardPair(*both, scores, value, wishes, assessment, fixed))
    return found


def _fixed(
    rows: EventRows,
    both: tuple[int, int],
    assessment: CorrectionKind | None,
    wishes: tuple[WishKind | None, WishKind | None],
) -> PairState | None:
    if both in rows.barred:
        return PairState.BARRED
    if WishKind.NO in wishes:
        return PairState.VETOED
    return PairState.UNFIT if assessment == CorrectionKind.UNFIT else None


def without(pairs: Iterable[BoardPair], least: float, parties: Iterable[int]) -> dict[int, Counter[PairState]]:
    """Return the parties without a pair that can be planned: how many of their pairs are in which state."""
    states: dict[int, Counter[PairState]] = {id: Counter() for id in parties}
    for pair in pairs:
        state = pair.state(least)
        for id in (pair.expert_id, pair.enterprise_id):
            if id in states:
                states[id][state] += 1
    return {id: found for id, found in states.items() if not found[PairState.CANDIDATE]}


def effects(pairs: Sequence[BoardPair], least: int, rows: EventRows) -> list[Effect]:
    """Return what is left at each of STEPS and at a least value in points."""
    found = []
    with_needs = rows.needs_by_party.keys()
    experts = {pair.expert_id for pair in pairs}
    enterprises = {pair.enterprise_id for pair in pairs} & with_needs
    for points in sorted({*STEPS, least}):
        left = [pair for pair in pairs if pair.state(points / 100) is PairState.CANDIDATE]
        served = {pair.expert_id for pair in left}, {pair.enterprise_id for pair in left}
        found.append(Effect(points, len(left), len(experts - served[0]), len(enterprises - served[1])))
    return found
