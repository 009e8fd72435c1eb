"""The organisers' page of all tasks, and the forms of one task."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server import access, edits, forms
from server.checklist import service
from server.checklist.forms import DutyFields, TaskFields
from server.checklist.service import Checklist
from server.checklist.values import DutyValues, TaskValues
from server.desk import showing
from server.desk.tasks import CODES
from server.desk.todo import owner_of, phase_in, shown, tasks_of
from server.errors import NotFound, Refused
from server.models import DeskTask
from server.names import own_spelling
from server.once import once
from server.pages import page, to, zone_of
from server.submitting import submitted

SHOWN_IN = {"owner_id": "owner"}
DUTY = ("owner_id", "working_group", "due_on")
TASK = ("title", "why", *DUTY)
SHOWS = ("", "mine", "done")


def _base(request: Request) -> str:
    return f"/e/{access.event(request).slug}"


def _duty(given: DutyFields) -> dict[str, Any]:
    return {"owner_id": given.owner, "working_group": given.working_group, "due_on": given.due_on}


def _form_of(row: DeskTask, columns: Sequence[str]) -> forms.Form:
    stored = edits.columns_of(row, columns)
    values = {SHOWN_IN.get(name, name): edits.as_typed(value) for name, value in stored.items()}
    return forms.Form(values, drawn=edits.drawn_from(stored))


def _team(checklist: Checklist, locale: str) -> list[tuple[str, str]]:
    return [(str(each.id), own_spelling(each.person, locale)) for each in checklist.team]


def _ask(request: Request) -> Callable[[DutyFields], AsyncIterator[Refused]]:
    """Return what tells that the chosen owner is refused, together with other faults of the form."""

    def ask(given: DutyFields) -> AsyncIterator[Refused]:
        return service.owner_refusals(access.event(request).id, given.owner if given.has("owner") else None)

    return ask


async def index(request: Request) -> Response:
    return await _index(request, forms.Form())


async def _index(request: Request, form: forms.Form, status: int = 200) -> Response:
    """Show the tasks: all open ones, those of the viewer, or those that are done, of one working group or of all."""
    event, locale = access.event(request), request.state.locale
    today = datetime.now(zone_of(event)).date()
    asked, group = request.query_params.get("show", ""), request.query_params.get("group", "")
    show = asked if asked in SHOWS else ""
    checklist = await service.checklist_of(event)
    _now, phase = phase_in(request, today, await showing.days_of(event))
    _counts, _plans, computed = await tasks_of(request, phase)
    viewer = access.person(request).id

    def is_asked(task: DeskTask | None) -> bool:
        is_mine = task is not None and task.owner is not None and task.owner.person_id == viewer
        return (show != "mine" or is_mine) and (not group or (task is not None and task.working_group == group))

    own = [task for task in (checklist.done if show == "done" else checklist.open) if is_asked(task)]
    derived = [each for each in computed if show != "done" and is_asked(checklist.duties.get(each.code))]
    return page(
        request,
        "checklist/index.html",
        status=status,
        form=form,
        show=show,
        group=group,
        own=[(task, owner_of(task, locale), _by(task, locale)) for task in own],
        computed=shown(derived, checklist, locale),
        groups_of={code: duty.working_group for code, duty in checklist.duties.items()},
        numbers=_numbers(checklist, len(computed), viewer, [each.code for each in computed]),
        groups=checklist.groups,
        team=_team(checklist, locale),
        today=today,
    )


def _by(task: DeskTask, locale: str) -> str:
    return own_spelling(task.done_by, locale) if task.done_by is not None else ""


def _numbers(checklist: Checklist, computed: int, viewer: int, codes: Sequence[str]) -> Mapping[str, int]:
    """Return how many tasks each tab has."""
    mine = [*checklist.open, *(checklist.duties[code] for code in codes if code in checklist.duties)]
    return {
        "": len(checklist.open) + computed,
        "mine": sum(task.owner is not None and task.owner.person_id == viewer for task in mine),
        "done": len(checklist.done),
    }


async def add(request: Request) -> Response:
    event = access.event(request)

    async def act(given: TaskFields) -> Response:
        async def create() -> str:
            await service.add(event, TaskValues(title=given.title, why=given.why, **_duty(given)))
            return f"{_base(request)}/tasks"

        return to(await once(request, create), notice="saved")

    return await submitted(request, TaskFields, act, _index, ask=_ask(request))


async def _task(request: Request) -> DeskTask:
    return await access.of_event(request, DeskTask, "task", code=None)


async def edit(request: Request) -> Response:
    """Show a task to change it."""
    return await _edit(request, _form_of(await _task(request), TASK))


async def _edit(request: Request, form: forms.Form, status: int = 200) -> Response:
    checklist = await service.checklist_of(access.event(request))
    task = await _task(request)
    values: dict[str, Any] = {
        "form": form,
        "task": task,
        "groups": checklist.groups,
        "team": _team(checklist, request.state.locale),
    }
    return page(request, "checklist/edit.html", status=status, **values)


async def save(request: Request) -> Response:
    task, typed = await _task(request), await forms.typed_in(request)

    async def act(given: TaskFields) -> Response:
        values = TaskValues(title=given.title, why=given.why, **_duty(given))
        await service.change(task, values, edits.edit_of(typed, SHOWN_IN))
        return to(f"{_base(request)}/tasks", notice="saved")

    return await submitted(request, TaskFields, act, _edit, ask=_ask(request), shown_in=SHOWN_IN)


async def done(request: Request) -> Response:
    return await _mark(request, is_done=True)


async def reopen(request: Request) -> Response:
    return await _mark(request, is_done=False)


async def _mark(request: Request, *, is_done: bool) -> Response:
    await service.mark(await _task(request), access.person(request), is_done=is_done)
    is_from_desk = (await forms.typed_in(request)).get("from") == "desk"
    return to(f"{_base(request)}/desk" if is_from_desk else f"{_base(request)}/tasks", notice="saved")


async def remove(request: Request) -> Response:
    await service.remove(await _task(request))
    return to(f"{_base(request)}/tasks", notice="removed")


def _code(request: Request) -> str:
    code = str(request.path_params["code"])
    if code not in CODES:
        raise NotFound
    return code


async def duty(request: Request) -> Response:
    """Show who does a computed task, to change it."""
    return await _assign(request, _form_of(await service.duty_of(access.event(request), _code(request)), DUTY))


async def _assign(request: Request, form: forms.Form, status: int = 200) -> Response:
    event, locale, code = access.event(request), request.state.locale, _code(request)
    checklist = await service.checklist_of(event)
    today = datetime.now(zone_of(event)).date()
    _counts, _plans, computed = await tasks_of(request, phase_in(request, today, await showing.days_of(event))[1])
    now = next((each for each in shown(computed, checklist, locale) if each.code == code), None)
    values: dict[str, Any] = {"form": form, "task": now, "groups": checklist.groups, "team": _team(checklist, locale)}
    return page(request, "checklist/assign.html", status=status, **values)


async def assign(request: Request) -> Response:
    event, code, typed = access.event(request), _code(request), await forms.typed_in(request)

    async def act(given: DutyFields) -> Response:
        await service.assign(event, code, DutyValues(**_duty(given)), edits.edit_of(typed, SHOWN_IN))
        return to(f"{_base(request)}/desk", notice="saved")

    return await submitted(request, DutyFields, act, _assign, ask=_ask(request), shown_in=SHOWN_IN)
