"""Pages of spreadsheets of texts: download a list, upload it filled in, see what it would change, store it."""

import asyncio

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from i18n import _
from server import access, forms, workbooks
from server.errors import NotFound, Refused
from server.imports.reading import Unreadable
from server.models import TranslationUpload
from server.pages import page, to, translator_of
from server.problems import to_programs
from server.translations import sheets, uploads
from server.translations import work as working
from server.translations.asking import filter_of, reach_of
from server.translations.sheets import NoTexts
from server.translations.work import work_of

MAX_UPLOAD = 10 * 1024 * 1024


async def download(request: Request) -> Response:
    """Send the texts of the list that the query asks for."""
    event, reach = access.event(request), reach_of(request)
    work = await work_of(event)
    asked = filter_of(request, working.counts(work, reach))
    found = await asyncio.to_thread(working.filtered, work, reach, asked)
    data = await asyncio.to_thread(sheets.workbook, found, request.state.locale)
    name = f"{event.slug}-{asked.locale or 'texts'}.xlsx"
    return workbooks.download(data, name)


async def form(request: Request) -> Response:
    return _form(request)


def _form(request: Request, refused: Refused | forms.FieldFault | None = None) -> Response:
    given = forms.Form()
    if refused is not None:
        invalid = forms.fault({}, "file", refused.message, code=refused.code)
        to_programs(request, invalid)
        given = invalid.form
    return page(request, "translations/upload.html", status=422 if refused else 200, form=given)


async def take(request: Request) -> Response:
    """Keep the file and show what it would change. Nothing else is stored yet."""
    async with request.form(max_files=1, max_fields=10, max_part_size=MAX_UPLOAD) as posted:
        file = posted.get("file")
        sent = (file.filename or "", await file.read()) if isinstance(file, UploadFile) and file.size else None
    if sent is None:
        return _form(request, forms.FieldFault(_("Choose a file first."), "file-needed"))
    event = access.event(request)
    upload = await uploads.keep(event, access.person(request), *sent)
    try:
        await uploads.checked(event, upload, reach_of(request))
    except (Unreadable, NoTexts) as refused:
        await uploads.discard(upload)
        return _form(request, refused)
    return to(f"/e/{event.slug}/translations/upload/{upload.id}")


async def _own(request: Request) -> TranslationUpload:
    found = await access.of_event(request, TranslationUpload, "sheet")
    if found.person_id != access.person(request).id:
        raise NotFound
    return found


async def show(request: Request) -> Response:
    upload = await _own(request)
    found = await uploads.checked(access.event(request), upload, reach_of(request))
    return page(
        request,
        "translations/preview.html",
        upload=upload,
        found=found,
        groups=found.groups(translator_of(request).translate),
        faulty=len({fault.row for fault in found.faults}),
    )


async def store(request: Request) -> Response:
    event, upload = access.event(request), await _own(request)
    is_checked = (await forms.typed_in(request)).get("as") == "checked"
    await uploads.store(event, upload, reach_of(request), access.person(request), is_checked=is_checked)
    return to(f"/e/{event.slug}/translations", notice="saved")


async def discard(request: Request) -> Response:
    await uploads.discard(await _own(request))
    return to(f"/e/{access.event(request).slug}/translations/upload", notice="removed")
