"""The organisers' list of people without an address, and the page behind each person's link."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.models import Unclaimed
from server.pages import page, to
from server.unclaimed import service


async def index(request: Request) -> Response:
    people = await service.people_waiting(access.event(request), request.app.state.settings)
    return page(request, "unclaimed/index.html", people=people)


async def renew(request: Request) -> Response:
    await service.renew(await access.of_event(request, Unclaimed, "unclaimed"))
    return to(f"/e/{access.event(request).slug}/unclaimed", notice="link_renewed")


async def show(request: Request) -> Response:
    row = await service.unclaimed_by_token(request.path_params["claim"], request.app.state.settings)
    # Visitors who are not signed in see the sign-in form, which leads back to this page.
    here = request.url.path
    return page(
        request, "unclaimed/claim.html", form=forms.Form(), here=here, of=row.event, full_name=row.person.full_name
    )


async def take(request: Request) -> Response:
    row = await service.unclaimed_by_token(request.path_params["claim"], request.app.state.settings)
    await service.claim_data(row, access.person(request))
    return to(f"/e/{row.event.slug}/me")
