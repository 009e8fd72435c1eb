"""Read model of the page of a plan: material, tiers, pairs without a meeting."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from i18n import Message, Translator, _, formats, ngettext_, pgettext_
from matching import problem as engine
from matching.formats.schedule import read_problem
from matching.plan import UnheldReason
from matching.problem import Problem
from server.models import DocumentKind, Event, Meeting, Plan, PlenaryItem
from server.pages import zone_of
from server.plans import documents, staleness
from server.plans.directory import Directory, directory
from server.plans.staleness import Lost
from server.rows import number, numbers
from server.studio import ledger, reasons, wording
from server.studio.forms import PlanView
from server.studio.ledger import Share
from server.studio.reasons import PlanNames

UNHELD_PER_PAGE = 25
MUTUAL = "mutual"


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


@dataclass(frozen=True)
class Material:
    """Everything that the page of a plan shows, loaded. lost: meetings that have become impossible, by key."""

    plan: Plan
    event: Event
    problem: Problem
    result: Mapping[str, Any]
    scores: Mapping[str, Mapping[str, Any]]
    meetings: Sequence[Meeting]
    items: Sequence[PlenaryItem]
    words: PlanNames
    lost: Mapping[int, Lost] = field(default_factory=dict)

    @property
    def places(self) -> Directory:
        return self.words.places

    @property
    def locale(self) -> str:
        return self.words.locale

    @property
    def base(self) -> str:
        return f"/e/{self.event.slug}/plans/{self.plan.id}"

    @cached_property
    def value(self) -> Mapping[str, float]:
        return {pair.id: pair.value for pair in self.problem.pairs}

    @cached_property
    def shares(self) -> list[Share]:
        return ledger.shares(self.problem, self.scores, self.meetings)


async def load_material(plan: Plan, event: Event, locale: str, *, with_lost: bool = False) -> Material:
    """Return the material of a solved plan. Seven queries, eleven more with_lost."""
    document, result, scores = await documents.read(plan.id, *DocumentKind)
    problem, places = await asyncio.to_thread(read_problem, document), await directory(event.id)
    # The event may have been moved to other days since the plan was made.
    problem = replace(problem, slots=tuple(_slot(slot, places, zone_of(event)) for slot in problem.slots))
    return Material(
        plan=plan,
        event=event,
        problem=problem,
        result=result,
        scores=scores,
        meetings=await Meeting.filter(plan_id=plan.id).order_by("id"),
        items=await PlenaryItem.filter(event_id=event.id).order_by("start_at"),
        words=PlanNames(places, problem.slot, zone_of(event), locale),
        lost=await _lost(plan) if with_lost else {},
    )


def _slot(slot: engine.Slot, places: Directory, zone: ZoneInfo) -> engine.Slot:
    """Return the slot at its present times, or at its former times if it was removed."""
    row = places.slots.get(number(slot.id))
    if row is None:
        return slot
    return engine.Slot(slot.id, row.start_at.astimezone(zone), row.end_at.astimezone(zone), row.day.isoformat())


async def _lost(plan: Plan) -> Mapping[int, Lost]:
    return {each.meeting.id: each for each in await staleness.lost_of_plan(plan.event_id, plan.id)}


# -- Tiers ---------------------------------------------------------------------------------------------------------


def tiers(material: Material) -> list[ShownTier]:
    """Return the plan's tiers in order."""
    return [_tier(each, material.locale) for each in material.result["tiers"]]


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
    number = len(material.meetings)
    tier = next((each for each in material.result["tiers"] if each["tier"] == "value"), None)
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
    """Return (URL, label, is current, number) of tabs: pairs with mutual wishes, each reason, all without a meeting."""
    tr = Translator(material.locale).translate
    found = Counter(each["reason"] for each in material.result["unheld"])
    mutual = sum(_is_mutual(material, each["pair"]) for each in material.result["unheld"])
    tabs = [(MUTUAL, _("Both sides want to meet"), mutual)] if mutual else []
    tabs += [
        (reason.value, reasons.TITLES[reason], found[reason.value]) for reason in UnheldReason if found[reason.value]
    ]
    why = shown_why(material, look)
    return [
        (material.base + look.query(why=each, page=1) + "#unheld", tr(label), each == why, number)
        for each, label, number in tabs
    ]


def shown_why(material: Material, look: PlanView) -> str:
    """Return the reason asked for if it has pairs, else that of the first tab."""
    found = [each["reason"] for each in material.result["unheld"]]
    kinds = [MUTUAL] if any(_is_mutual(material, each["pair"]) for each in material.result["unheld"]) else []
    kinds += [reason.value for reason in UnheldReason if reason.value in found]
    return look.why if look.why in kinds else next(iter(kinds), "")


def unheld(material: Material, look: PlanView) -> tuple[list[ShownUnheld], int]:
    """Return a page of pairs without a meeting for a reason, highest value first, and the number of pages."""
    why = shown_why(material, look)
    pairs = [
        each
        for each in material.result["unheld"]
        if each["reason"] == why or (why == MUTUAL and _is_mutual(material, each["pair"]))
    ]
    pairs.sort(key=lambda each: (-material.value[each["pair"]], numbers(each["pair"])))
    first = (look.page - 1) * UNHELD_PER_PAGE
    shown = [explained(material, each) for each in pairs[first : first + UNHELD_PER_PAGE]]
    return shown, -(-len(pairs) // UNHELD_PER_PAGE)


def explained(material: Material, each: Mapping[str, Any]) -> ShownUnheld:
    """Return the explanation of a pair. each: an item of `unheld` in `plan/1`."""
    expert, enterprise = each["pair"].split("-")
    return ShownUnheld(
        pair=each["pair"],
        expert=material.words.party(expert),
        enterprise=material.words.party(enterprise),
        value=material.value[each["pair"]],
        explained=reasons.explain(UnheldReason(each["reason"]), each["facts"], material.words),
    )


def _is_mutual(material: Material, pair: str) -> bool:
    wishes = material.scores.get(pair, {}).get("wishes", ())
    return bool(wishes) and all(wishes)


def pointed_names(material: Material, pointers: Sequence[str]) -> str:
    """Return the names of those whom JSON pointers into the problem concern."""
    problem, found = material.problem, []
    for array, place in (pointer.split("/")[1:3] for pointer in pointers):
        if array == "parties":
            found.append(material.words.party(problem.parties[int(place)].id))
        elif array in ("pins", "pairs"):
            pair = problem.pins[int(place)].pair if array == "pins" else problem.pairs[int(place)].id
            found += [material.words.party(party) for party in problem.pair[pair].parties]
    return formats.sequence(found, material.locale)
