"""Pages of the crew, and the page by which organisers invite them."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from i18n import pgettext_
from server import access, forms
from server.crew import showing
from server.crew.forms import CrewFields
from server.emails import InviteDeskStaff
from server.events import inviting, service, team
from server.events import showing as events
from server.fields import MAIL_LOCALES
from server.models import CrewRole, EventCrew
from server.pages import page, to, translator_of
from server.submitting import submitted

ROLES = {
    CrewRole.DESK_STAFF: pgettext_("role", "Desk staff"),
    CrewRole.ESCORT: pgettext_("role", "Escort"),
}


async def index(request: Request) -> Response:
    locale = service.mail_locale(access.event(request))
    return await _index(request, forms.Form({"mail_locale": locale, "role": CrewRole.DESK_STAFF}))


async def add(request: Request) -> Response:
    event, by = access.event(request), access.person(request)

    async def act(given: CrewFields) -> Response:
        await team.add_crew(event, given.email, given.role, locale=given.mail_locale, by=by)
        return to(f"/e/{event.slug}/crew", notice="saved")

    return await submitted(request, CrewFields, act, _index, ask=partial(inviting.refusals, InviteDeskStaff, by))


async def invite(request: Request) -> Response:
    event = access.event(request)
    await team.invite_again(event, await access.of_event(request, EventCrew, "crew"), access.person(request))
    return to(f"/e/{event.slug}/crew", notice="invited")


async def remove(request: Request) -> Response:
    event = access.event(request)
    await team.remove_helper(event, await access.of_event(request, EventCrew, "crew"))
    return to(f"/e/{event.slug}/crew", notice="removed")


async def _index(request: Request, form: forms.Form, status: int = 200) -> Response:
    tr = translator_of(request).translate
    return page(
        request,
        "crew/index.html",
        status=status,
        form=form,
        crew=[(each, tr(ROLES[each.role])) for each in await showing.crew_of(access.event(request))],
        roles=[(role, tr(label)) for role, label in ROLES.items()],
        mail_locales=MAIL_LOCALES,
    )


async def arrivals(request: Request) -> Response:
    """Show desk staff who comes, where they sit next, and when they arrive."""
    return page(request, "crew/arrivals.html", comers=await showing.comers(access.event(request), request.state.locale))


async def escorting(request: Request) -> Response:
    """Show an escort the guests named to them, the programme, and where the tables are."""
    event = access.event(request)
    return page(
        request,
        "crew/escorting.html",
        guests=await showing.own_guests(event, access.person(request), request.state.locale),
        items=await events.plenary_items_of(event),
        halls=await showing.places_of(event),
    )
