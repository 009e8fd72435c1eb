"""Pages of the registration steps for both sides."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import Translator
from server import access, edits, forms
from server.absences.asking import asking
from server.changing import service as changing
from server.changing.fields import is_asked_for
from server.errors import NotFound, Refused
from server.events.grid import SlotsChanged
from server.models import OrganisationKind, Registration, Side
from server.pages import home_of, page, to, typed_again
from server.plans.guarding import shown_first
from server.prefill import asking as asking_registries
from server.prefill.asking import Prefill
from server.prefill.registries import LIMITS
from server.problems import to_programs
from server.profiles import among, found_in_form, written_in
from server.registrations import agreeing, keeping, reserved, service, showing, writing
from server.registrations.choosing import CHOICES
from server.registrations.consents import offered
from server.registrations.forms import (
    ConsentFields,
    CooperationFields,
    EnterprisePresenceFields,
    EnterpriseProfileFields,
    ExpertWorkFields,
    PresenceFields,
)
from server.registrations.labels import LABELS
from server.registrations.steps import STEPS, Step, labels_of, next_step
from server.registrations.values import DelegateValues, OrganisationValues, PersonValues, RegistrationValues
from server.registrations.window import closing, refuse_if_closed
from server.registrations.writing import ABOUT
from server.schemes import scheme_of
from server.speaking import LEVEL_FIELDS, level_values, saved_levels
from server.submitting import submitted
from server.topics.offering import EVERY, offer
from server.translations import own
from server.travel import service as travel
from server.visible import for_organisers

# Values of the field "as": what a form asks for in place of saving.
KEEP, FORGET = "keep", "forget"


async def start(request: Request) -> Response:
    """Ask visitors for their address first; after signing in they reach the first step."""
    event, side = access.event(request), _side(request)
    here = f"/e/{event.slug}/register/{side}"
    if access.viewer(request) is None:
        refuse_if_closed(event)
        labels = [Translator(request.state.locale).translate(label) for label in labels_of(side)]
        return page(request, "registrations/start.html", side=side, steps=labels, form=forms.Form({"next": here}))
    return to(f"{here}/{STEPS[side][0].name}")


async def step(request: Request) -> Response:
    side, current = _step(request)
    registration = _own(request, side)
    if registration is None:
        # Text typed before signing in is shown again, though saving will be refused.
        if not request.state.held or current is not STEPS[side][0]:
            refuse_if_closed(access.event(request))
        if current is not STEPS[side][0]:
            return to(f"/e/{access.event(request).slug}/register/{side}")
    elif current.is_apart:
        return to(current.path(access.event(request).slug, side))
    elif missing := _missing_before(registration, current):
        return to(f"/e/{access.event(request).slug}/register/{side}/{missing}")
    columns = await _drawn_columns(request, registration, current)
    shown = {**columns, **writing.said_by_others(request, current.schema, columns, registration)}
    values = {name: edits.as_typed(value) for name, value in shown.items() if name != "levels"}
    values |= level_values(shown.get("levels"))
    form = forms.Form(values, drawn=edits.drawn_from(columns) if registration is not None else "")
    if current.schema is PresenceFields and request.query_params.get("stay") == "yes" and registration is not None:
        # Ticked in the form only: nothing is saved until the person does.
        values["available"] = edits.as_typed(await travel.offered(registration) or registration.available)
    elif _keeps(request, side, current) and not request.state.held:
        kept = await keeping.kept(access.event(request), access.person(request), side, current, form.drawn)
        return await _step_page(request, typed_again(form, kept or {}), side, current, is_kept=kept is not None)
    return await _step_page(request, form, side, current)


def _keeps(request: Request, side: Side, current: Step) -> bool:
    """Return whether what is typed in the step is kept before it is sent: in drafts, but for consents."""
    party = _own(request, side)
    is_draft = access.stead(request) is None and (party is None or party.registered_at is None)
    return is_draft and current.schema is not ConsentFields


async def _keep(request: Request, side: Side, current: Step, typed: Mapping[str, Any]) -> Response:
    """Keep what is typed so far, or forget it and show the step as it is saved."""
    if not _keeps(request, side, current):
        raise NotFound
    event, person, registration = access.event(request), access.person(request), _own(request, side)
    if typed["as"] == FORGET:
        await keeping.forget(event, person, side, current)
        return to(current.path(event.slug, side))
    if registration is None:
        refuse_if_closed(event)
    columns = await _drawn_columns(request, registration, current)
    drawn = edits.drawn_from(columns) if registration is not None else ""
    await keeping.keep(event, person, side, current, typed, drawn)
    return Response(status_code=204)


async def save_step(request: Request) -> Response:
    side, current = _step(request)
    registration = _own(request, side)
    typed = await forms.typed_in(request)
    if registration is None and edits.edit_of(typed).drawn is not None:
        return await _not_theirs_any_more(request, side, current, typed)
    if current.is_apart or (registration is None and current is not STEPS[side][0]):
        raise NotFound
    if registration is not None and (missing := _missing_before(registration, current)):
        return to(f"/e/{access.event(request).slug}/register/{side}/{missing}")
    was_registered = registration is not None and registration.registered_at is not None
    if typed.get("as") in (KEEP, FORGET):
        return await _keep(request, side, current, typed)
    if typed.get("as") in ("suggest", EVERY):
        return await _step_page(request, forms.Form(typed), side, current)
    if current.schema is ExpertWorkFields and typed.get("as") in asking_registries.ACTS:
        prefill = await asking_registries.asked(request, typed)
        return await _step_page(request, forms.Form(asking_registries.taken(typed)), side, current, prefill=prefill)
    edit = edits.edit_of(typed, LEVEL_FIELDS)

    async def act(given: forms.Fields) -> Response:
        await SAVERS[current.schema](request, registration, given, edit)
        if _keeps(request, side, current):
            await keeping.forget(access.event(request), access.person(request), side, current)
        return await _after(request, side, current, was_registered=was_registered)

    def ask(known: forms.Fields) -> AsyncIterator[Refused]:
        if registration is not None:
            return service.refusals(registration, parallel=edit.changed("parallel", known.valid("parallel")))
        return service.newcomer_refusals(access.event(request), access.person(request), side)

    context = {**among(scheme_of(access.event(request))), **saved_levels(registration)}
    again = partial(_step_page, side=side, current=current)
    schema = writing.schema_for(request, registration, current.schema)
    try:
        return await submitted(request, schema, act, again, ask=ask, context=context, shown_in=LEVEL_FIELDS)
    except SlotsChanged as changed:
        to_programs(request, changed)
        return await again(request, _with_new_slots(typed, registration, changed), status=changed.status)


def _with_new_slots(typed: Mapping[str, Any], party: Registration | None, changed: SlotsChanged) -> forms.Form:
    """Return the form with the stored availability: the ticks that were sent are of slots that are gone."""
    assert party is not None
    return forms.Form({**typed, "available": edits.as_typed(party.available)}, {"": changed.message})


async def _not_theirs_any_more(request: Request, side: Side, current: Step, typed: Mapping[str, Any]) -> Response:
    """Return the page for a form of a registration that its sender no longer acts for: it must not create a new one."""
    if current is not STEPS[side][0]:
        raise service.ActsNoMore
    refused = service.ActsNoMore()
    to_programs(request, refused)
    return await _step_page(request, forms.Form(typed, {"": refused.message}), side, current, status=refused.status)


def _missing_before(registration: Registration, current: Step) -> str | None:
    """Return the step that has to come first, or None: languages and availability are required."""
    due = next_step(registration)
    return due if current.schema is ConsentFields and due != current.name else None


async def _after(request: Request, side: Side, current: Step, *, was_registered: bool) -> Response:
    """Redirect to the next step after saving, or to the own page if the registration was complete."""
    if access.stead(request) is not None:
        return to(home_of(request), notice="saved")
    slug, order = access.event(request).slug, STEPS[side]
    if was_registered:
        party = _own(request, side)
        is_asked = current.schema in ASKED and party is not None and await changing.open_of(party)
        return to(f"/e/{slug}/me", notice="changes_asked" if is_asked else "saved")
    if current is order[-1]:
        return to(f"/e/{slug}/me", notice="registered")
    return to(order[order.index(current) + 1].path(slug, side))


def _side(request: Request) -> Side:
    instead = access.stead(request)
    if instead is not None:
        return Side(instead.party.side)
    try:
        return Side(request.path_params["side"])
    except ValueError:
        raise NotFound from None


def _step(request: Request) -> tuple[Side, Step]:
    side = _side(request)
    found = next((each for each in STEPS[side] if each.name == request.path_params["step"]), None)
    if found is None or (access.stead(request) is not None and (found.is_apart or found.schema is ConsentFields)):
        # Nobody can give consent for others.
        raise NotFound
    return side, found


def _own(request: Request, side: Side) -> Registration | None:
    instead = access.stead(request)
    if instead is not None:
        return instead.party
    standing = access.own(request)
    return standing.expert if side is Side.EXPERT else standing.enterprise


async def _step_page(
    request: Request,
    form: forms.Form,
    side: Side,
    current: Step,
    status: int = 200,
    prefill: Prefill | None = None,
    is_kept: bool = False,
) -> Response:
    tr = Translator(request.state.locale).translate
    return page(
        request,
        f"registrations/{side}_{current.name}.html"
        if current.name in ("work", "profile")
        else f"registrations/{current.name}.html",
        status=status,
        form=form,
        side=side,
        steps=[tr(label) for label in labels_of(side)],
        position=STEPS[side].index(current) + 2,
        keeps=_keeps(request, side, current),
        is_kept=is_kept,
        closed=closing(access.event(request)),
        is_asked_for=current.schema in ASKED and _is_asked_for(request, _own(request, side)),
        is_draft=access.stead(request) is None
        and (_own(request, side) is None or _own(request, side).registered_at is None),  # type: ignore[union-attr]
        offer=offer(request, form.values),
        prefill=prefill or asking_registries.offered(request),
        prefill_labels={name: tr(LABELS[name]) for name in LIMITS},
        found=found_in_form(form.values, scheme_of(access.event(request)), ("headline", "offer"), ("topics",)),
        others=await writing.languages(request, _own(request, side), current.schema),
        kept=(kept := writing.kept(request, _own(request, side))),
        kept_note=reserved.note(kept, Translator(request.state.locale)),
        **await CHOICES[current.name](request),
    )


# What stands, as a form shows it ----------------------------------------------------------------------------------


async def _drawn_columns(request: Request, registration: Registration | None, current: Step) -> dict[str, Any]:
    """Return the present values of the step's fields, with the texts in other languages."""
    others = await writing.columns(request, registration, current.schema)
    return {**(await _columns(request, registration, current)), **others}


