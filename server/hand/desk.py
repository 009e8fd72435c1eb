"""A draft as it stands: its problem, meetings and acts, read once for all who look at the same revision."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from matching.formats.schedule import read_problem
from matching.placing.position import Position
from matching.placing.staff import Staff
from matching.problem import Problem
from server.errors import NotFound
from server.hand import marks
from server.hand.record import Held, Record, held, record
from server.memory import remembered
from server.models import DocumentKind, Meeting, Plan, PlanAct, PlanState, Slot
from server.models.plans import PLAN_COLUMNS
from server.plans import documents

PAIRS_OF_ROW = 5  # pairs of a problem that weigh as much as a row in memory


@dataclass(frozen=True)
class Basis:
    """What no act changes: the problem as solved, and by pair the need that a meeting would be about."""

    problem: Problem
    needs: Mapping[str, int | None]


@dataclass(frozen=True)
class Desk:
    """A draft at one revision. begun: ids of slots that have begun. staff: under the problem in force."""

    plan: Plan
    basis: Basis
    meetings: Mapping[str, Held]
    record: Record
    begun: frozenset[str]
    staff: Staff

    @property
    def revision(self) -> int:
        return int(self.plan.revision)

    @property
    def problem(self) -> Problem:
        """The problem in force: with everything pinned and blocked now."""
        return self.staff.position.problem

    @property
    def is_open(self) -> bool:
        """Whether the draft can still be changed: until it is published."""
        return self.plan.state == PlanState.READY


async def desk_of(plan: Plan) -> Desk:
    """Return the draft as it stands. Raises NotFound for a plan that is no draft. Two queries if it was read before."""
    now = await Plan.filter(id=plan.id).only(*PLAN_COLUMNS).first()
    if now is None or now.revision is None:
        raise NotFound
    begun = frozenset(f"s{id}" for id in await _begun(now.event_id))
    name = "desk", now.id, now.revision, now.state, len(begun)
    return await remembered(now.event_id, name, (), lambda: _read(now, begun), weigh=lambda it: len(it.meetings))


async def _begun(event_id: int) -> list[Any]:
    found = Slot.every.filter(event_id=event_id, start_at__lte=datetime.now(UTC))
    return list(await found.values_list("id", flat=True))


async def _read(plan: Plan, begun: frozenset[str]) -> Desk:
    rows = await Meeting.filter(plan_id=plan.id).order_by("id")
    acts = await PlanAct.filter(plan_id=plan.id).order_by("number")
    basis = await basis_of(plan)

    def build() -> Desk:
        meetings, done = held(rows), record(acts)
        placed = [each.planned(pair) for pair, each in meetings.items()]
        there = set(begun & basis.problem.slot.keys())
        problem = marks.effective(basis.problem, placed, done.pins, done.blocks, there)
        return Desk(plan, basis, meetings, done, begun, Staff(Position(problem, placed)))

    return await asyncio.to_thread(build)


async def basis_of(plan: Plan) -> Basis:
    """Return what no act changes. No query if it was read before, else one."""

    async def read() -> Basis:
        problem, scores = await documents.read(plan.id, DocumentKind.PROBLEM, DocumentKind.SCORES)
        return await asyncio.to_thread(
            lambda: Basis(
                read_problem(problem), {pair: each.get("about", each.get("need")) for pair, each in scores.items()}
            )
        )

    return await remembered(
        plan.event_id, ("basis", plan.id), (), read, weigh=lambda it: len(it.problem.pairs) // PAIRS_OF_ROW
    )
