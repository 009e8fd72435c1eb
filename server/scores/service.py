"""Organisers' assessments of pairs. Each public function is one transaction."""

import logging
from datetime import UTC, datetime

from i18n import _
from server.barring.rules import bars
from server.db import atomic, lock
from server.errors import Refused
from server.models import Correction, CorrectionKind, Event, Person, Registration, Wish, WishKind

log = logging.getLogger(__name__)


class CannotRequire(Refused):
    """A side does not want the meeting that an organiser requires, or a rule excludes it."""

    field = "kind"


@atomic
async def save_assessment(
    expert: Registration, enterprise: Registration, kind: CorrectionKind | None, *, reason: str, by: Person
) -> None:
    """Store an organiser's assessment of a pair; None takes the present one back.

    The earlier assessment stays as history. Repeating the same assessment changes nothing. expert, enterprise: with
    person and organisation. Raises CannotRequire.
    """
    await lock(Registration, expert.id)
    if kind == CorrectionKind.REQUIRED:
        await _refuse_unwanted(expert, enterprise)
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


async def _refuse_unwanted(expert: Registration, enterprise: Registration) -> None:
    if bars(await Event.get(id=expert.event_id), expert, enterprise):
        raise CannotRequire(_("A rule of the event excludes this pair. End the rule first."))
    both = (expert.id, enterprise.id)
    if await Wish.filter(event_id=expert.event_id, kind=WishKind.NO, by_id__in=both, about_id__in=both).exists():
        raise CannotRequire(_("One side is not interested in this meeting. Talk to them before you require it."))


async def corrections(event: Event, *, first: int, most: int) -> tuple[list[Correction], int]:
    """Return assessments in force, latest first, with authors and both parties, and their total number. Two queries.

    first: index of the first one. most: how many.
    """
    standing = Correction.filter(event_id=event.id, stands=True)
    found = standing.order_by("-id").offset(first).limit(most)
    rows = await found.select_related("by", "expert__person", "enterprise__organisation")
    return rows, await standing.count()


async def corrections_of(expert: Registration, enterprise: Registration) -> list[Correction]:
    """Return all assessments of a pair, latest first, with their authors."""
    found = Correction.filter(expert_id=expert.id, enterprise_id=enterprise.id)
    return await found.order_by("-id").select_related("by", "taken_back_by")
