"""How many meetings one party gets at most and at least: what it says itself, and what the event gives to its side."""

import math
from collections import Counter
from functools import cached_property

from server.models import Registration, Side
from server.rows import Rows

BREATH = 8  # of so many slots an expert has one free
SHARE = 1.5  # of an even share of the meetings that fit, how much one enterprise gets at most
FEWEST = 3  # an enterprise is not limited to less


class Limits:
    """The limits of an event's parties. keep: whether what people hold already may be more than the event gives."""

    def __init__(self, rows: Rows, *, keep: bool = False) -> None:
        self.rows = rows
        held = rows.previous if keep else rows.frozen
        self._held = Counter(id for meeting in held for id in (meeting.expert_id, meeting.enterprise_id))
        self._over = Counter(id for meeting in rows.frozen for id in (meeting.expert_id, meeting.enterprise_id))
        self._with_needs = {need.registration_id for need in rows.needs}

    def most(self, party: Registration) -> int | None:
        """The party's limit; None where presence alone limits it. Meetings that are over count, too."""
        of_event = max(self.of_event(party), self._held[party.id])
        own = party.max_meetings
        partners = self.rows.of(Side.EXPERT if party.side is Side.ENTERPRISE else Side.ENTERPRISE)
        if of_event >= min(self._room(party), len(partners)):
            return own if own is None else max(own, self._over[party.id])
        return max(of_event if own is None else min(own, of_event), self._over[party.id])

    def least(self, party: Registration) -> int:
        """What is promised to the party, but no more than its limit."""
        event = self.rows.event
        promised = event.expert_min_meetings if party.side is Side.EXPERT else event.enterprise_min_meetings
        if event.serves_every_need and party.id in self._with_needs:
            promised = max(promised, 1)
        wanted, most = max(promised, party.min_meetings), self.most(party)
        return wanted if most is None else min(wanted, most)

    def of_event(self, party: Registration) -> int:
        """What the event gives to one of the party's side at most."""
        if party.side is Side.ENTERPRISE:
            return self.of_enterprises
        given = self.rows.event.expert_max_meetings
        room = self._room(party)
        return room - room // BREATH if given is None else given

    @cached_property
    def of_enterprises(self) -> int:
        """The event's limit or, where it sets none, more than an even share of what the tables and experts hold."""
        given = self.rows.event.enterprise_max_meetings
        if given is not None:
            return given
        number = len(self.rows.of(Side.ENTERPRISE))
        return max(FEWEST, math.ceil(SHARE * self.seats / number)) if number else FEWEST

    @cached_property
    def seats(self) -> int:
        """The meetings that all experts together can hold at the tables that there are."""
        experts = sum(self.of_event(party) for party in self.rows.of(Side.EXPERT))
        slots = sum(slot.id not in self.rows.closed for slot in self.rows.slots)
        return min(experts, slots * len(self.rows.tables))

    def _room(self, party: Registration) -> int:
        there = set(party.available) - self.rows.closed
        return party.parallel * sum(slot.id in there for slot in self.rows.slots)
