"""The page on which a participant consents to recipients of data, each by itself."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.pages import page, to
from server.recipients import service
from server.recipients.forms import ChoiceFields
from server.registrations.consents import recipient_code
from server.submitting import submitted


async def own(request: Request) -> Response:
    agreed = await service.agreed_by(access.event(request).id, access.person(request))
    return await _own(request, forms.Form({"recipients": sorted(agreed)}))


async def _own(request: Request, form: forms.Form, status: int = 200) -> Response:
    found = await service.recipients_of(access.event(request).id)
    choices = [(recipient_code(each.id), each, service.purpose_of(each)) for each in found]
    return page(request, "recipients/own.html", status=status, form=form, choices=choices)


async def save(request: Request) -> Response:
    party, person, locale = access.own_party(request), access.person(request), request.state.locale

    async def act(given: ChoiceFields) -> Response:
        await service.choose(party, person, given.recipients, shown=given.shown, locale=locale)
        return to(f"/e/{access.event(request).slug}/me", notice="saved")

    return await submitted(request, ChoiceFields, act, _own)
