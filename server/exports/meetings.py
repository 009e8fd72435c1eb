"""The meetings of a plan as a list and as a timetable for files."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from i18n import Message, _, pgettext_
from server.errors import NotFound
from server.exports.columns import BROAD, NARROW, USUAL, Column, ExportList, View, Words, sheet
from server.exports.sheets import Cell, Heading, Sheet
from server.memory import counts_of
from server.models import Event, Interpreter, Meeting, Plan, PlenaryItem, Publication, Registration, Right, Slot, Table
from server.names import party_name, shown_name
from server.plans.directory import directory
from server.plans.staleness import lost_of_plan


@dataclass(frozen=True)
class MeetingRow:
    """A meeting with everything that its line names. is_lost: it can no longer take place."""

    meeting: Meeting
    slot: Slot
    table: Table
    expert: Registration
    enterprise: Registration
    interpreter: Interpreter | None
    is_lost: bool


async def plan_asked(event: Event, view: View) -> Plan:
    """Return the plan of the view, else the published one. Raises NotFound if there is none."""
    if view.plan_id:
        plan = await Plan.get_or_none(id=view.plan_id, event_id=event.id)
    else:
        published = await Publication.get_or_none(event_id=event.id).select_related("plan")
        plan = published.plan if published else None
    if plan is None or plan.solved_at is None:
        raise NotFound
    return plan


async def read(event: Event, view: View) -> list[MeetingRow]:
    """Return the meetings of a plan by time and table. At most thirty-two queries. Raises NotFound."""
    plan, counts = await plan_asked(event, view), await counts_of(event.id)
    places = await directory(event.id, counts)
    lost = {each.meeting.id for each in await lost_of_plan(event.id, plan.id, counts=counts)}
    rows = [
        MeetingRow(
            meeting=each,
            slot=places.slots[each.slot_id],
            table=places.tables[each.table_id],
            expert=places.parties[each.expert_id],
            enterprise=places.parties[each.enterprise_id],
            interpreter=places.interpreters[each.interpreter_id] if each.interpreter_id else None,
            is_lost=each.id in lost,
        )
        for each in await Meeting.filter(plan_id=plan.id).select_related("need")
    ]
    return sorted(rows, key=lambda row: (row.slot.start_at, row.table.number, row.meeting.id))


def _expert(row: MeetingRow, words: Words) -> str:
    return party_name(row.expert, words.locale)


def _enterprise(row: MeetingRow, words: Words) -> str:
    return party_name(row.enterprise, words.locale)


def _interpreter(row: MeetingRow, words: Words) -> str:
    return shown_name(row.interpreter, words.locale) if row.interpreter else ""


def _need(row: MeetingRow, words: Words) -> str:
    return words.text(words.texts.title(row.meeting.need)) if row.meeting.need else ""


def _hall(row: MeetingRow, words: Words) -> str:
    return words.of_event(row.table.hall.name)


def _status(row: MeetingRow, words: Words) -> str:
    return words.said(_("Can no longer take place")) if row.is_lost else ""


_columns: Sequence[Column[MeetingRow]] = (
    Column("day", pgettext_("label", "Day"), lambda row, words: words.day(row.slot.start_at), NARROW),
    Column("start", pgettext_("time", "From"), lambda row, words: words.clock(row.slot.start_at), NARROW),
    Column("end", pgettext_("time", "To"), lambda row, words: words.clock(row.slot.end_at), NARROW),
    Column("hall", pgettext_("column", "Hall"), _hall, USUAL),
    Column("table", pgettext_("label", "Table"), lambda row, _words: row.table.number, NARROW),
    Column("expert", pgettext_("column", "Expert"), _expert, USUAL),
    Column("enterprise", pgettext_("column", "Enterprise"), _enterprise, USUAL),
    Column("need", pgettext_("label", "Need"), _need, BROAD),
    Column("interpreter", pgettext_("label", "Interpreter"), _interpreter, USUAL),
    Column("value", pgettext_("label", "Value"), lambda row, _words: round(row.meeting.value, 2), NARROW, False),
    Column("status", pgettext_("column", "Status"), _status, USUAL),
)
MEETINGS = ExportList("meetings", pgettext_("label", "Meetings"), Right.PLAN, "/plans", _columns, read)
IN_TIMETABLES = ("day", "start", "end", "hall", "table", "expert", "enterprise", "need", "interpreter", "status")
BY: Sequence[tuple[str, Message, Callable[[MeetingRow, Words], str]]] = (
    ("expert", pgettext_("option", "By expert"), _expert),
    ("enterprise", pgettext_("option", "By enterprise"), _enterprise),
    ("interpreter", pgettext_("option", "By interpreter"), _interpreter),
)


def timetable(rows: Sequence[MeetingRow], items: Sequence[PlenaryItem], words: Words) -> list[Sheet]:
    """Return sheets of a plan: each day with slots as rows and tables as columns, then all meetings by person.

    items: of the programme; they stand between the slots.
    """
    days: dict[date, list[MeetingRow]] = defaultdict(list)
    for row in rows:
        days[row.slot.day].append(row)
    sheets = [_day(day, days[day], items, words) for day in sorted(days)]
    for code, title, name in BY:
        named = [(name(row, words), place, row) for place, row in enumerate(rows)]
        ordered = [row for called, _place, row in sorted(named, key=lambda each: each[:2]) if called]
        # The person's own column first.
        columns = sorted(MEETINGS.chosen(IN_TIMETABLES), key=lambda column: column.code != code)
        sheets.append(sheet(title, columns, ordered, words))
    return sheets


def _day(day: date, rows: Sequence[MeetingRow], items: Sequence[PlenaryItem], words: Words) -> Sheet:
    """Return a day as a table: times, then a column for each table that has a meeting."""
    tables = sorted({row.table.id: row.table for row in rows}.values(), key=lambda table: table.number)
    column = {table.id: place for place, table in enumerate(tables, 1)}
    lines: list[tuple[datetime, list[Cell]]] = []
    at: dict[int, list[Cell]] = {}
    for row in rows:
        if row.slot.id not in at:
            at[row.slot.id] = [words.clock(row.slot.start_at), *([None] * len(tables))]
            lines.append((row.slot.start_at, at[row.slot.id]))
        cell = "\n".join(filter(None, (_expert(row, words), _enterprise(row, words), _interpreter(row, words))))
        at[row.slot.id][column[row.table.id]] = cell
    for item in items:
        if words.day(item.start_at) == day:
            pause: list[Cell] = [words.clock(item.start_at), words.of_event(item.name), *([None] * (len(tables) - 1))]
            lines.append((item.start_at, pause))
    headings = [Heading(words.said(pgettext_("column", "Slot")), NARROW)]
    for table in tables:
        number = words.said(pgettext_("label", "Table %(number)s", number=table.number))
        headings.append(Heading(f"{number}\n{words.of_event(table.hall.name)}"))
    return Sheet(day.isoformat(), headings, [cells for _at, cells in sorted(lines, key=lambda each: each[0])], False)
