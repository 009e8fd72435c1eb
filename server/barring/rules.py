"""Rules that bar meetings, and the pairs that they bar. No database access.

A rule names people, organisations or affiliations, or parties of the event. Names are compared anew whenever they are
asked for, so that a rule also holds for those who register or are imported later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Any

from i18n.text import script, search_key
from server.models import Event, Registration, Side
from server.names import called
from server.visible import for_organisers

Pair = tuple[int, int]


class RuleKind(StrEnum):
    """Whom those named by a rule may not meet."""

    EACH_OTHER = "each_other"
    NOBODY = "nobody"


@dataclass(frozen=True)
class MeetingRule:
    """A rule of an event. id: within the event. names: as an organiser typed them. parties: ids of registrations.

    made_on: a day, in ISO format.
    """

    id: int
    kind: RuleKind
    reason: str
    names: Sequence[str] = ()
    parties: Sequence[int] = field(default=())
    made_on: str = ""

    def columns(self) -> dict[str, Any]:
        """Return the rule as JSON."""
        return asdict(self)


def rules_of(event: Event) -> list[MeetingRule]:
    """Return the rules in force, oldest first."""
    return [MeetingRule(**{**each, "kind": RuleKind(each["kind"])}) for each in event.meeting_rules or ()]


def named_by(rule: MeetingRule, parties: Iterable[Registration]) -> list[Registration]:
    """Return the parties that a rule names; their persons and organisations are loaded."""
    wanted = [key for name in rule.names if (key := search_key(name))]
    return [party for party in parties if party.id in rule.parties or any(_is_called(party, key) for key in wanted)]


def barred(rules: Iterable[MeetingRule], parties: Sequence[Registration]) -> Mapping[Pair, MeetingRule]:
    """Return the rule that bars each (expert, enterprise), the oldest one."""
    found: dict[Pair, MeetingRule] = {}
    everybody = _by_side(parties)
    for rule in rules:
        named = _by_side(named_by(rule, parties))
        pairs = list(product(named[Side.EXPERT], named[Side.ENTERPRISE]))
        if rule.kind == RuleKind.NOBODY:
            pairs = [*product(named[Side.EXPERT], everybody[Side.ENTERPRISE])]
            pairs += product(everybody[Side.EXPERT], named[Side.ENTERPRISE])
        for pair in pairs:
            found.setdefault(pair, rule)
    return found


def bars(event: Event, one: Registration, other: Registration) -> bool:
    """Return whether a rule of the event bars two parties from meeting. Their persons and organisations are loaded."""
    return bool(barred(rules_of(event), [one, other]))


def _by_side(parties: Iterable[Registration]) -> Mapping[Side, list[int]]:
    found: dict[Side, list[int]] = {side: [] for side in Side}
    for party in parties:
        found[party.side].append(party.id)
    return found


def _is_called(party: Registration, key: str) -> bool:
    """Return whether a folded name is one of the party's: all its words, in any order, or in Chinese a part of it."""
    return any(_has(own, key) for own in _names(party))


def _names(party: Registration) -> list[str]:
    """Return the names that organisers see: what a rule finds would tell them the affiliation that an expert keeps."""
    if party.organisation_id is not None:
        return [party.organisation.name, party.organisation.latin_name]
    name = called(party)
    return [name.full_name, name.latin_name, name.zh_name, for_organisers(party).affiliation]


@lru_cache(maxsize=20_000)
def _key(name: str) -> str:
    return search_key(name)


def _has(name: str, key: str) -> bool:
    own = _key(name)
    if any(script(char) == "CJK" for char in key):
        return key in own
    return set(key.split()) <= set(own.split())
