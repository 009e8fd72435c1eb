"""Read model of the page of a plan: material, tiers, pairs."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from i18n import Message, Translator, _, formats, ngettext_, pgettext_
from matching import problem as engine
from matching.formats.schedule import read_problem
from matching.plan import UnheldReason
from matching.problem import Problem
from server.errors import NotFound
from server.memory import Counts, counts_of, remembered
from server.models import DocumentKind, Event, Meeting, Part, Plan, PlenaryItem, Side
from server.pages import zone_of
from server.plans import documents, settling, staleness
from server.plans.directory import Directory, directory
from server.plans.outline import MUTUAL, UNHELD_PART, Outline, Tab
from server.plans.staleness import Lost
from server.rows import number
from server.studio import reasons, wording
from server.studio.forms import By, PlanView
from server.studio.reasons import PlanNames

PEOPLE_OF_ROW = 10  # people that weigh as much as a row in memory
BYTES_OF_ROW = 2_000  # what a row in memory weighs
MOST_LISTED = 300  # people in one list; with more, a list has those who are shown

UNHELD_PER_PAGE = 25  # divides UNHELD_PART


@dataclass(frozen=True)
class ShownTier:
    """A tier (goal) of a plan with its result."""

    name: Message
    what: Message
    achieved: str
    bound: str
    gap: float | None
    gap_text: str
    verdict: Message


@dataclass(frozen=True)
class ShownUnheld:
    """A pair without a meeting."""

    pair: str
    expert: str
    enterprise: str
    value: float
    explained: reasons.Explained


class Planned(NamedTuple):
    """A meeting of a plan, as pages show it."""

    id: int
    expert_id: int
    enterprise_id: int
    slot_id: int
    table_id: int
    interpreter_id: int | None


@dataclass(frozen=True)
class Material:
    """What the page of a solved plan shows, without its meetings; see `meetings_of`.

    people: (id in the problem, name) by kind. options: the same as options of a list, "" for more than MOST_LISTED.
    lost: meetings that have become impossible, by key. counts: of the event when this was read.
    """

    plan: Plan
    event: Event
    outline: Outline
    items: Sequence[PlenaryItem]
    words: PlanNames
    people: Mapping[By, Sequence[tuple[str, str]]] = field(default_factory=dict)
    options: Markup = field(default_factory=Markup)
    lost: Mapping[int, Lost] = field(default_factory=dict)
    counts: Counts = field(default_factory=dict)

    @property
    def places(self) -> Directory:
        return self.words.places

    @property
    def locale(self) -> str:
        return self.words.locale

    @property
    def base(self) -> str:
        return f"/e/{self.event.slug}/plans/{self.plan.id}"


async def load_material(plan: Plan, event: Event, locale: str, *, with_lost: bool = False) -> Material:
    """Return the material of a solved plan.

    Two queries if nothing in the event has changed since the last time; at most ten, eleven more with_lost.
    """
    counts = await counts_of(event.id)
    outline, places = await settling.outline_of(plan, counts), await directory(event.id, counts)
    # The event may have been moved to other days since the plan was made.
    outline = replace(outline, slots=[slot_now(slot, places, zone_of(event)) for slot in outline.slots])
    words = PlanNames(places, outline.slot, zone_of(event), locale)
    name, read = ("people of a plan", plan.id, locale), partial(asyncio.to_thread, _people, outline, words)
    people, options = await remembered(
        event.id,
        name,
        [Part.PEOPLE],
        read,
        counts=counts,
        weigh=_weight,
    )
    return Material(
        plan=plan,
        event=event,
        outline=outline,
        items=await PlenaryItem.filter(event_id=event.id).order_by("start_at"),
        words=words,
        people=people,
        options=options,
        lost=await _lost(plan, counts) if with_lost else {},
        counts=counts,
    )


def _people(outline: Outline, words: PlanNames) -> tuple[Mapping[By, Sequence[tuple[str, str]]], Markup]:
    of_side = {
        By(side.value): [(id, words.party(id)) for id, its in outline.parties if its is side]
        for side in (Side.EXPERT, Side.ENTERPRISE)
    }
    people = {**of_side, By.INTERPRETER: [(id, words.interpreter(id)) for id in outline.interpreters]}
    everybody = [each for some in people.values() for each in some]
    return people, options_of(everybody) if len(everybody) <= MOST_LISTED else Markup()


def _weight(found: tuple[Mapping[By, Sequence[tuple[str, str]]], Markup]) -> int:
    return sum(map(len, found[0].values())) // PEOPLE_OF_ROW


def options_of(people: Iterable[tuple[str, str]]) -> Markup:
    """Return options of a list. people: (id in the problem, name)."""
    line = Markup('<option value="{}">{}</option>\n')
    return line[:0].join(line.format(*each) for each in people)


async def meetings_of(plan: Plan, **columns: Any) -> list[Planned]:
    """Return the plan's meetings with these values of columns, by key. One query."""
    rows = Meeting.filter(plan_id=plan.id, **columns).order_by("id")
    return [Planned(*row) for row in await rows.values_list(*Planned._fields)]


