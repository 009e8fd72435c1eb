"""Largest and smallest numbers of meetings of each party: from the party itself, and from the event for its side."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection
from functools import cached_property

from server.models import Registration, Side
from server.presence import blocked
from server.rows import EventRows

BREATH = 8  # of this many slots, an expert has one free
SHARE = 1.5  # limit of an enterprise as a multiple of an even share of all possible meetings
FEWEST = 3  # smallest limit of an enterprise


def longest_run(rows: EventRows, busy: Collection[int]) -> int:
    """Return the length of the longest run of the event's consecutive slots that are all busy. busy: ids of slots."""
    longest = run = 0
    for slot in rows.slots:
        run = run + 1 if slot.id in busy else 0
        longest = max(longest, run)
    return longest


class Limits:
    """Limits of an event's parties. keep: published meetings may exceed the event's limit."""

    def __init__(self, rows: EventRows, *, keep: bool = False) -> None:
        self.rows = rows
        held = rows.previous if keep else rows.frozen
        self._held = Counter(id for meeting in held for id in (meeting.expert_id, meeting.enterprise_id))
        self._over = Counter(id for meeting in rows.frozen for id in (meeting.expert_id, meeting.enterprise_id))
        self._slots: dict[int, set[int]] = defaultdict(set)
        for meeting in (*held, *rows.frozen):
            self._slots[meeting.expert_id].add(meeting.slot_id)
            self._slots[meeting.enterprise_id].add(meeting.slot_id)
        self._with_needs = {need.registration_id for need in rows.needs}

    def most(self, party: Registration) -> int | None:
        """Return the party's limit, or None if only its availability limits it. Past meetings count."""
        of_event = max(self.of_event(party), self._held[party.id])
        own = party.max_meetings
        partners = self.rows.of(Side.EXPERT if party.side is Side.ENTERPRISE else Side.ENTERPRISE)
        if of_event >= min(self._room(party), len(partners)):
            return own if own is None else max(own, self._over[party.id])
        return max(of_event if own is None else min(own, of_event), self._over[party.id])

    def least(self, party: Registration) -> int:
        """Return the number of meetings promised to the party, at most its limit."""
        event = self.rows.event
        promised = event.expert_min_meetings if party.side is Side.EXPERT else event.enterprise_min_meetings
        if event.serves_every_need and party.id in self._with_needs:
            promised = max(promised, 1)
        wanted, most = max(promised, party.min_meetings), self.most(party)
        return wanted if most is None else min(wanted, most)

    def in_a_row(self, party: Registration) -> int | None:
        """Return in how many adjacent slots in a row the party may meet, None for any number.

        That is the event's limit for its side, or more if meetings that stay need more.
        """
        event = self.rows.event
        limit = event.expert_max_consecutive if party.side is Side.EXPERT else event.enterprise_max_consecutive
        return None if limit is None else max(limit, longest_run(self.rows, self._slots[party.id]))

    def of_event(self, party: Registration) -> int:
        """Return the event's limit for the party's side."""
        if party.side is Side.ENTERPRISE:
            return self.of_enterprises
        given = self.rows.event.expert_max_meetings
        room = self._room(party)
        return room - room // BREATH if given is None else given

    @cached_property
    def of_enterprises(self) -> int:
        """Return the event's limit of enterprises; if not set, SHARE times an even share of all possible meetings."""
        given = self.rows.event.enterprise_max_meetings
        if given is not None:
            return given
        number = len(self.rows.of(Side.ENTERPRISE))
        return max(FEWEST, math.ceil(SHARE * self.seats / number)) if number else FEWEST

    @cached_property
    def seats(self) -> int:
        """Return how many meetings all experts together can have at the tables."""
        experts = sum(self.of_event(party) for party in self.rows.of(Side.EXPERT))
        slots = [slot for slot in self.rows.slots if slot.id not in self.rows.closed]
        return min(experts, sum(len(slots) - len(blocked(table, slots)) for table in self.rows.tables))

    def _room(self, party: Registration) -> int:
        there = set(party.available) - self.rows.closed
        return self.rows.at_once(party) * sum(slot.id in there for slot in self.rows.slots)
