"""The timetable of a plan: a day by slot and table, or by person and slot, with one person highlighted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from i18n import Message, Translator, formats, pgettext_
from matching import problem as engine
from server.plans import ledger
from server.rows import number
from server.studio.forms import By, PlanView
from server.studio.showing import Material, Planned, meetings_of, options_of

ROWS_PER_PAGE = 60
SELECTED = Markup(" selected")
TABLES_PER_PAGE = 20  # columns of the days by slot


@dataclass(frozen=True)
class Cell:
    """A meeting in the timetable. interpreter: (first character, name) or None. is_lost: it has become impossible."""

    href: str
    upper: str
    lower: str
    interpreter: tuple[str, str] | None
    is_picked: bool
    is_lost: bool


@dataclass(frozen=True)
class TimetableRow:
    """A heading and the cells of each column; a pause has a name instead of cells."""

    heading: str
    href: str | None = None
    cells: Sequence[Sequence[Cell]] = ()
    pause: str | None = None


@dataclass(frozen=True)
class ShownTimetable:
    """A day of a plan as rows and columns."""

    corner: Message
    columns: Sequence[str]
    rows: Sequence[TimetableRow]
    pages: int = 1


def days(material: Material) -> list[str]:
    """Return the days of the problem: dates at the venue in ISO 8601."""
    return sorted({slot.day for slot in material.outline.slots})


def shown_day(material: Material, look: PlanView) -> str:
    """Return the day asked for, else the first."""
    return look.day if look.day in days(material) else days(material)[0]


async def meetings_shown(material: Material, look: PlanView) -> list[Planned]:
    """Return the meetings that the timetable shows. One query."""
    slots = {"slot_id__in": [number(slot.id) for slot in _slots(material, shown_day(material, look))]}
    if look.by is By.SLOT:
        return await meetings_of(material.plan, **slots, table_id__in=_tables_shown(material, look))
    column = {By.EXPERT: "expert_id", By.ENTERPRISE: "enterprise_id", By.INTERPRETER: "interpreter_id"}[look.by]
    people = [number(id) for id, _name in _rows_shown(material, look)]
    return await meetings_of(material.plan, **slots, **{f"{column}__in": people})


def timetable(material: Material, look: PlanView, meetings: Iterable[Planned]) -> ShownTimetable:
    """Return a day of the plan. Rows are slots and columns tables, or rows are people and columns slots."""
    day = shown_day(material, look)
    if look.by is By.SLOT:
        return _by_slot(material, look, day, meetings)
    return _by_person(material, look, day, meetings)


def _slots(material: Material, day: str) -> list[engine.Slot]:
    return [slot for slot in material.outline.ordered if slot.day == day]


def _clock(material: Material, at: datetime) -> str:
    return formats.time(at, material.locale, material.words.zone)


def _by_slot(material: Material, look: PlanView, day: str, meetings: Iterable[Planned]) -> ShownTimetable:
    tables = _tables_shown(material, look)
    at: dict[tuple[str, int], list[Cell]] = defaultdict(list)
    for meeting in meetings:
        at[f"s{meeting.slot_id}", meeting.table_id].append(_cell(material, look, meeting))
    rows: list[tuple[datetime, TimetableRow]] = []
    for slot in _slots(material, day):
        rows.append(
            (slot.start, TimetableRow(_clock(material, slot.start), cells=[at[slot.id, table] for table in tables]))
        )
    for item in material.items:
        if item.start_at.astimezone(material.words.zone).date().isoformat() == day:
            name = Translator(material.locale).text(item.name)[0]
            rows.append((item.start_at, TimetableRow(_clock(material, item.start_at), pause=name)))
    tr = Translator(material.locale).translate
    columns = [tr(pgettext_("label", "Table %(number)s", number=material.places.tables[id].number)) for id in tables]
    ordered = [row for _start, row in sorted(rows, key=lambda each: each[0])]
    pages = -(-len(_tables(material)) // TABLES_PER_PAGE)
    return ShownTimetable(pgettext_("column", "Slot"), columns, ordered, pages)


def _tables(material: Material) -> list[int]:
    """Return the keys of the plan's tables that still exist, in their order."""
    return [key for key in map(number, material.outline.tables) if key in material.places.tables]


