"""Pages of matches, reasons and wishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message
from server import access, forms
from server.errors import NotFound
from server.files import showing as files
from server.files.showing import ShownFiles
from server.models import Correction, Event, Registration, Side
from server.names import own_spelling, party_name
from server.needs.disclosure import ShownNeed
from server.pages import local_path, page, to
from server.profiles import BUDGETS, MODES, RIGHTS, choices
from server.registrations.agreeing import is_consent_due
from server.rows import EventRows, load_rows
from server.scores import reasons
from server.scores import service as scores
from server.scores.account import account
from server.scores.corrections import corrected
from server.scores.known import Known
from server.scores.reasons import Case
from server.scores.scoring import Scorer
from server.scores.sidequotes import ReasonReader
from server.scores.wording import WITHOUT_EMBEDDING, ShownCorrection
from server.search.finding import Found
from server.speaking import languages_with_levels
from server.submitting import submitted
from server.translations.reading import TextReader
from server.translations.showing import read_by
from server.wishes import matches, service
from server.wishes.forms import CorrectionFields, MatchesView, Show, WishFields, id_of, matches_view_of
from server.wishes.labels import SHOWS, WISHES
from server.wishes.matches import Budget, Match, Ranking

PAGE = 20


def _scorer(request: Request) -> Scorer:
    scorer: Scorer = request.app.state.scorer
    return scorer


@dataclass(frozen=True)
class Told:
    """A wish that was just changed, for the sentence about it and its undo.

    changes: each match with the label of its wish; the second one was given back. was: the wish before. place: the card
    in the list, as the end of a URL.
    """

    changes: Sequence[tuple[Match, Message]]
    is_expert: bool
    about: int
    was: str
    given_back: int | None
    place: str


@dataclass(frozen=True)
class Kept:
    """A wish that was sent after the session had ended, to be saved by another press. fields: of the form."""

    match: Match
    label: Message
    is_expert: bool
    fields: Mapping[str, str]


async def save(request: Request) -> Response:
    """Save a wish and go back to the page, which tells what was saved and offers to undo it."""
    given, event = await forms.parse(request, WishFields), access.event(request)
    saved = await service.wish(
        access.own_party(request), given.about, given.grade, instead_of=given.instead, becomes=given.becomes
    )
    path, mark, place = local_path(given.next).partition("#")
    if not path.startswith(f"/e/{event.slug}/matches"):
        return to(path + mark + place, notice="wish_saved")
    told = {"changed": given.about, "was": saved.was or "", "gave": saved.given_back or ""}
    query = urlencode({name: value for name, value in told.items() if value})
    return to(f"{path}{'&' if '?' in path else '?'}{query}{mark}{place}")


def _told(found: Ranking, look: MatchesView, *, place: str = "") -> Told | None:
    changed = found.of(look.changed)
    if changed is None:
        return None
    given_back = found.of(look.gave)
    return Told(
        [(each, WISHES[each.wish]) for each in (changed, given_back) if each is not None],
        changed.party.side == Side.ENTERPRISE,
        changed.party.id,
        look.was or "",
        given_back.party.id if given_back else None,
        place,
    )


def _kept(request: Request, found: Ranking) -> Kept | None:
    """Return the wish that the reader sent before signing in again, unless it is the one that stands."""
    sent = getattr(request.state, "held", None) or {}
    fields = {name: str(sent[name]) for name in WishFields.model_fields if name in sent}
    grade, match = fields.get("grade", "") or None, found.of(id_of(fields.get("about", "")))
    if "grade" not in fields or match is None or grade not in WISHES or match.wish == grade:
        return None
    return Kept(match, WISHES[grade], match.party.side == Side.ENTERPRISE, fields)


def _budget(event: Event, side: Side, found: Ranking) -> Budget | None:
    most = service.most_top_wishes(event, side)
    return None if most is None else Budget(most, found.top_wishes)


async def index(request: Request) -> Response:
    """Show all matches, best first."""
    reader, locale = access.own_party(request), request.state.locale
    look = matches_view_of(request.query_params)
    if not reader.takes_part:
        return page(request, "wishes/too_early.html", is_withdrawn=reader.withdrawn_at is not None)
    rows = await load_rows(access.event(request))
    own = _party(rows, reader.side, reader.id)
    known = await _scorer(request).known_to(rows, own)
    found = await matches.ranked(rows, known, own, locale)
    texts = TextReader(rows.translations, locale, read_by(own))
    kept, numbers = await found.look(look, rows.scheme, texts, size=PAGE)
    return page(
        request,
        "wishes/matches.html",
        texts=texts,
        party=reader,
        look=look,
        lines=await _with_reason(rows, known, kept, own, locale),
        budget=_budget(rows.event, own.side, found),
        changed=_told(found, look, place=f"#m{look.changed}"),
        kept=_kept(request, found),
        done=len(found) - len(found.by_show[Show.OPEN]),
        all=len(found),
        is_nobody=not found,
        is_consent_due=await is_consent_due(reader, access.person(request)),
        is_last=look.page * PAGE >= numbers[look.show],
        tabs=[(show, SHOWS[show], numbers[show]) for show in Show],
    )


Line = tuple[Match, Found, tuple[str, Message] | None]


async def _with_reason(
    rows: EventRows, known: Known, found: list[tuple[Match, Found]], own: Registration | None, locale: str
) -> list[Line]:
    """Return each match with sign and heading of its main reason, or None. own: the party that reads, None for an
    organiser.
    """
    scored = [(match, match.need) for match, _how in found if match.need is not None]
    reader = ReasonReader(locale, rows.scheme)

    def find() -> list[tuple[str, Message] | None]:
        return [
            reasons.headline(
                Case(
                    known.explain(need.id, match.expert.id),
                    need,
                    match.expert,
                    reader,
                    partial(known.carried, need.id, match.expert.id),
                )
            )
            for match, need in scored
        ]

    pairs = tuple((need.id, match.expert.id) for match, need in scored)
    told = await matches.remembered_for(rows, known, ("headlines", own and own.id, locale, pairs), find, weigh=len)
    why = {match.party.id: each for (match, _need), each in zip(scored, told, strict=True)}
    return [(match, how, why.get(match.party.id)) for match, how in found]


async def match(request: Request) -> Response:
    """Show why a pair matches, with quotations from both sides."""
    reader, locale = access.own_party(request), request.state.locale
    rows = await load_rows(access.event(request))
    other = Side.ENTERPRISE if reader.side == Side.EXPERT else Side.EXPERT
    party = _party(rows, other, access.path_id(request, "registration"))
    own = _party(rows, reader.side, reader.id)
    if not party.is_shown or not matches.may_meet(rows, own, party):
        raise NotFound
    known = await _scorer(request).known_to(rows, own)
    found = await matches.ranked(rows, known, own, locale)
    listed, (before, after) = found.of(party.id), found.neighbours(party.id)
    return await _reason_page(
        request,
        rows,
        known,
        listed or matches.match_of(rows, known, own, party, locale),
        reader=reader.side,
        rank=(found.matches.index(listed) + 1, len(found)) if listed else None,
        before=before,
        after=after,
        budget=_budget(rows.event, own.side, found),
        changed=_told(found, matches_view_of(request.query_params)),
        kept=_kept(request, found),
    )


# For organisers ---------------------------------------------------------------------------------------------------


async def ranking(request: Request) -> Response:
    """Show organisers all matches of a party, with their assessments."""
    rows, locale = await load_rows(access.event(request)), request.state.locale
    party, look = _anybody(rows, access.path_id(request, "registration")), matches_view_of(request.query_params)
    known = await _scorer(request).known(rows)
    found = await matches.ranked(rows, known, party, locale, for_organiser=True)
    texts = TextReader(rows.translations, locale)
    kept, numbers = await found.look(replace(look, show=Show.ALL), rows.scheme, texts, size=PAGE)
    return page(
        request,
        "wishes/ranking.html",
        texts=texts,
        party=party,
        name=party_name(party, locale),
        remark=WITHOUT_EMBEDDING if _scorer(request).is_failing else None,
        look=look,
        lines=await _with_reason(rows, known, kept, None, locale),
        is_nobody=not found,
        is_last=look.page * PAGE >= numbers[Show.ALL],
    )


async def pair(request: Request) -> Response:
    """Show organisers why any two parties match, with all assessments."""
    return await _pair(request, forms.Form())


async def _pair(request: Request, form: forms.Form, status: int = 200) -> Response:
    rows = await load_rows(access.event(request))
    expert = _party(rows, Side.EXPERT, access.path_id(request, "expert"))
    enterprise = _party(rows, Side.ENTERPRISE, access.path_id(request, "enterprise"))
    known, locale = await _scorer(request).known(rows), request.state.locale
    found = matches.match_of(rows, known, enterprise, expert, locale, for_organiser=True)
    kinds = rows.wish_kinds
    both = kinds.get((expert.id, enterprise.id)), kinds.get((enterprise.id, expert.id))
    return await _reason_page(
        request,
        rows,
        known,
        found,
        reader=None,
        status=status,
        wishes=[WISHES[kind] for kind in both],
        form=form,
        said=[_said(each, locale) for each in await scores.corrections_of(expert, enterprise)],
    )


def _said(each: Correction, locale: str) -> ShownCorrection:
    """Return a correction with the names of who made it and who took it back."""
    # Load who took it back only if it is no longer in force.
    who = (each.by, None if each.stands else each.taken_back_by)
    by, back = (own_spelling(person, locale) if person else "" for person in who)
    return ShownCorrection(each.kind, each.reason, by, each.created_at, bool(each.stands), back, each.taken_back_at)


async def correct(request: Request) -> Response:
    """Save or take back an organiser's assessment of a pair."""
    by = access.person(request)
    expert = await access.of_event(request, Registration, "expert", "person", side=Side.EXPERT)
    enterprise = await access.of_event(request, Registration, "enterprise", "organisation", side=Side.ENTERPRISE)

    async def act(given: CorrectionFields) -> Response:
        await scores.save_assessment(expert, enterprise, given.kind, reason=given.reason, by=by)
        notice = "correction_saved" if given.kind else "correction_taken_back"
        here = f"/e/{access.event(request).slug}/pairs/{expert.id}/{enterprise.id}"
        return to(local_path(given.next) if given.next else here, notice=notice)

    return await submitted(request, CorrectionFields, act, _pair, ask=forms.nothing_else)


