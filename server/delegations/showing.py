"""Read models of delegations. Reads only, with fixed numbers of queries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.models import Delegation, DelegationMember, Event, Registration, Side, Unclaimed
from server.names import shown_name
from server.settings import Settings
from server.unclaimed.service import token_of
from server.visible import for_leader, for_organisers


class MemberState(StrEnum):
    """Whether a member has given consent. NO_ADDRESS: the leader gets the member's e-mails. LEFT: left the event."""

    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    NO_ADDRESS = "no_address"
    LEFT = "left"


@dataclass(frozen=True)
class DelegationLine:
    """A delegation in the list. leader: name, or "" while nobody leads. members: how many take part."""

    delegation: Delegation
    leader: str
    members: int


@dataclass(frozen=True)
class MemberLine:
    """A member. id: of the DelegationMember row.

    link: URL of the page where a member without an address enters one, else "".
    """

    id: int
    party: Registration
    name: str
    state: MemberState
    link: str


@dataclass(frozen=True)
class ShownDelegation:
    """A delegation. leader: as in `DelegationLine`. members: by name, those who have left last."""

    delegation: Delegation
    leader: str
    members: Sequence[MemberLine]

    @property
    def without_address(self) -> int:
        return sum(each.state is MemberState.NO_ADDRESS for each in self.members)


async def delegations_of(event: Event, locale: str) -> Sequence[DelegationLine]:
    """Return the delegations of the event, oldest first. Three queries."""
    rows = await Delegation.filter(event_id=event.id).order_by("id").select_related("leader")
    members = DelegationMember.filter(delegation__event_id=event.id, registration__withdrawn_at=None)
    numbers = Counter(row["delegation_id"] for row in await members.values("delegation_id"))
    leaders = await _as_experts(event.id, [row.leader_id for row in rows if row.leader_id is not None])
    return [DelegationLine(row, leader_called(row, leaders, locale), numbers[row.id]) for row in rows]


async def _as_experts(event_id: int, people: Sequence[int]) -> dict[int, Registration]:
    """Return the registrations of those people who are experts of the event, by person."""
    found = Registration.filter(event_id=event_id, side=Side.EXPERT, person_id__in=people).select_related("person")
    return {int(row.person_id or 0): row for row in await found}


def leader_called(delegation: Delegation, experts: dict[int, Registration], locale: str) -> str:
    """Return the name of the leader, or "". experts: registrations by person; `leader` is loaded."""
    if delegation.leader is None:
        return ""
    expert = experts.get(delegation.leader_id or 0)
    return shown_name(expert, locale) if expert else delegation.leader_name or str(delegation.leader.email)


async def leader_of(delegation: Delegation, locale: str) -> str:
    """Return the name of the leader for members, "" while nobody leads or no name is known. At most one query."""
    if delegation.leader_id is None:
        return ""
    experts = await _as_experts(delegation.event_id, [delegation.leader_id])
    return shown_name(experts[delegation.leader_id], locale) if experts else str(delegation.leader_name)


async def shown_delegation(
    delegation: Delegation, settings: Settings, locale: str, *, is_organiser: bool
) -> ShownDelegation:
    """Return a delegation, whose `leader` is loaded, with its members. is_organiser: the reader. Three queries."""
    seen = for_organisers if is_organiser else for_leader
    rows = DelegationMember.filter(delegation_id=delegation.id).select_related("registration__person")
    members = await rows
    people = [row.registration.person_id for row in members]
    waiting = Unclaimed.filter(event_id=delegation.event_id, claimed_at=None, person_id__in=people)
    links = {row.person_id: f"{settings.base_url}/claim/{token_of(row, settings)}" for row in await waiting}
    experts = await _as_experts(delegation.event_id, [delegation.leader_id] if delegation.leader_id else [])
    lines = [_line(row, seen(row.registration), links.get(row.registration.person_id, ""), locale) for row in members]
    lines.sort(key=lambda each: (each.state is MemberState.LEFT, each.name, each.id))
    return ShownDelegation(delegation, leader_called(delegation, experts, locale), lines)


def _line(row: DelegationMember, party: Registration, link: str, locale: str) -> MemberLine:
    state = MemberState.AGREED if party.agreed_at else MemberState.NOT_AGREED
    if party.withdrawn_at is not None:
        state = MemberState.LEFT
    elif not party.person.has_address:
        state = MemberState.NO_ADDRESS
    return MemberLine(row.id, party, shown_name(party, locale), state, link)


async def parties_of(delegation: Delegation) -> Sequence[int]:
    """Return ids of the members' registrations. One query."""
    rows = await DelegationMember.filter(delegation_id=delegation.id).order_by("id")
    return [row.registration_id for row in rows]


async def experts_to_choose(event: Event, locale: str) -> Sequence[tuple[Registration, str, bool]]:
    """Return all experts who take part, by name: the party, the name, and whether they belong to a delegation.

    Two queries.
    """
    there = Registration.present(event.id, side=Side.EXPERT)
    members = {row.registration_id for row in await DelegationMember.filter(delegation__event_id=event.id)}
    found = [
        (for_organisers(row), shown_name(row, locale), row.id in members)
        for row in await there.select_related("person")
    ]
    return sorted(found, key=lambda each: (each[1], each[0].id))
