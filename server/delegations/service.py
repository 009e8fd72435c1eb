"""What organisers do with delegations. Each public function is one transaction."""

from collections.abc import Collection

from i18n import _, ngettext_
from server.audit import recording
from server.db import atomic, lock
from server.delegations.values import DelegationValues
from server.edits import UNSEEN, Edit, save
from server.errors import NotFound, Refused
from server.models import Delegation, DelegationMember, Event, Registration, Side

MOST_DELEGATIONS = 100


class InAnother(Refused):
    """An expert belongs to another delegation, or is no expert of the event."""

    field = "members"

    def __init__(self) -> None:
        super().__init__(_("Choose experts who take part and belong to no other delegation."))


@atomic
async def create(event: Event, values: DelegationValues) -> Delegation:
    """Create a delegation without leader and members. Raises Refused for too many."""
    await lock(Event, event.id)
    if await Delegation.filter(event_id=event.id).count() >= MOST_DELEGATIONS:
        raise Refused(
            ngettext_(
                "An event can have at most %(num)s delegation.",
                "An event can have at most %(num)s delegations.",
                MOST_DELEGATIONS,
            )
        )
    made = await Delegation.create(event_id=event.id, **values.columns())
    recording.about("delegation", made.id)
    return made


@atomic
async def change(delegation: Delegation, values: DelegationValues, edit: Edit = UNSEEN) -> None:
    """Save what an organiser changed. Raises EditConflict, and NotFound if the delegation was removed."""
    await save(delegation, values, edit)


@atomic
async def remove(delegation: Delegation) -> None:
    """Remove a delegation; its members stay experts of the event."""
    await Delegation.filter(id=delegation.id).delete()


@atomic
async def add_members(delegation: Delegation, registrations: Collection[int]) -> None:
    """Add experts of the event; those who belong to it already stay. Raises InAnother."""
    await lock(Delegation, delegation.id)
    wanted = sorted(set(registrations))
    there = Registration.filter(
        id__in=wanted, event_id=delegation.event_id, side=Side.EXPERT, withdrawn_at=None
    ).order_by("id")
    found = [row.id for row in await there.select_for_update(no_key=True)]
    members = await DelegationMember.filter(registration_id__in=wanted)
    if found != wanted or any(row.delegation_id != delegation.id for row in members):
        raise InAnother
    known = {row.registration_id for row in members}
    await DelegationMember.bulk_create(
        [DelegationMember(delegation_id=delegation.id, registration_id=id) for id in wanted if id not in known]
    )


@atomic
async def remove_member(delegation: Delegation, id: int) -> None:
    """Take an expert out of a delegation; the expert stays in the event. id: of the membership. Raises NotFound."""
    if not await DelegationMember.filter(id=id, delegation_id=delegation.id).delete():
        raise NotFound
