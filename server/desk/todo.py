"""The computed tasks of an event that the viewer may do something about, with who does each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request

from i18n import Message
from server import access
from server.checklist.service import Checklist
from server.desk import service
from server.desk.phases import Phase, phase_of
from server.desk.tasks import Task, tasks
from server.models import DeskTask
from server.names import own_spelling
from server.pages import may_open


@dataclass(frozen=True)
class ShownTask:
    """A computed task for templates. owner: name of who does it, "" for nobody."""

    what: Message
    why: Message
    path: str
    button: Message
    post: Any
    code: str
    owner: str
    due_on: date | None


def owner_of(duty: DeskTask | None, locale: str) -> str:
    """Return the name of who does a task, "" for nobody; the owner and their person are loaded."""
    return own_spelling(duty.owner.person, locale) if duty is not None and duty.owner is not None else ""


def shown(found: Sequence[Task], checklist: Checklist, locale: str) -> list[ShownTask]:
    """Return computed tasks with who does each."""
    duties = checklist.duties
    return [
        ShownTask(
            task.what,
            task.why,
            task.path,
            task.button,
            task.post,
            task.code,
            owner_of(duties.get(task.code), locale),
            duties[task.code].due_on if task.code in duties else None,
        )
        for task in found
    ]


async def tasks_of(request: Request, phase: Phase) -> tuple[service.EventCounts, service.PlanOverview, list[Task]]:
    """Return the counts of the event, its plans, and the computed tasks whose places the viewer may open."""
    event = access.event(request)
    found, plans = await service.counts(event), await service.plans_of(event)
    seconds = int(request.app.state.settings.solve_seconds)
    unjoined = await service.unjoined(event)
    every = tasks(found, plans, unjoined, request.state.locale, seconds=seconds, phase=phase)
    return found, plans, [task for task in every if may_open(request, f"/e/{event.slug}{task.path}")]


def phase_in(request: Request, today: date, days: tuple[date, date] | None) -> tuple[Phase, Phase]:
    """Return (the phase of today, the phase that the URL asks to look at)."""
    now = phase_of(today, days[0] if days else None)
    asked = request.query_params.get("phase", "")
    return now, Phase(asked) if asked in set(Phase) else now
