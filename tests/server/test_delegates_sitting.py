"""Roles and own times of delegates, and the needs at whose meetings they sit."""

from datetime import timedelta

from server import presence
from server.agendas import service as agendas
from server.events.moving import move_event
from server.models import CalendarEntry, Delegate, DelegateRole, Event, Meeting, Need, PlanState, Registration, Slot
from server.plans import publishing, staleness
from server.plans.staleness import Why
from server.registrations import agreeing
from server.registrations.consents import NEEDED
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.planning import solved
from tests.server.test_briefing import Held
from tests.server.test_needs import FILLED


async def firm_of_two(event: Event) -> tuple[Registration, Delegate, Delegate]:
    firm = await factories.enterprise(event)
    engineer = await factories.delegate(firm, await factories.person(full_name="Anna Engineer", locale="en"))
    first, _second = await Delegate.filter(registration_id=firm.id).order_by("id").select_related("person")
    return firm, first, engineer


def times_of(*slots: Slot) -> list[list[str]]:
    return presence.to_json((slot.start_at, slot.end_at) for slot in slots)


async def test_a_delegate_gets_a_role_and_own_times_and_loses_them_again(client: Client) -> None:
    event = await factories.event()
    _firm, first, engineer = await firm_of_two(event)
    await factories.signed_in(client, first.person)
    base, slots = f"/e/{event.slug}/me", await factories.slots_of(event)
    form = {**read(await client.get(f"{base}/delegates/{engineer.id}")).fields, "role": "engineer"}
    answer = await client.post(f"{base}/delegates/{engineer.id}", data={**form, "available": [slots[2].id]})
    saved = await Delegate.get(id=engineer.id)
    assert answer.headers["location"] == f"{base}?notice=saved"
    assert (saved.role, saved.presence) == (DelegateRole.ENGINEER, times_of(slots[2]))
    assert "Anna Engineer 工程师" in read(await client.get(base)).words
    shown = read(await client.get(f"{base}/delegates/{engineer.id}")).fields
    assert (shown["available"], shown["role"]) == ([str(slots[2].id)], ["engineer"])
    await client.post(f"{base}/delegates/{engineer.id}", data={**shown, "available": [], "role": ""})
    saved = await Delegate.get(id=engineer.id)
    assert (saved.role, saved.presence) == (None, None)


async def test_two_people_who_edit_a_delegate_see_each_others_change(client: Client) -> None:
    event = await factories.event()
    _firm, first, engineer = await firm_of_two(event)
    await factories.signed_in(client, first.person)
    page = f"/e/{event.slug}/me/delegates/{engineer.id}"
    form = read(await client.get(page)).fields
    await Delegate.filter(id=engineer.id).update(role=DelegateRole.CONTACT)
    kept = await client.post(page, data={**form, "position": "Chief engineer"})
    clash = await client.post(page, data={**form, "role": "engineer"})
    saved = await Delegate.get(id=engineer.id)
    assert (kept.status_code, clash.status_code) == (303, 409)
    assert (saved.position, saved.role) == ("Chief engineer", DelegateRole.CONTACT)


