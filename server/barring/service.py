"""What organisers decide about who may meet whom. Each public function is one transaction."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime

from i18n import _
from server.barring.rules import MeetingRule, RuleKind, rules_of
from server.db import atomic, lock
from server.errors import NotFound, Refused
from server.models import Event, Person
from server.pages import zone_of

MOST_RULES = 200
log = logging.getLogger(__name__)


class TooManyRules(Refused):
    """The event has as many rules as a page can show."""

    field = "names"

    def __init__(self) -> None:
        super().__init__(_("There are too many rules. Put several names into one rule."))


@atomic
async def add(
    event: Event,
    kind: RuleKind,
    *,
    reason: str,
    by: Person,
    names: Sequence[str] = (),
    parties: Collection[int] = (),
) -> None:
    """Add a rule, unless the same one stands already. parties: registrations of the event. Raises TooManyRules."""
    rules = await _locked(event)
    if any((each.kind, [*each.names], [*each.parties]) == (kind, [*names], sorted(parties)) for each in rules):
        return
    if len(rules) >= MOST_RULES:
        raise TooManyRules
    id = max((rule.id for rule in rules), default=0) + 1
    today = datetime.now(zone_of(event)).date().isoformat()
    rule = MeetingRule(id, kind, reason, list(names), sorted(parties), today)
    await Event.filter(id=event.id).update(meeting_rules=[each.columns() for each in [*rules, rule]])
    log.info("person %s bars meetings at event %s by rule %s", by.id, event.id, id)


@atomic
async def end(event: Event, rule_id: int, *, by: Person) -> None:
    """End a rule. Raises NotFound."""
    rules = await _locked(event)
    left = [rule for rule in rules if rule.id != rule_id]
    if len(left) == len(rules):
        raise NotFound
    await Event.filter(id=event.id).update(meeting_rules=[each.columns() for each in left] or None)
    log.info("person %s ends rule %s of event %s", by.id, rule_id, event.id)


async def _locked(event: Event) -> list[MeetingRule]:
    stored = await lock(Event, event.id)
    if stored is None:
        raise NotFound
    return rules_of(stored)
