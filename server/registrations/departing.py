"""Pages on which participants withdraw consents, leave the event and come back, and organisers remove parties."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.absences.asking import lines
from server.desk import inviting
from server.errors import NotFound
from server.files.clearing import bytes_follow_rows
from server.letters import correcting
from server.models import CalendarEntry, Departure, Person, Registration, Side
from server.pages import home_of, page, to
from server.problems import to_programs
from server.registrations import farewell, leaving, showing
from server.registrations.consents import Purpose, purpose_of
from server.registrations.forms import ContactFields
from server.submitting import submitted


def _base(request: Request) -> str:
    return f"/e/{access.event(request).slug}"


async def _meetings(request: Request, party: Registration) -> list[tuple[CalendarEntry, str]]:
    """Return the party's future published meetings, each with the name of the other side."""
    return lines(request, await farewell.published_meetings_of(party))


# Leaving ----------------------------------------------------------------------------------------------------------


async def withdraw(request: Request) -> Response:
    """Ask for confirmation before leaving; the only delegate of an enterprise is told the alternatives."""
    party = access.own_party(request)
    return await _ask(request, party, is_last=await leaving.is_last_delegate(party))


async def do_withdraw(request: Request) -> Response:
    party = access.own_party(request)
    try:
        await leaving.leave(party, access.person(request))
    except leaving.LastDelegate as refused:
        to_programs(request, refused)
        return await _ask(request, party, is_last=True, status=refused.status)
    if party.side == Side.EXPERT:
        return to(f"{_base(request)}/me", notice="withdrawn")
    # A delegate who has left may not see the own page any more; the enterprise stays registered.
    return to(f"{_base(request)}/left", notice="left")


async def _ask(request: Request, party: Registration, *, is_last: bool, status: int = 200) -> Response:
    meetings = await _meetings(request, party)
    template = "registrations/withdraw.html"
    return page(request, template, status=status, party=party, is_last=is_last, meetings=meetings)


async def withdraw_enterprise(request: Request) -> Response:
    party = access.own_enterprise(request)
    return page(
        request, "registrations/withdraw_enterprise.html", party=party, meetings=await _meetings(request, party)
    )


async def do_withdraw_enterprise(request: Request) -> Response:
    party = access.own_enterprise(request)
    await leaving.withdraw_party(party, access.person(request))
    return to(f"{_base(request)}/me", notice="withdrawn")


# Coming back ------------------------------------------------------------------------------------------------------


async def left(request: Request) -> Response:
    """Show what the viewer has left within the last day, with buttons to undo it."""
    return page(request, "registrations/left.html", departures=await _departures(request), until=leaving.undo_until)


async def undo(request: Request) -> Response:
    wanted = access.path_id(request, "departure")
    found = next((each for each in await _departures(request) if each.id == wanted), None)
    if found is None:
        raise NotFound
    await leaving.undo(found, access.person(request))
    return to(f"{_base(request)}/{'interpreting' if found.interpreter_id else 'me'}", notice="back")


async def _departures(request: Request) -> list[Departure]:
    return await leaving.departures(
        access.event(request), access.person(request), acts_for=access.own(request).enterprise
    )


# Consents ---------------------------------------------------------------------------------------------------------


async def consent(request: Request) -> Response:
    """Ask for confirmation before a consent is withdrawn, and show the consequences."""
    party, purpose = access.own_party(request), _purpose(request)
    return page(
        request,
        "registrations/end_consent.html",
        party=party,
        purpose=purpose,
        is_last=await leaving.is_last_delegate(party),
        meetings=await _meetings(request, party),
    )


async def end_consent(request: Request) -> Response:
    party, purpose = access.own_party(request), _purpose(request)
    async with bytes_follow_rows(request.app.state.settings.files_dir, party.id):
        departure = await leaving.end_consent(party, access.person(request), purpose.code)
    if departure is None:
        return to(f"{_base(request)}/me", notice="consent_withdrawn")
    is_gone = party.side == Side.ENTERPRISE and party.withdrawn_at is None
    return to(f"{_base(request)}/{'left' if is_gone else 'me'}", notice="consent_withdrawn")


def _purpose(request: Request) -> Purpose:
    settings = request.app.state.settings
    found = purpose_of(request.path_params["purpose"], *settings.hosts, registries=settings.registries)
    if found is None:
        raise NotFound
    return found


# By an organiser --------------------------------------------------------------------------------------------------


async def ask_to_take_out(request: Request) -> Response:
    meetings = await _meetings(request, access.own_party(request))
    return page(request, "registrations/take_out.html", meetings=meetings)


async def take_out(request: Request) -> Response:
    if await leaving.take_out(access.own_party(request), access.person(request)) is None:
        access.nothing_done(request)
    return to(home_of(request), notice="withdrawn")


async def take_back(request: Request) -> Response:
    """Bring back a party that an organiser removed."""
    party = access.own_party(request)
    found = await showing.last_taking_out(party)
    if found is None or (found.undone_at is not None and party.withdrawn_at is not None):
        # A party that has since left by itself comes back by itself.
        raise leaving.TooLate
    if not await leaving.undo(found, access.person(request)):
        access.nothing_done(request)
    return to(home_of(request), notice="restored")


async def contact(request: Request) -> Response:
    who = await _contact(request, request.query_params.get("person"))
    form = forms.Form({"email": who.email if who.has_address else "", "person": str(who.id)})
    return _contact_page(request, form)


def _contact_page(request: Request, form: forms.Form, *, status: int = 200) -> Response:
    return page(request, "registrations/contact.html", status=status, form=form)


async def save_contact(request: Request) -> Response:
    event, typed = access.event(request), await forms.typed_in(request)
    who = await _contact(request, typed.get("person"))

    async def act(given: ContactFields) -> Response:
        waited = await correcting.change_address(event, who, given.email)
        if not waited and who.email != given.email:
            party, by = access.own_party(request), access.person(request)
            await inviting.invite(event, [party.id], by=by, emails=[given.email])
        return to(home_of(request), notice="saved")

    return await submitted(request, ContactFields, act, _contact_page, ask=forms.nothing_else)


async def _contact(request: Request, wanted: object) -> Person:
    """Return the wanted person of the party, or its first person."""
    party = access.own_party(request)
    of = [party] if party.person_id else await showing.delegates_of(party)
    people: list[Person] = [each.person for each in of]
    found = next((each for each in people if not wanted or str(each.id) == wanted), None)
    if found is None:
        raise NotFound
    return found
