"""An event's public page and its set-up: texts, slots, halls, plenary items, interpreters, organisers."""

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from i18n import formats, tag_of
from server import access, edits, forms, stead
from server.db import atomic
from server.errors import Refused
from server.events import moving, service
from server.events.forms import (
    MAIL_LOCALES,
    TALK_LANGUAGES,
    Grid,
    HallFields,
    InterpreterFields,
    Moved,
    OrganiserFields,
    PlenaryFields,
    collected,
    spread,
)
from server.events.grid import Loss, SlotsChanged, Unseen, set_grid
from server.events.presence import grid_of
from server.models import Hall, Interpreter, Organiser, PlenaryItem, Registration, Side, Slot, Table
from server.names import called, meeting_name, party_name, shown_name
from server.once import once
from server.pages import page, to, translator_of, zone_of
from server.plans.guarding import TakesMeetings
from server.presence import taken


async def public(request: Request) -> Response:
    """What the event is, and how to take part."""
    event, now = access.event(request), datetime.now(UTC)
    days = await Slot.filter(event_id=event.id).order_by("day").distinct().values_list("day", flat=True)
    description, code = translator_of(request).text(event.description)
    registered = Registration.filter(event_id=event.id, withdrawn_at=None, registered_at__not_isnull=True)
    return page(
        request,
        "events/public.html",
        description=[paragraph for paragraph in description.split("\n\n") if paragraph],
        description_tag=tag_of(code),
        days=(days[0], days[-1]) if days else None,
        is_open=event.registration_opens_at <= now < event.registration_closes_at,
        is_early=now < event.registration_opens_at,
        experts=await registered.filter(side=Side.EXPERT).count(),
        enterprises=await registered.filter(side=Side.ENTERPRISE).count(),
    )


# Slots ------------------------------------------------------------------------------------------------------------


async def slots(request: Request) -> Response:
    start = {"day_start": "09:00", "day_end": "17:30", "length_min": "20", "break_min": "5"}
    grid = access.event(request).grid
    return await _slots(request, forms.Form(grid or start, drawn=edits.drawn_from({"grid": grid})))


SHOWN_IN = {f"grid.{name}": name for name in Grid.model_fields}


async def save_slots(request: Request) -> Response:
    event = access.event(request)
    typed = forms.typed_values(await request.form())
    edit = edits.edit_of(typed, SHOWN_IN)
    typed |= {SHOWN_IN[column]: event.grid.get(SHOWN_IN[column], "") for column in edit.yields & SHOWN_IN.keys()}
    try:
        grid = forms.check(Grid, typed)
        cuts = service.slots_of(grid.days, grid.wall_slots(), zone_of(event))
        columns = {name: typed.get(name, "") for name in Grid.model_fields}
        await set_grid(event, columns, cuts, seen=str(typed.get("seen", "")), edit=edit)
    except forms.Invalid as invalid:
        return await _slots(request, invalid.form, status=422)
    except forms.Fault as fault:
        return await _slots(request, forms.Form(typed, {"day_start": fault.message}), status=422)
    except edits.Conflict as conflict:
        return await _slots(request, conflict.form(typed, SHOWN_IN), status=conflict.status)
    except Unseen as unseen:
        return await _slots(request, forms.Form(typed), status=409, loss=unseen.loss)
    except Refused as refused:
        return await _slots(request, forms.Form(typed, {"first_day": refused.message}), status=409)
    return to(f"/e/{event.slug}/slots", notice="saved")


async def _slots(request: Request, form: forms.Form, status: int = 200, loss: Loss | None = None) -> Response:
    event = access.event(request)
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    return page(
        request,
        "events/slots.html",
        status=status,
        form=form,
        slots=slots,
        taken=taken(slots, await PlenaryItem.filter(event_id=event.id)),
        loss=loss,
        less=await _named(loss, request.state.locale) if loss else [],
        meeting_names={each.id: meeting_name(each, request.state.locale) for each in loss.meetings} if loss else {},
        begun=sum(slot.start_at <= datetime.now(UTC) for slot in slots),
    )


async def _named(loss: Loss, locale: str) -> list[tuple[str, str, bool]]:
    """(name, time lost, is all lost) of everybody, those who lose all first."""
    parties = [each.who.id for each in loss.people if isinstance(each.who, Registration)]
    others = [each.who.id for each in loss.people if isinstance(each.who, Interpreter)]
    names: dict[tuple[str, int], str] = {}
    for party in await Registration.filter(id__in=parties).select_related("person", "organisation"):
        names["Registration", party.id] = party_name(party, locale)
    for interpreter in await Interpreter.filter(id__in=others).select_related("person"):
        names["Interpreter", interpreter.id] = shown_name(interpreter, locale)
    lines = [
        (
            names[type(each.who).__name__, each.who.id],
            formats.duration(round(each.time.total_seconds() / 60), locale),
            each.is_all,
        )
        for each in loss.people
    ]
    return sorted(lines, key=lambda line: not line[2])


async def move(request: Request) -> Response:
    return await _move(request, forms.Form())


