"""Leaving an event: who leaves, who is told, and coming back within a day."""

from datetime import UTC, datetime, timedelta

from server.letters.composing import compose
from server.models import Consent, Delegate, Departure, Event, Mail, Registration
from server.registrations.consents import OF_HELPERS
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registering import GIVEN, enterprise_up_to_consent, expert_up_to_consent, step, visitor


async def told(template: str = "left") -> dict[str, str]:
    """Return the role in which each address is told about a departure."""
    return {each.to_address: each.values.get("role", "") for each in await Mail.filter(template=template)}


async def two_delegates(client: Client) -> tuple[Event, Registration, str]:
    """Create an enterprise with two delegates and a published meeting; the first, with consent, is at the client."""
    event, _person = await visitor(client)
    await enterprise_up_to_consent(client, event)
    await step(client, event, "enterprise", "consent", GIVEN)
    firm = await Registration.get(event_id=event.id).select_related("organisation")
    await factories.delegate(firm, await factories.person(email="colleague@example.org"))
    await factories.organiser(event, await factories.person(email="organiser@example.org"))
    expert = await factories.expert(event, await factories.person(email="partner@example.org"))
    interpreter = await factories.interpreter(event, await factories.person(email="interpreter@example.org"))
    await factories.published(event)
    await factories.need(firm)
    await factories.calendar_entry(expert, firm, interpreter=interpreter)
    return event, firm, f"/e/{event.slug}"


async def test_a_delegate_leaves_and_the_enterprise_stays(client: Client) -> None:
    event, firm, base = await two_delegates(client)
    question = read(await client.get(f"{base}/me/withdraw"))
    left = await client.post(f"{base}/me/withdraw")
    page = read(await client.get(f"{base}/left"))
    stays = await Registration.get(id=firm.id)
    assert "The enterprise stays registered" in question.words
    assert (left.status_code, left.headers["location"]) == (303, f"{base}/left?notice=left")
    assert (stays.takes_part, await Delegate.filter(registration_id=firm.id).count()) == (True, 1)
    assert "Your role as a delegate at this event has ended." in page.words
    assert await told() == {"colleague@example.org": "colleague", "organiser@example.org": "organiser"}
    assert (await client.get(f"{base}/me")).status_code == 404
    assert await Consent.filter(event_id=event.id, withdrawn_at=None).exclude(purpose__in=list(OF_HELPERS)).count() == 0


async def test_the_only_delegate_is_shown_the_alternatives_to_leaving(client: Client) -> None:
    event, _person = await visitor(client)
    await enterprise_up_to_consent(client, event)
    await step(client, event, "enterprise", "consent", GIVEN)
    base = f"/e/{event.slug}"
    question, pressed = await client.get(f"{base}/me/withdraw"), await client.post(f"{base}/me/withdraw")
    assert [question.status_code, pressed.status_code] == [200, 409]
    assert all(f"{base}/me/withdraw-enterprise" in read(page).links for page in (question, pressed))
    assert (await Registration.get(event_id=event.id)).takes_part


async def test_an_enterprise_is_withdrawn_by_an_act_of_its_own_and_everybody_concerned_is_told(client: Client) -> None:
    event, firm, base = await two_delegates(client)
    question = read(await client.get(f"{base}/me/withdraw-enterprise"))
    await client.post(f"{base}/me/withdraw-enterprise")
    await client.post(f"{base}/me/withdraw-enterprise")
    gone = await Registration.get(id=firm.id)
    assert "1 published meeting is affected" in question.words
    assert len(question.by_class["lost-list"]) == 1
    assert (gone.takes_part, await Delegate.filter(registration_id=firm.id).count()) == (False, 2)
    assert await told() == {
        "colleague@example.org": "colleague",
        "organiser@example.org": "organiser",
        "partner@example.org": "partner",
        "interpreter@example.org": "interpreter",
    }
    assert (len(await told("you_left")), await Departure.filter(event_id=event.id).count()) == (1, 1)


async def test_a_partner_reads_which_meeting_will_not_take_place(client: Client) -> None:
    _event, _firm, base = await two_delegates(client)
    await client.post(f"{base}/me/withdraw-enterprise")
    letter = await Mail.get(template="left", to_address="partner@example.org")
    plain = compose(letter, client.settings).get_body(("plain",))
    assert plain is not None
    said = plain.get_content()
    assert "1 of your meetings will not take place:" in said
    assert "Ningbo Xianchuan" in said
    assert "table 1" in said


