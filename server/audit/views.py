"""The activity log for owners of an event: as a page and as a file."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, formats, pgettext_
from server import access, forms, workbooks
from server.audit import chain, showing
from server.audit.forms import LogFields
from server.audit.showing import Filter
from server.audit.wording import GROUPS
from server.exports.sheets import About, Heading, Sheet, csv_file, xlsx
from server.pages import page, page_number, translator_of, zone_of

TITLE = pgettext_("heading", "Activity log")
HEADINGS: Sequence[tuple[Message, int]] = (
    (pgettext_("column", "No."), 8),
    (pgettext_("column", "Time"), 18),
    (pgettext_("column", "Who"), 24),
    (pgettext_("column", "Role"), 18),
    (pgettext_("column", "Act"), 40),
    (pgettext_("column", "Concerns"), 30),
    (pgettext_("column", "On behalf of"), 30),
    (pgettext_("column", "Hash"), 66),
)
FILTERS = ("group", "q", "since", "until")


async def index(request: Request) -> Response:
    """Show a page of the log; with `check` in the query also whether its chain holds."""
    event, typed = access.event(request), {name: request.query_params.get(name, "") for name in FILTERS}
    try:
        asked, form, status = forms.check(LogFields, typed).filter, forms.Form(typed), 200
    except forms.Invalid as invalid:
        asked, form, status = Filter(), invalid.form, invalid.status
    number = page_number(request.query_params)
    is_checked = "check" in request.query_params
    return page(
        request,
        "audit/index.html",
        status=status,
        form=form,
        log=await showing.log_page(event, asked, request.state.locale, number),
        groups=GROUPS,
        query=urlencode({name: value for name, value in typed.items() if value}),
        is_checked=is_checked,
        fault=await chain.first_fault(event.id) if is_checked else None,
    )


async def file(request: Request) -> Response:
    """Answer with the log as a workbook or CSV, after the path's end, with the filter of the query."""
    event, tr = access.event(request), translator_of(request).translate
    typed = {name: request.query_params.get(name, "") for name in FILTERS}
    try:
        asked = forms.check(LogFields, typed).filter
    except forms.Invalid:
        return await index(request)
    lines = await showing.whole(event, asked, request.state.locale)
    zone, locale = zone_of(event), request.state.locale
    rows = [
        [
            each.position,
            each.at.astimezone(zone).replace(tzinfo=None),
            each.who or tr(pgettext_("who in a log", "The server")),
            tr(each.role) if each.role else "",
            tr(each.said),
            each.about,
            each.behalf,
            each.hash,
        ]
        for each in lines
    ]
    sheet = Sheet(tr(TITLE), [Heading(tr(text), width) for text, width in HEADINGS], rows)
    name = f"{event.slug}-log-{datetime.now(UTC).astimezone(zone):%Y-%m-%d}"
    if request.url.path.endswith(".csv"):
        return workbooks.download(await asyncio.to_thread(csv_file, sheet, locale), f"{name}.csv", workbooks.CSV_TYPE)
    made = formats.date_time(datetime.now(UTC), locale, zone)
    about = About(translator_of(request).text(event.name)[0], made)
    return workbooks.download(await asyncio.to_thread(xlsx, [sheet], about), f"{name}.xlsx")
