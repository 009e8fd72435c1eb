"""Every reason is true: if what its facts name is freed, the judge accepts the meeting."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from matching.explaining.reasons import reasons
from matching.plan import UnheldReason, violations
from matching.problem import Interpreter, Meeting, Problem, Table
from matching.solving import solve
from matching.stopping import Stop
from tests.matching.examples import random_problem

ORDER = list(UnheldReason)
STOP = Stop(iterations=10)


def sample(seed: int) -> Problem:
    """Return a random problem without orders, which no reason is about; some with walks.

    No pair is longer than its parties may meet in a row: nothing that could be freed would make it possible.
    """
    problem = random_problem(seed, pairs=8, lengths=seed % 3 == 0, walk=seed % 4 == 0)
    rest = {p.id: p.max_consecutive or len(problem.slots) for p in problem.parties}
    pairs = tuple(
        replace(pair, after=(), length=min(pair.length, *(rest[p] for p in pair.parties))) for pair in problem.pairs
    )
    return replace(problem, pairs=pairs, document=None)


def freed(
    problem: Problem, meetings: list[Meeting], name: str, reason: UnheldReason, facts: Mapping[str, Any]
) -> tuple[Problem, list[Meeting]]:
    """Return problem and plan with exactly what the facts name made free."""
    pair = problem.pair[name]
    match reason:
        case UnheldReason.NO_COMMON_SLOT:
            everywhere = frozenset(problem.slot)
            assert {p: set(slots) for p, slots in facts["slots"].items()} == {
                p: set(problem.party[p].available) for p in pair.parties
            }
            parties = tuple(replace(p, available=everywhere) if p.id in pair.parties else p for p in problem.parties)
            pairs = tuple(replace(p, allowed=None, length=1) if p.id == name else p for p in problem.pairs)
            return replace(problem, parties=parties, pairs=pairs), meetings
        case UnheldReason.OWN_TABLES_DIFFER:
            parties = tuple(replace(p, table=None) if p.id == pair.parties[1] else p for p in problem.parties)
            return replace(problem, parties=parties), meetings
        case UnheldReason.NO_INTERPRETER:
            tags = tuple(tag for tongues in facts["languages"].values() for tag in tongues or ["eo"])
            parties = tuple(p if p.languages else replace(p, languages=("eo",)) for p in problem.parties)
            one = Interpreter("more", tags, frozenset(problem.slot))
            return replace(problem, parties=parties, interpreters=(*problem.interpreters, one)), meetings
        case UnheldReason.PARTY_FULL:
            most = len(facts["meetings"]) + 1
            full = facts["party"]
            parties = tuple(replace(p, max_meetings=most) if p.id == full else p for p in problem.parties)
            return replace(problem, parties=parties), meetings
        case UnheldReason.PARTY_BUSY:
            return problem, [m for m in meetings if m.pair not in facts["meetings"]]
        case UnheldReason.INTERPRETERS_BUSY:
            tags = tuple(tag for p in pair.parties for tag in problem.party[p].languages)
            one = Interpreter("more", tags, _spans(problem, name, facts["slots"]))
            return replace(problem, interpreters=(*problem.interpreters, one)), meetings
        case UnheldReason.TABLES_FULL:
            taken = _spans(problem, name, facts["slots"])
            own = {problem.party[p].table for p in pair.parties} - {None}
            parties = tuple(replace(p, table=None) if p.table in own else p for p in problem.parties)
            return replace(problem, parties=parties, tables=(*problem.tables, Table("more", available=taken))), meetings
    return problem, meetings


def _spans(problem: Problem, name: str, starts: list[str]) -> frozenset[str]:
    """Return the slots of meetings of the pair that start in the given slots."""
    ids = [slot.id for slot in problem.ordered]
    length = problem.pair[name].length
    return frozenset(ids[k] for first in starts for k in range(ids.index(first), ids.index(first) + length))


def placed(problem: Problem, meetings: list[Meeting], name: str) -> Iterator[list[Meeting]]:
    """Yield the plan with the pair held in every possible way, instead of less valuable meetings of its parties."""
    pair = problem.pair[name]
    less = {m for m in meetings if problem.pair[m.pair].value < pair.value}
    less = {m for m in less if set(problem.pair[m.pair].parties) & set(pair.parties)}
    for slot in problem.slot:
        for table in problem.table:
            for interpreter in (None, *problem.interpreter):
                yield [*(m for m in meetings if m not in less), Meeting(name, slot, table, interpreter)]


def check(seeds: range) -> set[UnheldReason]:
    seen = set()
    for seed in seeds:
        problem = sample(seed)
        meetings = list(solve(problem, stop=STOP).meetings)
        problem = replace(problem, pins=(), pairs=tuple(replace(p, required=False) for p in problem.pairs))
        for name, why in reasons(problem, meetings).items():
            after, left = freed(problem, meetings, name, *(why or (UnheldReason.CROWDED_OUT, {})))
            later = reasons(after, left)[name]
            if why is not None:
                seen.add(why[0])
                place = ORDER.index(later[0]) if later else len(ORDER)
                other = (
                    later is not None
                    and later[0] is UnheldReason.PARTY_FULL
                    and later[1]["party"] != why[1].get("party")
                )
                assert (seed, name, why, place > ORDER.index(why[0]) or other) == (seed, name, why, True)
            if later is None and not problem.walk:  # a pair that a long walk prevents is reported as crowded out
                possible = any(not violations(after, plan) for plan in placed(after, left, name))
                assert (seed, name, why, possible) == (seed, name, why, True)
    return seen


def test_freeing_what_the_facts_name_makes_a_pair_possible() -> None:
    assert check(range(150)) == set(UnheldReason) - {UnheldReason.CROWDED_OUT}


@pytest.mark.soak
@pytest.mark.parametrize("first", range(150, 2_150, 200))
def test_freeing_what_the_facts_of_many_events_name(first: int) -> None:
    assert check(range(first, first + 200))
