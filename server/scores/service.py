"""An organiser's word about a score: that two fit, or do not. Each public function is one transaction."""

import logging
from datetime import UTC, datetime

from server.db import atomic, lock
from server.models import Correction, CorrectionKind, Event, Person, Registration

log = logging.getLogger(__name__)


@atomic
async def correct(
    expert: Registration, enterprise: Registration, kind: CorrectionKind | None, *, reason: str, by: Person
) -> None:
    """Keep that an organiser says of two parties of an event that they fit, or do not; None takes it back.

    What stood before stays as history. The same word again, as of a form sent twice, changes nothing.
    """
    await lock(Registration, expert.id)
    standing = await Correction.get_or_none(expert_id=expert.id, enterprise_id=enterprise.id, stands=True)
    if standing is not None and (standing.kind, standing.reason) == (kind, reason):
        return
    if standing is not None:
        await Correction.filter(id=standing.id).update(
            stands=None, taken_back_at=datetime.now(UTC), taken_back_by_id=by.id
        )
    if kind is not None:
        await Correction.create(
            event_id=expert.event_id,
            expert_id=expert.id,
            enterprise_id=enterprise.id,
            kind=kind,
            reason=reason,
            by_id=by.id,
        )
    log.info("person %s says of expert %s and enterprise %s: %s", by.id, expert.id, enterprise.id, kind or "nothing")


async def corrections(event: Event, *, first: int, most: int) -> tuple[list[Correction], int]:
    """What stands of organisers' words, the last first, from the first on at most so many; and how many stand.

    Two queries. With who said it and with both parties.
    """
    standing = Correction.filter(event_id=event.id, stands=True)
    found = standing.order_by("-id").offset(first).limit(most)
    rows = await found.select_related("by", "expert__person", "enterprise__organisation")
    return rows, await standing.count()


async def corrections_of(expert: Registration, enterprise: Registration) -> list[Correction]:
    """What organisers have said of the two, the last word first, with who said it."""
    found = Correction.filter(expert_id=expert.id, enterprise_id=enterprise.id)
    return await found.order_by("-id").select_related("by", "taken_back_by")
