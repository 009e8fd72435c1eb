"""Reads a list and makes its file; remembers the columns that an organiser chose last."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from i18n import formats
from server.db import atomic, lock
from server.edits import write
from server.exports import meetings
from server.exports.columns import ExportList, View, Words, sheet
from server.exports.meetings import MEETINGS
from server.exports.others import INTERPRETERS, NEEDS, WISHES_LIST
from server.exports.parties import ENTERPRISES, EXPERTS
from server.exports.sheets import About, Sheet, csv_file, xlsx
from server.models import Event, Organiser, Person, Plan, PlenaryItem

LISTS: Mapping[str, ExportList[Any]] = {
    each.code: each for each in (EXPERTS, ENTERPRISES, NEEDS, INTERPRETERS, WISHES_LIST, MEETINGS)
}


async def columns_of(event: Event, person: Person, asked: ExportList[Any]) -> list[str]:
    """Return the codes of the columns that the organiser chose last for a list, else the usual ones. One query."""
    organiser = await Organiser.get_or_none(event_id=event.id, person_id=person.id)
    chosen = ((organiser.exports if organiser else None) or {}).get(asked.code, ())
    return [column.code for column in asked.chosen(chosen)] or asked.usual


@atomic
async def remember(event: Event, person: Person, asked: ExportList[Any], codes: Collection[str]) -> None:
    """Keep the columns that an organiser chose for a list."""
    found = await Organiser.get_or_none(event_id=event.id, person_id=person.id)
    organiser = await lock(Organiser, found.id) if found else None
    if organiser is not None:
        chosen = [column.code for column in asked.chosen(codes)]
        await write(organiser, exports={**(organiser.exports or {}), asked.code: chosen})


async def list_as_xlsx(asked: ExportList[Any], codes: Collection[str], view: View, words: Words) -> bytes:
    """Return a list as a workbook. Raises NotFound if it is of a plan that there is not."""
    return await _workbook([await _sheet(asked, codes, view, words)], words)


async def list_as_csv(asked: ExportList[Any], codes: Collection[str], view: View, words: Words) -> bytes:
    """Return a list as CSV. Raises NotFound if it is of a plan that there is not."""
    return await asyncio.to_thread(csv_file, await _sheet(asked, codes, view, words), words.locale)


async def _sheet(asked: ExportList[Any], codes: Collection[str], view: View, words: Words) -> Sheet:
    rows = await asked.read(words.event, view)
    return await asyncio.to_thread(sheet, asked.title, asked.chosen(codes), rows, words)


async def timetable_as_xlsx(plan: Plan, words: Words) -> bytes:
    """Return a plan as a workbook: its days by slot and table, and its meetings by person."""
    rows = await meetings.read(words.event, View(plan_id=plan.id))
    items = await PlenaryItem.filter(event_id=words.event.id).order_by("start_at")
    return await _workbook(await asyncio.to_thread(meetings.timetable, rows, items, words), words)


async def _workbook(sheets: Sequence[Sheet], words: Words) -> bytes:
    made = formats.date_time(datetime.now(UTC), words.locale, words.zone)
    about = About(words.of_event(words.event.name), made, has_drafts=bool(words.drafts))
    return await asyncio.to_thread(xlsx, sheets, about)
