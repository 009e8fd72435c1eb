"""Pages of the administrator of the installation."""

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from server import access
from server.administration import service, showing
from server.pages import page, page_number, to


async def index(request: Request) -> Response:
    number = page_number(request.query_params)
    found, is_last = await showing.events_at(number, request.state.locale)
    return page(
        request,
        "administration/index.html",
        events=found,
        number=number,
        is_last=is_last,
        queue=await showing.queue_health(),
        zone=ZoneInfo(access.person(request).time_zone or "UTC"),
    )


async def invite(request: Request) -> Response:
    await service.invite_owners(await access.any_event(request), access.person(request))
    return to("/administration", notice="invited")


async def ask_to_enter(request: Request) -> Response:
    return page(request, "administration/enter.html", entered=await access.any_event(request))


async def enter(request: Request) -> Response:
    event = await access.any_event(request)
    await service.enter(event, access.person(request))
    return to(f"/e/{event.slug}/desk", notice="saved")
