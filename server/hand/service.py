"""Make drafts of plans, and change them by hand. Each act is one transaction and says which revision it has seen.

What an act does is found before its transaction, from the draft at that revision: if the draft has another revision by
then, nothing is written and the organiser is told who was faster.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from i18n import _
from matching import problem as engine
from matching.placing.places import Place, places
from matching.rules import Violation, violations
from server.db import atomic, lock
from server.errors import Refused
from server.hand import marks
from server.hand.desk import Desk, desk_of
from server.hand.record import Changes, Held, Start, new_row, placed
from server.models import ActKind, Claim, DocumentKind, Event, Meeting, Need, Person, Plan, PlanAct, PlanState
from server.plans import documents, service, settling, snapshot
from server.rows import number

SOLVED = (PlanState.READY, PlanState.PUBLISHED, PlanState.SUPERSEDED)
CHANGED = (DocumentKind.RESULT, DocumentKind.OUTLINE, DocumentKind.UNHELD, DocumentKind.PAIRS)
BATCH = 500


class NotADraft(Refused):
    """The plan has no meetings to change, or it was published meanwhile."""


class DraftChanged(Refused):
    """The draft has changed since the organiser looked at it. desk: as it stands now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_("The timetable has changed since you opened the page. Your last step is not done."))
        self.desk = desk


class CannotBe(Refused):
    """The meeting cannot take place there, or the act breaks a rule. faults: which."""

    def __init__(self, faults: Sequence[Violation]) -> None:
        super().__init__(_("This is not possible. Nothing is changed."))
        self.faults = faults


