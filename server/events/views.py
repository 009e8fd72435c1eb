"""An event's public page and its setup pages: slots, halls, programme items."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import tag_of
from matching.affinity.languages import primary
from server import access, edits, forms
from server.errors import Refused
from server.events import hours, moving, service, showing
from server.events.forms import Grid, HallFields, Moved, PlenaryFields
from server.events.grid import GridLoss, Unseen, set_grid
from server.events.values import HallValues, ItemValues
from server.fields import collected, spread
from server.models import Hall, PlenaryItem
from server.names import meeting_name
from server.once import once
from server.pages import page, to, translator_of, zone_of
from server.problems import to_programs
from server.programme.schedule import Programme, as_schema_org
from server.recipients import service as recipients
from server.registrations.consents import OF_FILES, offered
from server.submitting import submitted

SUMMARY = 300  # characters of the description that links in messengers show


async def public(request: Request) -> Response:
    """Show what the event is and how to take part."""
    event, now = access.event(request), datetime.now(UTC)
    description, code = translator_of(request).text(event.description)
    facts = await showing.public_facts(event)
    url = f"{request.app.state.settings.base_url}/e/{event.slug}"
    programme = Programme(event, facts, request.state.locale, url)
    return page(
        request,
        "events/public.html",
        description=[paragraph for paragraph in description.split("\n\n") if paragraph],
        description_tag=tag_of(code),
        is_foreign=primary(code) != primary(request.state.locale),
        days=facts.days,
        is_open=event.registration_opens_at <= now < event.registration_closes_at,
        is_early=now < event.registration_opens_at,
        experts=facts.experts,
        enterprises=facts.enterprises,
        programme=facts.programme,
        topics=facts.topics,
        schema_org=as_schema_org(programme),
        plain=description.replace("\n", " ")[:SUMMARY],
    )


async def privacy_notice(request: Request) -> Response:
    """Show what participants are asked to agree to, and what they can do about their data."""
    purposes = (*offered(request.app.state.settings.translations_go_to), *OF_FILES)
    purposes = (*purposes, *map(recipients.purpose_of, await recipients.recipients_of(access.event(request).id)))
    return page(request, "events/privacy.html", purposes=purposes)


# Slots ------------------------------------------------------------------------------------------------------------


async def slots(request: Request) -> Response:
    start = {"day_start": "09:00", "day_end": "17:30", "length_min": "20", "break_min": "5"}
    grid = access.event(request).grid
    return await _slots(request, forms.Form(grid or start, drawn=edits.drawn_from({"grid": grid})))


SHOWN_IN = {f"grid.{name}": name for name in Grid.model_fields}


async def save_slots(request: Request) -> Response:
    event = access.event(request)
    typed = await forms.typed_in(request)
    edit = edits.edit_of(typed, SHOWN_IN)
    typed |= {SHOWN_IN[column]: event.grid.get(SHOWN_IN[column], "") for column in edit.yields & SHOWN_IN.keys()}

    async def act(grid: Grid) -> Response:
        await set_grid(event, grid.values(), seen=_seen(typed), edit=edit)
        return to(f"/e/{event.slug}/slots", notice="saved")

    def ask(known: Grid) -> AsyncIterator[Refused]:
        if not known.has("first_day", "last_day"):
            return forms.nothing_else(known)
        start, end = known.valid("day_start"), known.valid("day_end")
        return hours.of_slots(event, days=(known.first_day, known.last_day), start=start, end=end)

    try:
        return await submitted(request, Grid, act, _slots, typed=typed, ask=ask, shown_in=SHOWN_IN)
    except Unseen as unseen:
        to_programs(request, unseen)
        return await _slots(request, forms.Form(typed), status=unseen.status, loss=unseen.loss)


async def _slots(request: Request, form: forms.Form, status: int = 200, loss: GridLoss | None = None) -> Response:
    locale, shown = request.state.locale, await showing.slots_of(access.event(request))
    return page(
        request,
        "events/slots.html",
        status=status,
        form=form,
        slots=shown.slots,
        taken=shown.taken,
        begun=shown.begun,
        loss=loss,
        less=await showing.less_time(loss, locale) if loss else [],
        meeting_names={each.id: meeting_name(each, locale) for each in loss.meetings} if loss else {},
    )


async def move(request: Request) -> Response:
    return await _move(request, forms.Form())


async def do_move(request: Request) -> Response:
    event = access.event(request)

    async def act(given: Moved) -> Response:
        await moving.move_event(event, given.first_day)
        return to(f"/e/{event.slug}/slots", notice="moved")

    return await submitted(request, Moved, act, _move, ask=forms.nothing_else)


async def _move(request: Request, form: forms.Form, status: int = 200) -> Response:
    plan = await moving.plan_of(access.event(request))
    return page(request, "events/move.html", status=status, form=form, plan=plan)


def _seen(typed: Mapping[str, forms.Typed]) -> str:
    """Return the mark of the loss that the page has shown."""
    return str(typed.get("seen", ""))


# Halls and tables -------------------------------------------------------------------------------------------------


async def halls(request: Request) -> Response:
    return await _halls(request, forms.Form({"tables": "12"}))


async def add_hall(request: Request) -> Response:
    event = access.event(request)

    async def act(given: Any) -> Response:
        async def add() -> str:
            await service.add_hall(event, HallValues(name=collected(given, "name"), tables=given.tables))
            return f"/e/{event.slug}/halls"

        return to(await once(request, add), notice="saved")

    return await submitted(request, HallFields, act, _halls)


async def hall(request: Request) -> Response:
    found = await access.of_event(request, Hall, "hall")
    stored = await service.hall_values(found)
    values = {**spread("name", stored.name), "tables": str(stored.tables)}
    return _hall(request, forms.Form(values, drawn=edits.drawn_from(asdict(stored))), found)


async def save_hall(request: Request) -> Response:
    found, typed = await access.of_event(request, Hall, "hall"), await forms.typed_in(request)

    async def act(given: Any) -> Response:
        values = HallValues(name=collected(given, "name"), tables=given.tables)
        await service.change_hall(found, values, edits.edit_of(typed), seen=_seen(typed))
        return to(f"/e/{access.event(request).slug}/halls", notice="saved")

    return await submitted(request, HallFields, act, partial(_hall, found=found))


def _hall(request: Request, form: forms.Form, found: Hall, status: int = 200) -> Response:
    return page(request, "events/hall.html", status=status, hall=found, form=form)


async def remove_hall(request: Request) -> Response:
    found, typed = await access.of_event(request, Hall, "hall"), await forms.typed_in(request)
    await service.remove_hall(found, seen=_seen(typed))
    return to(f"/e/{access.event(request).slug}/halls", notice="removed")


async def _halls(request: Request, form: forms.Form, status: int = 200) -> Response:
    shown = await showing.halls_of(access.event(request))
    return page(request, "events/halls.html", status=status, form=form, halls=shown.halls, numbers=shown.numbers)


# Plenary items ----------------------------------------------------------------------------------------------------


async def plenary(request: Request) -> Response:
    return await _plenary(request, forms.Form({"side": ""}))


async def add_plenary(request: Request) -> Response:
    event, typed = access.event(request), await forms.typed_in(request)

    async def act(given: Any) -> Response:
        start, end = hours.span_of(given.day, given.start, given.end, zone_of(event))

        async def add() -> str:
            name, seen = collected(given, "name"), _seen(typed)
            await service.add_plenary_item(event, name, start_at=start, end_at=end, side=given.side, seen=seen)
            return f"/e/{event.slug}/plenary"

        return to(await once(request, add), notice="saved")

    def ask(known: Any) -> AsyncIterator[Refused]:
        if not known.has("day"):
            return forms.nothing_else(known)
        return hours.of_item(event, known.day, start=known.valid("start"), end=known.valid("end"))

    return await submitted(request, PlenaryFields, act, _plenary, ask=ask)


async def item(request: Request) -> Response:
    found = await access.of_event(request, PlenaryItem, "item")
    stored = service.item_values(found, zone_of(access.event(request)))
    values = {**asdict(stored), **spread("name", stored.name)}
    return _item(request, forms.Form(values, drawn=edits.drawn_from(asdict(stored))), found)


async def save_item(request: Request) -> Response:
    event, typed = access.event(request), await forms.typed_in(request)
    found = await access.of_event(request, PlenaryItem, "item")

    async def act(given: Any) -> Response:
        values = ItemValues(
            name=collected(given, "name"),
            day=given.day.isoformat(),
            start=f"{given.start:%H:%M}",
            end=f"{given.end:%H:%M}",
            side=given.side,
        )
        await service.change_plenary_item(found, values, zone_of(event), edits.edit_of(typed), seen=_seen(typed))
        return to(f"/e/{event.slug}/plenary", notice="saved")

    again = partial(_item, found=found)
    return await submitted(request, PlenaryFields, act, again, typed=typed, ask=forms.nothing_else)


def _item(request: Request, form: forms.Form, found: PlenaryItem, status: int = 200) -> Response:
    return page(request, "events/item.html", status=status, item=found, form=form)


async def remove_plenary(request: Request) -> Response:
    await service.remove_plenary_item(await access.of_event(request, PlenaryItem, "item"))
    return to(f"/e/{access.event(request).slug}/plenary", notice="removed")


async def _plenary(request: Request, form: forms.Form, status: int = 200) -> Response:
    items = await showing.plenary_items_of(access.event(request))
    return page(request, "events/plenary.html", status=status, form=form, items=items)
