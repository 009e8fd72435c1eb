"""After an event: a need is renewed into a later event of the same organiser, or closed with an outcome."""

from datetime import UTC, datetime, timedelta

from server.files import storing
from server.models import (
    Confidentiality,
    Event,
    Need,
    NeedOutcome,
    NeedState,
    Person,
    Registration,
    Slot,
    StoredFile,
    Translation,
    TranslationState,
)
from tests import factories, uploaded
from tests.client import Client
from tests.reading import read


async def ended(event: Event) -> None:
    """Let all slots of the event lie in the past."""
    for slot in await factories.slots_of(event):
        start = slot.start_at - timedelta(days=60)
        await Slot.filter(id=slot.id).update(start_at=start, end_at=start + timedelta(minutes=30), day=start.date())


async def over(client: Client) -> tuple[Event, Need, Event, Person]:
    """Return an event that is over, a need of its enterprise, and a later event of its organiser."""
    event, later = await factories.event(), await factories.event(slug="later", name={"en": "Docking days II"})
    organiser = (await factories.organiser(event)).person
    await factories.organiser(later, organiser)
    firm = await factories.enterprise(event, await factories.person(locale="en"), needs=0)
    need = await factories.need(
        firm,
        title="低噪声电机",
        text_locale="zh_Hans",
        topics=["auto.ev", "gone.topic"],
        confidentiality=Confidentiality.STAGED,
        deadline=(datetime.now(UTC) - timedelta(days=2)).date(),
    )
    await ended(event)
    [person] = await factories.delegates_of(firm)
    await factories.signed_in(client, person)
    return event, need, later, person


async def test_a_need_is_copied_as_a_draft_with_translations_and_files(client: Client) -> None:
    event, need, later, person = await over(client)
    there = await factories.enterprise(later, person, needs=0)
    await factories.translation(need, "title", "ru", "Тихий двигатель")
    await factories.translation(need, "text", "ru", "Черновик", state=TranslationState.MACHINE)
    file = await uploaded.stored_file(need, client.settings.files_dir)
    base = f"/e/{event.slug}/me/needs"
    assert f"{base}/{need.id}/ending" in read(await client.get(base)).links
    assert "Docking days II" in read(await client.get(f"{base}/{need.id}/ending")).words
    answer = await client.post(f"{base}/{need.id}/renew", data={"event": str(later.id)})
    made = await Need.get(registration_id=there.id)
    assert answer.headers["location"] == f"/e/later/me/needs/{made.id}?notice=need_renewed"
    assert (made.state, made.title, made.topics) == (NeedState.DRAFT, need.title, ["auto.ev"])
    assert (made.deadline, made.confidentiality, made.is_cleared) == (None, Confidentiality.STAGED, False)
    [text] = await Translation.filter(need_id=made.id)
    assert (text.text, text.event_id, text.state) == ("Тихий двигатель", later.id, TranslationState.CHECKED)
    [copy] = await StoredFile.filter(need_id=made.id)
    assert (copy.event_id, copy.name, copy.key != file.key) == (later.id, file.name, True)
    assert storing.read(client.settings.files_dir, copy.key) == b"%PDF-1.7"
    again = await client.post(f"{base}/{need.id}/renew", data={"event": str(later.id)})
    assert (again.status_code, await Need.filter(registration_id=there.id).count()) == (303, 1)
    assert len(list(storing.stored(client.settings.files_dir))) == 2
    assert "Renewed" in read(await client.get(f"{base}/{need.id}/ending")).words
    draft = read(await client.get(f"/e/later/me/needs/{made.id}"))
    assert draft.field("title_in_ru") == "Тихий двигатель"


async def test_only_own_events_of_the_same_organiser_take_a_need(client: Client) -> None:
    event, need, later, person = await over(client)
    strange = await factories.event()
    await factories.organiser(strange)
    await factories.enterprise(strange, person)
    page = f"/e/{event.slug}/me/needs/{need.id}"
    shown = read(await client.get(f"{page}/ending"))
    assert "/e/later/register/enterprise" in shown.links
    answers = [await client.post(f"{page}/renew", data={"event": id}) for id in (strange.id, later.id, 0, 2**70)]
    answers += [await client.post(f"{page}/renew", data={"event": "x"})]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 404, 422]
    assert await Need.filter(renewed_from_id=need.id).count() == 0


async def test_a_need_is_closed_with_an_outcome_after_the_event_only(client: Client) -> None:
    event, need, _later, person = await over(client)
    page = f"/e/{event.slug}/me/needs/{need.id}"
    answers = [await client.post(f"{page}/close", data={"outcome": each}) for each in ("won", "in_talks", "solved")]
    assert [answer.status_code for answer in answers] == [422, 303, 303]
    assert (await Need.get(id=need.id)).outcome is NeedOutcome.SOLVED
    own = read(await client.get(f"/e/{event.slug}/me/needs"))
    assert "Solved" in own.words and f"/e/{event.slug}/me/needs/new" not in own.links
    running = await factories.event()
    firm = await factories.enterprise(running, person)
    now = await Need.get(registration_id=firm.id)
    pages = f"/e/{running.slug}/me/needs/{now.id}"
    early = [await client.get(f"{pages}/ending"), await client.post(f"{pages}/close", data={"outcome": "solved"})]
    assert [answer.status_code for answer in early] == [409, 409]
    foreign = await Need.get(registration_id=(await factories.enterprise(event)).id)
    assert (await client.get(f"/e/{event.slug}/me/needs/{foreign.id}/ending")).status_code == 404


async def test_a_full_enterprise_gets_no_copy_and_no_bytes_stay(client: Client) -> None:
    event, need, later, person = await over(client)
    there: Registration = await factories.enterprise(later, person, needs=20)
    await uploaded.stored_file(need, client.settings.files_dir)
    answer = await client.post(f"/e/{event.slug}/me/needs/{need.id}/renew", data={"event": str(later.id)})
    assert (answer.status_code, await Need.filter(registration_id=there.id).count()) == (409, 20)
    assert len(list(storing.stored(client.settings.files_dir))) == 1
