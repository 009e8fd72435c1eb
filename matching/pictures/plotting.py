"""SVG pictures of a plan: the timetable by slot and table, and the graph of who meets whom.

The same plan gives the same picture. Names come from the caller; without them, from the problem: the `x` of an
object if it is a text or has a `name`, else the id.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from matching.board import Board, PlacedMeeting
from matching.graph import event_graph, meeting_graph
from matching.pictures import drawing
from matching.pictures.drawing import line, rect, text
from matching.problem import Meeting, Party, Problem

LEFT = "expert"  # side drawn at the left and above; if missing, the side of the first party
_EDGE, _HEAD = 24, 92  # margin around a picture; height of its title and legend
_COLUMN, _ROW, _CLOCK = 148, 46, 64  # width of a table, height of a slot, width of the times
_LABEL, _LINE = 280, 24  # in the graph: width for a name, height of a party
_NARROW, _WIDE = 270, 900  # width for the lines of the graph, with few and with many parties


@dataclass(frozen=True)
class PictureWords:
    """Texts of a picture. parties, tables, interpreters, slots, days: names by id. language: BCP 47 tag."""

    parties: Mapping[str, str]
    tables: Mapping[str, str]
    interpreters: Mapping[str, str]
    slots: Mapping[str, str]
    days: Mapping[str, str]
    language: str = "en"
    timetable: str = "Timetable"
    graph: str = "Who meets whom"
    summary: str = ""
    slot: str = "Slot"
    interpreter: str = "Interpreter, by the first letter or last digits"
    pinned: str = "Pinned"
    seal: str = "P"
    held: str = "Meet"
    unheld: str = "Do not meet"
    sides: tuple[str, str] = ("", "")


@dataclass
class _Sheet:
    """Shapes collected so far, and the extent of the picture."""

    body: list[str] = field(default_factory=list)
    width: int = 0
    bottom: int = 0


def words_of(problem: Problem, meetings: Collection[Meeting]) -> PictureWords:
    """Return the texts from the problem itself, in English."""
    document = problem.document or {}
    left = left_side(problem)
    rest = dict.fromkeys(party.side for party in problem.parties if party.side != left)
    return PictureWords(
        parties=_names(document, "parties", [each.id for each in problem.parties]),
        tables=_names(document, "tables", [each.id for each in problem.tables]),
        interpreters=_names(document, "interpreters", [each.id for each in problem.interpreters]),
        slots={slot.id: f"{slot.start:%H:%M}" for slot in problem.slots},
        days={slot.day: slot.day for slot in problem.slots},
        summary=f"{len(meetings)} of {len(problem.pairs)} pairs meet",
        sides=(left, ", ".join(rest)),
    )


def left_side(problem: Problem) -> str:
    sides = [party.side for party in problem.parties]
    return LEFT if LEFT in sides else next(iter(sides), LEFT)


def picture(problem: Problem, meetings: Sequence[Meeting]) -> str:
    """Return the timetable and the graph in one SVG. meetings: feasible."""
    words = words_of(problem, meetings)
    sheet = _Sheet()
    _draw_timetable(sheet, problem, meetings, words)
    sheet.bottom += _EDGE
    _draw_graph(sheet, problem, meetings, words)
    return _finished(sheet, f"{words.timetable}. {words.graph}", words)


def timetable(
    problem: Problem, meetings: Sequence[Meeting], words: PictureWords, days: Collection[str] | None = None
) -> str:
    """Return the SVG of the timetable: slots down, tables across, one day below the other.

    days: shown days, None for all.
    """
    sheet = _Sheet()
    _draw_timetable(sheet, problem, meetings, words, days)
    return _finished(sheet, words.timetable, words)


def graph(problem: Problem, meetings: Sequence[Meeting], words: PictureWords) -> str:
    """Return the SVG of the meeting graph, one side left and the other right.

    Lines are meetings, faint lines are the other pairs.
    """
    sheet = _Sheet()
    _draw_graph(sheet, problem, meetings, words)
    return _finished(sheet, words.graph, words)


def _finished(sheet: _Sheet, title: str, words: PictureWords) -> str:
    return drawing.svg(sheet.width, sheet.bottom + _EDGE, title, words.summary, words.language, sheet.body)


def _names(document: Mapping[str, Any], array: str, ids: Sequence[str]) -> dict[str, str]:
    named = {item["id"]: _own_name(item.get("x")) for item in document.get(array, ())}
    return {each: named.get(each) or each for each in ids}


def _own_name(x: Any) -> str | None:
    name = x.get("name") if isinstance(x, Mapping) else x
    return name if isinstance(name, str) and name.strip() else None


# -- Timetable -----------------------------------------------------------------------------------------------------


def _draw_timetable(
    sheet: _Sheet,
    problem: Problem,
    meetings: Sequence[Meeting],
    words: PictureWords,
    days: Collection[str] | None = None,
) -> None:
    board = Board(problem, tuple(meetings))
    by_day: dict[str, list[str]] = defaultdict(list)
    for slot in problem.ordered:
        if days is None or slot.day in days:
            by_day[slot.day].append(slot.id)
    top = sheet.bottom + _EDGE
    sheet.body += [text(_EDGE, top + 20, words.timetable, "title"), text(_EDGE, top + 42, words.summary, "quiet")]
    sheet.body += _legend(top + 66, words)
    sheet.bottom = top + _HEAD - 12
    sheet.width = max(sheet.width, 2 * _EDGE + _CLOCK + max(3, len(problem.tables)) * _COLUMN)
    for day, slots in by_day.items():
        _draw_day(sheet, board, day, slots, words)


def _legend(y: float, words: PictureWords) -> list[str]:
    x = _EDGE + 9.0
    parts = [*_peg(x, y - 4, "·"), text(x + 15, y, words.interpreter, "quiet")]
    x += 40 + drawing.width_of(words.interpreter, 12)
    return [*parts, *_seal(x, y - 12, words.seal), text(x + 22, y, words.pinned, "quiet")]


def _peg(x: float, y: float, letter: str) -> list[str]:
    return [f'<circle class="peg" cx="{x:g}" cy="{y:g}" r="9"/>', text(x, y + 4, letter, "letter")]


def _letter(name: str) -> str:
    """Return the short text of an interpreter's mark: the last two digits of an id, else the first letter."""
    digits = re.search(r"(?<!\d)\d++$", name)
    return digits[0][-2:] if digits else name[:1]


