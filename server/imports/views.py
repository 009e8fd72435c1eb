"""Pages of the import: choose files, see what they would change, correct rows, store them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, Translator, _, pgettext_
from server import access, forms, workbooks
from server.errors import NotFound
from server.imports import service, uploads
from server.imports.choices import is_changed
from server.imports.entering import KEPT, ImportCounts
from server.imports.ledger import Into
from server.imports.leftovers import workbook
from server.imports.lines import ImportFault
from server.imports.reading import MAX_FILES, Unreadable
from server.imports.rows import Batch
from server.imports.showing import Shown, effects, shown_upload, sides
from server.imports.tables import PAGES
from server.imports.telling import FaultGroup, grouped_faults
from server.imports.template import template
from server.imports.uploads import Opened
from server.models import ImportUpload, Right, Side
from server.pages import page, to
from server.problems import to_programs
from server.schemes import scheme_of
from server.speaking import named_with_levels

MAX_UPLOAD = 10 * 1024 * 1024
MAX_CORRECTIONS = 4 * 1024 * 1024
MAX_FIELDS = 10
FAULTS_SHOWN = 200
MOST_LISTED = 10  # faults in the summary, with a link to each; the tables below list all
ROWS_SHOWN = 5  # rows of each side, enough to see whether the columns were understood


@dataclass(frozen=True)
class Goal:
    """Where the rows of an import go. here: path of the import. back: path of the page before it."""

    here: str
    back: str
    into: Into | None = None

    @property
    def delegation_id(self) -> int | None:
        return self.into.delegation_id if self.into else None


async def form(request: Request) -> Response:
    return await _form(request)


async def _form(request: Request, fault: forms.FieldFault | None = None) -> Response:
    given = forms.Form()
    if fault:
        invalid = forms.fault({}, "files", fault.message, code=fault.code)
        to_programs(request, invalid)
        given = invalid.form
    goal = await _goal(request)
    unfinished = await uploads.of(access.event(request), access.person(request), goal.delegation_id)
    status = 422 if fault else 200
    return page(request, "imports/file.html", status=status, form=given, unfinished=unfinished, goal=goal)


async def download(request: Request) -> Response:
    """Send the template in the reader's language."""
    goal = await _goal(request)
    sides = Side if goal.into is None else (Side.EXPERT,)
    content = template(request.state.locale, scheme_of(access.event(request)), sides)
    return workbooks.download(content, "duijie.xlsx")


async def take(request: Request) -> Response:
    """Keep the files and show what they would change. Nothing else is stored yet."""
    goal = await _goal(request)
    async with request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_UPLOAD) as posted:
        files = await _sent(posted)
    if not files:
        return await _form(request, forms.FieldFault(_("Choose a file first."), "file-needed"))
    upload = await uploads.keep_files(access.event(request), access.person(request), files, goal.delegation_id)
    try:
        opened = await uploads.open_up(upload)
    except Unreadable as unreadable:
        await uploads.discard(upload)
        return await _form(request, forms.FieldFault(unreadable.message, unreadable.code))
    return await _shown(request, opened)


async def _sent(posted: FormData) -> list[tuple[str, bytes]]:
    each = [upload for upload in posted.getlist("files") if isinstance(upload, UploadFile) and upload.size]
    return [(upload.filename or "", await upload.read()) for upload in each]


async def show(request: Request) -> Response:
    upload = await _upload(request)
    return await _done(request, upload) if upload.done_at else await _shown(request, await _opened(upload))


async def check(request: Request) -> Response:
    """Save the choices and corrections, and show the page again."""
    upload = await _upload(request)
    if upload.done_at:
        return await _done(request, upload)
    typed = await forms.typed_in(request)
    posted = {name: value if isinstance(value, str) else value[-1] for name, value in typed.items()}
    posted = {name: value for name, value in posted.items() if _is_storable(name + value)}
    pages = {
        int(name.removeprefix("encoding-")): value
        for name, value in posted.items()
        if name in ("encoding-0", "encoding-1") and value in PAGES and is_changed(posted, name)
    }
    return await _shown(request, await _opened(await uploads.choose(upload, posted, pages)))


def _is_storable(text: str) -> bool:
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)


async def store(request: Request) -> Response:
    upload = await _upload(request)
    if upload.done_at:
        return await _done(request, upload)
    posted = await request.form(max_fields=MAX_FIELDS)
    invite, in_part = posted.get("invite") == "yes", posted.get("part") == "yes"
    opened = await _opened(upload)
    batch = await _batch(request, opened)
    try:
        into = (await _goal(request)).into
        await service.store_batch(access.event(request), upload, batch, invite=invite, in_part=in_part, into=into)
    except service.Faulty:
        return await _shown(request, opened)
    standing = await _upload(request)
    return await _done(request, standing) if standing.done_at else to(await _here(request), notice="imported_in_part")


async def faulty(request: Request) -> Response:
    """Send a workbook of the rows that need correcting."""
    opened = await _opened(await _upload(request))
    batch = await _batch(request, opened)
    _counts, refused = await service.try_out(access.event(request), batch, (await _goal(request)).into)
    content = workbook(batch, [*batch.faults, *refused], Translator(request.state.locale).translate)
    return workbooks.download(content, "duijie-rows.xlsx")


async def discard(request: Request) -> Response:
    await uploads.discard(await _upload(request))
    return to((await _goal(request)).here)


async def _upload(request: Request) -> ImportUpload:
    """Return the viewer's own upload; uploads of others, for other goals, and older than a day are not found."""
    own = {"person_id": access.person(request).id, "delegation_id": (await _goal(request)).delegation_id}
    upload = await access.of_event(request, ImportUpload, _name_of_upload(request), **own)
    if uploads.is_over(upload):
        raise NotFound
    return upload