async def test_an_expert_leaves_and_partners_and_organisers_are_told(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", GIVEN)
    expert = await Registration.get(person_id=person.id)
    firm = await factories.enterprise(event, await factories.person(email="partner@example.org"))
    await factories.organiser(event, await factories.person(email="organiser@example.org"))
    await factories.published(event)
    await factories.calendar_entry(expert, firm)
    past = await factories.enterprise(event, await factories.person(email="past@example.org"))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await factories.calendar_entry(expert, past, start_at=yesterday, end_at=yesterday + timedelta(minutes=30))
    await client.post(f"/e/{event.slug}/me/withdraw")
    assert await told() == {"organiser@example.org": "organiser", "partner@example.org": "partner"}


# Coming back ------------------------------------------------------------------------------------------------------


async def test_a_delegate_comes_back_with_position_and_consents_and_those_who_were_told_hear_of_it(
    client: Client,
) -> None:
    event, firm, base = await two_delegates(client)
    [first, _colleague] = await factories.delegates_of(firm)
    await client.post(f"{base}/me/withdraw")
    departure = await Departure.get(person_id=first.id)
    back = await client.post(f"{base}/left/{departure.id}/undo")
    again = await client.post(f"{base}/left/{departure.id}/undo")
    delegate = await Delegate.get(registration_id=firm.id, person_id=first.id)
    standing = await Consent.filter(event_id=event.id, person_id=first.id, withdrawn_at=None)
    assert (back.status_code, back.headers["location"]) == (303, f"{base}/me?notice=back")
    assert again.status_code == 404
    assert (delegate.position, {each.purpose for each in standing}) == ("技术副总经理", set(GIVEN["purposes"]))
    assert (await Registration.get(id=firm.id)).is_shown
    assert set(await told("back")) == {"colleague@example.org", "organiser@example.org"}


async def test_an_expert_undoes_leaving_on_the_own_page(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", GIVEN)
    await client.post(f"/e/{event.slug}/me/withdraw")
    departure = await Departure.get(person_id=person.id)
    page = await client.get(f"/e/{event.slug}/me")
    await client.post(f"/e/{event.slug}/left/{departure.id}/undo")
    assert f'action="/e/{event.slug}/left/{departure.id}/undo"' in page.text
    assert (await Registration.get(person_id=person.id)).is_shown


async def test_a_colleague_undoes_the_withdrawal_of_the_enterprise_and_nobody_else_can(client: Client) -> None:
    event, firm, base = await two_delegates(client)
    await client.post(f"{base}/me/withdraw-enterprise")
    departure = await Departure.get(registration_id=firm.id)
    await factories.signed_in(client, (await factories.expert(event)).person)
    stranger = await client.post(f"{base}/left/{departure.id}/undo")
    [_first, colleague] = await factories.delegates_of(firm)
    await factories.signed_in(client, colleague)
    back = await client.post(f"{base}/left/{departure.id}/undo")
    party = await Registration.get(id=firm.id)
    assert [stranger.status_code, back.status_code] == [404, 303]
    # The person who withdrew it has to give consent again: nobody can do so for others.
    assert (party.takes_part, party.is_shown) == (True, False)
    assert await Consent.filter(event_id=event.id, withdrawn_at=None).exclude(purpose__in=list(OF_HELPERS)).count() == 0


async def test_leaving_cannot_be_undone_after_a_day(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", GIVEN)
    await client.post(f"/e/{event.slug}/me/withdraw")
    await Departure.filter(person_id=person.id).update(left_at=datetime.now(UTC) - timedelta(hours=25))
    departure = await Departure.get(person_id=person.id)
    answer = await client.post(f"/e/{event.slug}/left/{departure.id}/undo")
    page = read(await client.get(f"/e/{event.slug}/me"))
    assert answer.status_code == 404
    assert f"/e/{event.slug}/register/expert/consent" in page.links


async def test_undoing_is_refused_if_the_place_was_taken(client: Client) -> None:
    event, firm, base = await two_delegates(client)
    [first, _colleague] = await factories.delegates_of(firm)
    await client.post(f"{base}/me/withdraw")
    departure = await Departure.get(person_id=first.id)
    await factories.expert(event, first)
    answer = await client.post(f"{base}/left/{departure.id}/undo")
    assert (answer.status_code, (await Departure.get(id=departure.id)).undone_at) == (409, None)


async def test_leaving_and_coming_back_is_limited(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await factories.signed_in(client, expert.person)
    answers = []
    for _ in range(5):
        await client.post(f"/e/{event.slug}/me/withdraw")
        departure = await Departure.filter(registration_id=expert.id).order_by("-id").first()
        assert departure is not None
        answers.append((await client.post(f"/e/{event.slug}/left/{departure.id}/undo")).status_code)
    assert answers == [303, 303, 303, 429, 429]


async def test_giving_consent_and_leaving_again_is_limited(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", GIVEN)
    answers = []
    for _ in range(4):
        await client.post(f"/e/{event.slug}/me/withdraw")
        answers.append((await client.post(f"/e/{event.slug}/register/expert/consent", data=GIVEN)).status_code)
    assert answers == [303, 303, 303, 429]
    assert (await Registration.get(person_id=person.id)).withdrawn_at is not None


async def test_an_earlier_departure_is_not_shown_on_a_new_registration(client: Client) -> None:
    event, firm, base = await two_delegates(client)
    [first, _colleague] = await factories.delegates_of(firm)
    await client.post(f"{base}/me/withdraw")
    await factories.expert(event, first)
    assert "The registration is withdrawn." not in read(await client.get(f"{base}/me")).words


async def test_an_expert_who_cannot_interpret_still_takes_part(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await factories.interpreter(event, expert.person)
    await factories.signed_in(client, expert.person)
    await client.post(f"/e/{event.slug}/interpreting/leave")
    assert "The registration is withdrawn." not in read(await client.get(f"/e/{event.slug}/me")).words


async def test_a_delegate_who_removes_themselves_is_led_to_a_page_that_is_there(client: Client) -> None:
    _event, firm, base = await two_delegates(client)
    first = await Delegate.filter(registration_id=firm.id).order_by("id").first()
    assert first is not None
    answer = await client.post(f"{base}/me/delegates/{first.id}/remove", follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, base)
