"""By which other doors texts that nobody has reviewed could reach the other side of an event."""

import pytest

from server.edits import write
from server.models import (
    Event,
    EventTranslator,
    Need,
    NeedAct,
    NeedAgreement,
    NeedClearance,
    NeedRemark,
    NeedRevision,
    NeedState,
    Registration,
)
from server.needs import service
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import ENTERPRISE, confirmation, prepared, upload, workbook
from tests.server.test_barring import bar
from tests.server.test_confidential import ACCEPTED, agree, at_expert
from tests.server.test_reviews import CLEARANCE, REMARK, as_enterprise, at_review, state_of
from tests.server.test_translation_sheets import downloaded, filled, uploaded
from tests.server.translating import address, event_with_need, sent, stored

PUBLISHED, SUBMITTED, APPROVED = NeedState.PUBLISHED, NeedState.SUBMITTED, NeedState.APPROVED


# The page of translations -----------------------------------------------------------------------------------------


async def at_author(client: Client, **rules: bool) -> tuple[Event, Need, str]:
    """Return an event, a published need whose enterprise is at the client, and the path of its title in Russian."""
    event, need, _translator = await event_with_need(client)
    await Event.filter(id=event.id).update(**{"reviews_needs": True, **rules})
    await as_enterprise(client, need)
    return event, need, address(event, need)


@pytest.mark.parametrize("button", ["next", "checked", "draft"])
async def test_an_author_who_translates_on_that_page_has_the_need_reviewed_again(client: Client, button: str) -> None:
    event, need, path = await at_author(client)
    page = read(await client.get(path))
    answer = await client.post(path, data=sent(page, "Совсем другой текст", button))
    after = await client.get(answer.headers["location"])
    [revision] = await NeedRevision.all()
    assert "a reviewer reads the need again" in page.words
    assert (answer.status_code, after.status_code, await state_of(need)) == (303, 200, SUBMITTED)
    assert answer.headers["location"].startswith(f"/e/{event.slug}/translations?")
    assert revision.changed == {"state": [PUBLISHED, SUBMITTED]}


async def test_an_author_who_only_vouches_for_a_translation_changes_nothing_that_is_read(client: Client) -> None:
    _event, need, path = await at_author(client)
    await factories.translation(need, "title", "ru", "Магниты", state="human")
    answer = await client.post(path, data=sent(read(await client.get(path)), "Магниты", "checked"))
    assert (answer.status_code, await state_of(need)) == (303, PUBLISHED)


async def test_a_translator_has_no_need_reviewed_again(client: Client) -> None:
    event, need, _translator = await event_with_need(client)
    await Event.filter(id=event.id).update(reviews_needs=True)
    path = address(event, need)
    await client.post(path, data=sent(read(await client.get(path)), "Магниты", "checked"))
    assert (await stored(need) is not None, await state_of(need)) == (True, PUBLISHED)


async def test_an_author_who_uploads_translations_ends_the_secrecy_review(
    client: Client,
) -> None:
    event, need, _path = await at_author(client, reviews_needs=False, clears_needs=True)
    await Need.filter(id=need.id).update(is_cleared=True)
    await NeedClearance.create(need_id=need.id, reviewer="Lin Shan", scope="All", day="2026-11-30")
    [delegate] = await factories.delegates_of(await Registration.get(id=need.registration_id))
    await EventTranslator.create(event_id=event.id, person_id=delegate.id)
    texts = filled(await downloaded(client, event), lambda number: f"Перевод {number}")
    path, _preview = await uploaded(client, event, texts)
    await client.post(f"{path}/store", data={"as": "checked"})
    [record] = await NeedClearance.all()
    assert (await state_of(need), record.ended_at is not None) == (APPROVED, True)


async def test_a_withdrawn_need_is_not_brought_back_by_a_translation(client: Client) -> None:
    _event, need, path = await at_author(client)
    page = read(await client.get(path))
    await service.withdraw_need(need)
    await client.post(path, data=sent(page, "Магниты"))
    assert await state_of(need) is NeedState.WITHDRAWN


async def test_translations_of_closed_needs_are_not_quoted_to_translators(client: Client) -> None:
    event, need, _translator = await event_with_need(client)
    firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
    secret = await factories.need(firm, title=need.title, text_locale="zh_Hans", confidentiality="agreement")
    await factories.translation(secret, "title", "ru", "КАНАРЕЙКА")
    assert "КАНАРЕЙКА" not in (await client.get(address(event, need))).text


