"""Pages on which participants upload files, and the address of each file."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, Translator, _, pgettext_
from server import access, forms
from server.errors import NotFound, Refused
from server.files import checking, service, showing, storing
from server.files.checking import UnfitFile
from server.files.clearing import bytes_follow_rows
from server.files.forms import FileFields, ReadersFields
from server.files.service import FileOwner
from server.models import FileKind, FileReaders
from server.models.files import MAX_FILES
from server.once import once
from server.pages import home_of, page, to
from server.registrations.steps import progress_of
from server.submitting import submitted

READERS: Mapping[FileReaders, Message] = {
    FileReaders.OTHER_SIDE: _("Everybody on the other side"),
    FileReaders.AGREED: _("The other side, once both want to meet"),
    FileReaders.ORGANISERS: _("Only the organiser"),
    FileReaders.NOBODY: pgettext_("who reads a contact", "Only me"),
}
# A file has no rights of a page: a browser that shows it all the same runs nothing of it.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


async def index(request: Request) -> Response:
    """Show the expert's photo, CV and other files."""
    return await _page(request, forms.Form({"readers": FileReaders.AGREED}), owner=_own(request))


async def of_need(request: Request) -> Response:
    """Show the files of a need."""
    return await _page(request, forms.Form({"readers": FileReaders.AGREED}), owner=await _own_need(request))


async def add(request: Request) -> Response:
    return await _add(request, _own(request))


async def add_to_need(request: Request) -> Response:
    return await _add(request, await _own_need(request))


async def share(request: Request) -> Response:
    return await _share(request, _own(request), access.path_id(request, "file"))


async def share_of_need(request: Request) -> Response:
    return await _share(request, await _own_need(request), access.path_id(request, "attachment"))


async def remove(request: Request) -> Response:
    return await _remove(request, _own(request), access.path_id(request, "file"))


async def remove_from_need(request: Request) -> Response:
    return await _remove(request, await _own_need(request), access.path_id(request, "attachment"))


async def download(request: Request) -> Response:
    """Send a file to a viewer who may open it."""
    file = await showing.opened(request)
    data = await asyncio.to_thread(storing.read, request.app.state.settings.files_dir, file.key)
    if data is None:
        raise NotFound
    plain = "".join(char if char.isascii() and char.isalnum() else "_" for char in file.name.rpartition(".")[0])
    simple = f"{plain.strip('_') or file.kind}.{file.name.rpartition('.')[2]}"
    disposition = f"attachment; filename=\"{simple}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {**HEADERS, "Content-Disposition": disposition, "ETag": f'"{file.digest[:32]}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=file.media_type, headers=headers)


def _own(request: Request) -> FileOwner:
    return FileOwner(access.own_party(request))


async def _own_need(request: Request) -> FileOwner:
    return FileOwner(access.own_enterprise(request), await access.own_need(request))


def _path(request: Request, owner: FileOwner) -> str:
    home = home_of(request)
    return f"{home}/needs/{owner.need.id}/files" if owner.need else f"{home}/files"


async def _page(request: Request, form: forms.Form, *, owner: FileOwner, status: int = 200) -> Response:
    tr = Translator(request.state.locale).translate
    return page(
        request,
        "files/index.html",
        status=status,
        form=form,
        party=owner.party,
        need=owner.need,
        base=_path(request, owner),
        progress=None if owner.need else progress_of(owner.party, "files", access.event(request).slug),
        files=showing.ShownFiles(await showing.files_of(owner)),
        # Colleagues share the files of a need.
        readers=[
            (str(value), tr(label))
            for value, label in READERS.items()
            if owner.needs_consent or value is not FileReaders.NOBODY
        ],
        agreed=await service.agreed_kinds(owner.party.event_id, access.person(request)),
        purposes={str(kind): tr(service.purpose_for(kind).text) for kind in FileKind},
        most=MAX_FILES,
    )


async def _add(request: Request, owner: FileOwner) -> Response:
    person, folder = access.person(request), request.app.state.settings.files_dir

    async def act(given: FileFields) -> Response:
        kind = FileKind.OTHER if owner.need else given.kind
        async with request.app.state.file_checks:
            file = await checking.check(*await _sent(request), kind)
        key = await asyncio.to_thread(storing.write, folder, file.data)

        async def add() -> str:
            await service.add(
                owner,
                person,
                kind,
                file,
                key=key,
                readers=given.readers,
                agrees=given.agree,
                locale=request.state.locale,
            )
            return _path(request, owner)

        async with bytes_follow_rows(folder, owner.party.id, new=[key]):
            return to(await once(request, add, sent=file.digest), notice="saved")

    def ask(known: FileFields) -> AsyncIterator[Refused]:
        kind, agrees = known.valid("kind"), known.valid("agree") is True
        return service.refusals(owner, person, kind if kind in set(FileKind) else FileKind.OTHER, agrees=agrees)

    return await submitted(request, FileFields, act, partial(_page, owner=owner), ask=ask)


async def _sent(request: Request) -> tuple[str, bytes]:
    """Return (name, bytes) of the file in the form. Raises UnfitFile."""
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile) or not sent.size:
        raise UnfitFile(_("Choose a file first."))
    return sent.filename or "", await sent.read()


async def _share(request: Request, owner: FileOwner, id: int) -> Response:
    # Before the form is read: what is wrong with it would tell that there is a file.
    await service.refuse_unknown(owner, id)
    given = await forms.parse(request, ReadersFields)
    await service.share(owner, access.person(request), id, given.readers)
    return to(_path(request, owner), notice="saved")


async def _remove(request: Request, owner: FileOwner, id: int) -> Response:
    async with bytes_follow_rows(request.app.state.settings.files_dir, owner.party.id):
        await service.remove(owner, id)
    return to(_path(request, owner), notice="removed")
