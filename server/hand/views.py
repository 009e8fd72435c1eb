"""The timetable that is changed by hand, for organisers."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.errors import Refused
from server.hand import service, showing
from server.hand.desk import Desk, desk_of
from server.hand.forms import Do, FinishFields, HandView, StepFields, hand_view_of
from server.hand.reading import read_beside
from server.hand.wording import Words
from server.models import Person, Plan
from server.once import once
from server.pages import page, to
from server.plans.publishing import PUBLISHABLE
from server.problems import to_programs


async def begin(request: Request) -> Response:
    """Make a draft of a plan and open it."""
    plan, event = await access.plan_for_organiser(request), access.event(request)

    async def act() -> str:
        draft = await service.begin(plan, access.person(request))
        return f"/e/{event.slug}/plans/{draft.id}/hand"

    return to(await once(request, act))


async def show(request: Request) -> Response:
    """Show a draft, with the answers of all places for the pair in hand, if there is one.

    A plan that is no draft leads to its own page, where a draft of it can be made.
    """
    plan = await access.plan_for_organiser(request)
    if plan.revision is None:
        return to(f"/e/{access.event(request).slug}/plans/{plan.id}")
    desk = await desk_of(plan)
    return await _page(request, desk, hand_view_of(request.query_params))


async def step(request: Request) -> Response:
    """Do one step, or say why not beside the draft as it stands now."""
    plan, look = await access.plan_for_organiser(request), hand_view_of(request.query_params)
    asked = forms.check(StepFields, await forms.typed_in(request))
    try:
        await _done(plan, access.person(request), asked)
    except service.DraftChanged as refused:
        to_programs(request, refused)
        return await _page(request, refused.desk, _still(look, asked), refused)
    except (service.CannotBe, service.NothingToDo, service.NotADraft) as refused:
        to_programs(request, refused)
        return await _page(request, await desk_of(plan), _still(look, asked), refused)
    mark = f"#m-{asked.pair}" if asked.pair and asked.do is not Do.DROP else ""
    return to(f"/e/{access.event(request).slug}/plans/{plan.id}/hand{look.query(pick='')}{mark}")


def _still(look: HandView, asked: StepFields) -> HandView:
    """Return the view with the pair still in hand."""
    return look.model_copy(update={"pick": asked.pair})


async def _done(plan: Plan, person: Person, asked: StepFields) -> None:
    seen, pair = asked.seen, asked.pair
    match asked.do:
        case Do.PLACE | Do.PLACE_AND_PIN:
            await service.place(plan, person, seen, pair, *asked.place, pin=asked.do is Do.PLACE_AND_PIN)
        case Do.DROP:
            await service.drop(plan, person, seen, pair)
        case Do.PIN | Do.UNPIN:
            await service.pin(plan, person, seen, pair, is_pinned=asked.do is Do.PIN)
        case Do.BLOCK | Do.UNBLOCK:
            await service.block(plan, person, seen, *asked.place, is_blocked=asked.do is Do.BLOCK)
        case Do.UNDO:
            await service.undo(plan, person, seen)
        case Do.REDO:
            await service.redo(plan, person, seen)


async def finish(request: Request) -> Response:
    """Ask for a new plan around the pins."""
    plan, event = await access.plan_for_organiser(request), access.event(request)
    asked = forms.check(FinishFields, await forms.typed_in(request))
    found = await service.finish(plan, event, access.person(request), seconds=asked.seconds)
    return to(f"/e/{event.slug}/plans/{found.id}")


async def _page(request: Request, desk: Desk, look: HandView, refused: Refused | None = None) -> Response:
    event = access.event(request)
    words = await showing.words_of(desk, event, request.state.locale)
    is_known = look.pick in desk.problem.pair and desk.is_open
    found = await service.where(desk, look.pick) if is_known else []
    beside = await read_beside(desk, request.state.locale)
    bench = showing.Bench(desk, words, look if is_known else look.model_copy(update={"pick": ""}), beside, found)
    values = await asyncio.to_thread(_shown, bench)
    return page(
        request,
        "hand/bench.html",
        status=409 if refused else 200,
        desk=desk,
        bench=bench,
        look=bench.look,
        refused=refused.message if refused else None,
        why=_why(refused, words),
        people=beside.people,
        base_plan=beside.base,
        lost=len(beside.lost),
        is_publishable=desk.plan.state in PUBLISHABLE,
        seconds=int(request.app.state.settings.solve_seconds),
        **values,
    )


def _shown(bench: showing.Bench) -> dict[str, Any]:
    """Return what takes long to find: of thousands of cells."""
    tray, waiting = bench.tray()
    return {
        "rows": bench.rows(),
        "hand": bench.in_hand(),
        "strip": bench.strip(),
        "tray": tray,
        "waiting": waiting,
        "tray_pages": -(-waiting // showing.TRAY),
        "history": bench.history(),
        "days": [(day, date.fromisoformat(day)) for day in bench.days],
    }


def _why(refused: Refused | None, words: Words) -> Sequence[str]:
    """Return the reasons of a refusal; of one that came too late, what somebody else has done."""
    if isinstance(refused, service.CannotBe):
        return words.faults(refused.faults)
    if isinstance(refused, service.DraftChanged) and refused.desk.record.acts:
        return [words.act(refused.desk.record.acts[-1])]
    return []