async def do_move(request: Request) -> Response:
    event = access.event(request)
    typed = forms.typed_values(await request.form())
    try:
        await moving.move(event, forms.check(Moved, typed).first_day)
    except forms.Invalid as invalid:
        return await _move(request, invalid.form, status=422)
    except moving.NotMovable as refused:
        return await _move(request, forms.Form(typed, {"first_day": refused.message}), status=409)
    return to(f"/e/{event.slug}/slots", notice="moved")


async def _move(request: Request, form: forms.Form, status: int = 200) -> Response:
    plan = await moving.plan_of(access.event(request))
    return page(request, "events/move.html", status=status, form=form, plan=plan)


def _seen(typed: Mapping[str, forms.Typed]) -> str:
    """The mark of what a page has shown to be lost."""
    return str(typed.get("seen", ""))


# Halls and tables -------------------------------------------------------------------------------------------------


async def halls(request: Request) -> Response:
    return await _halls(request, forms.Form({"tables": "12"}))


async def add_hall(request: Request) -> Response:
    event = access.event(request)

    async def act() -> str:
        await service.add_hall(event, collected(given, "name"), given.tables)
        return f"/e/{event.slug}/halls"

    try:
        given = await forms.parse(request, HallFields)
    except forms.Invalid as invalid:
        return await _halls(request, invalid.form, status=422)
    return to(await once(request, act), notice="saved")


async def hall(request: Request) -> Response:
    found = await access.of_event(request, Hall, "hall")
    columns = await service.hall_columns(found)
    values = {**spread("name", found.name), "tables": str(columns["tables"])}
    form = forms.Form(values, drawn=edits.drawn_from(columns))
    return page(request, "events/hall.html", hall=found, form=form)


async def save_hall(request: Request) -> Response:
    found = await access.of_event(request, Hall, "hall")
    typed = forms.typed_values(await request.form())
    try:
        given = forms.check(HallFields, typed)
        await service.change_hall(
            found, collected(given, "name"), given.tables, edits.edit_of(typed), seen=_seen(typed)
        )
    except forms.Invalid as invalid:
        return page(request, "events/hall.html", status=422, hall=found, form=invalid.form)
    except edits.Conflict as conflict:
        return page(request, "events/hall.html", status=409, hall=found, form=conflict.form(typed))
    return to(f"/e/{access.event(request).slug}/halls", notice="saved")


async def remove_hall(request: Request) -> Response:
    found, typed = await access.of_event(request, Hall, "hall"), forms.typed_values(await request.form())
    await service.remove_hall(found, seen=_seen(typed))
    return to(f"/e/{access.event(request).slug}/halls", notice="removed")


async def _halls(request: Request, form: forms.Form, status: int = 200) -> Response:
    event = access.event(request)
    return page(
        request,
        "events/halls.html",
        status=status,
        form=form,
        halls=await Hall.filter(event_id=event.id).order_by("position", "id"),
        numbers=_by_hall(await Table.filter(event_id=event.id).order_by("number").values("hall_id", "number")),
    )


def _by_hall(tables: list[dict[str, int]]) -> Mapping[int, list[int]]:
    numbers: dict[int, list[int]] = {}
    for table in tables:
        numbers.setdefault(table["hall_id"], []).append(table["number"])
    return numbers


# Plenary items ----------------------------------------------------------------------------------------------------


async def plenary(request: Request) -> Response:
    return await _plenary(request, forms.Form({"side": ""}))


async def add_plenary(request: Request) -> Response:
    event = access.event(request)
    typed = forms.typed_values(await request.form())
    try:
        given = forms.check(PlenaryFields, typed)
        [(_day, start, end)] = service.slots_of([given.day], [(given.start, given.end)], zone_of(event))
    except forms.Invalid as invalid:
        return await _plenary(request, invalid.form, status=422)
    except forms.Fault as fault:
        return await _plenary(request, forms.Form(typed, {"start": fault.message}), status=422)

    async def act() -> str:
        name, seen = collected(given, "name"), _seen(typed)
        await service.add_plenary_item(event, name, start_at=start, end_at=end, side=given.side, seen=seen)
        return f"/e/{event.slug}/plenary"

    return to(await once(request, act), notice="saved")


async def remove_plenary(request: Request) -> Response:
    await service.remove_plenary_item(await access.of_event(request, PlenaryItem, "item"))
    return to(f"/e/{access.event(request).slug}/plenary", notice="removed")


async def _plenary(request: Request, form: forms.Form, status: int = 200) -> Response:
    items = await PlenaryItem.filter(event_id=access.event(request).id).order_by("start_at", "id")
    return page(request, "events/plenary.html", status=status, form=form, items=items)


# Interpreters -----------------------------------------------------------------------------------------------------


async def interpreters(request: Request) -> Response:
    """All of them, or those who are there in no slot for meetings."""
    event, is_absent = access.event(request), request.query_params.get("state") == "no-presence"
    found = await Interpreter.filter(event_id=event.id).select_related("person").order_by("id")
    if is_absent:
        slots = await Slot.filter(event_id=event.id).order_by("start_at")
        closed = taken(slots, await PlenaryItem.filter(event_id=event.id))
        usable = {slot.id for slot in slots} - closed
        found = [each for each in found if usable.isdisjoint(each.available)]
    return page(request, "events/interpreters.html", interpreters=found, is_absent=is_absent)


