"""Importing: choose files, look at what they would do, do it."""

import json

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, Translator, _, ngettext_
from server import access, forms
from server.imports import service
from server.imports.cells import Presence
from server.imports.reading import MAX_FILES, NOT_READABLE, TOO_LARGE, Sheet, Unreadable, read
from server.imports.rows import Batch, ImportFault, batch_of
from server.imports.telling import told
from server.imports.template import MEDIA_TYPE, template
from server.models import Slot
from server.pages import page, to
from server.schemes import scheme_of

MAX_UPLOAD = 10 * 1024 * 1024
MARGIN = 4096  # for the rest of the form that carries the rows
MAX_FIELDS = 10
FAULTS_SHOWN = 200
ROWS_SHOWN = 5  # of each side: enough to see that columns were understood
_CARRIED = TypeAdapter(list[tuple[str, list[list[str]], list[int]]])


async def form(request: Request) -> Response:
    return _form(request)


def _form(request: Request, fault: Message | None = None) -> Response:
    given = forms.Form({}, {"files": fault} if fault else {})
    return page(request, "imports/file.html", status=422 if fault else 200, form=given)


async def download(request: Request) -> Response:
    """The template, in the organiser's language."""
    headers = {"Content-Disposition": 'attachment; filename="duijie.xlsx"'}
    return Response(
        template(request.state.locale, scheme_of(access.event(request))), media_type=MEDIA_TYPE, headers=headers
    )


async def take(request: Request) -> Response:
    """Files: a preview, which changes nothing. The rows that the preview sends back: the import."""
    async with request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_UPLOAD) as posted:
        is_confirmed, invite = "rows" in posted, posted.get("invite") == "yes"
        try:
            sheets = _carried(posted) if is_confirmed else await _uploaded(posted)
        except Unreadable as unreadable:
            return _form(request, unreadable.message)
    event = access.event(request)
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    batch = batch_of(sheets, Presence(event, slots), scheme_of(event))
    if batch.faults:
        return _faulty(request, batch.faults)
    try:
        if is_confirmed:
            await service.store(event, batch, invite=invite)
            return to(f"/e/{event.slug}/{'experts' if batch.experts else 'enterprises'}", notice="imported")
        counts = await service.try_out(event, batch)
    except service.Faulty as faulty:
        return _faulty(request, faulty.faults)
    return _preview(request, sheets, batch, counts)


async def _uploaded(posted: FormData) -> list[Sheet]:
    sheets: list[Sheet] = []
    for upload in posted.getlist("files"):
        if isinstance(upload, UploadFile) and upload.size:
            sheets += (await read(upload.filename or "", await upload.read())).sheets
    if not sheets:
        raise Unreadable(_("Choose a file first."))
    return sheets


def _carried(posted: FormData) -> list[Sheet]:
    """The rows as the preview holds them. Whoever changes them there could have changed the file."""
    try:
        return [Sheet(name, rows, numbers) for name, rows, numbers in _CARRIED.validate_json(str(posted["rows"]))]
    except (ValidationError, UnicodeEncodeError):
        raise Unreadable(NOT_READABLE) from None


def _preview(request: Request, sheets: list[Sheet], batch: Batch, counts: service.Counts) -> Response:
    carried = json.dumps(
        [[sheet.name, sheet.rows, sheet.numbers] for sheet in sheets], ensure_ascii=False, separators=(",", ":")
    )
    if len(carried.encode()) > MAX_UPLOAD - MARGIN:
        return _form(request, TOO_LARGE)
    translate = Translator(request.state.locale).translate
    return page(
        request,
        "imports/preview.html",
        form=forms.Form(),
        rows=carried,
        lines=[translate(line) for line in _lines(counts)],
        experts=batch.experts[:ROWS_SHOWN],
        enterprises=batch.enterprises[:ROWS_SHOWN],
        ignored=list(dict.fromkeys(batch.ignored)),
        kept=counts[service.KEPT],
    )


def _lines(counts: service.Counts) -> list[Message]:
    """What would be stored, a sentence for each kind that there is."""
    number = counts.__getitem__
    every = {
        service.NEW_EXPERTS: ngettext_("%(num)s new expert", "%(num)s new experts", number(service.NEW_EXPERTS)),
        service.CHANGED_EXPERTS: ngettext_(
            "%(num)s expert who is there already, brought up to date",
            "%(num)s experts who are there already, brought up to date",
            number(service.CHANGED_EXPERTS),
        ),
        service.NEW_ENTERPRISES: ngettext_(
            "%(num)s new enterprise", "%(num)s new enterprises", number(service.NEW_ENTERPRISES)
        ),
        service.CHANGED_ENTERPRISES: ngettext_(
            "%(num)s enterprise that is there already, brought up to date",
            "%(num)s enterprises that are there already, brought up to date",
            number(service.CHANGED_ENTERPRISES),
        ),
        service.NEW_NEEDS: ngettext_("%(num)s new need", "%(num)s new needs", number(service.NEW_NEEDS)),
        service.CHANGED_NEEDS: ngettext_(
            "%(num)s need with a known title, brought up to date",
            "%(num)s needs with known titles, brought up to date",
            number(service.CHANGED_NEEDS),
        ),
    }
    return [message for name, message in every.items() if counts[name]]


def _faulty(request: Request, faults: list[ImportFault]) -> Response:
    """What to change in the file, sheet by sheet. Nothing of it was stored."""
    by_sheet = told(faults, Translator(request.state.locale).translate)
    left = FAULTS_SHOWN
    shown = []
    for name, lines in by_sheet:
        shown.append((name, lines[:left]))
        left -= len(shown[-1][1])
    return page(
        request,
        "imports/faults.html",
        status=422,
        sheets=[(name, lines) for name, lines in shown if lines],
        number=len(faults),
        hidden=sum(len(lines) for _name, lines in by_sheet) - (FAULTS_SHOWN - left),
    )