def slot_now(slot: engine.Slot, places: Directory, zone: ZoneInfo) -> engine.Slot:
    """Return the slot at its present times, or at its former times if it was removed."""
    row = places.slots.get(number(slot.id))
    if row is None:
        return slot
    return engine.Slot(slot.id, row.start_at.astimezone(zone), row.end_at.astimezone(zone), row.day.isoformat())


async def _lost(plan: Plan, counts: Counts) -> Mapping[int, Lost]:
    return {each.meeting.id: each for each in await staleness.lost_of_plan(plan.event_id, plan.id, counts=counts)}


@dataclass(frozen=True)
class Whole:
    """A whole problem with its result, for what needs every pair: graphs, and why nothing is possible."""

    problem: Problem
    result: Mapping[str, Any]
    words: PlanNames


async def load_whole(plan: Plan, event: Event, locale: str) -> Whole:
    """Return the problem and the result of a plan. Takes long for a large event."""
    document, result = await documents.read(plan.id, DocumentKind.PROBLEM, DocumentKind.RESULT)
    problem, places = await asyncio.to_thread(read_problem, document), await directory(event.id)
    problem = replace(problem, slots=tuple(slot_now(slot, places, zone_of(event)) for slot in problem.slots))
    return Whole(problem, result, PlanNames(places, problem.slot, zone_of(event), locale))


# -- Tiers ---------------------------------------------------------------------------------------------------------


def tiers(material: Material) -> list[ShownTier]:
    """Return the plan's tiers in order."""
    return [_tier(each, material.locale) for each in material.outline.tiers]


def _tier(tier: Mapping[str, Any], locale: str) -> ShownTier:
    name, what = wording.TIERS[tier["tier"]]
    achieved, bound, gap = tier["achieved"], tier["bound"], tier["gap"]
    return ShownTier(
        name=name,
        what=what,
        achieved=formats.number(round(achieved, 2), locale),
        bound="—" if bound is None else formats.number(round(bound, 2), locale),
        gap=gap,
        gap_text="—" if gap is None else formats.percent(gap, locale, decimals=1),
        verdict=_verdict(tier, locale),
    )


def _verdict(tier: Mapping[str, Any], locale: str) -> Message:
    if tier["bound"] is None:
        # Translators: about the result for one goal of a plan
        return pgettext_("status", "Not proven")
    if tier["gap"] == 0:
        # Translators: about the result for one goal of a plan
        return pgettext_("status", "Proven optimal")
    if tier["tier"] == "value":
        more = formats.number(round(tier["bound"] - tier["achieved"], 2), locale)
        # Translators: more: an amount of value
        return _("At most %(more)s more is possible", more=more)
    fewer = int(tier["achieved"] - tier["bound"])
    return ngettext_("At most %(num)s fewer is possible", "At most %(num)s fewer are possible", fewer)


