"""Rows of published plans and of the outbox, for tests: call them as `factories.published` and so on."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from server.models import (
    CalendarEntry,
    Event,
    Job,
    JobKind,
    JobState,
    Mail,
    Need,
    Person,
    Plan,
    PlanState,
    Publication,
    Registration,
    Slot,
    Table,
)

_numbers = count(1)


async def mail(event: Event, person: Person, **values: Any) -> Mail:
    """Create an e-mail of the event that waits in the outbox, or was given up if `failed_at` is set."""
    defaults = {
        "key": f"mail:{next(_numbers)}",
        "to_address": person.email,
        "locale": person.locale,
        "template": "registered",
        "values": {"name": person.full_name, "event_name": event.name, "path": f"/e/{event.slug}/me"},
    }
    made = await Mail.create(event=event, person=person, **{**defaults, **values})
    state = JobState.DEAD if made.failed_at else JobState.DONE if made.sent_at else JobState.QUEUED
    due, payload = datetime.now(UTC), {"mail": made.id}
    await Job.create(kind=JobKind.MAIL, payload=payload, mail_id=made.id, run_after=due, state=state)
    return made


async def published(event: Event, **values: Any) -> Plan:
    """Create and publish the event's next plan version, without meetings."""
    await Plan.filter(event_id=event.id, state=PlanState.PUBLISHED).update(state=PlanState.SUPERSEDED)
    version = await Plan.filter(event_id=event.id).count() + 1
    defaults = {"version": version, "state": PlanState.PUBLISHED, "seconds": 1, "problem": {}}
    plan = await Plan.create(event=event, **{**defaults, "published_at": datetime.now(UTC), **values})
    await Publication.update_or_create(event_id=event.id, defaults={"plan_id": plan.id})
    return plan


async def calendar_entry(
    expert: Registration, enterprise: Registration, slot: Slot | None = None, **values: Any
) -> CalendarEntry:
    """Create the calendar entry of a pair, by default in the first slot at the first table.

    It concerns the enterprise's first need, without interpreter.
    """
    number = next(_numbers)
    [first] = await Slot.filter(event_id=expert.event_id).order_by("start_at").limit(1)
    held_in = slot or first
    defaults: dict[str, Any] = {
        "event_id": expert.event_id,
        "uid": f"meeting-{number:032x}",
        "start_at": held_in.start_at,
        "end_at": held_in.end_at,
        "table": await Table.filter(event_id=expert.event_id).order_by("number").first(),
        "need": await Need.filter(registration_id=enterprise.id).order_by("id").first(),
        "changed_at": datetime.now(UTC).replace(microsecond=0),
    }
    return await CalendarEntry.create(expert=expert, enterprise=enterprise, **{**defaults, **values})