async def _columns(request: Request, registration: Registration | None, current: Step) -> dict[str, Any]:
    """Return the present values of the step's fields, from whichever rows have them."""
    person = access.subject(request)
    if registration is None:
        return {**edits.columns_of(person, ABOUT), "kind": OrganisationKind.ENTERPRISE}
    if current.schema is ConsentFields:
        given = await agreeing.consents_in_force(registration.event_id, person)
        # Somebody who agreed to another wording, or to another host, has not agreed to this one.
        asked = offered(*request.app.state.settings.hosts)
        in_force = {(purpose.code, purpose.version) for purpose in asked}
        return {"purposes": [each.purpose for each in given if (each.purpose, each.version) in in_force]}
    if access.stead(request) is not None:
        registration = for_organisers(registration)  # what the expert keeps is not drawn, and stays as it is
        person = registration.person if registration.person_id else person
    sources: list[Any] = [person, registration]
    if current.schema is EnterpriseProfileFields:
        delegate = await showing.delegate_row(registration, person)
        sources = [registration.organisation, delegate, person, registration]
    values: dict[str, Any] = {}
    for name in current.schema.model_fields:
        if name == "others":
            continue
        source = next((each for each in sources if hasattr(each, name)), None)
        values[name] = getattr(source, name, "")
    return values


