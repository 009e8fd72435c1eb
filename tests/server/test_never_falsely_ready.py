"""Random changes of event, people and plans: pages never say that everything is ready if it is not.

The oracle does not use the tested code: it checks the rows of the published plan rule by rule.
"""

import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.models import (
    Correction,
    Event,
    Hall,
    Interpreter,
    Job,
    Meeting,
    Need,
    NeedState,
    Person,
    Plan,
    PlanState,
    PlenaryItem,
    Publication,
    Registration,
    Wish,
    WishKind,
)
from server.plans import service
from tests import factories
from tests.client import Client
from tests.server.planning import solved
from tests.server.test_grid import save

Act = Callable[[Client, Event, Person, random.Random], Awaitable[object]]


async def lost_by_hand(event: Event) -> int:
    """Return how many future published meetings have become impossible."""
    publication = await Publication.get_or_none(event_id=event.id)
    if publication is None:
        return 0
    related = ("expert", "enterprise", "slot", "table", "interpreter", "need")
    meetings = await Meeting.filter(plan_id=publication.plan_id).select_related(*related)
    items = await PlenaryItem.filter(event_id=event.id)
    refused = {frozenset((w.by_id, w.about_id)) for w in await Wish.filter(event_id=event.id, kind=WishKind.NO)}
    refused |= {
        frozenset((c.expert_id, c.enterprise_id)) for c in await Correction.filter(event_id=event.id, kind="unfit")
    }
    lost = set()
    for each in meetings:
        sides, slot, who = (each.expert, each.enterprise), each.slot, each.interpreter
        spoken = [set(side.languages) for side in sides]
        facts = (
            any(side.registered_at is None or side.withdrawn_at is not None for side in sides),
            each.need is not None and each.need.state != NeedState.PUBLISHED,
            frozenset((each.expert_id, each.enterprise_id)) in refused,
            slot.removed_at is not None or each.table.removed_at is not None,
            any(item.start_at < slot.end_at and slot.start_at < item.end_at for item in items),
            any(slot.id not in side.available for side in sides),
            who is None and not spoken[0] & spoken[1],
            who is not None and not spoken[0] & spoken[1] and not all(set(who.languages) & each for each in spoken),
            who is not None and (who.removed_at is not None or slot.id not in who.available),
        )
        if any(facts):
            lost.add(each.id)
    left = [each for each in meetings if each.id not in lost]
    for side in ("expert", "enterprise"):
        held = Counter(getattr(each, side).id for each in left)
        at_once = Counter((getattr(each, side).id, each.slot_id) for each in left)
        for each in left:
            party = getattr(each, side)
            is_over = party.max_meetings is not None and held[party.id] > party.max_meetings
            if is_over or at_once[party.id, each.slot_id] > party.parallel:
                lost.add(each.id)
    return len(lost)


async def one(rows: list[object], chance: random.Random) -> object | None:
    return chance.choice(rows) if rows else None


