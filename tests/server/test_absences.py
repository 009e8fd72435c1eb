"""Clearing a slot with one's published meeting: the person confirms first, then the organiser decides."""

import asyncio
import re
from typing import Any

import httpx2
import pytest

from server.letters.composing import compose
from server.models import CalendarEntry, Decision, Event, Interpreter, Mail, Person, PresenceRequest, Registration
from server.plans import publishing, staleness
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.planning import solved

SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


class World:
    """A published plan of one expert, one enterprise and one interpreter, with one meeting."""

    event: Event
    expert: Registration
    firm: Registration
    interpreter: Interpreter
    organiser: Person
    entry: CalendarEntry
    slots: list[int]

    @property
    def base(self) -> str:
        return f"/e/{self.event.slug}"

    def without(self) -> list[int]:
        """All slots except the one of the meeting."""
        return [slot for slot in self.slots if slot != self.held]

    held: int


async def world(locale: str = "en") -> World:
    at = World()
    at.event = await factories.event()
    at.expert = await factories.expert(
        at.event, await factories.person(email="expert@example.org", locale=locale), languages=["ru"]
    )
    at.firm = await factories.enterprise(
        at.event, await factories.person(email="firm@example.org", locale=locale), languages=["zh"]
    )
    person = await factories.person(email="interpreter@example.org", locale=locale)
    at.interpreter = await factories.interpreter(at.event, person, languages=["ru", "zh"])
    at.organiser = (await factories.organiser(at.event, await factories.person(email="organiser@example.org"))).person
    plan = await solved(at.event, at.organiser)
    await publishing.publish(plan, at.organiser)
    at.entry = await CalendarEntry.get(event_id=at.event.id)
    at.slots = [slot.id for slot in await factories.slots_of(at.event)]
    at.held = next(slot.id for slot in await factories.slots_of(at.event) if slot.start_at == at.entry.start_at)
    return at


async def at_form(client: Client, at: World, who: str) -> tuple[str, dict[str, Any], Registration | Interpreter]:
    """Return the person at the client, the URL of their availability form, and the form's other values."""
    if who == "expert":
        await factories.signed_in(client, at.expert.person)
        return f"{at.base}/register/expert/presence", {"max_meetings": "7"}, at.expert
    if who == "enterprise":
        await factories.signed_in(client, (await factories.delegates_of(at.firm))[0])
        return f"{at.base}/register/enterprise/presence", {"max_meetings": "7", "parallel": "1"}, at.firm
    await factories.signed_in(client, at.interpreter.person)
    return f"{at.base}/interpreting", {"max_meetings": "7", "languages": ["ru", "zh"]}, at.interpreter


def seen(answer: httpx2.Response) -> str:
    [mark] = set(SEEN.findall(answer.text))
    return str(mark)


async def asked_for(client: Client, at: World, who: str) -> PresenceRequest:
    path, more, _row = await at_form(client, at, who)
    typed = {**more, "available": at.without()}
    await client.post(path, data={**typed, "seen": seen(await client.post(path, data=typed))})
    return await PresenceRequest.get(event_id=at.event.id)


WHO = pytest.mark.parametrize("who", ["expert", "enterprise", "interpreter"])


@WHO
async def test_clearing_the_slot_of_a_published_meeting_asks_first(client: Client, who: str) -> None:
    at = await world()
    path, more, row = await at_form(client, at, who)
    answer = await client.post(path, data={**more, "available": at.without()})
    await row.refresh_from_db()
    page = read(answer)
    partner = "Enterprise" if who == "expert" else "Person"
    assert (answer.status_code, row.available, row.max_meetings) == (409, at.slots, None)
    assert "You have 1 published meeting in the slots that you unticked" in page.words
    assert partner in page.words
    assert f"Table {(await at.entry.table).number}" in page.words
    assert await PresenceRequest.all().count() == 0


