"""Pages of the ledger: the form row by row, sheets to print, escorts."""

from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from server import access, edits, forms, workbooks
from server.fields import saved_at_the_venue, venue_times
from server.models import Escort, Registration, Right
from server.once import once
from server.pages import page, page_number, to, zone_of
from server.reception import exporting, service, showing
from server.reception.forms import EscortFields, GuestFields
from server.reception.showing import By, Guest
from server.submitting import submitted
from server.translations.showing import text_reader
from server.travel.values import TIMES
from server.values import UNSET

JOURNEY = ("arrives_at", "arrives_by", "departs_at", "departs_by")
COLUMNS = ("plate", "driver", "hotel", "room", "meals", "escort_id")


def _home(request: Request) -> str:
    return f"/e/{access.event(request).slug}/reception"


# The form row by row ----------------------------------------------------------------------------------------------


async def index(request: Request) -> Response:
    event = access.event(request)
    found = await showing.guests_page(event, page_number(request.query_params), request.state.locale)
    lost = request.query_params.get("lost", "")
    return page(
        request,
        "reception/index.html",
        found=found,
        rows=[(guest, _form_of(request, guest)) for guest in found.guests],
        escorts=[(str(each.id), each.name) for each in await showing.escorts_of(event)],
        lost=int(lost) if lost.isascii() and lost.isdigit() and len(lost) < 5 else 0,
    )


def _is_escort(request: Request) -> bool:
    """Return whether the viewer sees only their own guests, not the whole ledger."""
    return not access.own(request).may(Right.PEOPLE)


def _back(request: Request, party: Registration, number: int, lost: int = 0) -> str:
    """Return the address of the guest in the viewer's list. number: of the ledger's page. lost: slots, to be shown."""
    if _is_escort(request):
        return f"/e/{access.event(request).slug}/escorting#guest-{party.id}"
    more = f"&lost={lost}" if lost else ""
    return f"{_home(request)}?page={number}{more}#guest-{party.id}"


async def guest(request: Request) -> Response:
    found = await showing.guest_of(await access.guest(request), request.state.locale)
    return await _guest(request, _form_of(request, found), found=found)


async def save(request: Request) -> Response:
    party, typed = await access.guest(request), await forms.typed_in(request)
    edit, number = edits.edit_of(typed), page_number({"page": str(typed.get("page", ""))})

    async def act(given: GuestFields) -> Response:
        values, is_escort = given.reception(), _is_escort(request)
        if is_escort:
            values = replace(values, escort_id=UNSET)
        by = access.person(request)
        lost = await service.save_guest(party, given.journey(), values, edit, by=by, is_escort=is_escort)
        return to(_back(request, party, number, lost), notice="saved")

    zone = zone_of(access.event(request))
    again = partial(_guest, found=await showing.guest_of(party, request.state.locale))
    context, as_shown = {"zone": zone}, partial(saved_at_the_venue, names=TIMES, zone=zone)
    return await submitted(request, GuestFields, act, again, ask=forms.nothing_else, context=context, as_shown=as_shown)


def _form_of(request: Request, found: Guest) -> forms.Form:
    columns = {**edits.columns_of(found.travel, JOURNEY), **edits.columns_of(found.reception, COLUMNS)}
    values = {name: edits.as_typed(value) for name, value in columns.items()}
    times = venue_times(columns, TIMES, zone_of(access.event(request)))
    return forms.Form({**values, **times}, drawn=edits.drawn_from(columns))


async def _guest(request: Request, form: forms.Form, *, found: Guest, status: int = 200) -> Response:
    number = page_number({"page": str(form.values.get("page", ""))})
    return page(
        request,
        "reception/guest.html",
        status=status,
        form=form,
        guest=found,
        number=number,
        back=_back(request, found.party, number),
        is_escort=_is_escort(request),
        escorts=[(str(each.id), each.name) for each in await showing.escorts_of(access.event(request))],
    )


# Sheets -----------------------------------------------------------------------------------------------------------


def _by(request: Request) -> By:
    asked = request.query_params.get("by", "")
    return By(asked) if asked in set(By) else By.DAY


async def sheets(request: Request) -> Response:
    event, by = access.event(request), _by(request)
    guests = await showing.guests_of(event, request.state.locale)
    found = showing.sheets(guests, by, event, request.state.locale)
    return page(request, "reception/sheets.html", sheets=found, by=str(by), texts=await text_reader(request))


async def export(request: Request) -> Response:
    """Send the sheets as a workbook in the reader's language."""
    event, by, locale = access.event(request), _by(request), request.state.locale
    found = showing.sheets(await showing.guests_of(event, locale), by, event, locale)
    book = exporting.workbook(found, event, await text_reader(request))
    return workbooks.download(book, f"reception-{by}.xlsx")


# Escorts ----------------------------------------------------------------------------------------------------------


async def escorts(request: Request) -> Response:
    return await _escorts(request, forms.Form())


async def add_escort(request: Request) -> Response:
    event = access.event(request)

    async def act(given: EscortFields) -> Response:
        async def add() -> str:
            await service.add_escort(event, given.values())
            return f"{_home(request)}/escorts"

        return to(await once(request, add), notice="saved")

    return await submitted(request, EscortFields, act, _escorts)


async def _escorts(request: Request, form: forms.Form, *, status: int = 200) -> Response:
    found = await showing.escorts_of(access.event(request))
    return page(request, "reception/escorts.html", status=status, form=form, escorts=found)


async def escort(request: Request) -> Response:
    found = await access.of_event(request, Escort, "escort")
    columns = edits.columns_of(found, ("name", "phone", "email"))
    return _escort(request, forms.Form(columns, drawn=edits.drawn_from(columns)), found=found)


async def save_escort(request: Request) -> Response:
    found, typed = await access.of_event(request, Escort, "escort"), await forms.typed_in(request)

    async def act(given: EscortFields) -> Response:
        await service.change_escort(found, given.values(), edits.edit_of(typed))
        return to(f"{_home(request)}/escorts", notice="saved")

    return await submitted(request, EscortFields, act, partial(_escort, found=found))


def _escort(request: Request, form: forms.Form, *, found: Escort, status: int = 200) -> Response:
    return page(request, "reception/escort.html", status=status, form=form, escort=found)


async def ask_to_remove_escort(request: Request) -> Response:
    return page(request, "reception/remove.html", escort=await access.of_event(request, Escort, "escort"))


async def remove_escort(request: Request) -> Response:
    await service.remove_escort(await access.of_event(request, Escort, "escort"))
    return to(f"{_home(request)}/escorts", notice="removed")
