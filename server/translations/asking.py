"""What the viewer of a page of translations may translate and wants to see."""

from urllib.parse import urlencode

from starlette.requests import Request

from server import access
from server.errors import NotFound
from server.models import Event, Right
from server.search.query import query_of
from server.translations import texts
from server.translations import work as working
from server.translations.texts import TextKey
from server.translations.work import Filter, LanguageCounts, Reach, Work, WorkList, work_of


def reach_of(request: Request) -> Reach:
    """Return which texts the viewer may translate."""
    standing = access.own(request)
    return Reach(
        is_organiser=standing.may(Right.PEOPLE),
        is_translator=standing.translator is not None,
        languages=frozenset(standing.translator.languages if standing.translator else ()),
        party_id=standing.party.id if standing.party else None,
    )


async def opened(request: Request) -> tuple[WorkList, Work]:
    """Return the work list and the text of the path. Raises NotFound if the viewer may not translate it."""
    field = texts.field_of(request.path_params["field"])
    if field is None:
        raise NotFound
    work, key = await work_of(access.event(request)), TextKey(field, access.path_id(request, "row"))
    piece, locale = work.sources.of(key), request.path_params["locale"]
    if piece is None or locale not in piece.targets(work.locales) or not reach_of(request).has(piece, locale):
        raise NotFound
    return work, working.of_piece(work, piece, locale)


def address_of(event: Event, each: Work) -> str:
    """Return the path of a text in its target language."""
    field, row_id = each.piece.key
    return f"/e/{event.slug}/translations/{field.value}/{row_id}/{each.locale}"


def filter_of(request: Request, counts: list[LanguageCounts], locale: str = "") -> Filter:
    """Return what the list is to show. locale: of the open text; else the one asked for, else one with work left."""
    asked = request.query_params
    offered = [each.locale for each in counts]
    wanted = [
        locale or asked.get("locale", ""),
        request.state.locale,
        *(each.locale for each in counts if not each.is_done),
    ]
    chosen = next((code for code in wanted if code in offered), offered[0] if offered else "")
    return Filter(
        chosen,
        working.of_state(asked.get("state", "")),
        working.of_kind(asked.get("kind", "")),
        query_of(asked.get("q", "")),
    )


def query_string(asked: Filter, **other: str) -> str:
    """Return the query of an address that keeps the filter."""
    values = {"locale": asked.locale, "state": asked.state, "kind": asked.kind, "q": asked.query.text, **other}
    return urlencode({name: value for name, value in values.items() if value})
