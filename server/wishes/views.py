"""Matches, the reasons for each, and the wishes that they lead to."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, formats
from server import access, forms
from server.errors import NotFound
from server.models import Registration, Side
from server.names import party_name
from server.pages import local_path, page, to
from server.plans import snapshot
from server.plans.snapshot import Rows
from server.plans.wording import WISHES
from server.profiles import BUDGETS, MODES, choices
from server.wishes import matches, reasons, scoring, service, wording
from server.wishes.forms import LONGEST_QUERY, Show, WishFields, look_of
from server.wishes.matches import Match
from server.wishes.scoring import Known

PAGE = 20


async def save(request: Request) -> Response:
    given = await forms.parse(request, WishFields)
    await service.wish(access.own_party(request), given.about, given.grade)
    return to(local_path(given.next), notice="wish_saved")


async def index(request: Request) -> Response:
    """The whole other side, the best first."""
    reader, locale = access.own_party(request), request.state.locale
    look = look_of(request.query_params)
    if not reader.takes_part:
        return page(request, "wishes/too_early.html")
    rows = await snapshot.load(access.event(request))
    known = await scoring.known(rows)
    found = matches.matches(rows, known, _party(rows, reader.side, reader.id), locale)
    kept = matches.found_by(matches.shown(found, look.show), look.query, locale)
    first = (look.page - 1) * PAGE
    return page(
        request,
        "wishes/matches.html",
        party=reader,
        look=look,
        longest_query=LONGEST_QUERY,
        lines=await _with_reason(known, kept[first : first + PAGE], locale),
        total=len(kept),
        is_nobody=not found,
        is_last=first + PAGE >= len(kept),
        tabs=[(show, wording.SHOWS[show], len(matches.shown(found, show))) for show in Show],
    )


async def _with_reason(known: Known, found: list[Match], locale: str) -> list[tuple[Match, tuple[str, Message] | None]]:
    """Each match with sign and heading of the weightiest of its reasons; None where nothing can be told."""
    scored = [(match, match.need) for match in found if match.need is not None]
    explained = await scoring.explained(known, [(need.id, match.expert.id) for match, need in scored])
    why = {
        match.party.id: reasons.headline(pair, need, match.expert, locale)
        for (match, need), pair in zip(scored, explained, strict=True)
    }
    return [(match, why.get(match.party.id)) for match in found]


async def match(request: Request) -> Response:
    """Why somebody of the other side fits, with the words of both."""
    reader, locale = access.own_party(request), request.state.locale
    rows = await snapshot.load(access.event(request))
    other = Side.ENTERPRISE if reader.side == Side.EXPERT else Side.EXPERT
    party = _party(rows, other, access.path_id(request, "registration"))
    known = await scoring.known(rows)
    found = matches.matches(rows, known, _party(rows, reader.side, reader.id), locale)
    place = next(at for at, each in enumerate(found) if each.party.id == party.id)
    return await _reason_page(request, known, found[place], reader=reader.side, rank=(place + 1, len(found)))


async def pair(request: Request) -> Response:
    """The same for the organiser, who sees both sides whole."""
    rows = await snapshot.load(access.event(request))
    expert = _party(rows, Side.EXPERT, access.path_id(request, "expert"))
    enterprise = _party(rows, Side.ENTERPRISE, access.path_id(request, "enterprise"))
    known = await scoring.known(rows)
    found = matches.match_of(rows, known, enterprise, expert, request.state.locale)
    kinds = {(wish.by_id, wish.about_id): wish.kind for wish in rows.wishes}
    both = kinds.get((expert.id, enterprise.id)), kinds.get((enterprise.id, expert.id))
    return await _reason_page(request, known, found, reader=None, wishes=[WISHES[kind] for kind in both])


def _party(rows: Rows, side: Side, id: int) -> Registration:
    """Who takes part, with person and organisation. Raises NotFound."""
    party = next((party for party in rows.of(side) if party.id == id), None)
    if party is None:
        raise NotFound
    return party


async def _reason_page(request: Request, known: Known, found: Match, *, reader: Side | None, **values: Any) -> Response:
    """reader: None for the organiser. The need asked for by ?need=, else the one that fits best."""
    locale = request.state.locale
    need = next((each for each in found.needs if str(each.id) == request.query_params.get("need")), found.need)
    [explained] = await scoring.explained(known, [(need.id, found.expert.id)]) if need else [None]
    return page(
        request,
        "wishes/reason.html",
        match=found,
        need=need,
        reader=reader,
        expert_name=party_name(found.expert, locale),
        enterprise_name=found.name if reader == Side.EXPERT else party_name(found.enterprise, locale),
        points=round(100 * explained.score) if explained else None,
        account=reasons.account(explained) if explained else [],
        reasons=reasons.reasons(explained, need, found.expert, locale) if explained and need else [],
        lacks=reasons.lacks(explained, need, found.expert, found.enterprise, locale) if explained and need else [],
        others=[(each, score) for each, score in found.scored_needs if need and each.id != need.id],
        modes=dict(choices(MODES, locale)),
        budgets=dict(choices(BUDGETS, locale)),
        languages=[formats.language(tag, locale) for tag in found.expert.languages],
        **{"rank": None, "wishes": None, **values},
    )
