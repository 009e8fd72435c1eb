"""Recipients of data: a consent to each, counted in the transfer register."""

from server.models import Consent, Recipient
from server.privacy import ledger
from server.registrations.consents import recipient_code
from tests import factories, sealed
from tests.client import Client
from tests.reading import read

GIVEN = {"name": "Museum <i>of</i> Ningbo", "country": "DE", "purpose_en": "Guided tours", "purpose_ru": "Экскурсии"}


async def test_organisers_name_recipients(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    here = f"/e/{event.slug}/recipients"
    added = await client.post(here, data=GIVEN)
    wrong = await client.post(here, data={"name": "", "country": "XX"})
    [row] = await Recipient.filter(event_id=event.id)
    shown, notice = await client.get(here), await client.get(f"/e/{event.slug}/privacy")
    assert (added.status_code, row.purpose) == (303, {"en": "Guided tours", "ru": "Экскурсии"})
    assert wrong.status_code == 422 and {"name", "country", "purpose_en"} <= read(wrong).faults.keys()
    for page in (shown, notice):
        assert "Museum &lt;i&gt;of&lt;/i&gt; Ningbo" in page.text and "Germany" in page.text


async def test_each_recipient_is_agreed_to_or_refused_by_itself(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    one, two = await sealed.recipient(event), await sealed.recipient(event, name="A bank", country="DE")
    await factories.signed_in(client, expert.person)
    path = f"/e/{event.slug}/me/recipients"
    codes = [recipient_code(each.id) for each in (one, two)]
    first = read(await client.get(path))
    assert all(each in first.words for each in ("Ningbo Museum", "A bank", "China", "Germany", "Guided tours"))
    assert "/me/recipients" in (await client.get(f"/e/{event.slug}/me")).text
    await client.post(path, data={"recipients": codes, "shown": codes})
    await client.post(path, data={"recipients": codes[:1], "shown": codes})
    rows = await Consent.filter(event_id=event.id).order_by("id")
    assert [(row.purpose, row.withdrawn_at is None) for row in rows] == [(codes[0], True), (codes[1], False)]
    # A recipient that was added after the page was opened stays as it is, and one of another event does not count.
    three, foreign = await sealed.recipient(event), await sealed.recipient(await factories.event())
    other = recipient_code(foreign.id)
    await client.post(path, data={"recipients": [codes[0], other], "shown": [*codes, other]})
    given = Consent.filter(event_id=event.id, withdrawn_at=None)
    assert [row.purpose for row in await given] == [codes[0]] and three.id
    withdrawn = await client.post(f"/e/{event.slug}/me/consents/{codes[0]}/withdraw")
    assert (withdrawn.status_code, await given.count()) == (303, 0)


async def test_the_register_counts_people_by_recipient_and_country(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    kept, ended = await sealed.recipient(event, country="DE"), await sealed.recipient(event, name="Gone")
    await factories.signed_in(client, expert.person)
    codes = [recipient_code(each.id) for each in (kept, ended)]
    await client.post(f"/e/{event.slug}/me/recipients", data={"recipients": codes, "shown": codes})
    await factories.signed_in(client, (await factories.organiser(event)).person)
    path = f"/e/{event.slug}/recipients/{ended.id}/remove"
    assert "The consent of 1 person ends at once" in read(await client.get(path)).words
    await client.post(path)
    assert (await client.get(path)).status_code == 404
    found = [(each.recipient, each.country, each.people) for each in await ledger.transfers(event, client.settings)]
    assert found[1:] == [("Ningbo Museum", "DE", 1), ("Gone", "CN", 1)]
    assert await Consent.filter(purpose=codes[1], withdrawn_at=None).count() == 0
    page = read(await client.get(f"/e/{event.slug}/privacy/record"))
    record = (await client.get(f"/e/{event.slug}/privacy/record.json")).json()
    assert "Germany" in page.words and [each["country"] for each in record["transfers"][1:]] == ["Germany", "China"]


async def test_a_changed_wording_is_asked_for_again(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    row = await sealed.recipient(event)
    await factories.signed_in(client, expert.person)
    path, code = f"/e/{event.slug}/me/recipients", recipient_code(row.id)
    await client.post(path, data={"recipients": [code], "shown": [code]})
    ticked = [" checked" in (await client.get(path)).text]
    await Recipient.all().update(country="US")
    ticked.append(" checked" in (await client.get(path)).text)
    assert ticked == [True, False]
