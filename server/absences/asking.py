"""The page that asks for confirmation before a participant clears slots in which they have published meetings."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.absences.service import AbsenceAsking, ClearsMeetings
from server.models import CalendarEntry
from server.names import party_name
from server.pages import page


async def asking(request: Request) -> AbsenceAsking:
    """Return who clears the slots (the viewer) and which meetings the confirmation page has shown them."""
    typed = await forms.typed_in(request)
    seen = typed.get("seen", "")
    return AbsenceAsking(access.person(request), seen if isinstance(seen, str) else "")


async def ask(request: Request, error: Exception) -> Response:
    """Return the confirmation page: the meetings in the slots to be cleared, and a button that asks the organiser."""
    assert isinstance(error, ClearsMeetings)
    typed = await forms.typed_in(request)
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
    """Return each meeting with the names to show beside it.

    Participants see the name of the other side; organisers and interpreters see both names.
    """
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
