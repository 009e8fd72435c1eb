"""The participant's own page: state, tasks, consents, delegates."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import Translator
from server import access, behalf, forms
from server.absences import service as absences
from server.changing import service as changing
from server.changing.fields import is_asked_for
from server.changing.showing import own_changes
from server.delegates.labels import ROLES
from server.errors import Refused
from server.events.presence import usable_slots
from server.events.service import mail_locale
from server.fields import MAIL_LOCALES
from server.models import Registration, Side
from server.needs import showing as needs
from server.once import once
from server.pages import home_of, page, to
from server.passports import service as passports
from server.profiles import TopicFields, among, still_found
from server.recipients import service as recipients
from server.registrations import agreeing, leaving, service, showing
from server.registrations.consents import Purpose, purpose_of
from server.registrations.forms import DelegateFields
from server.registrations.steps import STEPS
from server.schemes import scheme_of
from server.speaking import languages_with_levels
from server.submitting import submitted


async def me(request: Request) -> Response:
    return await _me(request, forms.Form({"mail_locale": mail_locale(access.event(request))}))


async def delegates(request: Request) -> Response:
    """Show an enterprise's delegates to organisers; its own people see them on their page."""
    return await _delegates(request, forms.Form({"mail_locale": mail_locale(access.event(request))}))


async def _delegates(request: Request, form: forms.Form, status: int = 200) -> Response:
    found = await showing.delegates_of(access.own_enterprise(request))
    template = "registrations/delegates.html"
    return page(
        request, template, status=status, form=form, delegates=found, delegate_roles=ROLES, mail_locales=MAIL_LOCALES
    )


async def _me(request: Request, form: forms.Form, status: int = 200) -> Response:
    party, person = access.own_party(request), access.person(request)
    departures = await leaving.departures(access.event(request), person, acts_for=access.own(request).enterprise)
    tr = Translator(request.state.locale).translate
    delegates = await showing.delegates_of(party)
    absence = await absences.open_of(party)
    count = await needs.count_of(party)
    return page(
        request,
        "registrations/me.html",
        status=status,
        form=form,
        party=party,
        steps=[
            (each.path(access.event(request).slug, Side(party.side)), tr(each.label))
            for each in STEPS[Side(party.side)]
        ],
        resumes_at=await showing.resumes_at(party, access.event(request).slug),
        is_consent_due=await agreeing.is_consent_due(party, person),
        acts=await behalf.acts_for(request.state.locale, party=party),
        consents=await _consents(request, party),
        **await _asked(request, party),
        # Other departures, such as from interpreting, do not concern this registration.
        departure=next((each for each in departures if each.is_whole and each.registration_id == party.id), None),
        undo_until=leaving.undo_until,
        is_taken_out=await leaving.is_taken_out(party),
        changes=own_changes(await changing.open_of(party), request.state.locale, scheme_of(access.event(request))),
        absence=absence,
        absence_times=absences.times_to_come(absence) if absence else [],
        delegates=delegates,
        delegate_roles=ROLES,
        mail_locales=MAIL_LOCALES,
        needs=count,
        languages=languages_with_levels(party, request.state.locale),
        usable=len((await usable_slots(party.event_id)).intersection(party.available)),
        found=still_found(f"{party.headline}\n{party.offer}", scheme_of(access.event(request)), party.topics),
    )


async def _consents(request: Request, party: Registration) -> list[tuple[Purpose | None, datetime]]:
    """Return the viewer's consents in force, each with the instant at which it was given."""
    settings = request.app.state.settings
    given, registries = await agreeing.consents_in_force(party.event_id, access.person(request)), settings.registries
    return [(purpose_of(each.purpose, *settings.hosts, registries=registries), each.given_at) for each in given]


async def _asked(request: Request, party: Registration) -> dict[str, Any]:
    """Return whether there are pages of what the event asks this party beside the steps of the registration."""
    is_expert, event = party.side == Side.EXPERT, access.event(request)
    return {
        "has_recipients": bool(await recipients.recipients_of(party.event_id)),
        "asks_passport": is_expert and await passports.asked_of(event, party) is not None,
    }


async def add_topic(request: Request) -> Response:
    """Add a suggested topic, which was found in the expert's text."""
    given = await forms.parse(request, TopicFields, among(scheme_of(access.event(request))))
    party = access.own_party(request)
    if is_asked_for(access.event(request), party):
        await changing.ask_for_topic(party, access.person(request), given.topic)
        return to(f"/e/{access.event(request).slug}/me", notice="changes_asked")
    await service.add_topic(party, given.topic)
    return to(f"/e/{access.event(request).slug}/me", notice="topic_added")


async def add_delegate(request: Request) -> Response:
    party, by = access.own_party(request), access.person(request)

    async def act(given: DelegateFields) -> Response:
        async def add() -> str:
            about = given.model_dump(exclude={"mail_locale"})
            await service.add_delegate(party, **about, locale=given.mail_locale, by=by)
            return _delegates_path(request)

        return to(await once(request, add), notice="saved")

    def ask(known: DelegateFields) -> AsyncIterator[Refused]:
        return service.delegate_refusals(party, known.valid("email"), by)

    again = _delegates if access.stead(request) else _me
    return await submitted(request, DelegateFields, act, again, ask=ask)


async def ask_to_remove_delegate(request: Request) -> Response:
    delegate = await showing.delegate_at(access.own_party(request), access.path_id(request, "delegate"))
    return page(request, "registrations/remove_delegate.html", delegate=delegate, back=_delegates_path(request))


async def remove_delegate(request: Request) -> Response:
    party = access.own_party(request)
    delegate = await showing.delegate_at(party, access.path_id(request, "delegate"))
    await service.remove_delegate(party, delegate)
    if delegate.person_id == access.person(request).id and access.stead(request) is None:
        # A delegate who removes themselves may not see this page any more.
        return to(f"/e/{access.event(request).slug}", notice="removed")
    return to(_delegates_path(request), notice="removed")


def _delegates_path(request: Request) -> str:
    return f"{home_of(request)}/delegates" if access.stead(request) else home_of(request)