def _tables_shown(material: Material, look: PlanView) -> list[int]:
    """Return the keys of the page of tables."""
    first = (look.rows - 1) * TABLES_PER_PAGE
    return _tables(material)[first : first + TABLES_PER_PAGE]


def _by_person(material: Material, look: PlanView, day: str, meetings: Iterable[Planned]) -> ShownTimetable:
    corner = {
        By.EXPERT: pgettext_("column", "Expert"),
        By.ENTERPRISE: pgettext_("column", "Enterprise"),
        By.INTERPRETER: pgettext_("label", "Interpreter"),
    }[look.by]
    at: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for meeting in meetings:
        at[_whose(meeting, look.by), f"s{meeting.slot_id}"].append(_cell(material, look, meeting))
    slots = _slots(material, day)
    rows = [
        TimetableRow(name, material.base + look.query(person=id), [at[id, slot.id] for slot in slots])
        for id, name in _rows_shown(material, look)
    ]
    columns = [_clock(material, slot.start) for slot in slots]
    return ShownTimetable(corner, columns, rows, pages=-(-len(material.people[look.by]) // ROWS_PER_PAGE))


def _whose(meeting: Planned, by: By) -> str:
    """Return the problem id of the meeting's person of that kind, "" if there is no interpreter."""
    if by is By.INTERPRETER:
        return f"i{meeting.interpreter_id}" if meeting.interpreter_id else ""
    return f"e{meeting.expert_id}" if by is By.EXPERT else f"f{meeting.enterprise_id}"


def _rows_shown(material: Material, look: PlanView) -> Sequence[tuple[str, str]]:
    """Return the people on the current page of the list: their ids in the problem, and their names."""
    first = (look.rows - 1) * ROWS_PER_PAGE
    return material.people[look.by][first : first + ROWS_PER_PAGE]


def _cell(material: Material, look: PlanView, meeting: Planned) -> Cell:
    """Return a cell: expert above enterprise; in a row of one of them, the other above the table."""
    expert, enterprise = f"e{meeting.expert_id}", f"f{meeting.enterprise_id}"
    names = material.words.party(expert), material.words.party(enterprise)
    if look.by in (By.EXPERT, By.ENTERPRISE):
        table = pgettext_("label", "Table %(number)s", number=material.places.tables[meeting.table_id].number)
        names = names[look.by is By.EXPERT], Translator(material.locale).translate(table)
    interpreter = None
    if meeting.interpreter_id is not None and look.by is not By.INTERPRETER:
        name = material.words.interpreter(f"i{meeting.interpreter_id}")
        interpreter = name[:1], name
    return Cell(
        href=f"{material.base}/pairs/{expert}-{enterprise}",
        upper=names[0],
        lower=names[1],
        interpreter=interpreter,
        is_picked=look.person in (expert, enterprise, f"i{meeting.interpreter_id}"),
        is_lost=meeting.id in material.lost,
    )


@dataclass(frozen=True)
class Picked:
    """The person whose meetings are highlighted."""

    id: str
    name: str
    meetings: int
    breaks: int
    moves: int


async def picked(material: Material, look: PlanView) -> Picked | None:
    """Return the highlighted person, or None if there is none or the plan does not have them. One query, or none."""
    names = {id: name for people in material.people.values() for id, name in people} if look.person else {}
    if look.person not in names:
        return None
    column = {"e": "expert_id", "f": "enterprise_id", "i": "interpreter_id"}[look.person[0]]
    theirs = await meetings_of(material.plan, **{column: number(look.person)})
    moves = ledger.breaks_and_moves(theirs, material.outline.ordered)
    return Picked(look.person, names[look.person], len(theirs), *moves)


def people_options(material: Material, look: PlanView, meetings: Iterable[Planned]) -> Markup:
    """Return the options of everybody in the plan, with the highlighted person selected.

    meetings: those shown. If there are too many people to list, only the ones in these meetings are listed.
    """
    options = material.options or _options_shown(material, look, meetings)
    if not look.person:
        return options
    value = Markup('<option value="{}"').format(look.person)
    before, found, behind = options.partition(value)
    return before + found + (SELECTED if found else "") + behind


def _options_shown(material: Material, look: PlanView, meetings: Iterable[Planned]) -> Markup:
    there = {_whose(meeting, by) for meeting in meetings for by in material.people} | {look.person}
    return options_of(each for some in material.people.values() for each in some if each[0] in there)
