"""The match board as pictures: a matrix of all experts and needs, and a graph of the best pairs."""

from collections.abc import Sequence
from heapq import nlargest

from i18n import Translator, _, tag_of
from matching.pictures import drawing
from server.board.pairs import BoardPair, PairState
from server.models import Side
from server.names import party_name
from server.rows import EventRows

NAMED = 60  # rows with names; more are drawn smaller, without
LARGE, SMALL = 14, 4  # px of a cell
MARGIN, NAMES, HEAD = 16, 200, 40
BANDS = (0.2, 0.35, 0.5, 0.65, 0.8)  # scores from which a cell is darker
OPACITIES = (0.15, 0.3, 0.5, 0.75, 1.0)
BEST_OF_EACH = 5  # lines of a party in the graph
ROW, MIDDLE = 22, 360  # px of a name in the graph, and between the sides


def matrix(rows: EventRows, pairs: Sequence[BoardPair], locale: str) -> str:
    """Return an SVG: a row for each expert, a column for each need, darker for a higher score."""
    experts = {party.id: row for row, party in enumerate(rows.of(Side.EXPERT))}
    needs = [need.id for party in rows.of(Side.ENTERPRISE) for need in rows.needs_by_party.get(party.id, ())]
    columns = {id: column for column, id in enumerate(needs)}
    size = LARGE if len(experts) <= NAMED else SMALL
    left = MARGIN + (NAMES if size == LARGE else 0)
    paths: list[list[str]] = [[] for _band in BANDS]
    for pair in pairs:
        for need_id, score in pair.scores.items():
            band = sum(score >= step for step in BANDS) - 1
            if band >= 0:
                x, y = left + size * columns[need_id], HEAD + size * experts[pair.expert_id]
                paths[band].append(f"M{x} {y}h{size - 1}v{size - 1}h-{size - 1}z")
    body = [
        f'<path class="filled" fill-opacity="{opacity}" d="{"".join(found)}"/>'
        for opacity, found in zip(OPACITIES, paths, strict=True)
        if found
    ]
    if size == LARGE:
        body += [
            drawing.text(
                MARGIN, HEAD + LARGE * row + LARGE - 3, party_name(party, locale), "quiet", room=NAMES - 8, size=12
            )
            for row, party in enumerate(rows.of(Side.EXPERT))
        ]
    width, height = left + size * max(len(needs), 20) + MARGIN, HEAD + size * max(len(experts), 1) + MARGIN
    return _document(width, height, locale, body)


def graph(rows: EventRows, pairs: Sequence[BoardPair], locale: str) -> str:
    """Return an SVG: experts on the left, enterprises on the right, a line for each of the best pairs of an expert."""
    experts, enterprises = rows.of(Side.EXPERT), rows.of(Side.ENTERPRISE)
    left = {party.id: HEAD + ROW * row for row, party in enumerate(experts)}
    right = {party.id: HEAD + ROW * row for row, party in enumerate(enterprises)}
    least = rows.event.least_value
    open_pairs = [pair for pair in pairs if pair.state(least) is PairState.CANDIDATE]
    of_expert: dict[int, list[BoardPair]] = {}
    for pair in open_pairs:
        of_expert.setdefault(pair.expert_id, []).append(pair)
    best = [
        pair
        for some in of_expert.values()
        for pair in nlargest(BEST_OF_EACH, some, key=lambda pair: (pair.is_wanted, pair.value or 0.0))
    ]
    start, end = MARGIN + NAMES, MARGIN + NAMES + MIDDLE
    lines = [
        drawing.line(
            start, left[pair.expert_id] - 4, end, right[pair.enterprise_id] - 4, "held" if pair.is_wanted else "tick"
        )
        for pair in best
    ]
    names = [
        drawing.text(MARGIN, left[party.id], party_name(party, locale), "expert", room=NAMES - 8) for party in experts
    ] + [drawing.text(end + 8, right[party.id], party_name(party, locale), "firm", room=NAMES) for party in enterprises]
    height = HEAD + ROW * max(len(experts), len(enterprises), 1) + MARGIN
    return _document(end + NAMES + 2 * MARGIN, height, locale, [*lines, *names])


def _document(width: int, height: int, locale: str, body: list[str]) -> str:
    tr = Translator(locale).translate
    title = tr(_("Experts and needs by value"))
    said = tr(_("Darker cells and drawn lines stand for better matches. The table of the match board shows the same."))
    return drawing.svg(width, height, title, said, tag_of(locale), body)
