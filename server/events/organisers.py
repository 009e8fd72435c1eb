"""The page of an event's organisers: who they are, what each may do, and what was changed of it."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from server import access, edits, forms
from server.emails import InviteOrganiser
from server.errors import NotFound
from server.events import inviting, organising, service, showing
from server.events.forms import OrganiserFields, RightsFields
from server.fields import MAIL_LOCALES
from server.models import Organiser, Right
from server.pages import page, to, translator_of
from server.rights import LABELS, MEANINGS
from server.roles import rights_of
from server.submitting import submitted


async def index(request: Request) -> Response:
    locale = service.mail_locale(access.event(request))
    return await _organisers(request, forms.Form({"mail_locale": locale, "rights": list(Right)}))


async def add(request: Request) -> Response:
    event, by = access.event(request), access.person(request)

    async def act(given: OrganiserFields) -> Response:
        await organising.add_organiser(event, given.email, rights=given.rights, locale=given.mail_locale, by=by)
        return to(f"/e/{event.slug}/organisers", notice="saved")

    return await submitted(
        request, OrganiserFields, act, _organisers, ask=partial(inviting.refusals, InviteOrganiser, by)
    )


async def invite(request: Request) -> Response:
    event = access.event(request)
    await organising.invite_again(event, await access.of_event(request, Organiser, "organiser"), access.person(request))
    return to(f"/e/{event.slug}/organisers", notice="invited")


async def show(request: Request) -> Response:
    """Show the form of an organiser's rights."""
    organiser = await access.of_event(request, Organiser, "organiser", "person")
    stored = {"rights": organising.ordered(organiser.rights)}
    return _rights(request, forms.Form(stored, drawn=edits.drawn_from(stored)), organiser)


async def save(request: Request) -> Response:
    organiser, typed = await access.of_event(request, Organiser, "organiser", "person"), await forms.typed_in(request)

    async def act(given: RightsFields) -> Response:
        values = organising.RightsValues(rights=organising.ordered(given.rights))
        await organising.set_rights(organiser, values, access.person(request), edit=edits.edit_of(typed))
        return to(f"/e/{access.event(request).slug}/organisers", notice="saved")

    again = partial(_rights, organiser=organiser)
    return await submitted(request, RightsFields, act, again, typed=typed)


async def ask_to_hand_over(request: Request) -> Response:
    return page(request, "events/hand_over.html", organiser=await _heir(request))


async def hand_over(request: Request) -> Response:
    event = access.event(request)
    await organising.hand_over(event, await _heir(request), access.person(request))
    return to(f"/e/{event.slug}/organisers", notice="saved")


async def _heir(request: Request) -> Organiser:
    organiser = await access.of_event(request, Organiser, "organiser", "person")
    if organiser.is_owner:
        raise NotFound
    return organiser


async def remove(request: Request) -> Response:
    event, person = access.event(request), access.person(request)
    organiser = await access.organiser_to_remove(request)
    await organising.remove_organiser(event, organiser, person)
    # An organiser who leaves may not see this page any more.
    return to(
        f"/e/{event.slug}" if organiser.person_id == person.id else f"/e/{event.slug}/organisers", notice="removed"
    )


def _choices(request: Request) -> list[tuple[Right, str, str]]:
    tr = translator_of(request).translate
    return [(right, tr(LABELS[right]), tr(MEANINGS[right])) for right in Right]


def _rights(request: Request, form: forms.Form, organiser: Organiser, status: int = 200) -> Response:
    return page(
        request,
        "events/rights.html",
        status=status,
        form=form,
        organiser=organiser,
        rights=_choices(request),
    )


async def _organisers(request: Request, form: forms.Form, status: int = 200) -> Response:
    event = access.event(request)
    found = await showing.organisers_of(event)
    tr = translator_of(request).translate
    return page(
        request,
        "events/organisers.html",
        status=status,
        form=form,
        organisers=[(each, [tr(LABELS[right]) for right in Right if right in rights_of(each)]) for each in found],
        owners=sum(each.is_owner for each in found),
        acts=await organising.acts_of(event, request.state.locale),
        rights=_choices(request),
        mail_locales=MAIL_LOCALES,
    )
