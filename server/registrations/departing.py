"""Pages on which people withdraw a consent, leave the event, and come back."""

from starlette.requests import Request
from starlette.responses import Response

from server import access
from server.errors import NotFound
from server.models import Departure, Registration, Side
from server.pages import page, to
from server.registrations import leaving
from server.registrations.consents import BY_CODE, Purpose


def _base(request: Request) -> str:
    return f"/e/{access.event(request).slug}"


# Leaving ----------------------------------------------------------------------------------------------------------


async def withdraw(request: Request) -> Response:
    """Asks whether the person wants to leave; tells the only delegate of an enterprise what else there is to do."""
    party = access.own_party(request)
    return await _ask(request, party, is_last=await leaving.is_last_delegate(party))


async def do_withdraw(request: Request) -> Response:
    party = access.own_party(request)
    try:
        await leaving.leave(party, access.person(request))
    except leaving.LastDelegate as refused:
        return await _ask(request, party, is_last=True, status=refused.status)
    # A delegate who has left has no page of their own here any more.
    return to(f"{_base(request)}/{'me' if party.side == Side.EXPERT else 'left'}", notice="withdrawn")


async def _ask(request: Request, party: Registration, *, is_last: bool, status: int = 200) -> Response:
    meetings = await leaving.published_meetings(party)
    template = "registrations/withdraw.html"
    return page(request, template, status=status, party=party, is_last=is_last, meetings=meetings)


async def withdraw_enterprise(request: Request) -> Response:
    party = access.own_enterprise(request)
    return page(
        request, "registrations/withdraw_enterprise.html", party=party, meetings=await leaving.published_meetings(party)
    )


async def do_withdraw_enterprise(request: Request) -> Response:
    party = access.own_enterprise(request)
    await leaving.withdraw(party, access.person(request))
    return to(f"{_base(request)}/me", notice="withdrawn")


# Coming back ------------------------------------------------------------------------------------------------------


async def left(request: Request) -> Response:
    """What the viewer has left here within the last day, each with the way back."""
    return page(request, "registrations/left.html", departures=await _departures(request), until=leaving.undo_until)


async def undo(request: Request) -> Response:
    wanted = access.path_id(request, "departure")
    found = next((each for each in await _departures(request) if each.id == wanted), None)
    if found is None:
        raise NotFound
    await leaving.undo(found)
    return to(f"{_base(request)}/{'interpreting' if found.interpreter_id else 'me'}", notice="back")


async def _departures(request: Request) -> list[Departure]:
    return await leaving.departures(
        access.event(request), access.person(request), acts_for=access.own(request).enterprise
    )


# Consents ---------------------------------------------------------------------------------------------------------


async def consent(request: Request) -> Response:
    """Asks whether the consent to one purpose is withdrawn, and says what ends with it."""
    party, purpose = access.own_party(request), _purpose(request)
    return page(
        request,
        "registrations/end_consent.html",
        party=party,
        purpose=purpose,
        is_last=await leaving.is_last_delegate(party),
        meetings=await leaving.published_meetings(party),
    )


async def end_consent(request: Request) -> Response:
    party, purpose = access.own_party(request), _purpose(request)
    if await leaving.end_consent(party, access.person(request), purpose.code) is None:
        return to(f"{_base(request)}/me", notice="consent_withdrawn")
    is_gone = party.side == Side.ENTERPRISE and party.withdrawn_at is None
    return to(f"{_base(request)}/{'left' if is_gone else 'me'}", notice="consent_withdrawn")


def _purpose(request: Request) -> Purpose:
    found = BY_CODE.get(request.path_params["purpose"])
    if found is None:
        raise NotFound
    return found
