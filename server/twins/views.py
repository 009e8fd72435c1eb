"""The organisers' pages of experts who may be entered twice, with the preview before two entries are merged."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, Translator, _, formats, pgettext_
from server import access
from server.errors import NotFound
from server.models import Mode, Registration, Side
from server.pages import page, to
from server.problems import to_programs
from server.profiles import MODES
from server.schemes import scheme_of
from server.translations.showing import text_reader
from server.twins import finding, moving, service
from server.twins.moving import Moving

LABELS: Mapping[str, Message] = {
    "full_name": pgettext_("label", "Full name"),
    "latin_name": _("Name in Latin letters"),
    "zh_name": pgettext_("label", "Chinese name"),
    "affiliation": pgettext_("label", "Organisation"),
    "position": pgettext_("label", "Position"),
    "degree": pgettext_("label", "Degree"),
    "headline": _("Summary in one line"),
    "offer": _("What you offer"),
    "results": pgettext_("label", "Key results"),
    "patents": pgettext_("label", "Patents"),
    "note": _("Note to meeting partners"),
    "topics": pgettext_("label", "Topics"),
    "modes": _("Forms of cooperation"),
    "languages": pgettext_("label", "Meeting languages"),
    "readiness": _("Technology readiness level (TRL)"),
    "available": pgettext_("label", "Slots"),
    "max_meetings": pgettext_("label", "Meeting limit"),
}

# What belongs to an entry, with the names of its tables in `moving.PLACES`.
KINDS: Sequence[tuple[Message, tuple[str, ...]]] = (
    (pgettext_("kind of data", "Wishes"), ("wish_by", "wish_about")),
    (pgettext_("heading", "Organiser’s assessments"), ("correction",)),
    (pgettext_("heading", "Journey"), ("travel",)),
    (pgettext_("heading", "Reception"), ("reception",)),
    (pgettext_("place", "Delegation"), ("member",)),
    (pgettext_("heading of an invitation", "Invitation"), ("invitation",)),
    (_("Requests to be absent"), ("request",)),
    (pgettext_("heading", "Files"), ("file",)),
    (pgettext_("place", "Translations"), ("translation",)),
    (pgettext_("heading", "Passport data"), ("passport",)),
    (_("Agreed exchanges of contacts"), ("contact_by", "contact_about")),
    (_("Changes that wait for an organiser"), ("change",)),
)


def _home(request: Request) -> str:
    return f"/e/{access.event(request).slug}/twins"


async def index(request: Request) -> Response:
    found = await finding.twins_page(access.event(request), request.state.locale)
    return page(request, "twins/index.html", found=found, texts=await text_reader(request))


async def ask(request: Request) -> Response:
    """Show which values stay and what moves, before the merge."""
    kept, joined = await _two(request)
    if kept.withdrawn_at is not None or joined.withdrawn_at is not None:
        return to(_home(request))
    return await _question(request, kept, joined)


async def merge(request: Request) -> Response:
    kept, joined = await _two(request)
    try:
        await service.merge(access.event(request), kept, joined, access.person(request))
    except service.KeepTheAddress as refused:
        to_programs(request, refused)
        return await _question(request, kept, joined, fault=refused.message, status=refused.status)
    return to(_home(request), notice="saved")


async def tell_apart(request: Request) -> Response:
    await service.tell_apart(access.event(request), *await _two(request), access.person(request))
    return to(_home(request), notice="saved")


async def undo(request: Request) -> Response:
    await service.undo(access.path_id(request, "merge"), access.event(request))
    return to(_home(request), notice="restored")


async def _two(request: Request) -> tuple[Registration, Registration]:
    """Return the experts `stays` and `goes` of the path, with `person`. Raises NotFound if they are equal."""
    stays, goes = [
        await access.of_event(request, Registration, name, "person", side=Side.EXPERT) for name in ("stays", "goes")
    ]
    if stays.id == goes.id:
        raise NotFound
    return stays, goes


async def _question(
    request: Request, kept: Registration, joined: Registration, *, fault: Message | None = None, status: int = 200
) -> Response:
    twins, found = await finding.twins_of({kept.id, joined.id}, request.state.locale), await service.moves(kept, joined)
    lines = [
        (LABELS[line.name], _said(request, line.name, line.kept), _said(request, line.name, line.joined), line.is_taken)
        for line in service.preview(kept, joined)
    ]
    return page(
        request,
        "twins/ask.html",
        status=status,
        kept=twins[kept.id],
        joined=twins[joined.id],
        lines=lines,
        moves=_numbers(found),
        has_own=not moving.OF_ONE_ACCOUNT.isdisjoint(found),
        fault=fault,
    )


def _numbers(found: Mapping[str, Moving]) -> list[tuple[Message, int, int]]:
    """Return how many rows of each kind move, and how many stay with the withdrawn entry."""
    kinds = [(label, [found[name] for name in names if name in found]) for label, names in KINDS]
    return [
        (label, sum(len(rows.moving) for rows in tables), sum(rows.staying for rows in tables))
        for label, tables in kinds
        if tables
    ]


def _said(request: Request, name: str, value: Any) -> str:
    """Return the value of a column in words."""
    locale, scheme = request.state.locale, scheme_of(access.event(request))
    if not value:
        return ""
    if name == "topics":
        return "; ".join(scheme.label(id, locale) if id in scheme.topics else id for id in value)
    if name == "modes":
        return "; ".join(Translator(locale).translate(MODES[Mode(each)]) for each in value)
    if name == "languages":
        return ", ".join(formats.language(tag, locale) for tag in value)
    return formats.number(len(value), locale) if name == "available" else str(value)