# The need's own pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "is_seen"), [(PUBLISHED, True), (SUBMITTED, False), (NeedState.RETURNED, False)])
async def test_withdrawing_a_need_does_not_show_a_title_that_nobody_approved(
    client: Client, state: NeedState, is_seen: bool
) -> None:
    need, _url = await at_review(client, state)
    await Need.filter(id=need.id).update(title="Quokkatitle for motors", submitted_at=need.created_at)
    event = await Event.get(registrations__id=need.registration_id)
    expert = await factories.expert(event)
    firm = await Registration.get(id=need.registration_id)
    await factories.calendar_entry(expert, firm, need=await Need.get(id=need.id))
    await client.post(f"{await as_enterprise(client, need)}/withdraw")
    await factories.signed_in(client, expert.person)
    calendar = await client.get(f"/e/{event.slug}/agenda.ics")
    assert ("Quokka" in calendar.text) == is_seen


# The reviewer's page ----------------------------------------------------------------------------------------------


async def test_a_secrecy_review_of_an_older_text_stays_in_the_form_and_is_recorded_after_reading(
    client: Client,
) -> None:
    need, url = await at_review(client, APPROVED, clears_needs=True)
    seen = read(await client.get(url)).field("seen")
    await write(need, acceptance="Another measure")
    refused = await client.post(f"{url}/clear", data={**CLEARANCE, "seen": seen})
    page = read(refused)
    first = await state_of(need)
    answer = await client.post(f"{url}/clear", data={**CLEARANCE, "seen": page.field("seen")})
    assert page.field("scope") == CLEARANCE["scope"]
    assert (refused.status_code, first, answer.status_code, await state_of(need)) == (409, APPROVED, 303, PUBLISHED)


async def test_a_remark_that_comes_too_late_stays_in_the_form(client: Client) -> None:
    need, url = await at_review(client)
    await Need.filter(id=need.id).update(state=NeedState.RETURNED)
    refused = await client.post(f"{url}/remarks", data=REMARK)
    assert (refused.status_code, REMARK["text"] in refused.text) == (409, True)
    assert "This need is no longer waiting for a review." in read(refused).words
    assert not await NeedRemark.exists()


# The agreement ----------------------------------------------------------------------------------------------------


async def test_a_pair_that_a_rule_bars_has_no_page_of_the_agreement(client: Client) -> None:
    expert, need, base = await at_expert(client)
    await agree(expert, need)
    await bar(await Event.get(id=expert.event_id), parties=(expert.id, need.registration_id))
    url = f"{base}/confidential/{need.id}"
    answers = [await client.get(url), await client.post(url, data=ACCEPTED)]
    assert [answer.status_code for answer in answers] == [404, 404]


async def test_who_has_read_an_earlier_agreement_reads_the_present_one_first(client: Client) -> None:
    expert, need, base = await at_expert(client)
    await agree(expert, need)
    url = f"{base}/confidential/{need.id}"
    answer = await client.post(url, data={**ACCEPTED, "version": "2020-1"})
    page = read(await client.get(url))
    assert (answer.status_code, page.field("version"), await NeedAgreement.exists()) == (303, "2026-1", False)


# Imports ----------------------------------------------------------------------------------------------------------


async def test_an_import_that_changes_a_need_ends_its_secrecy_review_and_is_in_its_history(client: Client) -> None:
    event = await prepared(client)
    await Event.filter(id=event.id).update(clears_needs=True)
    files = [
        workbook(enterprises=[row])
        for row in (ENTERPRISE, {**ENTERPRISE, "text": "电机啸叫，希望噪声不高于四十分贝，并降低转矩脉动。"})
    ]
    for content in files:
        await client.post(confirmation(await upload(client, event, content)), data={})
        [need] = await Need.all()
        if not await NeedClearance.exists():
            await Need.filter(id=need.id).update(is_cleared=True, state=PUBLISHED)
            await NeedClearance.create(need_id=need.id, reviewer="Lin Shan", scope="All", day="2026-11-30")
    [record] = await NeedClearance.all()
    first, second = await NeedRevision.all().order_by("id")
    assert (need.state, need.is_cleared, record.ended_at is not None) == (APPROVED, False, True)
    assert (first.act, second.act, set(second.changed)) == (NeedAct.CREATED, NeedAct.SAVED, {"text", "state"})
