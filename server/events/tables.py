"""The organisers' page of the hours of tables: in which slots meetings can take place at each table of a hall."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from functools import partial

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from i18n import formats
from server import access, edits, forms
from server.events import table_hours
from server.events.presence import grid_from
from server.events.table_hours import TABLES, HallDay, cell_of
from server.forms import Fields
from server.models import Hall
from server.pages import page, to
from server.submitting import submitted


class HoursFields(Fields):
    """The form of the hours. open: cells (`table_hours.cell_of`). everywhere: the other days get the same hours."""

    open: list[str] = Field(default=[])
    everywhere: bool = False


async def hours(request: Request) -> Response:
    shown = await _shown(request)
    stored = shown.hours()
    form = forms.Form({"open": list(stored.open)}, drawn=edits.drawn_from(stored.columns()))
    return _page(request, form, shown=shown)


async def save(request: Request) -> Response:
    event, shown = access.event(request), await _shown(request)
    typed = await forms.typed_in(request)

    async def act(given: HoursFields) -> Response:
        await table_hours.save(
            event,
            shown.hall,
            given.open,
            edits.edit_of(typed),
            day=shown.day,
            first=shown.first,
            everywhere=given.everywhere,
            seen=str(typed.get("seen", "")),
        )
        return to(_address(request, shown), notice="saved")

    return await submitted(request, HoursFields, act, partial(_page, shown=shown))


async def _shown(request: Request) -> HallDay:
    """Return the tables and the day that the address names, else the first ones."""
    event, hall = access.event(request), await access.of_event(request, Hall, "hall")
    day, first = None, 0
    with suppress(ValueError):
        day = date.fromisoformat(request.query_params.get("day", ""))
    with suppress(ValueError):
        first = int(request.query_params.get("from", "0")[:9])
    return await table_hours.hall_day(event, hall, day, first)


def _address(request: Request, shown: HallDay, day: date | None = None, first: int | None = None) -> str:
    path = f"/e/{access.event(request).slug}/halls/{shown.hall.id}/hours"
    chosen = day or shown.day
    return f"{path}?day={chosen}&from={shown.first if first is None else first}" if chosen else path


def _page(request: Request, form: forms.Form, *, shown: HallDay, status: int = 200) -> Response:
    code = request.state.locale
    starts = range(0, len(shown.numbers), TABLES)
    return page(
        request,
        "events/table_hours.html",
        status=status,
        form=form,
        hall=shown.hall,
        day=shown.day,
        days=[(_address(request, shown, day), formats.short_date(day, code), day == shown.day) for day in shown.days],
        parts=[
            (_address(request, shown, first=start), _span(shown.numbers[start : start + TABLES]), start == shown.first)
            for start in starts
        ],
        numbers=[str(table.number) for table in shown.tables],
        halves=_halves(request, shown),
    )


def _span(numbers: Sequence[int]) -> str:
    return f"{numbers[0]}–{numbers[-1]}"


def _halves(request: Request, shown: HallDay) -> list[tuple[str, list[tuple[str, list[str | None]]]]]:
    """Return the rows of the day by halves: (time, cell of each table)."""
    grid = grid_from(access.event(request), shown.slots, (), request.state.locale)
    slots = {str(slot.id): slot for slot in shown.slots}
    return [
        (label, [(time, [cell_of(table, slots[ids[0]]) for table in shown.tables]) for time, ids in rows if ids[0]])
        for label, rows in grid.halves
    ]
