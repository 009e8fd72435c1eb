"""The organisers' pages of passport data: what the event asks for, and reading with a reason."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field, create_model
from starlette.requests import Request
from starlette.responses import Response

from i18n import _
from server import access, edits, forms
from server.errors import NotFound
from server.fields import Day, collected, in_languages, is_unsaid, spread
from server.forms import Fault, Fields, Line
from server.models import Event, PassportRequest, Registration, Side
from server.models.base import LINE
from server.names import own_spelling, party_name
from server.pages import page, to
from server.passports import service
from server.passports.labels import SEXES
from server.passports.values import PassportData, RequestValues
from server.passports.vault import MAKES_A_KEY, NoKey
from server.submitting import submitted
from server.visas import service as visas

COLUMNS = ("purpose", "delete_after")
LONGEST = timedelta(days=180)  # after the event


class _RequestFields(Fields):
    """What the event asks for. purpose_<locale>: the purpose in a language."""

    delete_after: Day

    def across(self) -> Iterator[Fault]:
        yield from super().across()
        if is_unsaid(self, "purpose"):
            yield Fault(_("Enter the purpose in at least one language."), "purpose_en", code="missing")


RequestFields = create_model("RequestFields", __base__=_RequestFields, **in_languages("purpose", LINE))


class ReasonFields(Fields):
    """Why an organiser reads passport data."""

    reason: Annotated[Line, Field(min_length=1, max_length=LINE)]


def _here(request: Request) -> str:
    return f"/e/{access.event(request).slug}/passports"


async def _latest(event: Event) -> date:
    """Return the last day on which data of the event may be kept."""
    stay = await visas.stay_at(event)
    end = event.registration_closes_at.date()
    return (max(end, stay.last) if stay else end) + LONGEST


async def index(request: Request) -> Response:
    """Show what the event asks for, and who read what."""
    row = await service.stored_request(access.event(request))
    return await _index(request, _form_of(row))


def _form_of(row: PassportRequest | None) -> forms.Form:
    if row is None:
        return forms.Form()
    columns = edits.columns_of(row, COLUMNS)
    values = {**spread("purpose", row.purpose), "delete_after": row.delete_after.isoformat()}
    return forms.Form(values, drawn=edits.drawn_from(columns))


async def _index(request: Request, form: forms.Form, status: int = 200) -> Response:
    event, locale = access.event(request), request.state.locale
    return page(
        request,
        "passports/settings.html",
        status=status,
        form=form,
        asked=await service.stored_request(event),
        is_over=await service.request_of(event) is None,
        has_key=request.app.state.settings.vault.is_ready,
        makes_a_key=MAKES_A_KEY,
        stored=await service.stored_in(event),
        latest=await _latest(event),
        reads=[
            (row, party_name(row.registration, locale), own_spelling(row.by, locale) if row.by else "")
            for row in await service.latest_reads(event)
        ],
    )


async def save(request: Request) -> Response:
    event = access.event(request)
    typed = await forms.typed_in(request)
    latest = await _latest(event)

    async def act(given: Any) -> Response:
        if not request.app.state.settings.vault.is_ready:
            raise NotFound
        if not service.today_at(event) <= given.delete_after <= latest:
            message = _("Choose a day from today to half a year after the event.")
            raise forms.fault(typed, "delete_after", message, code="out-of-range")
        values = RequestValues(purpose=collected(given, "purpose"), delete_after=given.delete_after)
        await service.ask_for(event, values, edits.edit_of(typed))
        return to(_here(request), notice="saved")

    return await submitted(request, RequestFields, act, _index, ask=forms.nothing_else)


async def ask_to_stop(request: Request) -> Response:
    """Say what follows before passport data is switched off."""
    return page(request, "passports/stop.html", stored=await service.stored_in(access.event(request)))


async def stop(request: Request) -> Response:
    await service.stop_asking(access.event(request))
    return to(_here(request), notice="saved")


# Reading ----------------------------------------------------------------------------------------------------------


async def _expert(request: Request) -> Registration:
    """Return an expert whose passport data organisers may read now. Raises NotFound."""
    party = await access.of_event(request, Registration, "registration", "person", side=Side.EXPERT)
    if await service.readable(access.event(request), party) is None:
        raise NotFound
    return party


async def ask_to_read(request: Request) -> Response:
    """Ask for the reason before passport data is shown."""
    return await _read(request, forms.Form())


async def _read(request: Request, form: forms.Form, status: int = 200, data: PassportData | None = None) -> Response:
    party = await _expert(request)
    return page(
        request,
        "passports/read.html",
        status=status,
        form=form,
        party=party,
        name=party_name(party, request.state.locale),
        data=data,
        sexes=SEXES,
    )


async def read(request: Request) -> Response:
    """Show passport data once, after the reason is logged."""
    party, typed = await _expert(request), await forms.typed_in(request)

    async def act(given: ReasonFields) -> Response:
        try:
            data = await service.read(party, access.person(request), given.reason, request.app.state.settings.vault)
        except NoKey:
            raise forms.fault(typed, "", service.NO_KEY, code="no-key") from None
        return await _read(request, forms.Form(), data=data)

    return await submitted(request, ReasonFields, act, _read)
