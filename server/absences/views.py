"""Pages of absence requests: the organisers' list, deciding a request, cancelling a request."""

from starlette.requests import Request
from starlette.responses import Response

from i18n import Translator, _, pgettext_
from server import access, forms
from server.absences import service
from server.absences.asking import lines
from server.absences.telling import who_of
from server.errors import NotFound, Refused
from server.models import Decision, PresenceRequest
from server.pages import home_of, page, to


async def index(request: Request) -> Response:
    """Show the open requests to organisers."""
    tr, locale = Translator(request.state.locale).translate, request.state.locale
    waiting = [
        (
            each,
            who_of(each.request, locale),
            tr(pgettext_("label", "Interpreter")) if each.request.interpreter_id else "",
            lines(request, each.meetings),
        )
        for each in await service.open_requests(access.event(request))
    ]
    return page(request, "absences/index.html", waiting=waiting)


async def decide(request: Request) -> Response:
    found = await access.of_event(request, PresenceRequest, "absence")
    typed = await forms.typed_in(request)
    if typed.get("decision") not in (Decision.GRANTED, Decision.DECLINED):
        raise Refused(_("Choose one of the options."))
    decision = Decision(str(typed["decision"]))
    seen = str(typed["seen"]) if "seen" in typed else None
    await service.decide(found, access.person(request), decision, seen=seen)
    return to(f"/e/{access.event(request).slug}/absences", notice=f"absence_{decision}")


async def take_back(request: Request) -> Response:
    """Cancel a request: open to a person who acts for the party, and to the interpreter."""
    found = await access.of_event(request, PresenceRequest, "absence")
    own = access.own(request)
    is_party = own.party is not None and found.registration_id == own.party.id
    is_interpreter = own.interpreter is not None and found.interpreter_id == own.interpreter.id
    if not is_party and not is_interpreter:
        raise NotFound
    await service.take_back(found, access.person(request))
    home = home_of(request) if is_party else f"/e/{access.event(request).slug}/interpreting"
    return to(home, notice="absence_taken_back")