# How each step is saved -------------------------------------------------------------------------------------------

# Steps whose answers wait for an organiser once the registration window is closed.
ASKED = frozenset({ExpertWorkFields, CooperationFields, EnterpriseProfileFields})


async def _save_work(
    request: Request, registration: Registration | None, given: ExpertWorkFields, edit: edits.Edit
) -> None:
    locale = written_in(f"{given.headline}\n{given.offer}", request.state.locale)
    kept = writing.kept(request, registration)
    values = RegistrationValues(**given.model_dump(exclude={*ABOUT, *kept}), text_locale=locale)
    about = PersonValues(**given.model_dump(include={*ABOUT} - kept))
    event, is_organiser = access.event(request), access.stead(request) is not None
    party = registration if _is_asked_for(request, registration) else None

    async def written() -> int:
        person = access.subject(request)
        if party is not None:
            await changing.ask(party, person, [(party, values)], edit, own=[(person, about)])
            return party.id
        saved = await service.save_expert(event, person, about, values, by_organiser=is_organiser, edit=edit)
        return saved.id

    await own.saved_with(event, written, writing.own_texts(given, kept), by=access.person(request), edit=edit)


async def _save_profile(
    request: Request, registration: Registration | None, given: EnterpriseProfileFields, edit: edits.Edit
) -> None:
    event, locale, person = access.event(request), request.state.locale, access.subject(request)
    about = PersonValues(full_name=given.full_name)
    values = RegistrationValues(
        languages=given.languages, levels=given.levels, note=given.note, text_locale=written_in(given.note, locale)
    )
    of_firm = OrganisationValues(
        **given.model_dump(include={"name", "latin_name", "kind", "description"}),
        description_locale=written_in(given.description, locale),
    )
    party = registration if _is_asked_for(request, registration) else None

    async def written() -> int:
        if party is not None:
            part = DelegateValues(position=given.position)
            own_rows = [(await showing.delegate_row(party, person), part), (person, about)]
            await changing.ask(party, person, [(party, values), (party.organisation, of_firm)], edit, own=own_rows)
            return party.id
        saved = await service.save_enterprise(
            event,
            person,
            about,
            of_firm,
            values,
            registration=registration,
            position=given.position,
            by_organiser=access.stead(request) is not None,
            edit=edit,
        )
        return saved.id

    await own.saved_with(event, written, given.own_texts(), by=access.person(request), edit=edit)


