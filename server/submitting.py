"""What every sent form does: parse it, act on it, or show it again with its faults."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from server import forms
from server.edits import EditConflict
from server.problems import to_programs

S = TypeVar("S", bound=forms.Fields)


class Again(Protocol):
    """Renders the page of the form with these values and faults."""

    def __call__(self, request: Request, form: forms.Form, *, status: int) -> Response | Awaitable[Response]: ...


async def submitted(
    request: Request,
    schema: type[S],
    act: Callable[[S], Awaitable[Response]],
    again: Again,
    *,
    typed: Mapping[str, Any] | None = None,
    ask: forms.Ask[S] | None = None,
    context: Mapping[str, Any] | None = None,
    shown_in: Mapping[str, str] | None = None,
    as_shown: Callable[[forms.Form], forms.Form] | None = None,
) -> Response:
    """Return the answer to a form: of act, or the form again with faults or changes saved by others.

    Programs get problem details instead. act: calls the service and redirects. typed: values changed by the view. ask:
    as in `forms.submit`; without it a service's refusal has a page of its own. context: as in `forms.check`. shown_in:
    as in `EditConflict.form`. as_shown: converts values saved by others to the format of their fields.
    """
    values = await forms.typed_in(request) if typed is None else typed
    try:
        if ask is None:
            return await act(forms.check(schema, values, context))
        return await forms.submit(schema, values, act, ask=ask, context=context)
    except forms.Invalid as invalid:
        to_programs(request, invalid)
        form, status = invalid.form, invalid.status
    except EditConflict as conflict:
        to_programs(request, conflict)
        form, status = conflict.form(values, shown_in), conflict.status
        form = as_shown(form) if as_shown else form
    shown = again(request, form, status=status)
    return await shown if isawaitable(shown) else shown
