"""An interpreter's own page."""

from starlette.requests import Request
from starlette.responses import Response

from i18n import formats
from server import access, behalf, edits, forms
from server.absences import service as absences
from server.absences.asking import asking
from server.errors import NotFound
from server.events.grid import SlotsChanged
from server.events.presence import grid_of
from server.interpreters import service
from server.interpreters.forms import OwnFields
from server.models import Interpreter
from server.pages import page, to
from server.problems import to_programs
from server.registrations import leaving
from server.speaking import TALK_LANGUAGES
from server.submitting import submitted


def _own(request: Request) -> Interpreter:
    found = access.own(request).interpreter
    if found is None:
        raise NotFound
    return found


async def own(request: Request) -> Response:
    columns = edits.columns_of(_own(request), OwnFields.model_fields)
    values = {name: edits.as_typed(value) for name, value in columns.items()}
    return await _page(request, forms.Form(values, drawn=edits.drawn_from(columns)))


async def save(request: Request) -> Response:
    typed = await forms.typed_in(request)

    async def act(given: OwnFields) -> Response:
        await service.change(_own(request), given.values(), edits.edit_of(typed), asking=await asking(request))
        return to(f"/e/{access.event(request).slug}/interpreting", notice="saved")

    try:
        return await submitted(request, OwnFields, act, _page, ask=forms.nothing_else)
    except SlotsChanged as changed:
        to_programs(request, changed)
        return await _page(request, forms.Form(typed, {"": changed.message}), status=changed.status)


async def _page(request: Request, form: forms.Form, status: int = 200) -> Response:
    interpreter, code = _own(request), request.state.locale
    departure, absence = await service.open_departure(interpreter), await absences.open_of(interpreter)
    return page(
        request,
        "interpreters/own.html",
        status=status,
        form=form,
        languages=[(tag, formats.language(tag, code)) for tag in TALK_LANGUAGES],
        grid=await grid_of(access.event(request), code),
        departure=departure,
        absence=absence,
        absence_times=absences.times_to_come(absence) if absence else [],
        until=leaving.undo_until(departure) if departure and leaving.can_be_undone(departure) else None,
        acts=await behalf.acts_for(code, interpreter=interpreter),
    )


async def ask(request: Request) -> Response:
    return page(request, "interpreters/leave.html")


async def cannot_come(request: Request) -> Response:
    await service.cannot_come(_own(request), access.person(request))
    return to(f"/e/{access.event(request).slug}/interpreting")
