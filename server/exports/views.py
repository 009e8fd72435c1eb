"""Pages that save lists and timetables as files."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, _
from server import access, forms, workbooks
from server.exports import service
from server.exports.columns import ExportList, Words
from server.exports.forms import ExportFields, Format
from server.exports.service import LISTS
from server.pages import may_open, page, translator_of, zone_of
from server.submitting import submitted
from server.translations.showing import text_reader

FORMATS: Mapping[Format, Message] = {
    Format.XLSX: _("Excel workbook: can be filtered, sorted and printed"),
    Format.CSV: _("Text for other programs (CSV)"),
}


async def show(request: Request) -> Response:
    """Show the form for a list, with the columns that the organiser chose last."""
    asked = _asked(request)
    values: dict[str, Any] = {
        "columns": await service.columns_of(access.event(request), access.person(request), asked),
        "format": Format.XLSX,
        "state": request.query_params.get("state", ""),
        "plan": request.query_params.get("plan", ""),
    }
    return _form(request, forms.Form(values), asked=asked)


async def save(request: Request) -> Response:
    """Answer with the file, and keep the columns for the next time."""
    event, asked, words = access.event(request), _asked(request), await _words(request)

    async def act(given: ExportFields) -> Response:
        make = service.list_as_xlsx if given.format is Format.XLSX else service.list_as_csv
        content = await make(asked, given.columns, given.view, words)
        await service.remember(event, access.person(request), asked, given.columns)
        return _file(request, content, asked.code, given.format)

    context = {"columns": {column.code for column in asked.columns}}
    return await submitted(request, ExportFields, act, partial(_form, asked=asked), context=context)


async def timetable(request: Request) -> Response:
    """Answer with a plan as a workbook."""
    plan = await access.plan_for_organiser(request)
    content = await service.timetable_as_xlsx(plan, await _words(request))
    return _file(request, content, f"timetable-{plan.version}", Format.XLSX)


def _asked(request: Request) -> ExportList[Any]:
    return LISTS[request.url.path.rpartition("/")[2]]


async def _words(request: Request) -> Words:
    return Words(access.event(request), await text_reader(request))


def _file(request: Request, content: bytes, name: str, format: Format) -> Response:
    event = access.event(request)
    full = f"{event.slug}-{name}-{datetime.now(UTC).astimezone(zone_of(event)):%Y-%m-%d}.{format}"
    return workbooks.download(content, full, workbooks.MEDIA_TYPE if format is Format.XLSX else workbooks.CSV_TYPE)


def _form(request: Request, form: forms.Form, *, asked: ExportList[Any], status: int = 200) -> Response:
    tr, base = translator_of(request).translate, f"/e/{access.event(request).slug}"
    return page(
        request,
        "exports/choose.html",
        status=status,
        form=form,
        title=tr(asked.title),
        back=base + asked.page,
        tabs=[
            (path, tr(each.title), each is asked)
            for each in LISTS.values()
            if may_open(request, path := f"{base}/exports/{each.code}")
        ],
        columns=[(column.code, tr(column.heading)) for column in asked.columns],
        formats=[(str(format), tr(label)) for format, label in FORMATS.items()],
    )