class NothingToDo(Refused):
    """The act changes nothing, or what it is about is not there."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to change here. Choose a meeting and a place."))


# -- Drafts --------------------------------------------------------------------------------------------------------


async def begin(plan: Plan, person: Person) -> Plan:
    """Make a draft of a solved plan, which is not changed itself. Raises NotADraft, BeingChanged.

    What was pinned and blocked by hand for the plan is so in the draft, and can be lifted there.
    """
    if plan.state not in SOLVED:
        raise NotADraft(_("Only a plan that is ready can be changed by hand."))
    await settling.settle(plan)
    problem, result, scores = await documents.read(
        plan.id, DocumentKind.PROBLEM, DocumentKind.RESULT, DocumentKind.SCORES
    )
    found = marks.lifted(problem)
    start = Start(result["tiers"], found.pins, found.blocks)
    if plan.revision is not None:
        record = (await desk_of(plan)).record
        start = replace(start, pins=sorted(record.pins), blocks=sorted(record.blocks))
    contents = await asyncio.to_thread(
        lambda: {
            DocumentKind.PROBLEM: documents.packed(found.problem),
            DocumentKind.SCORES: documents.packed(scores),
        }
    )
    parallel = {number(party["id"]): party.get("parallel", 1) for party in problem["parties"]}
    draft = Plan(
        event_id=plan.event_id,
        base_id=plan.id,
        asked_by_id=person.id,
        state=PlanState.READY,
        revision=0,
        **{name: getattr(plan, name) for name in ("preset", "seed", "seconds", "as_of")},
        solved_at=datetime.now(UTC),
        inputs_hash=await asyncio.to_thread(documents.digest, contents[DocumentKind.PROBLEM]),
    )
    return await _store(plan, draft, contents, start, parallel)


@atomic
async def _store(
    plan: Plan, draft: Plan, contents: Mapping[DocumentKind, bytes], start: Start, parallel: Mapping[int, int]
) -> Plan:
    await lock(Event, plan.event_id)
    now = await lock(Plan, plan.id)
    if now is None or now.revision != plan.revision:
        raise settling.BeingChanged
    await service.numbered(draft)
    await documents.store(draft.id, contents)
    await PlanAct.create(
        plan_id=draft.id, number=0, kind=ActKind.START, changes=start.document(), by_id=draft.asked_by_id
    )
    copied = ("expert_id", "enterprise_id", "need_id", "slot_id", "table_id", "interpreter_id", "value")
    rows = [
        Meeting(plan_id=draft.id, **{name: getattr(row, name) for name in copied})
        for row in await Meeting.filter(plan_id=plan.id).order_by("id")
    ]
    await Meeting.bulk_create(rows, batch_size=BATCH)
    stored = await Meeting.filter(plan_id=draft.id).order_by("id")
    await Claim.bulk_create(snapshot.claims(parallel, stored), batch_size=BATCH)
    return draft


async def finish(plan: Plan, event: Event, person: Person, *, seconds: float) -> Plan:
    """Ask for a new plan in which everything pinned by hand stays where it is. Raises PlanUnderWay, NotFound."""
    desk = await desk_of(plan)
    [document] = await documents.read(plan.id, DocumentKind.PROBLEM)
    pinned = [desk.meetings[pair].planned(pair) for pair in sorted(desk.record.pins) if pair in desk.meetings]
    problem = marks.marked(document, pinned, desk.record.blocks)
    contents = {
        DocumentKind.PROBLEM: await asyncio.to_thread(documents.packed, problem),
        DocumentKind.SCORES: await documents.content(plan.id, DocumentKind.SCORES),
    }
    asked = Plan(
        event_id=event.id,
        base_id=plan.id,
        asked_by_id=person.id,
        seconds=seconds,
        seed=plan.seed,
        preset=plan.preset,
        as_of=plan.as_of,
    )
    return await service.ask_with_problem(event, asked, contents)


# -- What fits where -------------------------------------------------------------------------------------------------


async def where(desk: Desk, pair: str) -> list[Place]:
    """Return the answer for every slot and table about a pair of the plan. Raises NothingToDo for an unknown pair."""
    if pair not in desk.problem.pair:
        raise NothingToDo
    return await asyncio.to_thread(places, desk.staff, pair)


# -- Acts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """What is done. of: number of the act that is undone or done again."""

    kind: ActKind
    changes: Changes
    of: int | None = None


Find = Callable[[Desk], Awaitable[Step]]


async def place(plan: Plan, person: Person, seen: int, pair: str, slot: str, table: str, *, pin: bool = False) -> None:
    """Put a meeting, or a pair without a meeting, into a slot at a table; if one is there, both change places.

    seen: revision that the organiser looked at. pin: whether it is pinned there. Raises DraftChanged, CannotBe,
    NothingToDo, NotADraft.
    """

    async def find(desk: Desk) -> Step:
        found = next((each for each in await where(desk, pair) if (each.slot, each.table) == (slot, table)), None)
        if found is None or found.is_home:
            raise NothingToDo
        if found.faults:
            raise CannotBe(found.faults)
        return _put(desk, pair, found, pin=pin)

    await _act(plan, person, seen, find)


def _put(desk: Desk, pair: str, found: Place, *, pin: bool) -> Step:
    """Return the step that makes the changes of a place, those of the pair first."""
    changes = {id: (desk.meetings.get(id), _held(desk, id, found.changed[id])) for id in [pair, *sorted(found.changed)]}
    moved = [
        id
        for id, (before, after) in changes.items()
        if before and (before.slot, before.table) != (after.slot, after.table)
    ]
    kind = ActKind.ADD if pair not in desk.meetings else ActKind.SWAP if len(moved) > 1 else ActKind.MOVE
    pins = {pair: (False, True)} if pin and pair not in desk.record.pins else {}
    return Step(kind, Changes(changes, pins))


def _held(desk: Desk, pair: str, meeting: engine.Meeting) -> Held:
    before = desk.meetings.get(pair)
    if before is not None:
        return replace(before, slot=meeting.slot, table=meeting.table, interpreter=meeting.interpreter)
    value = desk.problem.pair[pair].value
    return Held(meeting.slot, meeting.table, meeting.interpreter, desk.basis.needs.get(pair), value)


async def drop(plan: Plan, person: Person, seen: int, pair: str) -> None:
    """Take a meeting out of the plan. Raises as `place`."""

    async def find(desk: Desk) -> Step:
        if pair not in desk.meetings:
            raise NothingToDo
        return Step(ActKind.DROP, Changes({pair: (desk.meetings[pair], None)}))

    await _act(plan, person, seen, find)


async def pin(plan: Plan, person: Person, seen: int, pair: str, *, is_pinned: bool) -> None:
    """Pin a meeting where it is, or let it go. Raises as `place`."""

    async def find(desk: Desk) -> Step:
        if pair not in desk.meetings or (pair in desk.record.pins) == is_pinned:
            raise NothingToDo
        kind = ActKind.PIN if is_pinned else ActKind.UNPIN
        return Step(kind, Changes(pins={pair: (not is_pinned, is_pinned)}))

    await _act(plan, person, seen, find)


async def block(plan: Plan, person: Person, seen: int, slot: str, table: str, *, is_blocked: bool) -> None:
    """Keep a table free in a slot, or open it again. Raises as `place`."""

    async def find(desk: Desk) -> Step:
        cell, problem = f"{slot}.{table}", desk.basis.problem
        is_there = slot in problem.slot and table in problem.table
        if not is_there or (cell in desk.record.blocks) == is_blocked:
            raise NothingToDo
        kind = ActKind.BLOCK if is_blocked else ActKind.UNBLOCK
        return Step(kind, Changes(blocks={cell: (not is_blocked, is_blocked)}))

    await _act(plan, person, seen, find)


async def undo(plan: Plan, person: Person, seen: int) -> None:
    """Undo the latest act that stands, whoever did it. Raises as `place`."""
    await _turn_back(plan, person, seen, ActKind.UNDO)


async def redo(plan: Plan, person: Person, seen: int) -> None:
    """Do the act again that was undone last. Raises as `place`."""
    await _turn_back(plan, person, seen, ActKind.REDO)


async def _turn_back(plan: Plan, person: Person, seen: int, kind: ActKind) -> None:
    async def find(desk: Desk) -> Step:
        act = desk.record.undoable if kind is ActKind.UNDO else desk.record.redoable
        if act is None:
            raise NothingToDo
        return Step(kind, act.changes.reversed if kind is ActKind.UNDO else act.changes, act.number)

    await _act(plan, person, seen, find)


async def _act(plan: Plan, person: Person, seen: int, find: Find) -> None:
    """Find what an act does, judge the whole plan after it, and write it."""
    desk = await desk_of(plan)
    if not desk.is_open:
        raise NotADraft(_("This plan was published meanwhile, so it is not changed any more. Make a new draft of it."))
    if desk.revision != seen:
        raise DraftChanged(desk)
    step = await find(desk)
    await asyncio.to_thread(_judge, desk, step.changes)
    if not await _write(desk, person.id, step):
        raise DraftChanged(await desk_of(plan))


def _judge(desk: Desk, changes: Changes) -> None:
    """Raise CannotBe if the plan breaks a rule after these changes: the judge looks at all of it.

    Pinned meetings and those that have begun stay where they are, unless the act itself lets them go.
    """
    pins, blocks = desk.record.pins - changes.pins.keys(), set(desk.record.blocks)
    for cell, (_before, is_blocked) in changes.blocks.items():
        (blocks.add if is_blocked else blocks.discard)(cell)
    firm = [each for each in desk.staff.position.meetings if each.pair in pins or each.slot in desk.begun]
    begun = set(desk.begun & desk.basis.problem.slot.keys())
    problem = marks.effective(desk.basis.problem, firm, pins, blocks, begun)
    after = {**desk.meetings, **{pair: now for pair, (_before, now) in changes.meetings.items()}}
    meetings = [held.planned(pair) for pair, held in after.items() if held is not None]
    if found := violations(problem, meetings):
        raise CannotBe(found)


@atomic
async def _write(desk: Desk, person_id: int, step: Step) -> bool:
    """Write an act; return whether the draft was still as it was seen."""
    plan = await lock(Plan, desk.plan.id)
    if plan is None or plan.revision != desk.revision or plan.state != PlanState.READY:
        return False
    next_ = desk.revision + 1
    await PlanAct.create(
        plan_id=plan.id, number=next_, kind=step.kind, of=step.of, changes=step.changes.document(), by_id=person_id
    )
    if step.changes.meetings:
        await _move(desk, step.changes)
        await documents.forget(plan.id, CHANGED)
    await Plan.filter(id=plan.id).update(revision=next_)
    return True


async def _move(desk: Desk, changes: Changes) -> None:
    """Write the meetings of an act, and the claims of all meetings in the slots concerned anew."""
    plan_id, rows = desk.plan.id, {}
    for row in await Meeting.filter(plan_id=plan_id, id__in=await _ids(desk, changes)):
        rows[f"e{row.expert_id}-f{row.enterprise_id}"] = row
    slots = {number(each.slot) for both in changes.meetings.values() for each in both if each is not None}
    await Claim.filter(plan_id=plan_id, slot_id__in=slots).delete()
    for pair, (_before, after) in changes.meetings.items():
        if after is None:
            await rows[pair].delete()
        elif pair in rows:
            await placed(rows[pair], after).save(update_fields=["slot_id", "table_id", "interpreter_id", "updated_at"])
        else:
            is_there = after.need is not None and await Need.exists(id=after.need)
            await new_row(plan_id, pair, after if is_there else replace(after, need=None)).save()
    parallel = {number(party.id): party.parallel for party in desk.problem.parties}
    there = await Meeting.filter(plan_id=plan_id, slot_id__in=slots).order_by("id")
    await Claim.bulk_create(snapshot.claims(parallel, there), batch_size=BATCH)


async def _ids(desk: Desk, changes: Changes) -> list[int]:
    pairs = {tuple(int(id[1:]) for id in pair.split("-")) for pair in changes.meetings}
    found = Meeting.filter(plan_id=desk.plan.id, expert_id__in=[pair[0] for pair in pairs])
    return [id for id, *both in await found.values_list("id", "expert_id", "enterprise_id") if tuple(both) in pairs]
