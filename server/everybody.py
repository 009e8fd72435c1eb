"""Everybody in an event: registrations, needs and interpreters, remembered until somebody changes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from server.delegates.sitting import times_of_needs
from server.memory import Counts, remembered
from server.models import Delegate, Interpreter, Need, NeedState, Part, Registration
from server.needs.ending import has_ended
from server.presence import Interval


@dataclass(frozen=True)
class People:
    """Everybody in an event. everybody: all registrations with person and organisation, by id. needs: published
    ones, of whomever, past their deadline or not. interpreters: removed ones included, with person. withdrawn_from:
    enterprises that have withdrawn a need and have none under review. at_work: enterprises with a need under
    review. need_times: as `delegates.sitting.times_of_needs`.
    """

    everybody: Sequence[Registration]
    published_needs: Sequence[Need]
    interpreters: Sequence[Interpreter]
    withdrawn_from: frozenset[int] = frozenset()
    at_work: frozenset[int] = frozenset()
    need_times: Mapping[int, Sequence[Interval]] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """How many rows these are."""
        return 2 * len(self.everybody) + len(self.published_needs) + 2 * len(self.interpreters)

    @cached_property
    def by_id(self) -> Mapping[int, Registration]:
        """All registrations by id."""
        return {party.id: party for party in self.everybody}

    @cached_property
    def parties(self) -> Sequence[Registration]:
        """The registrations that take part."""
        return [party for party in self.everybody if party.takes_part]

    @cached_property
    def needs(self) -> Sequence[Need]:
        """The published needs of those who take part."""
        return needs_of(self.published_needs, self.parties)

    def ended(self, today: date) -> frozenset[int]:
        """Return the ids of the published needs whose deadline has passed. today: at the venue."""
        return frozenset(need.id for need in self.published_needs if has_ended(need, today))

    def past_deadline(self, ended: Collection[int]) -> frozenset[int]:
        """Return the enterprises of needs that have ended, without those that have a need under review."""
        return frozenset(need.registration_id for need in self.needs if need.id in ended) - self.at_work


def needs_of(needs: Iterable[Need], parties: Iterable[Registration]) -> Sequence[Need]:
    """Return the needs of these parties."""
    there = {party.id for party in parties}
    return [need for need in needs if need.registration_id in there]


async def people_of(event_id: int, counts: Counts | None = None) -> People:
    """Return the people of an event. counts: as for `memory.remembered`. One query if nobody has changed, else five."""
    return await remembered(
        event_id,
        "people",
        [Part.PEOPLE],
        lambda: _read_people(event_id),
        counts=counts,
        weigh=lambda found: found.weight,
    )


async def _read_people(event_id: int) -> People:
    parties = Registration.filter(event_id=event_id).order_by("id").select_related("person", "organisation")
    needs = await Need.filter(registration__event_id=event_id).exclude(state=NeedState.DRAFT).order_by("id")
    interpreters = Interpreter.every.filter(event_id=event_id).order_by("id").select_related("person")
    published = [need for need in needs if need.state == NeedState.PUBLISHED]
    withdrawn = {need.registration_id for need in needs if need.state == NeedState.WITHDRAWN}
    over = (NeedState.WITHDRAWN, NeedState.PUBLISHED)
    at_work = {need.registration_id for need in needs if need.state not in over}
    return People(
        await parties,
        published,
        await interpreters,
        # A need that is being reviewed may take the place of the withdrawn one.
        frozenset(withdrawn - at_work),
        frozenset(at_work),
        times_of_needs(published, await Delegate.filter(registration__event_id=event_id, presence__isnull=False)),
    )
