"""The pages of the match board, for organisers who plan."""

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, _, pgettext_
from server import access, forms, memory
from server.board import pictures
from server.board.pairs import BoardPair, PairState, effects, pairs_of, without
from server.errors import NotFound
from server.forms import BlankIsNone, Fields
from server.models import CorrectionKind, Need, Part, Registration, Side
from server.names import party_name
from server.needs import disclosure
from server.pages import page, picture
from server.rows import EventRows, load_rows
from server.studio.showing import BYTES_OF_ROW
from server.translations.showing import text_reader

EXPERTS, NEEDS = 20, 40  # rows and columns of one page
MOST_PAIRS = 120_000  # of which a page counts the effects
MOST_LISTED = 100  # without a possible pair
MOST_PAGE = 10_000
READ = (Part.PEOPLE, Part.GRID, Part.WISHES, Part.TEXTS)
BANDS = (20, 35, 50, 65)  # points at which cells get darker

REASONS: Mapping[PairState, Message] = {
    PairState.BELOW: _("Most possible pairs have no wish and too low a value."),
    PairState.UNTOLD: _("Most possible pairs concern confidential needs, and both sides have to wish to meet first."),
    PairState.APART: _("Most possible pairs have no common slot."),
    PairState.UNFIT: _("Most possible pairs were assessed as no match."),
    PairState.VETOED: _("Most possible pairs are not wanted by one of the two sides."),
    PairState.BARRED: _("Most possible pairs are ruled out by a rule about who may not meet."),
}
NOBODY_THERE = _("The other side has no participants yet.")
STATES: Mapping[PairState, Message] = {
    PairState.CANDIDATE: pgettext_("of a pair", "Can be planned"),
    PairState.BELOW: pgettext_("of a pair", "Value too low"),
    PairState.UNTOLD: pgettext_("of a pair", "Confidential"),
    PairState.APART: pgettext_("of a pair", "No common slot"),
    PairState.UNFIT: pgettext_("of a pair", "Assessed as no match"),
    PairState.VETOED: pgettext_("of a pair", "Not wanted"),
    PairState.BARRED: pgettext_("of a pair", "Ruled out"),
}


class BoardFields(Fields):
    """least: least value in points of a pair without a wish, None for that of the event. rows, columns: pages."""

    least: Annotated[Annotated[int, Field(ge=0, le=100)] | None, BlankIsNone] = None
    rows: Annotated[int, Field(ge=1, le=MOST_PAGE)] = 1
    columns: Annotated[int, Field(ge=1, le=MOST_PAGE)] = 1


@dataclass(frozen=True)
class BoardCell:
    """An expert and a need. band: from 0 for the lowest values. sign: of wishes and assessment. said: in words."""

    points: int
    band: int
    sign: str
    said: Sequence[Message]
    state: PairState
    href: str


@dataclass(frozen=True)
class WithoutPair:
    """A party without a pair that can be planned."""

    name: str
    href: str
    why: Message


