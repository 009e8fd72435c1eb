"""How long an organiser who changes a plan by hand waits for the answers of all places: 80 tables, 24 slots, full."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from statistics import median
from typing import Any

from matching.placing.places import places
from matching.placing.position import Position
from matching.placing.staff import Staff
from matching.problem import Meeting, Pair, Problem, primary
from matching.rules import violations
from tests.bench.families import Shape, event

FULL = Shape(200, 500, (24,), 80, 70, 9_000)
QUESTIONS = 40
CELLS = 20  # in which the judge is asked about the whole plan, for the comparison
SHOWN = (
    "meetings",
    "held ms",
    "held worst ms",
    "tray ms",
    "tray worst ms",
    "judge ms",
    "judge for each place ms",
    "ratio",
)


def measured(seed: int) -> Mapping[str, Any]:
    """Return CPU milliseconds of a question about a meeting, about a pair without one, and of judging the plan.

    ratio: asking the judge about the whole plan for each of the 1,920 places, by a question about a meeting.
    """
    problem = event(FULL, seed)
    meetings = filled(problem)
    assert violations(problem, meetings) == []
    rng = Random(seed)
    staff = Staff(Position(problem, meetings))
    held = rng.sample([each.pair for each in meetings], QUESTIONS)
    tray = rng.sample(sorted(problem.pair.keys() - {each.pair for each in meetings}), QUESTIONS)
    asked, waiting = ([_ms(partial(places, staff, pair)) for pair in those] for those in (held, tray))
    judged = median(_ms(lambda: violations(problem, meetings)) for _time in range(CELLS))
    every = judged * len(problem.slots) * len(problem.tables)
    return {
        "meetings": len(meetings),
        "held ms": median(asked),
        "held worst ms": max(asked),
        "tray ms": median(waiting),
        "tray worst ms": max(waiting),
        "judge ms": judged,
        "judge for each place ms": every,
        "ratio": every / median(asked),
    }


def _ms(act: Callable[[], object]) -> float:
    """Return the milliseconds of CPU that an act takes: a machine that does other work gives the same figure."""
    started = time.process_time()
    act()
    return 1000 * (time.process_time() - started)


def filled(problem: Problem) -> list[Meeting]:
    """Return a plan that holds as many meetings as there are tables in each slot, where it can."""
    return _Filling(problem).meetings()


class _Filling:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.waiting = sorted(problem.pairs, key=lambda pair: -pair.value)
        self.count = dict.fromkeys(problem.party, 0)
        self.runs = dict.fromkeys(problem.interpreter, 0)
        self.served = dict.fromkeys(problem.interpreter, 0)

    def meetings(self) -> list[Meeting]:
        return [meeting for slot in self.problem.ordered for meeting in self._slot(slot.id)]

    def _slot(self, slot: str) -> list[Meeting]:
        found: list[Meeting] = []
        busy, at_work = set[str](), set[str]()
        for pair in list(self.waiting):
            if len(found) == len(self.problem.tables):
                break
            if not busy.isdisjoint(pair.parties) or not self._are_there(pair, slot):
                continue
            name = self._interpreter(pair, slot, at_work)
            if name == "":
                continue
            found.append(Meeting(pair.id, slot, self.problem.tables[len(found)].id, name))
            busy.update(pair.parties)
            at_work.update([name] if name else [])
            self.waiting.remove(pair)
            for party in pair.parties:
                self.count[party] += 1
        for each in self.runs:
            self.runs[each] = self.runs[each] + 1 if each in at_work else 0
            self.served[each] += each in at_work
        return found

    def _are_there(self, pair: Pair, slot: str) -> bool:
        parties = [self.problem.party[party] for party in pair.parties]
        room = all(p.max_meetings is None or self.count[p.id] < p.max_meetings for p in parties)
        return room and all(slot in party.available for party in parties)

    def _interpreter(self, pair: Pair, slot: str, at_work: set[str]) -> str | None:
        """Return who interprets, None if nobody needs to, "" if nobody can."""
        one, other = ({primary(tag) for tag in self.problem.party[party].languages} for party in pair.parties)
        if one & other:
            return None
        for each in self.problem.interpreters:
            spoken = {primary(tag) for tag in each.languages}
            is_rested = each.max_consecutive is None or self.runs[each.id] < each.max_consecutive
            has_room = each.max_meetings is None or self.served[each.id] < each.max_meetings
            is_free = each.id not in at_work and slot in each.available and is_rested and has_room
            if is_free and spoken & one and spoken & other:
                return each.id
        return ""
