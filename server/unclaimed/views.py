"""The organiser's list of people without an address, and the page behind the link that each of them is given."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.accounts import service as accounts
from server.accounts import sessions
from server.accounts.forms import SignIn
from server.middleware import client_key
from server.models import Unclaimed
from server.pages import page, to
from server.unclaimed import service

REQUEST_COOKIE = "sign_in_request"


async def index(request: Request) -> Response:
    people = await service.waiting(access.event(request), request.app.state.settings)
    return page(request, "unclaimed/index.html", people=people)


async def renew(request: Request) -> Response:
    await service.renew(await access.of_event(request, Unclaimed, "unclaimed"))
    return to(f"/e/{access.event(request).slug}/unclaimed", notice="link_renewed")


async def show(request: Request) -> Response:
    row = await service.find(request.path_params["claim"], request.app.state.settings)
    return _claim(request, row, forms.Form())


async def ask(request: Request) -> Response:
    """Send a sign-in e-mail to the address that they enter; its link leads back here."""
    row = await service.find(request.path_params["claim"], request.app.state.settings)
    here = request.url.path
    try:
        asked = await forms.parse(request, SignIn)
    except forms.Invalid as invalid:
        return _claim(request, row, invalid.form, status=422)
    request_token = await accounts.ask_to_sign_in(
        asked.email, locale=request.state.locale, next_path=here, caller=client_key(request)
    )
    answer = to("/sign-in/code")
    seconds = int(accounts.LINK_LIFETIME.total_seconds())
    sessions.remember(answer, request.app.state.settings, REQUEST_COOKIE, request_token, seconds)
    return answer


async def take(request: Request) -> Response:
    row = await service.find(request.path_params["claim"], request.app.state.settings)
    await service.claim(row, access.person(request))
    return to(f"/e/{row.event.slug}/me")


def _claim(request: Request, row: Unclaimed, form: forms.Form, status: int = 200) -> Response:
    return page(
        request,
        "unclaimed/claim.html",
        status=status,
        form=form,
        here=request.url.path,
        of=row.event,
        full_name=row.person.full_name,
    )