async def _save_change(
    request: Request, registration: Registration | None, given: forms.Fields, edit: edits.Edit
) -> None:
    assert registration is not None
    values = RegistrationValues(**given.model_dump())
    if access.stead(request) is None:
        await service.change(registration, values, edit, asking=await asking(request))
        return
    seen = (await asking(request)).seen
    async with shown_first(registration.event_id, seen):
        await service.change(registration, values, edit)


async def _save_cooperation(
    request: Request, registration: Registration | None, given: CooperationFields, edit: edits.Edit
) -> None:
    if registration is None or not _is_asked_for(request, registration):
        await _save_change(request, registration, given, edit)
        return
    values = RegistrationValues(**given.model_dump())
    await changing.ask(registration, access.person(request), [(registration, values)], edit)


def _is_asked_for(request: Request, registration: Registration | None) -> bool:
    """Return whether what the viewer changes waits for an organiser."""
    return access.stead(request) is None and is_asked_for(access.event(request), registration)


async def _save_consents(
    request: Request, registration: Registration | None, given: ConsentFields, edit: edits.Edit
) -> None:
    assert registration is not None
    asked = offered(*request.app.state.settings.hosts)
    person, locale = access.person(request), request.state.locale
    await service.complete(registration, person, given.purposes, locale=locale, offered=asked)


SAVERS: Mapping[type[forms.Fields], Callable[[Request, Registration | None, Any, edits.Edit], Awaitable[None]]] = {
    ExpertWorkFields: _save_work,
    CooperationFields: _save_cooperation,
    PresenceFields: _save_change,
    EnterpriseProfileFields: _save_profile,
    EnterprisePresenceFields: _save_change,
    ConsentFields: _save_consents,
}