@WHO
async def test_after_confirmation_a_request_is_made_and_the_rest_is_saved(client: Client, who: str) -> None:
    at = await world()
    path, more, row = await at_form(client, at, who)
    free = next(slot for slot in at.slots if slot != at.held)
    typed = {**more, "available": [slot for slot in at.without() if slot != free]}
    question = await client.post(path, data=typed)
    answer = await client.post(path, data={**typed, "seen": seen(question)})
    again = await client.post(path, data={**typed, "seen": seen(question)})
    await row.refresh_from_db()
    [request] = await PresenceRequest.all()
    assert [answer.status_code, again.status_code] == [303, 303]
    assert (row.available, row.max_meetings) == ([slot for slot in at.slots if slot != free], 7)
    assert [at.entry.start_at.isoformat(), at.entry.end_at.isoformat()] in request.slots
    assert (len(request.slots), request.decision) == (1, None)
    assert [each.to_address for each in await Mail.filter(template="absence_asked")] == ["organiser@example.org"]
    assert await staleness.lost_in_force(at.event.id) == []


async def test_two_simultaneous_presses_make_one_request(client: Client) -> None:
    at = await world()
    path, more, _row = await at_form(client, at, "expert")
    typed = {**more, "available": at.without()}
    mark = seen(await client.post(path, data=typed))
    answers = await asyncio.gather(*(client.post(path, data={**typed, "seen": mark}) for _press in range(3)))
    assert [answer.status_code for answer in answers] == [303] * 3
    assert (await PresenceRequest.all().count(), await Mail.filter(template="absence_asked").count()) == (1, 1)


@WHO
async def test_a_granted_request_makes_the_person_absent_and_proposes_a_repair(client: Client, who: str) -> None:
    at = await world()
    request = await asked_for(client, at, who)
    row = (await at_form(client, at, who))[2]
    await factories.signed_in(client, at.organiser)
    desk = read(await client.get(f"{at.base}/desk"))
    listed = read(await client.get(f"{at.base}/absences"))
    answers = [
        await client.post(f"{at.base}/absences/{request.id}", data={"decision": decision})
        for decision in ("granted", "granted", "declined")
    ]
    after = read(await client.get(f"{at.base}/desk"))
    await row.refresh_from_db()
    await request.refresh_from_db()
    assert ("1 request to be absent" in desk.words, f"{at.base}/absences" in desk.links) == (True, True)
    assert "Enterprise" in listed.words
    assert [answer.status_code for answer in answers] == [303, 303, 409]
    assert (row.available, request.decision, request.decided_by_id) == (
        at.without(),
        Decision.GRANTED,
        at.organiser.id,
    )
    assert "request to be absent" not in after.words
    assert "1 meeting of the published plan can no longer take place" in after.words
    assert len(await Mail.filter(template="absence_decided")) == 1


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "your meetings take place as planned"),
        ("zh_Hans", "您的洽谈照常"),
        ("ru", "ваши встречи состоятся, как назначено"),
    ],
)
async def test_a_declined_request_leaves_availability_and_tells_the_person_in_their_language(
    client: Client, locale: str, said: str
) -> None:
    at = await world(locale)
    request = await asked_for(client, at, "expert")
    await factories.signed_in(client, at.organiser)
    await client.post(f"{at.base}/absences/{request.id}", data={"decision": "declined"})
    await at.expert.refresh_from_db()
    letter = await Mail.get(template="absence_decided")
    assert (at.expert.available, letter.to_address, letter.locale) == (at.slots, "expert@example.org", locale)
    subject = str(compose(letter, client.settings)["Subject"])
    assert said in subject


@WHO
async def test_the_request_is_shown_on_the_own_page_and_can_be_cancelled(client: Client, who: str) -> None:
    at = await world()
    request = await asked_for(client, at, who)
    home = f"{at.base}/{'interpreting' if who == 'interpreter' else 'me'}"
    waits = read(await client.get(home))
    answers = [await client.post(f"{at.base}/absences/{request.id}/take-back") for _press in range(2)]
    gone = read(await client.get(home))
    await factories.signed_in(client, at.organiser)
    late = await client.post(f"{at.base}/absences/{request.id}", data={"decision": "granted"})
    row = (await at_form(client, at, who))[2]
    await row.refresh_from_db()
    told = "Your request to be absent is waiting for the organiser."
    assert (told in waits.words, told in gone.words) == (True, False)
    assert [answer.headers["location"].partition("?")[0] for answer in answers] == [home] * 2
    assert (late.status_code, row.available) == (409, at.slots)


