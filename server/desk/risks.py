"""Who is at risk at an event: has no meeting, has not answered, is not complete, or has an impossible meeting."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from i18n import Message, _
from server.db import rows_of
from server.desk.service import EventCounts, PlanOverview
from server.memory import WHOLE, remembered
from server.models import Event, Meeting, Plan, Slot

# Participants who are in no meeting of a plan. Each side is listed once, not looked up for each participant.
UNSERVED = """SELECT id FROM registration
    WHERE event_id = ?1 AND registered_at IS NOT NULL AND withdrawn_at IS NULL
    AND id NOT IN (SELECT expert_id FROM meeting WHERE plan_id = ?2)
    AND id NOT IN (SELECT enterprise_id FROM meeting WHERE plan_id = ?2)"""


@dataclass(frozen=True)
class Published:
    """The published plan in figures. unserved: participants without a meeting. since: when a plan was published first.

    meetings, unserved: 0 if no plan is published.
    """

    meetings: int = 0
    unserved: int = 0
    since: date | None = None


@dataclass(frozen=True)
class Risk:
    """Participants or meetings at risk: number out of most. path: below the event's path, of the list."""

    what: Message
    why: Message
    number: int
    most: int
    path: str


@dataclass(frozen=True)
class ShownSlot:
    """A slot of a day of the event. meetings: published ones; lost: those of them that have become impossible."""

    slot: Slot
    meetings: int
    lost: int


async def published_of(event: Event, plan_id: int | None) -> Published:
    """Return the figures of the published plan, zeros without one. At most three queries, none if remembered."""
    if plan_id is None:
        return Published()

    async def read() -> Published:
        meetings = await Meeting.filter(plan_id=plan_id).count()
        unserved = len(await rows_of(UNSERVED, event.id, plan_id))
        first = await Plan.filter(event_id=event.id).exclude(published_at=None).order_by("published_at").first()
        at: datetime | None = first.published_at if first else None
        return Published(meetings, unserved, at.astimezone(ZoneInfo(event.time_zone)).date() if at else None)

    return await remembered(event.id, ("published in figures", plan_id), WHOLE, read)


async def slots_on(event: Event, day: date, plans: PlanOverview) -> Sequence[ShownSlot]:
    """Return the slots of a day with the published meetings in each. Two queries."""
    slots = await Slot.filter(event_id=event.id, day=day).order_by("start_at")
    found = Meeting.filter(plan_id=plans.in_force, slot__day=day)
    held = Counter([meeting.slot_id for meeting in await found.only("id", "slot_id")] if plans.in_force else [])
    lost = Counter(plans.lost_slots)
    return [ShownSlot(slot, held[slot.id], lost[slot.id]) for slot in slots]


def risks(counts: EventCounts, plans: PlanOverview, published: Published) -> Sequence[Risk]:
    """Return what is at risk now, the worst first; each with at least one."""
    there, entered = counts.participants, counts.entered_experts + counts.entered_enterprises
    known = [
        Risk(
            _("Meetings that can no longer take place"),
            _("People, slots or tables have changed since the plan was published."),
            *(plans.lost_in_force, published.meetings, f"/plans/{plans.in_force}"),
        ),
        Risk(
            _("Participants without a meeting"),
            _("The published plan has no meeting for these participants."),
            *(published.unserved, there, "/participants?state=not-planned"),
        ),
        Risk(
            _("Available in no slot"),
            _("Without available slots, participants get no meeting."),
            *(counts.absent, there, "/participants?state=no-presence"),
        ),
        Risk(
            _("Have not answered: no wishes"),
            _("Without wishes, a plan is based only on topics."),
            *(counts.without_wishes, there, "/participants?state=no-wishes"),
        ),
        Risk(
            _("Registration not complete"),
            _("Drafts are not included in plans."),
            *(counts.drafts, entered, "/participants?state=draft"),
        ),
        Risk(
            _("No consent yet"),
            _("The other side sees nothing about participants without consent."),
            *(counts.not_agreed, there, "/participants?state=not-agreed"),
        ),
    ]
    return [risk for risk in known if risk.number]
