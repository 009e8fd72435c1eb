"""The page of an organiser's note on a plan: why there is this version."""

from functools import partial
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from server import access, edits, forms
from server.forms import Fields, Line
from server.models import Plan
from server.models.base import LINE
from server.pages import page, to
from server.plans import noting
from server.plans.noting import Note
from server.submitting import submitted


class NoteFields(Fields):
    """note: empty for none."""

    note: Annotated[Line, Field(max_length=LINE)] = ""


async def form(request: Request) -> Response:
    plan = await access.plan_for_organiser(request)
    stored = {"note": plan.note}
    return _page(request, forms.Form(stored, drawn=edits.drawn_from(stored)), plan=plan)


async def save(request: Request) -> Response:
    plan, typed = await access.plan_for_organiser(request), await forms.typed_in(request)

    async def act(given: NoteFields) -> Response:
        await noting.keep(plan, Note(note=given.note), edits.edit_of(typed))
        return to(f"/e/{access.event(request).slug}/plans/{plan.id}", notice="saved")

    return await submitted(request, NoteFields, act, partial(_page, plan=plan), typed=typed, ask=forms.nothing_else)


def _page(request: Request, form: forms.Form, *, plan: Plan, status: int = 200) -> Response:
    return page(request, "plans/note.html", status=status, form=form, plan=plan)