def _seal(x: float, y: float, sign: str) -> list[str]:
    return [rect(x, y, 16, 16, "seal"), text(x + 8, y + 12, sign, "sealed")]


def _draw_day(sheet: _Sheet, board: Board, day: str, slots: Sequence[str], words: PictureWords) -> None:
    """Draw the heading and grid of a day, and a cell for each meeting."""
    tables = {table.id: number for number, table in enumerate(board.problem.tables)}
    row = {slot: number for number, slot in enumerate(slots)}
    top = sheet.bottom + 52
    left, right = _EDGE + _CLOCK, _EDGE + _CLOCK + len(tables) * _COLUMN
    body = [text(_EDGE, top - 36, words.days[day], "head"), text(_EDGE, top - 10, words.slot, "quiet")]
    for table, number in tables.items():
        name = words.tables[table]
        body.append(text(left + number * _COLUMN + 8, top - 10, name, "head", room=_COLUMN - 12))
    for slot, number in row.items():
        y = top + number * _ROW
        body.append(text(_EDGE, y + 20, words.slots[slot], "head"))
        body += [line(left - 8, y + step * _ROW / 4, left, y + step * _ROW / 4, "tick") for step in range(4)]
    bottom = top + len(row) * _ROW
    across = "".join(f"M{left} {top + n * _ROW}H{right}" for n in range(1, len(row) + 1))
    down = "".join(f"M{left + n * _COLUMN} {top}V{bottom}" for n in range(len(tables) + 1))
    body.append(f'<path class="empty" d="{across}{down}"/>')
    pins = {pin.pair for pin in board.problem.pins}
    for held in board.held:
        if held.meeting.slot in row:
            x, y = left + tables[held.meeting.table] * _COLUMN, top + row[held.meeting.slot] * _ROW
            body.append(_cell(board.problem, held, x, y, words, held.pair.id in pins))
    sheet.body += [*body, line(_EDGE, top, right, top, "rule")]
    sheet.bottom = bottom


def _cell(problem: Problem, held: PlacedMeeting, x: float, y: float, words: PictureWords, is_pinned: bool) -> str:
    """Return the cell of a meeting: the expert in bold above the enterprise, the edge in both colours."""
    upper, lower = _sorted(problem, held.meeting)
    height = _ROW * max(1, len(held.slots))
    named = [words.parties[upper.id], words.parties[lower.id]]
    sides = [_style(problem, upper), _style(problem, lower)]
    parts = [rect(0, 0, _COLUMN, height, "surface"), rect(0, 0, 3, height / 2, sides[0])]
    parts.append(rect(0, height / 2, 3, height / 2, sides[1]))
    interpreter = held.meeting.interpreter
    parts.append(text(9, 19, named[0], "head", room=_COLUMN - (32 if is_pinned else 14), size=13.5))
    parts.append(text(9, 36, named[1], "quiet", room=_COLUMN - (14 if interpreter is None else 34), size=12))
    if is_pinned:
        parts += _seal(_COLUMN - 20, 6, words.seal)
    if interpreter is not None:
        name = words.interpreters[interpreter]
        parts.append(drawing.group(name, _peg(_COLUMN - 13, 32, _letter(name))))
    spoken = [*named, words.tables[held.meeting.table], words.slots[held.meeting.slot]]
    if interpreter is not None:
        spoken.append(words.interpreters[interpreter])
    return drawing.group(drawing.joined(*spoken), parts, x, y)


