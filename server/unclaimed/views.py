"""The organisers' list of people without an address, and the page behind each person's link."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.models import Unclaimed
from server.pages import page, page_number, to
from server.translations.showing import text_reader
from server.unclaimed import service


async def index(request: Request) -> Response:
    asked = request.query_params.get("person", "")
    person_id = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    number = page_number(request.query_params)
    settings = request.app.state.settings
    texts = await text_reader(request)
    waiting = await service.people_waiting(access.event(request), settings, texts, number=number, person_id=person_id)
    return page(request, "unclaimed/index.html", waiting=waiting)


async def renew(request: Request) -> Response:
    row = await access.of_event(request, Unclaimed, "unclaimed")
    await service.renew(row)
    return to(f"/e/{access.event(request).slug}/unclaimed?person={row.person_id}", notice="link_renewed")


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