async def test_delegates_of_others_and_wrong_roles_are_refused(client: Client) -> None:
    event = await factories.event()
    _firm, first, engineer = await firm_of_two(event)
    foreign = await Delegate.get(registration_id=(await factories.enterprise(event)).id)
    await factories.signed_in(client, first.person)
    base = f"/e/{event.slug}/me/delegates"
    answers = [
        await client.get(f"{base}/{foreign.id}"),
        await client.post(f"{base}/{foreign.id}", data={"role": "engineer"}),
        await client.post(f"{base}/{engineer.id}", data={"role": "king"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 422]


async def test_a_need_names_only_delegates_of_its_enterprise(client: Client) -> None:
    event = await factories.event()
    firm, first, engineer = await firm_of_two(event)
    foreign = await Delegate.get(registration_id=(await factories.enterprise(event)).id)
    await factories.signed_in(client, first.person)
    need = await Need.get(registration_id=firm.id)
    page = f"/e/{event.slug}/me/needs/{need.id}"
    form = read(await client.get(page)).fields
    answer = await client.post(page, data={**form, "delegates": [engineer.id, foreign.id], "modes": ["consulting"]})
    assert (answer.status_code, (await Need.get(id=need.id)).delegates) == (303, [engineer.id])
    assert read(await client.get(page)).fields["delegates"] == [str(engineer.id)]
    await client.post(f"/e/{event.slug}/me/needs/new", data={**FILLED, "delegates": [foreign.id]})
    assert (await Need.filter(registration_id=firm.id).order_by("-id").first()).delegates == []  # type: ignore[union-attr]


async def test_a_meeting_is_planned_while_all_named_delegates_are_there(database: None) -> None:
    event = await factories.event(slots=4, tables=1)
    organiser = (await factories.organiser(event)).person
    firm, first, engineer = await firm_of_two(event)
    slots, need = await factories.slots_of(event), await Need.get(registration_id=firm.id)
    await factories.wish(await factories.expert(event), firm)
    await Delegate.filter(id=first.id).update(presence=times_of(*slots[1:3]))
    await Delegate.filter(id=engineer.id).update(presence=times_of(slots[0], slots[2]))
    await Need.filter(id=need.id).update(delegates=[first.id, engineer.id])
    plan = await solved(event, organiser)
    await publishing.publish(plan, organiser)
    [entry] = await CalendarEntry.filter(event_id=event.id, is_cancelled=False)
    assert entry.start_at == slots[2].start_at
    assert await staleness.lost_of_plan(event.id, plan.id) == []

    await Delegate.filter(id=engineer.id).update(presence=times_of(slots[1]))
    assert [each.why for each in await staleness.lost_of_plan(event.id, plan.id)] == [Why.DELEGATES_ABSENT]
    again = await solved(event, organiser, preset="repair")
    await publishing.publish(again, organiser)
    [entry] = await CalendarEntry.filter(event_id=event.id, is_cancelled=False)
    assert entry.start_at == slots[1].start_at


async def test_nothing_is_planned_when_the_named_delegates_are_never_there_together(database: None) -> None:
    event = await factories.event(slots=2, tables=1)
    firm, first, engineer = await firm_of_two(event)
    slots = await factories.slots_of(event)
    await factories.wish(await factories.expert(event), firm)
    await Delegate.filter(id=first.id).update(presence=times_of(slots[0]))
    await Delegate.filter(id=engineer.id).update(presence=times_of(slots[1]))
    await Need.filter(registration_id=firm.id).update(delegates=[first.id, engineer.id])
    plan = await solved(event, (await factories.organiser(event)).person)
    assert plan.state == PlanState.FAILED


async def test_own_times_move_with_the_event(database: None) -> None:
    event = await factories.event()
    _firm, _first, engineer = await firm_of_two(event)
    [slot, *_others] = await factories.slots_of(event)
    await Delegate.filter(id=engineer.id).update(presence=times_of(slot))
    await move_event(event, slot.day + timedelta(days=3))
    [moved, *_others] = await factories.slots_of(event)
    assert (await Delegate.get(id=engineer.id)).presence == times_of(moved)


async def test_the_named_delegates_are_shown_to_both_sides_if_they_agreed(client: Client) -> None:
    held = await Held.make()
    event = await held.expert.event
    engineer = await factories.delegate(held.firm, await factories.person(full_name="Анна Инженер", latin_name="Anna"))
    silent = await factories.delegate(held.firm, await factories.person(full_name="Silent One"))
    await Delegate.filter(id=engineer.id).update(role=DelegateRole.ENGINEER)
    await Need.filter(registration_id=held.firm.id).update(delegates=[engineer.id, silent.id])
    await agreeing.record(event, engineer.person, sorted(NEEDED), locale="en")
    words = await held.words(client, "expert")
    assert "Delegate: Anna · Engineer" in words
    assert "Silent One" not in words
    agenda = read(await client.get(f"/e/{event.slug}/agenda")).words
    feed = (await agendas.calendar_of(event, held.expert.person, client.settings)).decode()
    assert "Delegate: Anna · Engineer" in agenda
    assert "Delegate: Anna · Engineer" in feed.replace("\r\n ", "")
    assert "Silent One" not in feed + agenda
    assert "Silent One" in await held.words(client, "enterprise")


async def test_an_enterprise_whose_need_names_delegates_has_one_meeting_at_a_time(database: None) -> None:
    """Whoever is named would have to sit at both tables."""
    event = await factories.event(slots=1, tables=2)
    firm, first, _engineer = await firm_of_two(event)
    await Registration.filter(id=firm.id).update(parallel=2)
    for _ in range(2):
        await factories.expert(event)
    organiser = await factories.organiser(event)
    both = await solved(event, organiser.person)
    await Need.filter(registration_id=firm.id).update(delegates=[first.id])
    one = await solved(event, organiser.person)
    assert [await Meeting.filter(plan_id=plan.id).count() for plan in (both, one)] == [2, 1]


async def test_a_need_that_names_a_delegate_ends_published_meetings_at_the_same_time(database: None) -> None:
    event = await factories.event(slots=1, tables=2)
    organiser = (await factories.organiser(event)).person
    firm, _first, engineer = await firm_of_two(event)
    await Registration.filter(id=firm.id).update(parallel=2)
    for _number in range(2):
        await factories.expert(event)
    plan = await solved(event, organiser)
    await publishing.publish(plan, organiser)
    assert await CalendarEntry.filter(event_id=event.id).count() == 2
    assert await staleness.lost_in_force(event.id) == []

    await Need.filter(registration_id=firm.id).update(delegates=[engineer.id])

    [lost] = await staleness.lost_in_force(event.id)
    assert (lost.why, lost.who) == (Why.TOO_MANY_AT_ONCE, f"f{firm.id}")
    again = await solved(event, organiser, preset="repair")
    await publishing.publish(again, organiser)
    assert await staleness.lost_in_force(event.id) == []
    assert await CalendarEntry.filter(event_id=event.id, is_cancelled=False).count() == 1