async def plan(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    await Job.all().delete()
    await Plan.filter(event_id=event.id, state__in=service.UNDER_WAY).delete()
    is_published = await Publication.exists(event_id=event.id)
    try:
        await solved(event, organiser, preset=chance.choice(("fresh", "repair")) if is_published else "fresh")
    except service.NothingToPlan:
        return


async def publish(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    for ready in await Plan.filter(event_id=event.id, state=PlanState.READY).order_by("-version").limit(1):
        form = await client.get(f"/e/{event.slug}/plans/{ready.id}/publish")
        fields = dict(re.findall(r'name="(against)" value="([^"]*)"', form.text))
        answer = await client.post(f"/e/{event.slug}/plans/{ready.id}/publish", data=fields)
        assert (answer.status_code == 303) == ("Publish this plan" in form.text)


async def leave(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    party = chance.choice(await Registration.filter(event_id=event.id))
    gone = None if party.withdrawn_at else datetime.now(UTC)
    await Registration.filter(id=party.id).update(withdrawn_at=gone)


async def clear_presence(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    party = chance.choice(await Registration.filter(event_id=event.id))
    await Registration.filter(id=party.id).update(available=chance.sample(party.available, len(party.available) // 2))


async def limit(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    party = chance.choice(await Registration.filter(event_id=event.id))
    await Registration.filter(id=party.id).update(max_meetings=chance.choice((None, 1, 2)))


async def veto(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    wishes = await Wish.filter(event_id=event.id).order_by("id")
    await Wish.filter(id=chance.choice(wishes).id).update(kind=chance.choice(list(WishKind)))


async def withdraw_need(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    need = chance.choice(await Need.filter(registration__event_id=event.id))
    await Need.filter(id=need.id).update(state=chance.choice((NeedState.PUBLISHED, NeedState.WITHDRAWN)))


async def change_slots(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    day = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    length = chance.choice(("20", "30", "40"))
    grid = {"first_day": day, "last_day": day, "day_start": "09:00", "day_end": "11:00", "length_min": length}
    await save(client, f"/e/{event.slug}", {**grid, "break_min": "0", "pause_start": "", "pause_end": ""})


async def change_programme(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    items, slots = await PlenaryItem.filter(event_id=event.id), await factories.slots_of(event)
    if items:
        await items[0].delete()
    elif slots:
        slot = chance.choice(slots)
        await PlenaryItem.create(event=event, name={"en": "Talk"}, start_at=slot.start_at, end_at=slot.end_at)


async def press(client: Client, path: str) -> None:
    """Press a button, and confirm if the page asks."""
    answer = await client.post(path)
    seen = re.search(r'name="seen" value="(\w+)"', answer.text)
    if seen:
        await client.post(path, data={"seen": seen[1]})


async def remove_hall(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    halls = await Hall.filter(event_id=event.id)
    if len(halls) > 1:
        await press(client, f"/e/{event.slug}/halls/{chance.choice(halls).id}/remove")
    else:
        await client.post(f"/e/{event.slug}/halls", data={"name_en": f"Annex {chance.random()}", "tables": "2"})


async def remove_interpreter(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    team = await Interpreter.filter(event_id=event.id)
    if len(team) > 1:
        await press(client, f"/e/{event.slug}/interpreters/{chance.choice(team).id}/remove")
    else:
        await factories.interpreter(event)


async def move(client: Client, event: Event, organiser: Person, chance: random.Random) -> None:
    slots = await factories.slots_of(event)
    if slots:
        day = slots[0].day + timedelta(days=chance.choice((-1, 1, 7)))
        await client.post(f"/e/{event.slug}/slots/move", data={"first_day": day.isoformat()})


ACTS: list[Act] = [
    plan,
    plan,
    publish,
    publish,
    leave,
    clear_presence,
    limit,
    veto,
    withdraw_need,
    change_slots,
    change_programme,
    remove_hall,
    remove_interpreter,
    move,
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), min_size=4, max_size=10), seed=st.integers(0, 1000))
async def test_pages_never_say_ready_if_something_is_missing(client: Client, acts: list[Act], seed: int) -> None:
    chance = random.Random(seed)
    event = await factories.event(slots=4, halls=2, tables=2)
    organiser = (await factories.organiser(event)).person
    await factories.signed_in(client, organiser)
    experts = [await factories.expert(event, languages=["ru"]) for _ in range(2)]
    firms = [await factories.enterprise(event, languages=["zh"]) for _ in range(2)]
    await factories.interpreter(event)
    for expert in experts:
        for firm in firms:
            await factories.wish(expert, firm)

    for act in [plan, publish, *acts]:
        await act(client, event, organiser, chance)

        lost = await lost_by_hand(event)
        desk = await client.get(f"/e/{event.slug}/desk")
        assert desk.status_code == 200
        assert not (lost and "Everything is ready" in desk.text), act.__name__
        told = re.search(r"(\d+) meetings? of the published plan can no longer take place", desk.text)
        assert told is not None or not lost or "Publish plan" in desk.text, act.__name__
        assert lost == 0 or told is None or int(told[1]) > 0