async def test_requests_of_others_are_not_found(client: Client) -> None:
    at = await world()
    request = await asked_for(client, at, "expert")
    back, decide = f"{at.base}/absences/{request.id}/take-back", f"{at.base}/absences/{request.id}"
    answers = []
    for person in (at.interpreter.person, (await factories.delegates_of(at.firm))[0], at.organiser):
        await factories.signed_in(client, person)
        answers.append(await client.post(back))
    await factories.signed_in(client, at.expert.person)
    answers += [await client.post(decide, data={"decision": "granted"}), await client.get(f"{at.base}/absences")]
    other = await factories.organiser(await factories.event())
    await factories.signed_in(client, other.person)
    answers.append(await client.post(decide, data={"decision": "granted"}))
    await request.refresh_from_db()
    assert ([answer.status_code for answer in answers], request.decision) == ([404] * 6, None)


@pytest.mark.parametrize("who", ["expert", "enterprise"])
async def test_an_organiser_who_acts_for_a_party_is_shown_the_loss_first(client: Client, who: str) -> None:
    at = await world()
    _path, more, row = await at_form(client, at, who)
    await factories.signed_in(client, at.organiser)
    path = f"{at.base}/parties/{row.id}/edit/presence"
    typed = {**more, "available": at.without()}
    question = await client.post(path, data=typed)
    await row.refresh_from_db()
    before = list(row.available)
    answer = await client.post(path, data={**typed, "seen": seen(question)})
    await row.refresh_from_db()
    assert "After this change, 1 published meeting can no longer take place" in read(question).words
    assert path in read(question).links
    assert (question.status_code, before, answer.status_code, row.available) == (409, at.slots, 303, at.without())
    assert await PresenceRequest.all().count() == 0


async def test_slots_without_meetings_are_cleared_at_once(client: Client) -> None:
    at = await world()
    path, more, row = await at_form(client, at, "expert")
    answer = await client.post(path, data={**more, "available": [at.held]})
    await row.refresh_from_db()
    assert (answer.status_code, row.available) == (303, [at.held])


async def test_organisers_are_not_flooded(client: Client) -> None:
    at = await world()
    path, more, _row = await at_form(client, at, "expert")
    typed, told = {**more, "available": at.without()}, []
    for _round in range(4):
        mark = seen(await client.post(path, data=typed))
        told.append((await client.post(path, data={**typed, "seen": mark})).status_code)
        request = await PresenceRequest.filter(decided_at=None).first()
        if request is not None:
            await client.post(f"{at.base}/absences/{request.id}/take-back")
    assert (told, await PresenceRequest.all().count()) == ([303, 303, 303, 429], 3)


async def test_a_request_with_new_slots_must_be_seen_before_it_is_decided(client: Client) -> None:
    at = await world()
    request = await asked_for(client, at, "expert")
    await factories.signed_in(client, at.organiser)
    mark = seen(await client.get(f"{at.base}/absences"))
    later = [[at.entry.end_at.isoformat(), (at.entry.end_at + (at.entry.end_at - at.entry.start_at)).isoformat()]]
    await PresenceRequest.filter(id=request.id).update(slots=[*request.slots, *later])
    decide = f"{at.base}/absences/{request.id}"
    stale = await client.post(decide, data={"decision": "granted", "seen": mark})
    await request.refresh_from_db()
    before = request.decision
    fresh = seen(await client.get(f"{at.base}/absences"))
    answer = await client.post(decide, data={"decision": "granted", "seen": fresh})
    assert (stale.status_code, before, answer.status_code) == (409, None, 303)