async def corrections(request: Request) -> Response:
    """Show all assessments in force, each with a button to take it back."""
    event, locale, look = access.event(request), request.state.locale, matches_view_of(request.query_params)
    first = (look.page - 1) * PAGE
    found, total = await scores.corrections(event, first=first, most=PAGE)
    return page(
        request,
        "wishes/corrections.html",
        lines=[
            (each, party_name(each.expert, locale), party_name(each.enterprise, locale), _said(each, locale))
            for each in found
        ],
        total=total,
        number=look.page,
        is_last=first + PAGE >= total,
    )


def _anybody(rows: EventRows, id: int) -> Registration:
    """Return a participant of either side. Raises NotFound."""
    party = rows.party_by_id.get(id)
    if party is None:
        raise NotFound
    return party


def _party(rows: EventRows, side: Side, id: int) -> Registration:
    """Return a participant of a side, with person and organisation. Raises NotFound."""
    party = rows.party_by_id.get(id)
    if party is None or party.side != side:
        raise NotFound
    return party


async def _reason_page(
    request: Request,
    rows: EventRows,
    known: Known,
    found: Match,
    *,
    reader: Side | None,
    status: int = 200,
    **values: Any,
) -> Response:
    """Return the page of reasons. reader: None for organisers. The need of ?need=, else the best one."""
    locale = request.state.locale
    need = next((each for each in found.needs if str(each.id) == request.query_params.get("need")), found.need)
    own = {Side.EXPERT: found.expert, Side.ENTERPRISE: found.enterprise}
    reads = read_by(own[reader] if reader else None)
    for_whom = ReasonReader(locale, rows.scheme, reads, rows.translations)
    told = NOTHING_TOLD
    if need is not None:
        name = "why", reader, found.expert.id, found.enterprise.id, need.id, locale
        told = await matches.remembered_for(rows, known, name, partial(_why, known, found, need, for_whom), weigh=len)
    return page(
        request,
        "wishes/reason.html",
        status=status,
        texts=TextReader(rows.translations, locale, reads),
        files=await _files(rows, found, reader),
        match=found,
        need=need,
        reader=reader,
        expert_name=party_name(found.expert, locale),
        enterprise_name=found.name if reader == Side.EXPERT else party_name(found.enterprise, locale),
        **told,
        others=[(each, score) for each, score in found.scored_needs if need and each.id != need.id],
        modes=dict(choices(MODES, locale)),
        budgets=dict(choices(BUDGETS, locale)),
        rights=dict(choices(RIGHTS, locale)),
        languages=languages_with_levels(found.expert, locale),
        **{**BESIDE_REASONS, **values},
    )