async def _opened(upload: ImportUpload) -> Opened:
    try:
        return await uploads.open_up(upload)
    except Unreadable:
        # The bytes are not valid in the chosen code page: go back to the detected one.
        return await uploads.open_up(await uploads.forget_pages(upload))


async def _goal(request: Request) -> Goal:
    """Return where the rows go: the event, or the delegation in the path, which the viewer may import. Raises NotFound.

    Found once for each request.
    """
    found: Goal | None = getattr(request.state, "import_goal", None)
    if found is None:
        home = f"/e/{access.event(request).slug}"
        found = Goal(f"{home}/import", f"{home}/experts")
        if "delegation" in request.path_params:
            delegation = await access.delegation(request)
            back = f"{home}/delegations/{delegation.id}"
            found = Goal(f"{back}/import", back, Into(delegation.id, not access.own(request).may(Right.PEOPLE)))
        request.state.import_goal = found
    return found


def _name_of_upload(request: Request) -> str:
    """Return the parameter of the path that has the id of the upload."""
    return "batch" if "delegation" in request.path_params else "upload"


async def _here(request: Request) -> str:
    return f"{(await _goal(request)).here}/{access.path_id(request, _name_of_upload(request))}"


async def _done(request: Request, upload: ImportUpload) -> Response:
    goal, place = await _goal(request), upload.choices.get("to", "experts")
    back = f"/e/{access.event(request).slug}/{place}" if goal.into is None else goal.back
    return to(back, notice="imported")


async def _batch(request: Request, opened: Opened) -> Batch:
    return await service.batch_of_upload(access.event(request), opened)


async def _shown(request: Request, opened: Opened) -> Response:
    """Return the page of the upload, with status 422 if something in the form needs correcting.

    If nothing does, a form that was sent leads to the address of the upload, so that the browser can return to it.
    """
    goal, batch = await _goal(request), await _batch(request, opened)
    counts, refused = await service.try_out(access.event(request), batch, goal.into)
    if request.method == "POST" and not (batch.faults or refused):
        return to(f"{goal.here}/{opened.upload.id}")
    return _preview(request, goal, opened, batch, counts, refused)


def _preview(
    request: Request, goal: Goal, opened: Opened, batch: Batch, counts: ImportCounts, refused: Sequence[ImportFault]
) -> Response:
    faults = [*batch.faults, *refused]
    translate = Translator(request.state.locale).translate
    good = batch.good(without=[fault.place.key for fault in refused])
    overview, hidden = _overview(faults, translate)
    what = shown_upload(opened, batch, faults, translate)
    listed, labels = _listed(faults, what, [name for name, _lines in overview], translate)
    form = forms.Form({"hidden": "yes"} if opened.choices.hidden else {}, listed)
    status = 422 if faults and request.method == "POST" else 200
    if status == 422:
        to_programs(request, forms.Invalid(form))
    return page(
        request,
        "imports/preview.html",
        status=status,
        here=f"{goal.here}/{opened.upload.id}",
        goal=goal,
        form=form,
        labels=labels,
        more=len(faults) - len(listed),
        shown=what,
        sides=[(value, translate(label)) for value, label in sides()],
        lines=[translate(line) for line in effects(counts)],
        number=len(faults),
        sheets=overview,
        hidden=hidden,
        good=len(good.rows),
        experts=good.experts[:ROWS_SHOWN],
        enterprises=good.enterprises[:ROWS_SHOWN],
        kept=counts[KEPT],
        named_with_levels=partial(named_with_levels, locale=request.state.locale),
        is_taken=bool(opened.choices.taken()),
    )


def _listed(
    faults: Sequence[ImportFault], what: Shown, sheets: Sequence[str], translate: Callable[[Message], str]
) -> tuple[dict[str, Message], dict[str, str]]:
    """Return the first faults for the summary by the field or table that each links to, and the labels of the links."""
    cells = {cell.name: (row, cell) for row in what.rows for cell in row.faulty}
    fills = {cell.name: cell for sheet in what.sheets for cell in sheet.fills}
    listed: dict[str, Message] = {}
    labels: dict[str, str] = {}
    for fault in sorted(faults, key=lambda fault: fault.place.key):
        name = f"cell-{fault.place.at}-{fault.place.row}-{fault.name}"
        if name in cells:
            row, cell = cells[name]
            # Translators: column: the heading of a column
            label = translate(pgettext_("label", "Row %(number)s, %(column)s", number=row.number, column=cell.label))
            label = f"{row.sheet} · {label}" if row.sheet else label
        elif (fill := f"fill-{fault.place.at}-{fault.name}") in fills:
            name, label = fill, fills[fill].label
        else:
            name = f"sheet-{sheets.index(fault.place.sheet) + 1}" if fault.place.sheet in sheets else "sheet-1"
            label = fault.place.sheet or translate(pgettext_("heading", "The file"))
        if name not in listed and len(listed) < MOST_LISTED:
            listed[name], labels[name] = fault.message, label
    return listed, labels


def _overview(
    faults: Sequence[ImportFault], translate: Callable[[Message], str]
) -> tuple[list[tuple[str, list[FaultGroup]]], int]:
    """Return what needs correcting by sheet, and how many kinds of faults are left out."""
    by_sheet = grouped_faults(faults, translate)
    left = FAULTS_SHOWN
    kept: list[tuple[str, list[FaultGroup]]] = []
    for name, lines in by_sheet:
        kept.append((name, lines[:left]))
        left -= len(kept[-1][1])
    hidden = sum(len(lines) for _name, lines in by_sheet) - (FAULTS_SHOWN - left)
    return [(name, lines) for name, lines in kept if lines], hidden