async def new_interpreter(request: Request) -> Response:
    every = await Slot.filter(event_id=access.event(request).id).values_list("id", flat=True)
    start = {
        "available": [str(slot) for slot in every],
        "max_consecutive": "4",
        "mail_locale": service.mail_locale(access.event(request)),
    }
    return await _interpreter(request, forms.Form(start))


async def add_interpreter(request: Request) -> Response:
    return await _save_interpreter(request, None)


async def interpreter(request: Request) -> Response:
    found = await access.of_event(request, Interpreter, "interpreter", "person")
    values = {
        "email": found.person.email,
        "full_name": called(found).full_name,
        "languages": found.languages,
        "available": [str(slot) for slot in found.available],
        "max_meetings": "" if found.max_meetings is None else str(found.max_meetings),
        "max_consecutive": "" if found.max_consecutive is None else str(found.max_consecutive),
    }
    drawn = edits.drawn_from(service.interpreter_columns(found))
    return await _interpreter(request, forms.Form(values, drawn=drawn), found)


async def save_interpreter(request: Request) -> Response:
    return await _save_interpreter(request, await access.of_event(request, Interpreter, "interpreter", "person"))


async def remove_interpreter(request: Request) -> Response:
    found = await access.of_event(request, Interpreter, "interpreter")
    await service.remove_interpreter(found, seen=_seen(forms.typed_values(await request.form())))
    return to(f"/e/{access.event(request).slug}/interpreters", notice="removed")


async def _save_interpreter(request: Request, found: Interpreter | None) -> Response:
    event = access.event(request)
    typed = forms.typed_values(await request.form(max_fields=forms.MAX_FIELDS))
    if found is not None:
        typed["email"] = found.person.email
        if found.proposed is None:
            typed["full_name"] = shown_name(found, request.state.locale)

    async def act() -> str:
        values = given.model_dump(exclude={"email", "full_name", "mail_locale"})
        person = {"email": given.email, "full_name": given.full_name, "locale": given.mail_locale}
        edit = edits.edit_of(typed)
        by = access.person(request)
        await service.save_interpreter(event, person, values, interpreter=found, edit=edit, seen=_seen(typed), by=by)
        if found is not None:
            await stead.note(event, access.person(request), "interpreter", interpreter=found)
        return f"/e/{event.slug}/interpreters"

    try:
        given = forms.check(InterpreterFields, typed)
        path = await (once(request, act) if found is None else atomic(act)())
    except forms.Invalid as invalid:
        return await _interpreter(request, invalid.form, found, status=422)
    except SlotsChanged as changed:
        there = [str(slot) for slot in found.available] if found else []
        form = forms.Form({**typed, "available": there}, {"": changed.message})
        return await _interpreter(request, form, found, status=409)
    except edits.Conflict as conflict:
        return await _interpreter(request, conflict.form(typed), found, status=conflict.status)
    except TakesMeetings:
        raise
    except Refused as refused:
        form = forms.Form(typed, {"email": refused.message})
        return await _interpreter(request, form, found, status=refused.status)
    return to(path, notice="saved")


async def _interpreter(
    request: Request, form: forms.Form, found: Interpreter | None = None, status: int = 200
) -> Response:
    code = request.state.locale
    return page(
        request,
        "events/interpreter.html",
        status=status,
        form=form,
        interpreter=found,
        languages=[(tag, formats.language(tag, code)) for tag in TALK_LANGUAGES],
        mail_locales=MAIL_LOCALES,
        grid=await grid_of(access.event(request), code),
    )


# Organisers -------------------------------------------------------------------------------------------------------


async def organisers(request: Request) -> Response:
    return await _organisers(request, forms.Form({"mail_locale": service.mail_locale(access.event(request))}))


async def add_organiser(request: Request) -> Response:
    event = access.event(request)
    typed = forms.typed_values(await request.form())
    try:
        given = forms.check(OrganiserFields, typed)
        await service.add_organiser(event, given.email, locale=given.mail_locale, by=access.person(request))
    except forms.Invalid as invalid:
        return await _organisers(request, invalid.form, status=422)
    except Refused as refused:
        return await _organisers(request, forms.Form(typed, {"email": refused.message}), status=refused.status)
    return to(f"/e/{event.slug}/organisers", notice="saved")


async def remove_organiser(request: Request) -> Response:
    event = access.event(request)
    await service.remove_organiser(event, await access.of_event(request, Organiser, "organiser"))
    return to(f"/e/{event.slug}/organisers", notice="removed")


async def _organisers(request: Request, form: forms.Form, status: int = 200) -> Response:
    found = await Organiser.filter(event_id=access.event(request).id).select_related("person").order_by("id")
    return page(
        request, "events/organisers.html", status=status, form=form, organisers=found, mail_locales=MAIL_LOCALES
    )
