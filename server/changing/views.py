"""Pages of requested changes: the organisers' list, deciding, and cancelling a request of one's own."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.changing import service
from server.changing.forms import DecisionFields, numbered
from server.changing.showing import shown_change
from server.models import Registration
from server.names import party_name
from server.pages import home_of, page, to
from server.schemes import scheme_of
from server.submitting import submitted


async def index(request: Request) -> Response:
    """Show the open requests to organisers."""
    return await _index(request, forms.Form({}))


async def _index(request: Request, form: forms.Form, at: int = 0, status: int = 200) -> Response:
    """at: id of the registration whose form is shown again."""
    locale, scheme = request.state.locale, scheme_of(access.event(request))
    found = await service.waiting(access.event(request).id)
    waiting = [
        (party, party_name(party, locale), [shown_change(each, locale, scheme) for each in changes])
        for party, changes in found.items()
    ]
    return page(request, "changing/index.html", status=status, waiting=waiting, form=form, at=at)


async def decide(request: Request) -> Response:
    party = await access.of_event(request, Registration, "registration")
    typed = await forms.typed_in(request)
    seen = numbered(typed, "seen_")

    async def act(given: DecisionFields) -> Response:
        by = access.person(request)
        await service.decide(party, by, given.decisions, given.remark, seen=seen or None)
        return to(f"/e/{access.event(request).slug}/changes", notice="saved")

    async def again(request: Request, form: forms.Form, *, status: int) -> Response:
        return await _index(request, form, party.id, status)

    return await submitted(request, DecisionFields, act, again)


async def take_back(request: Request) -> Response:
    """Cancel a request of the viewer's own party."""
    party = access.own_party(request)
    await service.take_back(party, access.path_id(request, "change"), access.person(request))
    return to(home_of(request), notice="change_taken_back")
