"""A plan without the solver: each pair in turn, best first, gets the first place that the rules leave it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random

from matching.explaining.reasons import CostFacts, reasons, unheld
from matching.formats.documents import dump
from matching.formats.schedule import fingerprint, write_plan
from matching.plan import Plan, Status, Tier, tiers
from matching.presolve import able
from matching.problem import Interpreter, Meeting, Pair, Problem
from matching.rules import violations

ENGINE = "first place"
# What is known without asking: nothing is worth less than 0 or more than 1.
UNKNOWN: CostFacts = {"cost": {"at_least": 0.0, "at_most": 1.0}, "tier": "value"}


def placed(problem: Problem, preset: str = "fresh", seed: int = 0) -> bytes:
    """Return a plan to which no meeting can be added, as the bytes of a `plan/1`.

    seed: 0 takes slots by time, other seeds in a random order. Raises AssertionError if a rule is broken.
    """
    meetings = _Placer(problem, seed).meetings()
    assert violations(problem, meetings) == []
    achieved, why = tiers(problem, meetings), reasons(problem, meetings)
    goals = [goal.tier for goal in problem.goals(preset)]
    plan = Plan(
        problem_sha256=fingerprint(problem),
        engine=ENGINE,
        seed=seed,
        seconds=None,
        status=Status.FEASIBLE,
        meetings=tuple(meetings),
        tiers=tuple(Tier(goal, achieved[goal], None, None) for goal in goals),
        unheld=unheld(why, defaultdict(lambda: UNKNOWN)),
    )
    return dump(write_plan(plan))


class _Placer:
    """Knows plain problems: no pins, no fixed tables, meetings of one slot, everybody with a limit of the row."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self.slots = [slot.id for slot in problem.ordered]
        if seed:
            Random(seed).shuffle(self.slots)
        self.rank = {slot.id: rank for rank, slot in enumerate(problem.ordered)}
        self.held: Counter[str] = Counter()
        self.busy: Counter[tuple[str, str]] = Counter()
        self.tables = {slot: [table.id for table in reversed(problem.tables)] for slot in self.slots}
        self.working: dict[str, set[int]] = defaultdict(set)
        self.by_tongues: dict[tuple[tuple[str, ...], ...], Sequence[Interpreter] | None] = {}

    def meetings(self) -> list[Meeting]:
        """Return the meetings by slot, table and pair."""
        ranked = sorted(self.problem.pairs, key=lambda pair: (-pair.value, pair.id))
        found = [meeting for pair in ranked if (meeting := self._place(pair)) is not None]
        return sorted(found, key=lambda each: (self.rank[each.slot], each.table, each.pair))

    def _place(self, pair: Pair) -> Meeting | None:
        both = [self.problem.party[id] for id in pair.parties]
        if any(party.max_meetings is not None and self.held[party.id] >= party.max_meetings for party in both):
            return None
        interpreters = self._interpreters(pair)
        for slot in self.slots:
            is_free = all(slot in p.available and self.busy[p.id, slot] < p.parallel for p in both)
            if not is_free or not self.tables[slot] or (pair.allowed is not None and slot not in pair.allowed):
                continue
            interpreter = None
            if interpreters is not None:
                interpreter = next((each for each in interpreters if self._may_work(each, slot)), None)
                if interpreter is None:
                    continue
                self.working[interpreter.id].add(self.rank[slot])
            for party in both:
                self.held[party.id] += 1
                self.busy[party.id, slot] += 1
            return Meeting(pair.id, slot, self.tables[slot].pop(), interpreter.id if interpreter else None)
        return None

    def _interpreters(self, pair: Pair) -> Sequence[Interpreter] | None:
        """Return who can interpret for the pair, None if nobody has to. Remembered by the languages of both sides."""
        tongues = tuple(self.problem.party[id].languages for id in pair.parties)
        if tongues not in self.by_tongues:
            found = able(self.problem, pair)
            self.by_tongues[tongues] = None if found is None else [self.problem.interpreters[at] for at in found]
        return self.by_tongues[tongues]

    def _may_work(self, who: Interpreter, slot: str) -> bool:
        rank, at_work = self.rank[slot], self.working[who.id]
        if slot not in who.available or rank in at_work:
            return False
        if who.max_meetings is not None and len(at_work) >= who.max_meetings:
            return False
        return who.max_consecutive is None or self._row(rank, at_work) <= who.max_consecutive

    @staticmethod
    def _row(rank: int, at_work: set[int]) -> int:
        """Return how many slots in a row somebody would work with this one."""
        first, last = rank, rank
        while first - 1 in at_work:
            first -= 1
        while last + 1 in at_work:
            last += 1
        return last - first + 1
