"""Merging two registrations of one enterprise."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from server.letters.composing import compose
from server.models import (
    ActOnBehalf,
    Correction,
    CorrectionKind,
    Delegate,
    Event,
    FileReaders,
    Mail,
    Meeting,
    Need,
    NeedState,
    Participation,
    Person,
    Registration,
    SameName,
    StoredFile,
    Wish,
    WishKind,
)
from server.models.needs import MAX_NEEDS
from server.models.registrations import MAX_DELEGATES
from server.plans import publishing, staleness
from server.settings import Settings
from tests import factories, uploaded
from tests.client import Client
from tests.reading import read
from tests.server.planning import solved
from tests.server.registered_twice import NAME, registered, twice


async def of(registration: Registration) -> tuple[set[str], list[str]]:
    """Return addresses of its delegates, and titles of its needs."""
    people = {person.email for person in await factories.delegates_of(registration)}
    return people, [need.title for need in await factories.needs_of(registration)]


async def told() -> dict[str, str]:
    """Return by address the role in which people were told about the merge."""
    return {each.to_address: each.values["role"] for each in await Mail.filter(template="joined")}


async def test_the_confirmation_page_shows_what_moves_and_what_is_lost(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    expert = await factories.expert(event, await factories.person(full_name="Anna Orlova"))
    for party in (kept, joined):
        await factories.need(party, title="Quieter pump", text="The same words.")
        await factories.wish(party, expert)
    await factories.need(joined, title="Colder pump")
    await factories.calendar_entry(expert, joined)
    page = read(await client.get(f"{here}/{kept.id}/{joined.id}"))
    assert all(
        words in page.words
        for words in (
            "Delegates of the kept registration Person",
            "kept@example.org",
            "joined@example.org",
            "Colder pump",
            "1 need is the same in both registrations. Only one copy stays.",
            "1 wish is about a pair that already has a wish in the kept registration.",
            "1 published meeting of the joined registration can no longer take place.",
            "Anna Orlova",
            "This cannot be undone",
        )
    )
    assert await Delegate.filter(registration_id=joined.id).count() == 1


async def test_merging_moves_everything_and_doubles_nobody(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    await factories.delegate(joined, await factories.person(email="second@example.org"))
    await factories.need(kept, title="Quieter pump", text="The same words.")
    await factories.need(joined, title="Quieter pump", text="The same words.")
    await factories.need(joined, title="Colder pump")
    await factories.need(joined, title="Given up", state=NeedState.WITHDRAWN)
    answer = await client.post(f"{here}/{kept.id}/{joined.id}")
    gone = await Registration.get(id=joined.id)
    [second] = await Person.filter(email="second@example.org")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{here}?notice=joined")
    assert await of(kept) == (
        {"kept@example.org", "joined@example.org", "second@example.org"},
        ["Quieter pump", "Colder pump"],
    )
    assert await of(joined) == (set(), ["Quieter pump", "Given up"])
    assert (gone.takes_part, gone.agreed_at) == (False, None)
    there = await Participation.filter(event_id=event.id, person_id=second.id).select_related("delegate")
    assert [each.delegate.registration_id for each in there] == [kept.id]


async def test_the_moved_people_act_for_the_kept_registration(client: Client, app: Starlette) -> None:
    event, kept, joined, here = await twice(client)
    [need] = [await factories.need(kept, title="Quieter pump")]
    [colleague] = await factories.delegates_of(joined)
    await client.post(f"{here}/{kept.id}/{joined.id}")
    async with Client(app) as other:
        await factories.signed_in(other, colleague)
        page = await other.get(f"/e/{event.slug}/me/needs")
        own = read(await other.get(f"/e/{event.slug}/me"))
    assert need.title in page.text
    assert "The organiser joined two registrations of the enterprise into one." in own.words


async def test_of_two_wishes_about_a_party_the_kept_registrations_stays(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    both, alone = await factories.expert(event), await factories.expert(event)
    await factories.wish(kept, both, WishKind.LIKE)
    await factories.wish(joined, both, WishKind.NO)
    await factories.wish(joined, alone, WishKind.MUST)
    await factories.wish(both, kept, WishKind.MUST)
    await factories.wish(both, joined, WishKind.NO)
    await factories.wish(alone, joined, WishKind.LIKE)
    await client.post(f"{here}/{kept.id}/{joined.id}")
    by = {wish.about_id: wish.kind for wish in await Wish.filter(by_id=kept.id)}
    about = {wish.by_id: wish.kind for wish in await Wish.filter(about_id=kept.id)}
    assert by == {both.id: WishKind.LIKE, alone.id: WishKind.MUST}
    assert about == {both.id: WishKind.MUST, alone.id: WishKind.LIKE}


async def test_corrections_move_and_one_stands_for_each_pair(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    both, alone = await factories.expert(event), await factories.expert(event)
    for expert, firm, kind in (
        (both, kept, CorrectionKind.FITS),
        (both, joined, CorrectionKind.UNFIT),
        (alone, joined, CorrectionKind.UNFIT),
    ):
        await Correction.create(event=event, expert=expert, enterprise=firm, kind=kind)
    await client.post(f"{here}/{kept.id}/{joined.id}")
    rows = await Correction.filter(enterprise_id=kept.id).order_by("id")
    assert [(row.expert_id, row.kind, row.stands) for row in rows] == [
        (both.id, CorrectionKind.FITS, True),
        (both.id, CorrectionKind.UNFIT, None),
        (alone.id, CorrectionKind.UNFIT, True),
    ]


async def test_published_meetings_of_the_joined_one_are_lost_and_those_of_the_kept_one_stand(client: Client) -> None:
    event, kept, joined, here = await twice(client, slots=2, tables=3)
    await factories.need(kept)
    await factories.need(joined, title="Colder pump")
    expert = await factories.expert(event)
    [organiser] = await Person.filter(organises__event_id=event.id)
    await publishing.publish(await solved(event, organiser), organiser)
    await client.post(f"{here}/{kept.id}/{joined.id}")
    lost = await staleness.lost_in_force(event.id)
    assert [(each.meeting.expert_id, each.meeting.enterprise_id) for each in lost] == [(expert.id, joined.id)]
    assert [each.why for each in lost] == [staleness.Why.PARTY_GONE]
    assert (
        "1 meeting of the published plan can no longer take place" in (await client.get(f"/e/{event.slug}/desk")).text
    )


async def test_everybody_concerned_gets_one_e_mail_in_their_language(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    await Person.filter(email="joined@example.org").update(locale="ru")
    await Person.filter(email="kept@example.org").update(locale="zh_Hans")
    expert = await factories.expert(event, await factories.person(email="partner@example.org"))
    await factories.calendar_entry(expert, joined)
    await client.post(f"{here}/{kept.id}/{joined.id}")
    assert await told() == {
        "joined@example.org": "joined",
        "kept@example.org": "kept",
        "partner@example.org": "partner",
    }
    locales = {letter.to_address: letter.locale for letter in await Mail.filter(template="joined")}
    assert locales == {"joined@example.org": "ru", "kept@example.org": "zh_Hans", "partner@example.org": "en"}
    for letter in await Mail.filter(template="joined"):
        plain = compose(letter, client.settings).get_body(("plain",))
        assert plain is not None
        said = plain.get_content()
        assert NAME in said
        assert ("1 of your meetings will not take place:" in said) == (letter.to_address == "partner@example.org")


async def test_a_second_press_from_either_side_does_nothing(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    answers = await asyncio.gather(*(client.post(f"{here}/{kept.id}/{joined.id}") for _ in range(3)))
    other = await client.post(f"{here}/{joined.id}/{kept.id}")
    question = await client.get(f"{here}/{kept.id}/{joined.id}")
    assert [answer.status_code for answer in answers] == [303] * 3
    assert (other.status_code, question.status_code, question.headers["location"]) == (409, 303, here)
    assert (await SameName.all().count(), await Mail.filter(template="joined").count()) == (1, 2)
    assert (await Registration.get(id=kept.id)).takes_part
    acts = await ActOnBehalf.filter(event_id=event.id).values_list("registration_id", "act")
    assert sorted(acts) == sorted([(kept.id, "joined"), (joined.id, "joined")])


async def test_of_two_simultaneous_merges_in_both_directions_one_succeeds(client: Client) -> None:
    for _round in range(3):
        _event, one, other, here = await twice(client) if not _round else await another(client)
        answers = await asyncio.gather(
            client.post(f"{here}/{one.id}/{other.id}"), client.post(f"{here}/{other.id}/{one.id}")
        )
        there = [row.takes_part for row in await Registration.filter(id__in=[one.id, other.id])]
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        assert sorted(there) == [False, True]


async def another(client: Client) -> tuple[Event, Registration, Registration, str]:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    return event, await registered(event), await registered(event), f"/e/{event.slug}/registered-twice"


@pytest.mark.parametrize("what", ["delegates", "needs"])
async def test_merging_beyond_a_limit_is_refused_with_the_number(client: Client, what: str) -> None:
    _event, kept, joined, here = await twice(client)
    if what == "delegates":
        for _ in range(MAX_DELEGATES - 1):
            await factories.delegate(kept)
    else:
        for _ in range(MAX_NEEDS):
            await factories.need(kept)
        await factories.need(joined)
    question, pressed = [
        await client.get(f"{here}/{kept.id}/{joined.id}"),
        await client.post(f"{here}/{kept.id}/{joined.id}"),
    ]
    sentence = {
        "delegates": "Delegates of both registrations together: 7. An enterprise can have at most 6. "
        "Remove some delegates first.",
        "needs": "Needs of both registrations together: 21. An enterprise can post at most 20. "
        "Withdraw some needs first.",
    }[what]
    assert [question.status_code, pressed.status_code] == [200, 409]
    assert all(sentence in read(answer).words for answer in (question, pressed))
    assert ">Join the registrations</button>" not in question.text
    assert (await Registration.get(id=joined.id)).takes_part


async def test_whoever_is_a_delegate_of_both_stays_one_of_the_kept(client: Client) -> None:
    """As rows from before each person had one place at an event."""
    event, kept, joined, here = await twice(client)
    [person] = await factories.delegates_of(joined)
    await Delegate.create(registration=kept, person=person, position="Director")
    await client.post(f"{here}/{kept.id}/{joined.id}")
    [place] = await Participation.filter(event_id=event.id, person_id=person.id).select_related("delegate")
    assert place.delegate.registration_id == kept.id
    assert await Delegate.filter(person_id=person.id).count() == 1


async def test_a_draft_that_is_kept_takes_part_with_what_the_other_one_said(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    await Registration.filter(id=kept.id).update(registered_at=None, available=[], languages=[])
    await Registration.filter(id=joined.id).update(presence=None)
    await client.post(f"{here}/{kept.id}/{joined.id}")
    now = await Registration.get(id=kept.id)
    assert (now.takes_part, now.available, now.languages) == (True, joined.available, joined.languages)
    assert len(now.available) == len(await factories.slots_of(event))


async def test_the_text_of_the_joined_one_can_still_be_read(client: Client) -> None:
    event = await factories.event()
    kept = await registered(event)
    joined = await registered(event, texts={"description": "We build <b>injection</b> machines."})
    await factories.signed_in(client, (await factories.organiser(event)).person)
    here = f"/e/{event.slug}/registered-twice"
    await client.post(f"{here}/{kept.id}/{joined.id}")
    page = await client.get(here)
    assert "We build &lt;b&gt;injection&lt;/b&gt; machines." in page.text
    assert {f"/e/{event.slug}/parties/{id}" for id in (kept.id, joined.id)} <= set(read(page).links)


async def test_withdrawn_or_differently_named_registrations_are_not_merged(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    renamed = await registered(event, name="Another Ltd")
    await Registration.filter(id=joined.id).update(withdrawn_at=datetime.now(UTC))
    answers = [
        await client.post(f"{here}/{kept.id}/{renamed.id}"),
        await client.post(f"{here}/{kept.id}/{joined.id}"),
        await client.post(f"{here}/{kept.id}/{renamed.id}/apart"),
    ]
    others = [await client.get(f"{here}/{kept.id}/{id}") for id in (joined.id, kept.id)]
    assert [answer.status_code for answer in answers] == [409] * 3
    assert [answer.status_code for answer in others] == [404] * 2
    assert await SameName.all().count() == 0


async def test_a_delegate_who_left_the_joined_one_comes_back_to_the_kept_one(client: Client, app: Starlette) -> None:
    event, kept, joined, here = await twice(client)
    leaver = (await factories.delegate(joined)).person
    async with Client(app) as other:
        await factories.signed_in(other, leaver)
        await other.post(f"/e/{event.slug}/me/withdraw")
        await client.post(f"{here}/{kept.id}/{joined.id}")
        departure = await leaver.departures.all().first()
        await other.post(f"/e/{event.slug}/left/{departure.id}/undo")
    assert leaver.id in {person.id for person in await factories.delegates_of(kept)}


async def test_a_merged_registration_cannot_be_brought_back(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    await client.post(f"{here}/{kept.id}/{joined.id}")
    party = await client.get(f"/e/{event.slug}/parties/{joined.id}")
    await client.post(f"/e/{event.slug}/parties/{joined.id}/restore")
    assert f"/parties/{joined.id}/restore" not in party.text
    assert not (await Registration.get(id=joined.id)).takes_part


async def test_past_meetings_are_not_reported_as_lost(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    expert, before = await factories.expert(event), datetime.now(UTC) - timedelta(days=1)
    await factories.calendar_entry(expert, joined, start_at=before, end_at=before + timedelta(minutes=30))
    question = read(await client.get(f"{here}/{kept.id}/{joined.id}"))
    await client.post(f"{here}/{kept.id}/{joined.id}")
    assert "cannot be held any more" not in question.words
    assert set(await told()) == {"joined@example.org", "kept@example.org"}


async def test_needs_that_moved_are_planned_for_the_kept_enterprise(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    need = await factories.need(joined)
    expert = await factories.expert(event)
    await client.post(f"{here}/{kept.id}/{joined.id}")
    [organiser] = await Person.filter(organises__event_id=event.id)
    plan = await solved(event, organiser)
    assert (await Need.get(id=need.id)).registration_id == kept.id
    assert {(each.expert_id, each.enterprise_id) for each in await Meeting.filter(plan_id=plan.id)} == {
        (expert.id, kept.id)
    }


async def test_registrations_merged_meanwhile_cannot_be_marked_as_different(client: Client) -> None:
    event, one, other, base = await twice(client)
    await client.post(f"{base}/{one.id}/{other.id}")
    answer = await client.post(f"{base}/{one.id}/{other.id}/apart")
    assert (answer.status_code, await SameName.filter(event_id=event.id, kept_id=one.id).count()) == (409, 1)


async def test_nobody_can_be_added_to_a_merged_registration(client: Client) -> None:
    event, one, other, base = await twice(client)
    await client.post(f"{base}/{one.id}/{other.id}")
    colleague = {"email": "colleague@example.org", "full_name": "Bo Li", "position": "", "mail_locale": "en"}
    answer = await client.post(f"/e/{event.slug}/parties/{other.id}/delegates", data=colleague)
    assert (answer.status_code, await Delegate.filter(registration_id=other.id).count()) == (409, 0)
    assert "has left the event" in read(answer).words


async def test_files_move_with_their_need(client: Client, settings: Settings) -> None:
    event, kept, joined, here = await twice(client)
    need = await factories.need(joined, title="Colder pump")
    file = await uploaded.stored_file(need, settings.files_dir, readers=FileReaders.AGREED)
    await client.post(f"{here}/{kept.id}/{joined.id}")
    assert (await Need.get(id=need.id)).registration_id == (await StoredFile.get(id=file.id)).registration_id == kept.id
    await factories.signed_in(client, (await factories.delegates_of(kept))[0])
    assert (await client.get(f"/e/{event.slug}/me/needs/{need.id}/files")).text.count(file.name) == 1
