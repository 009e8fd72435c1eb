"""The people's desk: one table of both sides, filtered by several conditions and sorted by several columns.

What is sorted and filtered by is gathered once for an event until it changes: the database cannot sort names in the
reader's language, open slots and steps. A page then takes a fixed number of queries.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from typing import Any
from urllib.parse import urlencode

from tortoise.functions import Count

from i18n.names import PersonName
from i18n.text import sort_key
from server.desk import searching
from server.desk.listing import PAGE, open_slots
from server.desk.listing import ids_in_state as in_state
from server.desk.searching import in_parts
from server.desk.service import standing_wishes
from server.emails import InviteParty
from server.memory import Counts, counts_of, remembered
from server.models import Delegate, Event, Mail, Meeting, Need, NeedState, Part, Registration, Side
from server.names import NAMES
from server.plans.staleness import published_plan
from server.schemes import scheme_of
from server.search.finding import Found
from server.search.query import Query
from server.visible import for_organisers

MOST_SORTS = 4
OUTSIDE = "not-signed-in"  # signing in is not counted as a change of the event
# What a profile needs so that matches and plans can use it, by side.
NEEDED: Mapping[Side, Sequence[str]] = {
    Side.EXPERT: ("headline", "offer", "topics", "affiliation", "country", "languages", "slots"),
    Side.ENTERPRISE: ("description", "needs", "delegates", "languages", "slots"),
}


class Step(IntEnum):
    """How far a party is, by the last of the steps it has taken. An earlier step may be left out."""

    ENTERED = 0
    INVITED = 1
    OPENED = 2
    AGREED = 3
    WISHED = 4
    PLANNED = 5


@dataclass(frozen=True)
class Row:
    """What a party is filtered and sorted by.

    name: key that sorts in the reader's language. missing: parts of NEEDED that are not there. slots: future slots for
    meetings. wishes: about participants. meetings: in the published plan.
    """

    id: int
    side: Side
    name: str
    is_there: bool
    is_draft: bool
    is_agreed: bool
    missing: Sequence[str]
    slots: int
    needs: int
    wishes: int
    meetings: int

    def steps(self, invited: frozenset[int], unopened: frozenset[int]) -> frozenset[Step]:
        """Return the steps taken. invited: ids of those with an invitation. unopened: of those never signed in."""
        # A consent is given on one's own page.
        has_opened = self.is_agreed or self.id not in unopened
        taken = {
            Step.INVITED: self.id in invited or has_opened,
            Step.OPENED: has_opened,
            Step.AGREED: self.is_agreed,
            Step.WISHED: self.wishes > 0,
            Step.PLANNED: self.meetings > 0,
        }
        return frozenset(step for step, is_taken in taken.items() if is_taken)


@dataclass(frozen=True)
class Line:
    """A line of the table. party: with person and organisation. found: how a search found it."""

    party: Registration
    row: Row
    steps: frozenset[Step]
    found: Found | None

    @property
    def last(self) -> Step:
        return max(self.steps, default=Step.ENTERED)


@dataclass(frozen=True)
class View:
    """What is asked of the table, as its URL says. sorts: (code of SORTS, whether downwards).

    open: id of the party beside the table.
    """

    asked: Query
    side: Side | None = None
    states: tuple[str, ...] = ()
    sorts: tuple[tuple[str, bool], ...] = ()
    number: int = 1
    open: int | None = None

    def query(self) -> str:
        """Return the query of its URL, "" for the whole table."""
        order = ",".join(f"-{code}" if is_down else code for code, is_down in self.sorts)
        pairs: list[tuple[str, Any]] = [("q", self.asked.text), ("side", self.side or "")]
        pairs += [("state", state) for state in self.states]
        pairs += [("sort", order), ("page", self.number if self.number > 1 else ""), ("open", self.open or "")]
        return urlencode([(name, value) for name, value in pairs if value])

    def sorted_by(self, code: str, *, is_added: bool) -> "View":
        """Return the view with a column clicked: sorted by it alone, or after what it is sorted by; twice: reversed."""
        now = dict(self.sorts)
        is_down = not now[code] if code in now else code in DOWN_FIRST
        kept = self.sorts if is_added or (len(now) == 1 and code in now) else ()
        new = tuple((each, is_down if each == code else down) for each, down in kept)
        new += () if code in dict(new) else ((code, is_down),)
        return replace(self, sorts=new[:MOST_SORTS], number=1, open=None)

    def without(self, state: str) -> "View":
        return replace(self, states=tuple(each for each in self.states if each != state), number=1, open=None)

    def having(self, state: str) -> "View":
        return replace(self, states=(*self.states, state), number=1, open=None)


@dataclass(frozen=True)
class Table:
    """A page of the table. opened: the line beside the table, with the ids before and after it on this page."""

    lines: Sequence[Line]
    total: int
    number: int
    opened: tuple[Line, int | None, int | None] | None

    @property
    def is_last(self) -> bool:
        return self.number * PAGE >= self.total


@dataclass(frozen=True)
class _All:
    """Everybody of the event, and who has an invitation and who has never signed in."""

    rows: Sequence[Row]
    invited: frozenset[int]
    unopened: frozenset[int]

    def step(self, row: Row) -> Step:
        return max(row.steps(self.invited, self.unopened), default=Step.ENTERED)


STATES: Mapping[str, Callable[[Row, _All], bool]] = {
    "registered": lambda row, _all: row.is_there,
    "draft": lambda row, _all: row.is_draft,
    "not-agreed": lambda row, _all: row.is_there and not row.is_agreed,
    "not-signed-in": lambda row, every: row.id in every.unopened,
    "no-wishes": lambda row, _all: row.is_there and not row.wishes,
    "no-presence": lambda row, _all: row.is_there and not row.slots,
    "no-needs": lambda row, _all: row.is_there and row.side == Side.ENTERPRISE and not row.needs,
    "gaps": lambda row, _all: row.is_there and bool(row.missing),
    "planned": lambda row, _all: row.is_there and row.meetings > 0,
    "not-planned": lambda row, _all: row.is_there and not row.meetings,
    "withdrawn": lambda row, _all: not row.is_there and not row.is_draft,
}
SORTS: Mapping[str, Callable[[Row, _All], Any]] = {
    "name": lambda row, _all: row.name,
    "side": lambda row, _all: row.side,
    "step": lambda row, every: every.step(row),
    "gaps": lambda row, _all: len(row.missing),
    "slots": lambda row, _all: row.slots,
    "needs": lambda row, _all: row.needs,
    "wishes": lambda row, _all: row.wishes,
    "meetings": lambda row, _all: row.meetings,
}
DOWN_FIRST = frozenset({"gaps", "slots", "needs", "wishes", "meetings"})


async def table(event: Event, view: View, locale: str) -> Table:
    """Return a page of the table. At most sixteen queries; four while nothing of the event changes.

    locale: the reader's, in which names are sorted. Without a sort order the surest results of a search come first.
    """
    counts = await counts_of(event.id)
    every = await _everybody(event, locale, counts)
    tests = [STATES[state] for state in view.states]
    rows = [row for row in every.rows if view.side in (None, row.side) and all(test(row, every) for test in tests)]
    how: dict[int, Found] = {}
    if view.asked.words:
        searchable, by_id = await searching.parties_of(event.id, counts), {row.id: row for row in rows}
        how = dict(await searchable.find(view.asked, scheme_of(event), among=list(by_id)))
        rows = [by_id[id] for id in how]
    for code, is_down in reversed(view.sorts):
        rows.sort(key=partial(_key, SORTS[code], every), reverse=is_down)
    start = (view.number - 1) * PAGE
    lines = await _lines(rows[start : start + PAGE], every, how)
    return Table(lines, len(rows), view.number, _opened(lines, view.open))


def _key(of: Callable[[Row, _All], Any], every: _All, row: Row) -> Any:
    return of(row, every)


async def _lines(rows: Sequence[Row], every: _All, how: Mapping[int, Found]) -> list[Line]:
    parties = Registration.filter(id__in=[row.id for row in rows]).select_related("person", "organisation")
    by_id = {party.id: for_organisers(party) for party in await parties}
    return [
        Line(by_id[row.id], row, row.steps(every.invited, every.unopened), how.get(row.id))
        for row in rows
        if row.id in by_id
    ]


def _opened(lines: Sequence[Line], asked: int | None) -> tuple[Line, int | None, int | None] | None:
    ids = [line.row.id for line in lines]
    if asked not in ids:
        return None
    at = ids.index(asked)
    before, after = ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None
    return lines[at], before, after


async def _everybody(event: Event, locale: str, counts: Counts) -> _All:
    usable = await open_slots(event, counts)
    rows = await remembered(
        event.id,
        ("people's desk", locale, usable),
        list(Part),
        partial(_read_rows, event, locale, usable),
        counts=counts,
        weigh=lambda found: 2 * len(found),
    )
    keys = await Mail.filter(event_id=event.id, template=InviteParty.template).values_list("key", flat=True)
    invited = {key.split(":")[1] for key in map(str, keys) if key.count(":") > 1}
    unopened = await in_state(event, OUTSIDE)
    return _All(rows, frozenset(int(id) for id in invited if id.isdigit()), frozenset(unopened))


async def _read_rows(event: Event, locale: str, usable: frozenset[int]) -> list[Row]:
    """Return everybody of the event by id. Queries: four, and one for each 500 registrations."""
    firm = ("name", "latin_name", "description")
    person = (*NAMES, "country", "email")
    columns = (
        *("id", "side", "proposed", "headline", "offer", "topics", "affiliation", "languages", "available"),
        *("registered_at", "withdrawn_at", "agreed_at"),
        *(f"person__{name}" for name in person),
        *(f"organisation__{name}" for name in firm),
    )
    found = await in_parts(Registration.filter(event_id=event.id), *columns)
    published = Need.filter(registration__event_id=event.id, state=NeedState.PUBLISHED)
    numbers = {
        "needs": await _numbers(published, "registration_id"),
        "wishes": await _numbers(standing_wishes(event), "by_id"),
        "delegates": await _numbers(Delegate.filter(registration__event_id=event.id), "registration_id"),
        "meetings": await _meetings(event),
    }
    return [_row(each, locale, usable, {name: of.get(each["id"], 0) for name, of in numbers.items()}) for each in found]


async def _meetings(event: Event) -> Mapping[int, int]:
    plan = await published_plan(event.id)
    if plan is None:
        return {}
    held = Meeting.filter(plan_id=plan)
    return {**await _numbers(held, "expert_id"), **await _numbers(held, "enterprise_id")}


async def _numbers(rows: Any, column: str) -> dict[int, int]:
    counted = await rows.annotate(number=Count("id")).group_by(column).values(column, "number")
    return {row[column]: row["number"] for row in counted}


def _row(found: Mapping[str, Any], locale: str, usable: frozenset[int], numbers: Mapping[str, int]) -> Row:
    side, slots = Side(found["side"]), len(usable.intersection(found["available"]))
    proposed = found["proposed"]
    is_there = found["registered_at"] is not None and found["withdrawn_at"] is None
    country = found["person__country"] if proposed is None else proposed.get("country", "")
    has = {**found, **numbers, "slots": slots, "country": country, "description": found["organisation__description"]}
    return Row(
        id=found["id"],
        side=side,
        name=_name_key(found, locale),
        is_there=is_there,
        is_draft=found["registered_at"] is None and found["withdrawn_at"] is None,
        is_agreed=found["agreed_at"] is not None,
        missing=tuple(part for part in NEEDED[side] if not has[part]),
        slots=slots,
        needs=numbers["needs"],
        wishes=numbers["wishes"],
        meetings=numbers["meetings"],
    )


def _name_key(found: Mapping[str, Any], locale: str) -> str:
    """Return the key of the name that `names.party_name` shows."""
    if found["side"] == Side.ENTERPRISE:
        name, latin = found["organisation__name"], found["organisation__latin_name"]
        return sort_key(name if locale.startswith("zh") else latin or name, locale)
    proposed = found["proposed"]
    called = [found[f"person__{name}"] if proposed is None else proposed.get(name, "") for name in NAMES]
    return sort_key(PersonName(*called).for_reader(locale)[0] or found["person__email"], locale, is_name=True)
