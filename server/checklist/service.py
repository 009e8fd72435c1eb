"""Keep the organisers' checklist. Each public function that writes is one transaction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from i18n import _
from server.checklist.values import DutyValues, TaskValues
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, save
from server.errors import NotFound, Refused, refuse_first
from server.models import DeskTask, Event, Organiser, Person

MOST_TASKS = 500  # open ones of an event


class NotAnOrganiser(Refused):
    """The person who should do a task is no organiser of the event, or no longer."""

    status = 422
    field = "owner"

    def __init__(self) -> None:
        super().__init__(_("This person is no organiser of the event. Choose another one."))


class TooManyTasks(Refused):
    """The event has as many open tasks as a list can show."""

    def __init__(self) -> None:
        super().__init__(_("There are too many open tasks. Finish or remove some of them first."))


@dataclass(frozen=True)
class Checklist:
    """The tasks of an event. own: those that organisers added, by due day, those without a day last.

    duties: who does computed tasks, by code. team: all organisers with their people. groups: working groups in use.
    """

    own: Sequence[DeskTask]
    duties: Mapping[str, DeskTask]
    team: Sequence[Organiser]

    @property
    def open(self) -> Sequence[DeskTask]:
        return [task for task in self.own if task.done_at is None]

    @property
    def done(self) -> Sequence[DeskTask]:
        """The finished tasks, the last one first."""
        return sorted(
            (task for task in self.own if task.done_at is not None), key=lambda each: each.done_at, reverse=True
        )

    @property
    def groups(self) -> Sequence[str]:
        named = [*self.own, *self.duties.values()]
        return sorted({task.working_group for task in named if task.working_group})


async def checklist_of(event: Event) -> Checklist:
    """Return the checklist of the event with the people in it. Two queries."""
    rows = await DeskTask.filter(event_id=event.id).order_by("id").select_related("owner__person", "done_by")
    team = await team_of(event)
    own = [row for row in rows if row.code is None]
    own.sort(key=lambda each: (each.due_on is None, str(each.due_on or ""), each.id))
    return Checklist(own, {row.code: row for row in rows if row.code is not None}, team)


async def team_of(event: Event) -> Sequence[Organiser]:
    """Return all organisers of the event with their people. One query."""
    return await Organiser.filter(event_id=event.id).select_related("person").order_by("id")


async def duty_of(event: Event, code: str) -> DeskTask:
    """Return who does a computed task, as stored, or a new row that is not saved. One query."""
    return await DeskTask.get_or_none(event_id=event.id, code=code) or DeskTask(event_id=event.id, code=code)


async def owner_refusals(event_id: int, owner_id: int | None) -> AsyncIterator[Refused]:
    """Yield why this owner cannot do a task: they are no organiser of the event."""
    if owner_id is not None and not await Organiser.exists(id=owner_id, event_id=event_id):
        yield NotAnOrganiser()


async def _check_owner(event_id: int, values: DutyValues) -> None:
    """Raise NotAnOrganiser if the owner has no part in the event."""
    await refuse_first(owner_refusals(event_id, values.owner_id))


@atomic
async def add(event: Event, values: TaskValues) -> DeskTask:
    """Add a task. Raises NotAnOrganiser, TooManyTasks."""
    await lock(Event, event.id)
    await _check_owner(event.id, values)
    if await DeskTask.filter(event_id=event.id, code=None, done_at=None).count() >= MOST_TASKS:
        raise TooManyTasks
    return await DeskTask.create(event_id=event.id, **values.columns())


@atomic
async def change(task: DeskTask, values: TaskValues, edit: Edit = UNSEEN) -> None:
    """Save what an organiser changed of a task. Raises EditConflict, NotAnOrganiser, and NotFound if it was removed."""
    await _check_owner(task.event_id, values)
    await save(task, values, edit)


@atomic
async def assign(event: Event, code: str, values: DutyValues, edit: Edit = UNSEEN) -> None:
    """Say who does a computed task until when. Raises EditConflict, NotAnOrganiser. code: of a rule of the desk."""
    await lock(Event, event.id)
    await _check_owner(event.id, values)
    row, _is_new = await DeskTask.get_or_create(event_id=event.id, code=code)
    await save(row, values, edit)


@atomic
async def mark(task: DeskTask, by: Person, *, is_done: bool) -> None:
    """Mark a task as done by this person, or as open again; a second press changes nothing. Raises NotFound."""
    row = await lock(DeskTask, task.id)
    if row is None:
        raise NotFound
    if (row.done_at is not None) == is_done:
        return
    now = datetime.now(UTC)
    done = {"done_at": now, "done_by_id": by.id} if is_done else {"done_at": None, "done_by_id": None}
    await DeskTask.filter(id=task.id).update(**done, updated_at=now)


@atomic
async def remove(task: DeskTask) -> None:
    """Remove a task that organisers added."""
    await DeskTask.filter(id=task.id).delete()
