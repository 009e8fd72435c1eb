"""The page that shows two or three plans side by side."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, Translator, formats, pgettext_
from server import access
from server.memory import counts_of
from server.models import Event, Plan
from server.pages import page, page_number, to, zone_of
from server.plans import comparing, settling, versions
from server.plans.comparing import Changed, Difference, Seat, Sway, Version
from server.plans.directory import Directory, directory
from server.studio import wording

LEAST, MOST = 2, 3  # plans side by side
DIGITS = 10  # of a key, at most one less
ROWS = 50
SWAYS = 8  # of each kind
MOST_DRAWN = 2_000  # meetings of a small picture
WIDTH, HEIGHT, STEP_X, STEP_Y = 18, 7, 20, 9  # of a cell of the small picture


class Sort(StrEnum):
    """By what the differences are grouped."""

    EXPERT = "expert"
    ENTERPRISE = "enterprise"
    SLOT = "slot"
    TABLE = "table"


SORTS: Mapping[Sort, Message] = {
    Sort.EXPERT: pgettext_("option", "By expert"),
    Sort.ENTERPRISE: pgettext_("option", "By enterprise"),
    Sort.SLOT: pgettext_("option", "By slot"),
    Sort.TABLE: pgettext_("option", "By table"),
}


@dataclass(frozen=True)
class ShownVersion:
    """A column. counts: meetings that differ from the first version. affected: participants with such a meeting.

    paths: of the small picture by class; empty if it would be too large.
    """

    plan: Plan
    meetings: int
    counts: Mapping[Changed, int]
    affected: int
    paths: Mapping[str, str]


@dataclass(frozen=True)
class ShownGoal:
    """A goal of planning as a row. cells: (result, gap or None, is it the best) of each version, None if not a goal
    of it.
    """

    name: Message
    what: Message
    cells: Sequence[tuple[str, float | None, bool] | None]


@dataclass(frozen=True)
class ShownDifference:
    """A pair as a row. cells: (place or None, what becomes of the meeting) of each version."""

    expert: str
    enterprise: str
    cells: Sequence[tuple[str | None, Changed]]


@dataclass(frozen=True)
class ShownSway:
    """A participant who gains or loses. share: of the greatest gain or loss, in hundredths."""

    name: str
    is_gain: bool
    share: float
    before: int
    after: int


@dataclass(frozen=True)
class Comparison:
    """What the page shows. groups: (heading, rows), one page of them. number: of all rows. size: of the picture."""

    versions: Sequence[ShownVersion]
    goals: Sequence[ShownGoal]
    groups: Sequence[tuple[str, Sequence[ShownDifference]]]
    number: int
    sways: Sequence[ShownSway]
    swayed: int
    size: tuple[int, int]


@dataclass(frozen=True)
class Words:
    """Names, times and tables for a reader."""

    places: Directory
    event: Event
    locale: str
    has_days: bool

    def party(self, id: int) -> str:
        return self.places.party(id, self.locale)

    def slot(self, id: int) -> str:
        slot = self.places.slots[id]
        clock = formats.time(slot.start_at, self.locale, zone_of(self.event))
        return f"{formats.short_date(slot.day, self.locale)} {clock}" if self.has_days else clock

    def table(self, id: int) -> str:
        shown = pgettext_("label", "Table %(number)s", number=self.places.tables[id].number)
        return Translator(self.locale).translate(shown)

    def seat(self, seat: Seat | None) -> str | None:
        if seat is None:
            return None
        # Translators: a place in the timetable. time: a time of day
        number = self.places.tables[seat.table_id].number
        shown = pgettext_("place", "%(time)s, table %(number)s", time=self.slot(seat.slot_id), number=number)
        return Translator(self.locale).translate(shown)


async def show(request: Request) -> Response:
    """Show the plans that the query names; without two of them, go to the list of plans."""
    event = access.event(request)
    plans = await versions.solved_with(event, _ids(request))
    if len(plans) < LEAST:
        return to(f"/e/{event.slug}/plans", notice="compare_two")
    sort = request.query_params.get("by", "")
    by = Sort(sort) if sort in set(Sort) else Sort.EXPERT
    compared, places = await comparing.versions_of(plans), await directory(event.id)
    counts = await counts_of(event.id)
    tiers = [{each["tier"]: each for each in (await settling.outline_of(plan, counts)).tiers} for plan in plans]
    days = {places.slots[seat.slot_id].day for version in compared for seat in version.seats.values()}
    words, number = Words(places, event, request.state.locale, len(days) > 1), page_number(request.query_params)
    found = await asyncio.to_thread(_compared, compared, tiers, words, by, number)
    return page(
        request,
        "plans/compare.html",
        found=found,
        states=wording.STATES,
        by=by,
        sorts=SORTS,
        number=number,
        query="&".join(f"plan={plan.id}" for plan in plans),
        is_last=number * ROWS >= found.number,
    )


def _ids(request: Request) -> list[int]:
    """Return the plans that the query names, the latest MOST of them."""
    named = request.query_params.getlist("plan")
    return sorted({int(id) for id in named if id.isascii() and id.isdigit() and len(id) < DIGITS})[-MOST:]


def _compared(
    versions: Sequence[Version], tiers: Sequence[Mapping[str, Any]], words: Words, by: Sort, number: int
) -> Comparison:
    found = comparing.differences(versions)
    swayed = comparing.sways(versions[0], versions[-1])
    rows = [(heading, each) for heading, group in _groups(found, words, by) for each in group]
    shown: dict[str, list[ShownDifference]] = {}
    for heading, each in rows[(number - 1) * ROWS : number * ROWS]:
        shown.setdefault(heading, []).append(_difference(each, words))
    draw, size = _drawing(versions, words)
    return Comparison(
        versions=[
            ShownVersion(
                version.plan,
                len(version.seats),
                comparing.counted(found, place),
                len(comparing.affected(found, place)),
                draw(versions[0], version),
            )
            for place, version in enumerate(versions)
        ],
        goals=_goals(tiers, words.locale),
        groups=list(shown.items()),
        number=len(rows),
        sways=_sways(swayed, words),
        swayed=len(swayed),
        size=size,
    )


def _groups(found: Sequence[Difference], words: Words, by: Sort) -> list[tuple[str, list[Difference]]]:
    """Return (heading, differences); what is in several slots or tables is under each of them."""
    keys: Mapping[Sort, tuple[Callable[[Difference], set[int]], Callable[[int], str], Callable[[int], Any]]] = {
        Sort.EXPERT: (lambda each: {each.pair[0]}, words.party, words.party),
        Sort.ENTERPRISE: (lambda each: {each.pair[1]}, words.party, words.party),
        Sort.SLOT: (
            lambda each: {seat.slot_id for seat in each.seats if seat},
            words.slot,
            lambda id: words.places.slots[id].start_at,
        ),
        Sort.TABLE: (
            lambda each: {seat.table_id for seat in each.seats if seat},
            words.table,
            lambda id: words.places.tables[id].number,
        ),
    }
    of, heading, order = keys[by]
    groups = comparing.grouped(found, of)
    return [(heading(key), groups[key]) for key in sorted(groups, key=order)]


def _difference(each: Difference, words: Words) -> ShownDifference:
    expert, enterprise = map(words.party, each.pair)
    cells = [(words.seat(seat), comparing.changed(each.seats[0], seat)) for seat in each.seats]
    return ShownDifference(expert, enterprise, cells)


def _goals(tiers: Sequence[Mapping[str, Any]], locale: str) -> list[ShownGoal]:
    rows = []
    for code, (name, what) in wording.TIERS.items():
        results = [each[code]["achieved"] for each in tiers if code in each]
        if not results:
            continue
        best = max(results) if code == "value" else min(results)
        differ = len({round(result, 6) for result in results}) > 1
        cells = [
            (
                formats.number(round(each[code]["achieved"], 2), locale),
                each[code]["gap"],
                differ and round(each[code]["achieved"] - best, 6) == 0,
            )
            if code in each
            else None
            for each in tiers
        ]
        rows.append(ShownGoal(name, what, cells))
    return rows


def _sways(found: Sequence[Sway], words: Words) -> list[ShownSway]:
    most = max((abs(each.value) for each in found), default=0) or 1
    gains, losses = [each for each in found if each.value > 0], [each for each in found if each.value < 0]
    return [
        ShownSway(words.party(each.party_id), each.value > 0, 50 * abs(each.value) / most, each.before, each.after)
        for each in (*gains[:SWAYS], *losses[-SWAYS:])
    ]


def _drawing(
    versions: Sequence[Version], words: Words
) -> tuple[Callable[[Version, Version], Mapping[str, str]], tuple[int, int]]:
    """Return a function that draws a version compared with the first one, and the size of its picture."""
    seats = [seat for version in versions for seat in version.seats.values()]
    slots = sorted({seat.slot_id for seat in seats}, key=lambda id: words.places.slots[id].start_at)
    tables = sorted({seat.table_id for seat in seats}, key=lambda id: words.places.tables[id].number)
    rows, columns = {id: row for row, id in enumerate(slots)}, {id: column for column, id in enumerate(tables)}

    def cell(seat: Seat) -> str:
        return f"M{STEP_X * columns[seat.table_id]} {STEP_Y * rows[seat.slot_id]}h{WIDTH}v{HEIGHT}h-{WIDTH}z"

    def draw(first: Version, version: Version) -> Mapping[str, str]:
        if len(seats) > MOST_DRAWN * len(versions):
            return {}
        paths: dict[str, list[str]] = {}
        for pair, seat in version.seats.items():
            kind = comparing.changed(first.seats.get(pair), seat)
            name = {Changed.SAME: "same", Changed.GAINED: "new"}.get(kind, "moved")
            paths.setdefault(name, []).append(cell(seat))
        gone = [cell(seat) for pair, seat in first.seats.items() if pair not in version.seats]
        return {name: "".join(found) for name, found in {**paths, "gone": gone}.items() if found}

    return draw, (STEP_X * len(tables), STEP_Y * len(slots))
