"""Keep rules of entry, and answer whether a stay needs a visa. Each public function that writes is one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.db import atomic, lock
from server.edits import UNSEEN, Edit, save
from server.models import Event, Slot, Travel, VisaRule
from server.visas.known import KNOWN
from server.visas.values import VisaRuleValues


@dataclass(frozen=True)
class Stay:
    """First and last day of a stay, at the venue."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class VisaAnswer:
    """Whether a rule covers the whole stay of somebody. rule: the one with the longest stay, None if none does."""

    country: str
    stay: Stay
    rule: VisaRule | None


async def rules_of(event: Event) -> Sequence[VisaRule]:
    """Return the event's rules by nationality. One query."""
    return await VisaRule.filter(event_id=event.id).order_by("nationality", "valid_from", "id")


async def stay_at(event: Event) -> Stay | None:
    """Return the days of the event, None while it has no slots. Two queries."""
    first = await Slot.filter(event_id=event.id).order_by("start_at").first()
    last = await Slot.filter(event_id=event.id).order_by("-end_at").first()
    return None if first is None or last is None else Stay(first.day, last.day)


def stay_of(travel: Travel, event: Event, stay: Stay) -> Stay:
    """Return the days of an expert's stay: as entered, else those of the event. At least one day."""
    zone = ZoneInfo(event.time_zone)

    def day(at: datetime | None, otherwise: date) -> date:
        return at.astimezone(zone).date() if at else otherwise

    if travel.arrives_at is None and travel.departs_at is not None:
        last = day(travel.departs_at, stay.last)
        return Stay(min(stay.first, last), last)
    first = day(travel.arrives_at, stay.first)
    return Stay(first, max(first, day(travel.departs_at, stay.last)))


def answer(rules: Iterable[VisaRule], country: str, stay: Stay) -> VisaAnswer:
    """Return the answer for a nationality: a rule has to be in force on the day of entry and cover all days."""
    fitting = [
        rule
        for rule in rules
        if rule.nationality == country
        and rule.valid_from <= stay.first
        and (rule.valid_until is None or stay.first <= rule.valid_until)
        and stay.days <= rule.days
    ]
    return VisaAnswer(country, stay, max(fitting, key=lambda rule: rule.days, default=None))


async def answer_for(event: Event, country: str, travel: Travel) -> VisaAnswer | None:
    """Return the answer for an expert; None without a country, slots or any rule. Three queries."""
    rules, stay = await rules_of(event), await stay_at(event)
    if not country or not rules or stay is None:
        return None
    return answer(rules, country, stay_of(travel, event, stay))


@atomic
async def add(event: Event, rule: VisaRuleValues) -> VisaRule:
    """Add a rule."""
    await lock(Event, event.id)
    return await _create(event, rule)


@atomic
async def add_known(event: Event) -> int:
    """Add the rules that we know of and the event does not have; return how many."""
    await lock(Event, event.id)
    there = {(rule.nationality, rule.valid_from) for rule in await rules_of(event)}
    new = [rule for rule in KNOWN if (rule.nationality, rule.valid_from) not in there]
    for rule in new:
        await _create(event, rule)
    return len(new)


async def _create(event: Event, rule: VisaRuleValues) -> VisaRule:
    return await VisaRule.create(event_id=event.id, **rule.columns())


@atomic
async def change(rule: VisaRule, values: VisaRuleValues, edit: Edit = UNSEEN) -> None:
    """Save what an organiser changed of a rule. Raises EditConflict, and NotFound if the rule was removed."""
    await save(rule, values, edit)


@atomic
async def remove(rule: VisaRule) -> None:
    """Remove a rule."""
    await rule.delete()