def _sorted(problem: Problem, meeting: Meeting) -> tuple[Party, Party]:
    """Return the two parties, the expert first."""
    one, two = (problem.party[party] for party in problem.pair[meeting.pair].parties)
    return (two, one) if two.side == left_side(problem) != one.side else (one, two)


def _style(problem: Problem, party: Party) -> str:
    return "expert" if party.side == left_side(problem) else "firm"


# -- Graph ---------------------------------------------------------------------------------------------------------


def _draw_graph(sheet: _Sheet, problem: Problem, meetings: Sequence[Meeting], words: PictureWords) -> None:
    """Draw the graph with the right column sorted by barycentres, so that few lines cross.

    Source: Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system structures
    (1981).
    """
    held = meeting_graph(event_graph(problem), problem, meetings)
    side = left_side(problem)
    left = [party.id for party in problem.parties if party.side == side]
    place = {party: number for number, party in enumerate(left)}
    others = [party.id for party in problem.parties if party.side != side]
    right = sorted(others, key=lambda each: fmean([place[p] for p in held[each] if p in place] or [len(left)]))
    top = sheet.bottom + _EDGE
    sheet.body += [text(_EDGE, top + 20, words.graph, "title"), text(_EDGE, top + 42, words.summary, "quiet")]
    sheet.body += _graph_legend(top + 66, words)
    span = min(_WIDE, max(_NARROW, 3 * max(len(left), len(right))))
    at = _spots(left, right, top + _HEAD + 36, span)
    names = _EDGE + _LABEL
    sheet.body.append(text(names, top + _HEAD + 12, words.sides[0], "head end", room=_LABEL))
    sheet.body.append(text(names + span, top + _HEAD + 12, words.sides[1], "head", room=_LABEL))
    meet = {pair.id for pair in problem.pairs if held.has_edge(*pair.parties, pair.id)}
    faint = "".join(_edge(at, pair.parties, span) for pair in problem.pairs if pair.id not in meet)
    if faint:
        sheet.body.append(f'<path class="unheld" d="{faint}"/>')
    for pair in problem.pairs:
        if pair.id in meet:
            name = " – ".join(words.parties[party] for party in pair.parties)
            shape = f'<path class="held" d="{_edge(at, pair.parties, span)}"/>'
            sheet.body.append(drawing.group(name, [shape]))
    for party in (*left, *right):
        sheet.body += _node(at[party], party in place, words.parties[party], held.degree(party))
    sheet.width = max(sheet.width, 2 * (_EDGE + _LABEL) + span)
    sheet.bottom = top + _HEAD + 36 + _LINE * max(len(left), len(right), 1) - _LINE // 2


def _graph_legend(y: float, words: PictureWords) -> list[str]:
    x, parts = float(_EDGE), []
    for style, name in (("held", words.held), ("tick", words.unheld)):
        parts += [line(x, y - 4, x + 28, y - 4, style), text(x + 36, y, name, "quiet")]
        x += 60 + drawing.width_of(name, 12)
    return parts


def _spots(left: Sequence[str], right: Sequence[str], top: float, span: int) -> dict[str, tuple[float, float]]:
    """Return the position of each party's mark; both columns have the height of the longer one."""
    rows = max(len(left), len(right))
    x = _EDGE + _LABEL
    at: dict[str, tuple[float, float]] = {}
    for column, where in ((left, x + 12.0), (right, x + span - 12.0)):
        step = _LINE * rows / max(1, len(column))
        at |= {party: (where, round(top + step * (number + 0.5) - _LINE / 2, 1)) for number, party in enumerate(column)}
    return at


def _edge(at: Mapping[str, tuple[float, float]], parties: tuple[str, str], span: int) -> str:
    """Return the path of a line between two marks; a curve if both are in one column."""
    (x1, y1), (x2, y2) = (at[party] for party in parties)
    if x1 != x2:
        return f"M{x1:g} {y1:g}L{x2:g} {y2:g}"
    inward = span / 3 if x1 < _EDGE + _LABEL + span / 2 else -span / 3
    return f"M{x1:g} {y1:g}Q{x1 + inward:g} {(y1 + y2) / 2:g} {x2:g} {y2:g}"


def _node(at: tuple[float, float], is_left: bool, name: str, meetings: int) -> list[str]:
    """Return the party's mark, its name and its number of meetings."""
    x, y = at
    shown = drawing.joined(drawing.fitted(name, _LABEL - 48), str(meetings))
    style = "voice end expert" if is_left else "voice firm"
    label = text(x - 14 if is_left else x + 14, y + 4.5, shown, style)
    return [
        drawing.group(
            drawing.joined(name, str(meetings)), [rect(x - 5, y - 5, 10, 10, "expert" if is_left else "firm"), label]
        )
    ]