async def _files(rows: EventRows, found: Match, reader: Side | None) -> ShownFiles:
    """Return the files that the reader may open: of the other side, or of both for organisers."""
    if reader is None:
        return await files.all_of([found.expert.id, found.enterprise.id])
    both = (found.expert, found.enterprise)
    return await files.for_other_side(rows, *(both if reader == Side.EXPERT else both[::-1]))


# What a page of reasons has for some of its readers only.
BESIDE_REASONS: Mapping[str, Any] = {
    **dict.fromkeys(("rank", "before", "after", "budget", "changed", "kept", "wishes", "form")),
    "said": (),
}


NOTHING_TOLD: Mapping[str, Any] = {"points": None, "verdict": (), "account": (), "reasons": (), "lacks": ()}


def _why(known: Known, found: Match, need: ShownNeed, reader: ReasonReader) -> dict[str, Any]:
    """Return template values that explain a need and an expert, by the names of `NOTHING_TOLD`."""
    pair = known.explain(need.id, found.expert.id)
    case = Case(pair, need, found.expert, reader, partial(known.carried, need.id, found.expert.id), found.assessment)
    return {
        "points": round(100 * corrected(pair.score, found.assessment)),
        "verdict": reasons.verdict(case, found.enterprise),
        "account": account(pair, found.assessment),
        "reasons": reasons.reasons(case),
        "lacks": reasons.lacks(case, found.enterprise),
    }
