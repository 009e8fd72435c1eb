"""Asking somebody who clears slots in which they have published meetings, before anything is saved."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.absences.service import Asking, ClearsMeetings
from server.models import CalendarEntry
from server.names import party_name
from server.pages import page


async def asking(request: Request) -> Asking:
    """The viewer, who clears slots of their own, and what they have been shown."""
    typed = forms.typed_values(await request.form(max_fields=forms.MAX_FIELDS))
    seen = typed.get("seen", "")
    return Asking(access.person(request), seen if isinstance(seen, str) else "")


async def ask(request: Request, error: Exception) -> Response:
    """Which meetings stand in the slots that somebody clears, with a button that asks the organiser."""
    assert isinstance(error, ClearsMeetings)
    typed = forms.typed_values(await request.form(max_fields=forms.MAX_FIELDS))
    return page(
        request,
        "absences/ask.html",
        status=error.status,
        meetings=lines(request, error.meetings),
        typed=forms.hidden(typed, but="seen"),
        mark=error.mark,
        action=request.url.path,
    )


def lines(request: Request, meetings: Sequence[CalendarEntry]) -> list[tuple[CalendarEntry, str]]:
    """Each with whom it is: the other side, or both for organisers and interpreters."""
    locale, own = request.state.locale, access.own(request).party
    return [
        (
            each,
            party_name(each.enterprise if each.expert_id == own.id else each.expert, locale)
            if own and own.id in (each.expert_id, each.enterprise_id)
            else f"{party_name(each.expert, locale)} · {party_name(each.enterprise, locale)}",
        )
        for each in meetings
    ]
