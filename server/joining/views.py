"""The organisers' page of possible duplicate registrations, and the confirmation page before two are merged."""

from starlette.requests import Request
from starlette.responses import Response

from server import access
from server.errors import NotFound
from server.joining import finding, service
from server.joining.deciding import decision
from server.models import Registration
from server.names import party_name
from server.pages import page, page_number, to
from server.problems import to_programs
from server.translations.showing import text_reader


def _base(request: Request) -> str:
    return f"/e/{access.event(request).slug}/registered-twice"


async def index(request: Request) -> Response:
    event, locale = access.event(request), request.state.locale
    found = await finding.duplicates_page(event, page_number(request.query_params))
    joined = await finding.merged_registrations(event)
    return page(
        request,
        "joining/index.html",
        found=found,
        joined=[(party, party_name(row.kept, locale), row) for party, row in joined],
        texts=await text_reader(request),
    )


async def ask(request: Request) -> Response:
    """Show what moves and what is lost, before the merge."""
    kept, joined = await access.two_enterprises(request)
    if await decision(kept, joined) is not None:
        return to(_base(request))
    if kept.withdrawn_at is not None or joined.withdrawn_at is not None:
        raise NotFound
    return await _question(request, kept, joined)


async def join(request: Request) -> Response:
    kept, joined = await access.two_enterprises(request)
    try:
        await service.join(kept, joined, access.person(request))
    except service.TooMuch as refused:
        to_programs(request, refused)
        return await _question(request, kept, joined, status=refused.status)
    return to(_base(request), notice="joined")


async def tell_apart(request: Request) -> Response:
    kept, joined = await access.two_enterprises(request)
    await service.tell_apart(kept, joined, access.person(request))
    return to(_base(request), notice="told_apart")


async def _question(request: Request, kept: Registration, joined: Registration, *, status: int = 200) -> Response:
    moves, locale = await service.moves(kept, joined), request.state.locale
    return page(
        request,
        "joining/ask.html",
        status=status,
        kept=kept,
        joined=joined,
        name=party_name(kept, locale),
        moves=moves,
        texts=await text_reader(request),
        meetings=[(meeting, party_name(meeting.expert, locale)) for meeting in moves.meetings],
    )