def head(material: Material) -> Message:
    """Return one sentence about the plan."""
    number = material.outline.held
    tier = next((each for each in material.outline.tiers if each["tier"] == "value"), None)
    achieved = 0.0 if tier is None else tier["achieved"]
    value = formats.number(round(achieved, 2), material.locale)
    if tier is None or tier["gap"] is None:
        # Translators: value: the total value of the plan
        return ngettext_(
            "%(num)s meeting with a value of %(value)s",
            "%(num)s meetings with a value of %(value)s",
            number,
            value=value,
        )
    if tier["gap"] == 0:
        # Translators: value: the total value of the plan
        return ngettext_(
            "%(num)s meeting with a value of %(value)s, proven optimal",
            "%(num)s meetings with a value of %(value)s, proven optimal",
            number,
            value=value,
        )
    gap = formats.percent(tier["gap"], material.locale, decimals=2)
    # Translators: value: the total value of the plan. gap: a percentage
    return ngettext_(
        "%(num)s meeting with a value of %(value)s, at most %(gap)s below the best possible",
        "%(num)s meetings with a value of %(value)s, at most %(gap)s below the best possible",
        number,
        value=value,
        gap=gap,
    )


# -- Pairs without a meeting -----------------------------------------------------------------------------------------


def unheld_tabs(material: Material, look: PlanView) -> list[tuple[str, str, bool, int]]:
    """Return (URL, label, is current, number) of tabs: pairs with mutual wishes, each reason."""
    tr, shown = Translator(material.locale).translate, shown_tab(material, look)
    return [
        (
            material.base + look.query(why=tab.code, page=1) + "#unheld",
            tr(_("Both sides want to meet") if tab.code == MUTUAL else reasons.TITLES[UnheldReason(tab.code)]),
            tab is shown,
            tab.number,
        )
        for tab in material.outline.tabs
    ]


def shown_tab(material: Material, look: PlanView) -> Tab | None:
    """Return the tab asked for if there is one, else the first; None if every pair has a meeting."""
    tabs = material.outline.tabs
    return next((tab for tab in tabs if tab.code == look.why), next(iter(tabs), None))


async def unheld(material: Material, look: PlanView) -> tuple[list[ShownUnheld], int]:
    """Return a page of pairs without a meeting, highest value first, and the number of pages. One query."""
    tab = shown_tab(material, look)
    if tab is None:
        return [], 0
    pages, first = -(-tab.number // UNHELD_PER_PAGE), (look.page - 1) * UNHELD_PER_PAGE
    if first >= tab.number:
        return [], pages
    part, place = divmod(first, UNHELD_PART)
    lines = await documents.read_part(material.plan.id, DocumentKind.UNHELD, tab.first + part)
    shown = lines[place : place + UNHELD_PER_PAGE]
    return [_unheld(material, pair, value, reason, facts) for pair, value, reason, facts in shown], pages


def _unheld(material: Material, pair: str, value: float, reason: str, facts: Mapping[str, Any]) -> ShownUnheld:
    expert, enterprise = pair.split("-")
    return ShownUnheld(
        pair=pair,
        expert=material.words.party(expert),
        enterprise=material.words.party(enterprise),
        value=value,
        explained=reasons.explain(UnheldReason(reason), facts, material.words),
    )


@dataclass(frozen=True)
class StoredPair:
    """What is stored of a pair of a plan. score: the explanation of its value. explained: if it has no meeting."""

    value: float
    score: Mapping[str, Any]
    explained: reasons.Explained | None


async def stored_pair(material: Material, pair: str) -> StoredPair:
    """Return what is stored of a pair. Raises NotFound if the plan does not have it. One query."""
    part = await documents.read_part(material.plan.id, DocumentKind.PAIRS, material.outline.part_of(pair))
    if pair not in part:
        raise NotFound
    value, score, unheld = (part[pair][name] for name in ("value", "score", "unheld"))
    explained = unheld and reasons.explain(UnheldReason(unheld["reason"]), unheld["facts"], material.words)
    return StoredPair(value, score, explained)


def pointed_names(material: Whole, pointers: Sequence[str]) -> str:
    """Return the names of those whom JSON pointers into the problem concern."""
    problem, found = material.problem, []
    for array, place in (pointer.split("/")[1:3] for pointer in pointers):
        if array == "parties":
            found.append(material.words.party(problem.parties[int(place)].id))
        elif array in ("pins", "pairs"):
            pair = problem.pins[int(place)].pair if array == "pins" else problem.pairs[int(place)].id
            found += [material.words.party(party) for party in problem.pair[pair].parties]
    return formats.sequence(found, material.words.locale)