async def index(request: Request) -> Response:
    """Show a page of the matrix, the effect of the least value, and who would go without a meeting."""
    event, locale = access.event(request), request.state.locale
    try:
        look, form, status = forms.check(BoardFields, request.query_params), forms.Form(), 200
    except forms.Invalid as invalid:
        look, form, status = BoardFields(), invalid.form, invalid.status
    rows = await load_rows(event)
    known = await request.app.state.scorer.known(rows)
    usual = round(100 * event.least_value)
    least = usual if look.least is None else look.least
    experts, enterprises = rows.of(Side.EXPERT), rows.of(Side.ENTERPRISE)
    needs = [need for party in enterprises for need in rows.needs_by_party.get(party.id, ())]
    shown = experts[(look.rows - 1) * EXPERTS : look.rows * EXPERTS]
    across = needs[(look.columns - 1) * NEEDS : look.columns * NEEDS]
    owners = [rows.party_by_id[id] for id in dict.fromkeys(need.registration_id for need in across)]
    is_counted = len(experts) * len(enterprises) <= MOST_PAIRS
    parties = (experts, enterprises) if is_counted else (shown, owners)
    pairs = await asyncio.to_thread(pairs_of, rows, known, *parties)
    titles = await text_reader(request)
    return page(
        request,
        "board/index.html",
        status=status,
        form=form,
        look=look,
        least=least,
        usual=usual,
        experts=[(party, party_name(party, locale)) for party in shown],
        columns=[(titles.title(each), party_name(rows.party_by_id[each.registration_id], locale)) for each in across],
        needs=[need.id for need in across],
        cells=_cells(pairs, shown, across, least / 100, f"/e/{event.slug}/pairs"),
        effects=await asyncio.to_thread(effects, pairs, least, rows) if is_counted else [],
        empty=_without(rows, pairs, least / 100, locale, f"/e/{event.slug}/parties") if is_counted else [],
        is_counted=is_counted,
        pages=(-(-len(experts) // EXPERTS), -(-len(needs) // NEEDS)),
        totals=(len(experts), len(needs)),
        signs=SIGNS,
        states=STATES,
    )


SIGNS: Mapping[str, Message] = {
    "⇅": _("Both sides want to meet"),
    "↑": _("The expert wants to meet"),
    "↓": _("The enterprise wants to meet"),
    "✕": _("A side does not want to meet, or the pair is ruled out"),
    "✓": _("Assessed as a match"),
    "!": pgettext_("of a pair", "Required meeting"),
}


def _cells(
    pairs: Sequence[BoardPair], experts: Sequence[Registration], needs: Sequence[Need], least: float, base: str
) -> Mapping[tuple[int, int], BoardCell]:
    """Return the cells by expert and need."""
    by_parties = {(pair.expert_id, pair.enterprise_id): pair for pair in pairs}
    return {
        (expert.id, need.id): _cell(by_parties[expert.id, need.registration_id], need.id, least, base)
        for expert in experts
        for need in needs
    }


def _cell(pair: BoardPair, need_id: int, least: float, base: str) -> BoardCell:
    points, sign, state = round(100 * pair.scores[need_id]), _sign(pair), pair.state(least)
    said = [STATES[state], *([SIGNS[sign]] if sign else [])]
    band = sum(points >= step for step in BANDS)
    return BoardCell(points, band, sign, said, state, f"{base}/{pair.expert_id}/{pair.enterprise_id}")


def _sign(pair: BoardPair) -> str:
    """Return the sign of the strongest statement about the pair, "" for none."""
    expert, enterprise = (wish in disclosure.WANTED for wish in pair.wishes)
    if pair.fixed in (PairState.BARRED, PairState.VETOED, PairState.UNFIT):
        return "✕"
    if pair.assessment == CorrectionKind.REQUIRED:
        return "!"
    if expert or enterprise:
        return "⇅" if expert and enterprise else "↑" if expert else "↓"
    return "✓" if pair.assessment == CorrectionKind.FITS else ""


def _without(
    rows: EventRows, pairs: Sequence[BoardPair], least: float, locale: str, base: str
) -> Mapping[Side, tuple[int, Sequence[WithoutPair]]]:
    """Return by side how many have no pair that can be planned, and the first of them with the main reason.

    Enterprises without a published need are left out: nothing is planned for them unless somebody wishes it.
    """
    asked = [party for party in rows.parties if party.side == Side.EXPERT or party.id in rows.needs_by_party]
    states = without(pairs, least, [party.id for party in asked])
    found: dict[Side, list[WithoutPair]] = {side: [] for side in Side}
    for party in asked:
        if party.id in states:
            reasons = states[party.id].most_common(1)
            why = REASONS[reasons[0][0]] if reasons else NOBODY_THERE
            found[party.side].append(WithoutPair(party_name(party, locale), f"{base}/{party.id}", why))
    return {side: (len(each), each[:MOST_LISTED]) for side, each in found.items()}


async def matrix(request: Request) -> Response:
    """Send all experts and needs as one picture."""
    locale = request.state.locale
    return await _drawn(request, ("board", locale), lambda rows, pairs: pictures.matrix(rows, pairs, locale))


async def graph(request: Request) -> Response:
    """Send the best pairs as a picture of a graph with names."""
    locale = request.state.locale
    return await _drawn(request, ("board graph", locale), lambda rows, pairs: pictures.graph(rows, pairs, locale))


async def _drawn(request: Request, name: Hashable, draw: Callable[[EventRows, Sequence[BoardPair]], str]) -> Response:
    event = access.event(request)

    async def drawn() -> bytes:
        rows = await load_rows(event)
        if len(rows.of(Side.EXPERT)) * len(rows.of(Side.ENTERPRISE)) > MOST_PAIRS:
            raise NotFound
        known = await request.app.state.scorer.known(rows)
        parties = rows.of(Side.EXPERT), rows.of(Side.ENTERPRISE)

        def make() -> str:
            return draw(rows, pairs_of(rows, known, *parties))

        return (await asyncio.to_thread(make)).encode()

    found = await memory.remembered(event.id, name, READ, drawn, weigh=lambda it: len(it) // BYTES_OF_ROW)
    return picture(request, found)
