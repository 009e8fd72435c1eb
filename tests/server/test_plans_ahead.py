"""A plan is made for the future: slots that have begun stay, whatever has changed since."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.models import (
    CalendarEntry,
    Event,
    Interpreter,
    Mail,
    Meeting,
    Need,
    Person,
    Plan,
    PlanState,
    Registration,
    Slot,
    Wish,
    WishKind,
)
from server.plans import publishing, service, snapshot
from server.rows import load_rows
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.planning import solved

Held = set[tuple[int, int, int, int, int | None, int | None]]


async def held(plan: Plan) -> Held:
    columns = ("expert_id", "enterprise_id", "slot_id", "table_id", "interpreter_id", "need_id")
    return set(await Meeting.filter(plan_id=plan.id).values_list(*columns))


async def published(*, slots: int = 4, people: int = 3) -> tuple[Event, Person, Plan]:
    """Create an event with several participants and a published plan; each expert needs an interpreter."""
    event = await factories.event(slots=slots, tables=people)
    organiser = (await factories.organiser(event)).person
    for _ in range(people):
        await factories.interpreter(event)
        expert = await factories.expert(event, languages=["ru"])
        await factories.wish(expert, await factories.enterprise(event, languages=["zh"]))
    plan = await solved(event, organiser)
    await publishing.publish(plan, organiser)
    return event, organiser, plan


async def begun(event: Event, number: int) -> tuple[datetime, list[int]]:
    """Return an instant at which this number of slots have begun, the last one a minute ago, and their ids."""
    slots = (await factories.slots_of(event))[:number]
    return slots[-1].start_at + timedelta(minutes=1), [slot.id for slot in slots]


def within(meetings: Held, slots: list[int]) -> Held:
    return {meeting for meeting in meetings if meeting[2] in slots}


@pytest.mark.parametrize("preset", ["repair", "fill"])
async def test_a_repair_of_an_unchanged_event_sends_no_e_mail(database: None, preset: str) -> None:
    event, organiser, plan = await published()
    told = await Mail.all().count()
    entries = CalendarEntry.filter(event_id=event.id).order_by("id")
    stood = await entries.values("id", "sequence", "staffings", "changed_at")

    again = await solved(event, organiser, preset=preset, seed=1)
    letters = await publishing.publish(again, organiser)

    assert await held(again) == await held(plan)
    assert (letters, await Mail.all().count()) == (0, told)
    assert await entries.values("id", "sequence", "staffings", "changed_at") == stood


@pytest.mark.parametrize("preset", ["fresh", "repair", "fill"])
async def test_meetings_that_have_begun_stay_and_none_are_added(database: None, preset: str) -> None:
    event, organiser, plan = await published()
    before = await held(plan)
    now, over = await begun(event, 2)
    late = await factories.expert(event, languages=["ru"])
    for enterprise in await Registration.filter(event_id=event.id, side="enterprise"):
        await factories.wish(late, enterprise, WishKind.MUST)

    again = await solved(event, organiser, preset=preset, now=now)

    assert again.state == PlanState.READY
    found = await held(again)
    assert within(found, over) == within(before, over)
    assert any(meeting[0] == late.id for meeting in found)


async def expert_withdraws(event: Event, meeting: Meeting) -> None:
    await Registration.filter(id=meeting.expert_id).update(withdrawn_at=datetime.now(UTC))


async def expert_refuses(event: Event, meeting: Meeting) -> None:
    await Wish.filter(by_id=meeting.expert_id, about_id=meeting.enterprise_id).delete()
    await Wish.create(event=event, by_id=meeting.expert_id, about_id=meeting.enterprise_id, kind=WishKind.NO)


async def expert_learns_chinese(event: Event, meeting: Meeting) -> None:
    await Registration.filter(id=meeting.expert_id).update(languages=["zh"])


async def expert_wants_no_more(event: Event, meeting: Meeting) -> None:
    await Registration.filter(id=meeting.expert_id).update(max_meetings=0, available=[])


async def interpreter_changes(event: Event, meeting: Meeting) -> None:
    await Interpreter.filter(id=meeting.interpreter_id).update(
        languages=["fr", "de"], available=[], max_meetings=0, max_consecutive=1
    )


async def need_is_withdrawn(event: Event, meeting: Meeting) -> None:
    await Need.filter(id=meeting.need_id).update(state="withdrawn")


async def event_asks_for_more(event: Event, meeting: Meeting) -> None:
    await Event.filter(id=event.id).update(least_value=1.0, expert_max_meetings=1, enterprise_max_meetings=1)


@pytest.mark.parametrize("preset", ["fresh", "repair", "fill"])
@pytest.mark.parametrize(
    "change",
    [
        expert_withdraws,
        expert_refuses,
        expert_learns_chinese,
        expert_wants_no_more,
        interpreter_changes,
        need_is_withdrawn,
        event_asks_for_more,
    ],
)
async def test_what_changes_later_does_not_change_the_past(
    database: None, change: Callable[[Event, Meeting], Awaitable[None]], preset: str
) -> None:
    event, organiser, plan = await published()
    before = await held(plan)
    now, over = await begun(event, 2)
    first = await Meeting.filter(plan_id=plan.id, slot_id__in=over).order_by("id").first()
    assert first is not None
    await change(event, first)
    await event.refresh_from_db()

    again = await solved(event, organiser, preset=preset, now=now)

    assert again.state == PlanState.READY
    assert within(await held(again), over) == within(before, over)


async def test_who_withdrew_has_no_meeting_ahead(database: None) -> None:
    event, organiser, plan = await published()
    now, over = await begun(event, 1)
    gone = (await Registration.filter(event_id=event.id, side="expert").order_by("id"))[0]
    await Registration.filter(id=gone.id).update(withdrawn_at=datetime.now(UTC))

    again = await solved(event, organiser, preset="repair", now=now)

    ahead = await held(again) - within(await held(again), over)
    assert all(meeting[0] != gone.id for meeting in ahead)
    kept = {meeting for meeting in await held(plan) if meeting[0] != gone.id}
    assert kept <= await held(again)


async def test_nothing_is_planned_once_all_slots_have_begun(database: None) -> None:
    event, organiser, _plan = await published()
    now, _over = await begun(event, 4)

    with pytest.raises(service.NothingToPlan) as refused:
        await solved(event, organiser, now=now)

    assert refused.value.message.msgid == "All slots have begun or ended. A plan needs future slots."


async def test_nobody_is_available_in_a_slot_that_has_begun(database: None) -> None:
    event = await factories.event(slots=3)
    await factories.expert(event)
    slots = await factories.slots_of(event)

    made = snapshot.take(await load_rows(event, slots[1].start_at)).document

    assert made["parties"][0]["available"] == [f"s{slots[2].id}"]
    assert "pins" not in made


async def test_days_begin_at_the_venue(database: None) -> None:
    """At one in the morning in Shanghai it is still the day before in UTC: the slots of that morning lie ahead."""
    event = await factories.event(slots=0)
    expert = await factories.expert(event)
    night = datetime(2030, 5, 20, 17, 0, tzinfo=UTC)
    starts = (night - timedelta(hours=10), night - timedelta(minutes=10), night + timedelta(hours=8))
    made = [
        await Slot.create(event=event, start_at=at, end_at=at + timedelta(minutes=30), day=at.date()) for at in starts
    ]
    await Registration.filter(id=expert.id).update(available=[slot.id for slot in made])

    rows = await load_rows(event, night)

    assert [slot.id for slot in rows.open_slots] == [made[2].id]


@pytest.mark.parametrize("size", [1, 3])
async def test_loading_takes_the_same_queries_with_a_plan_in_force(database: None, queries: Any, size: int) -> None:
    event, _organiser, _plan = await published(people=size)
    now, _over = await begun(event, 1)

    with queries() as seen:
        snapshot.take(await load_rows(event, now), keep=True)

    assert len(seen) == 4


async def test_a_published_plan_is_changed_as_little_as_possible_unless_asked_otherwise(client: Client) -> None:
    event, organiser, plan = await published()
    await factories.signed_in(client, organiser)

    page = read(await client.get(f"/e/{event.slug}/plans"))
    response = await client.post(f"/e/{event.slug}/plans", data={"seconds": "1"})

    assert page.field("preset") == "repair"
    number = await Meeting.filter(plan_id=plan.id).count()
    assert f"{number} published meetings can move or be cancelled." in page.words
    assert response.status_code == 303
    asked = await Plan.filter(event_id=event.id).order_by("-version").first()
    assert asked is not None
    assert asked.preset == "repair"
