"""The review of needs: states, remarks, the reviewers' pages, secrecy reviews and revisions."""

from typing import Any

import pytest

from server.models import (
    Event,
    EventReviewer,
    Mail,
    Need,
    NeedAct,
    NeedClearance,
    NeedRemark,
    NeedRevision,
    NeedState,
    Person,
    Registration,
)
from server.needs import history
from server.needs.history import Piece
from server.needs.states import next_state, wish_of
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import ENTERPRISE, confirmation, prepared, upload, workbook
from tests.server.test_needs import FILLED

REMARK = {"field": "acceptance", "text": "Which test method?"}
CLEARANCE = {"reviewer": "保密办 林珊", "scope": "Title and text, to all experts", "day": "2026-11-30"}


async def at_review(client: Client, state: NeedState = NeedState.SUBMITTED, **rules: Any) -> tuple[Need, str]:
    """Return a need in that state whose reviewer is at the client, and the URL of its review."""
    event = await factories.event(**{"reviews_needs": True, **rules})
    party = await factories.enterprise(event, needs=0)
    need = await factories.need(party, state=state)
    reviewer = await factories.reviewer(event, await factories.person(full_name="Lin Shan", locale="en"))
    await factories.signed_in(client, reviewer.person)
    return need, f"/e/{event.slug}/review/{need.id}"


async def as_enterprise(client: Client, need: Need) -> str:
    """Let a delegate of the enterprise be at the client, and return the URL of the need."""
    party = await Registration.get(id=need.registration_id).select_related("event")
    [delegate] = await factories.delegates_of(party)
    await Person.filter(id=delegate.id).update(locale="en")
    await factories.signed_in(client, await Person.get(id=delegate.id))
    return f"/e/{party.event.slug}/me/needs/{need.id}"


async def state_of(need: Need) -> NeedState:
    return (await Need.get(id=need.id)).state


# States -----------------------------------------------------------------------------------------------------------

DRAFT, SUBMITTED, RETURNED = NeedState.DRAFT, NeedState.SUBMITTED, NeedState.RETURNED
APPROVED, PUBLISHED = NeedState.APPROVED, NeedState.PUBLISHED


@pytest.mark.parametrize(
    ("reviews", "clears", "now", "wanted", "is_changed", "is_cleared", "then"),
    [
        (False, False, None, PUBLISHED, True, False, PUBLISHED),
        (False, False, PUBLISHED, DRAFT, False, False, DRAFT),
        (False, False, SUBMITTED, PUBLISHED, False, False, PUBLISHED),
        (True, False, None, PUBLISHED, True, False, SUBMITTED),
        (True, False, None, DRAFT, True, False, DRAFT),
        (True, False, RETURNED, DRAFT, True, False, RETURNED),
        (True, False, RETURNED, PUBLISHED, False, False, SUBMITTED),
        (True, False, PUBLISHED, PUBLISHED, False, False, PUBLISHED),
        (True, False, PUBLISHED, PUBLISHED, True, False, SUBMITTED),
        (True, True, APPROVED, PUBLISHED, False, False, APPROVED),
        (True, True, APPROVED, PUBLISHED, False, True, PUBLISHED),
        (False, True, None, PUBLISHED, True, False, APPROVED),
        (False, True, PUBLISHED, PUBLISHED, True, False, APPROVED),
        (False, True, PUBLISHED, PUBLISHED, False, True, PUBLISHED),
    ],
)
def test_a_saved_need_gets_the_state_that_the_rules_allow(
    reviews: bool,
    clears: bool,
    now: NeedState | None,
    wanted: NeedState,
    is_changed: bool,
    is_cleared: bool,
    then: NeedState,
) -> None:
    event = Event(reviews_needs=reviews, clears_needs=clears)
    assert next_state(event, now, wanted, is_changed=is_changed, is_cleared=is_cleared) is then


def test_a_need_at_work_is_a_draft_for_its_form() -> None:
    assert {state for state in NeedState if wish_of(state) == DRAFT} == {DRAFT, RETURNED}


async def test_a_need_of_an_event_with_review_waits_for_a_reviewer(client: Client) -> None:
    need, _url = await at_review(client)
    url = await as_enterprise(client, need)
    await client.post(f"{url.rpartition('/')[0]}/new", data=FILLED)
    posted = await Need.filter(registration_id=need.registration_id).order_by("-id").first()
    assert posted is not None
    assert (posted.state, posted.submitted_at is not None) == (SUBMITTED, True)
    assert "Waiting for review" in read(await client.get(url.rpartition("/")[0])).words


async def test_a_change_of_an_approved_text_is_reviewed_again_and_of_the_deadline_not(client: Client) -> None:
    need, _url = await at_review(client, PUBLISHED)
    url = await as_enterprise(client, need)
    same = {"title": need.title, "text": need.text, "topics": need.topics, "modes": need.modes}
    await client.post(url, data={**same, "confidentiality": "open", "budget": "over_5m"})
    first = await state_of(need)
    await client.post(url, data={**same, "confidentiality": "open", "text": need.text + " Now with 40 dB."})
    assert (first, await state_of(need)) == (PUBLISHED, SUBMITTED)


async def test_a_translation_by_its_author_is_reviewed_like_the_text(client: Client) -> None:
    need, _url = await at_review(client, PUBLISHED)
    url = await as_enterprise(client, need)
    data = {"title": need.title, "text": need.text, "topics": need.topics, "modes": need.modes}
    answer = await client.post(url, data={**data, "confidentiality": "open", "title_in_ru": "Тихий двигатель"})
    assert (answer.status_code, await state_of(need)) == (303, SUBMITTED)


@pytest.mark.parametrize("state", [SUBMITTED, RETURNED, APPROVED])
async def test_experts_see_nothing_of_a_need_under_review(client: Client, state: NeedState) -> None:
    need, _url = await at_review(client, state, clears_needs=True)
    await Need.filter(id=need.id).update(title="Quokkatitle for motors", text="Wombattext")
    party = await Registration.get(id=need.registration_id).select_related("event")
    expert = await factories.expert(party.event)
    await factories.signed_in(client, expert.person)
    base = f"/e/{party.event.slug}"
    pages = [await client.get(f"{base}{path}") for path in ("/matches", f"/matches/{party.id}", "/agenda")]
    assert not [page for page in pages if "Wombattext" in page.text or "Quokkatitle" in page.text]


# The reviewer -----------------------------------------------------------------------------------------------------


async def test_a_reviewer_sends_a_need_back_with_remarks_on_fields(client: Client) -> None:
    need, url = await at_review(client)
    nothing = await client.post(f"{url}/return")
    await client.post(f"{url}/remarks", data=REMARK)
    back = await client.post(f"{url}/return")
    [letter] = await Mail.filter(template="need_returned")
    assert (nothing.status_code, back.status_code, await state_of(need)) == (409, 303, RETURNED)
    assert letter.values["remarks"] == 1
    page = read(await client.get(await as_enterprise(client, need)))
    assert "A reviewer sent this need back." in page.words
    assert page.by_class["remark"] == ["Lin Shan Which test method?"]


async def test_a_remark_is_not_shown_to_the_enterprise_before_the_need_is_sent_back(client: Client) -> None:
    need, url = await at_review(client)
    await client.post(f"{url}/remarks", data=REMARK)
    assert "Which test method?" not in (await client.get(await as_enterprise(client, need))).text


async def test_an_approved_need_is_published_and_its_remarks_are_settled(client: Client) -> None:
    need, url = await at_review(client)
    await factories.remark(need, sent_at=need.created_at)
    answer = await client.post(f"{url}/approve")
    assert (answer.status_code, await state_of(need)) == (303, PUBLISHED)
    assert not await NeedRemark.exists(settled_at=None)
    [letter] = await Mail.filter(template="need_approved")
    assert letter.values["is_published"] is True
    assert [row.act for row in await NeedRevision.all()] == [NeedAct.APPROVED]


async def test_a_need_with_new_remarks_cannot_be_approved_and_the_page_says_why(client: Client) -> None:
    need, url = await at_review(client)
    await client.post(f"{url}/remarks", data=REMARK)
    page, refused = await client.get(url), await client.post(f"{url}/approve")
    assert "Send the need back, or remove the remarks before you approve it." in read(page).words
    assert (refused.status_code, await state_of(need)) == (409, SUBMITTED)
    [remark] = await NeedRemark.all()
    await client.post(f"{url}/remarks/{remark.id}/remove")
    assert (await client.post(f"{url}/approve")).status_code == 303


async def test_another_reviewer_is_named_and_can_be_relieved(client: Client) -> None:
    need, url = await at_review(client)
    await client.post(f"{url}/remarks", data=REMARK)
    party = await Registration.get(id=need.registration_id).select_related("event")
    second = await factories.reviewer(party.event, await factories.person(locale="en"))
    await factories.signed_in(client, second.person)
    page, refused = read(await client.get(url)), await client.post(f"{url}/remarks", data=REMARK)
    assert "Another reviewer is working on this need: Lin Shan" in page.words
    assert refused.status_code == 409
    await client.post(f"{url}/take")
    assert (await client.post(f"{url}/remarks", data=REMARK)).status_code == 303


async def test_nobody_reviews_a_need_of_their_own_enterprise(client: Client) -> None:
    need, url = await at_review(client, clears_needs=True)
    reviewer = await EventReviewer.get().select_related("person")
    await factories.delegate(await Registration.get(id=need.registration_id), reviewer.person)
    remark = await factories.remark(need, sent_at=need.created_at)
    page = read(await client.get(url))
    acts = {"take": {}, "remarks": REMARK, f"remarks/{remark.id}/remove": {}, "return": {}, "approve": {}}
    answers = [await client.post(f"{url}/{act}", data=data) for act, data in {**acts, "clear": CLEARANCE}.items()]
    assert {answer.status_code for answer in answers} == {409}
    assert "You act for this enterprise, so another reviewer has to review its need." in page.words
    assert (await state_of(need), await NeedRemark.exists(settled_at=None)) == (SUBMITTED, True)
    assert not await NeedClearance.exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"field": "password", "text": "x"}, "field"),
        ({"field": "", "text": ""}, "text"),
        ({"field": "", "text": "x" * 2001}, "text"),
        ({"field": "", "text": "x", "expert": "y" * 201}, "expert"),
    ],
)
async def test_a_faulty_remark_is_told(client: Client, data: dict[str, str], field: str) -> None:
    _need, url = await at_review(client)
    answer = await client.post(f"{url}/remarks", data=data)
    assert (answer.status_code, list(read(answer).faults)) == (422, [field])


@pytest.mark.parametrize("state", [DRAFT, NeedState.WITHDRAWN])
async def test_reviewers_do_not_see_drafts(client: Client, state: NeedState) -> None:
    _need, url = await at_review(client, state)
    assert (await client.get(url)).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
async def test_the_review_takes_the_same_queries_for_one_need_and_three(
    client: Client, queries: Any, number: int
) -> None:
    need, url = await at_review(client)
    for _ in range(number - 1):
        await factories.need(await Registration.get(id=need.registration_id), state=SUBMITTED)
    with queries() as seen:
        page = await client.get(url)
    assert (page.status_code, len(seen)) == (200, 22)


async def test_the_original_stands_beside_its_translation_with_vague_words_marked(client: Client) -> None:
    need, url = await at_review(client)
    await Need.filter(id=need.id).update(title="大幅提升电机效率", text_locale="zh_Hans")
    stored = await Need.get(id=need.id)
    await factories.translation(stored, "title", "ru", "Значительно повысить КПД")
    page = read(await client.get(f"{url}?to=ru"))
    assert page.by_class["vague"] == ["大幅"]
    assert "Значительно повысить КПД" in page.by_class["checked"]


async def test_a_reviewer_sees_the_translation_into_their_language_first(client: Client) -> None:
    need, url = await at_review(client)
    await Need.filter(id=need.id).update(title="大幅提升电机效率", text_locale="zh_Hans")
    stored = await Need.get(id=need.id)
    for locale, text in (("ru", "Повысить КПД"), ("en", "Raise the efficiency")):
        await factories.translation(stored, "title", locale, text, state="machine")
    page = read(await client.get(url))
    assert "Повысить КПД" not in page.words
    assert page.words.count("Raise the efficiency Machine draft, unchecked") == 2  # in the queue, beside the original


# Who reviews ------------------------------------------------------------------------------------------------------


async def test_an_organiser_invites_and_removes_a_reviewer(client: Client) -> None:
    event = await factories.event()
    organiser = await factories.organiser(event)
    await factories.signed_in(client, organiser.person)
    base = f"/e/{event.slug}/reviewers"
    await client.post(base, data={"email": "lin@example.org", "mail_locale": "en"})
    [row] = await EventReviewer.all().select_related("person")
    assert (row.person.email, await Mail.filter(template="reviewer").count()) == ("lin@example.org", 1)
    await client.post(f"{base}/{row.id}/remove")
    assert not await EventReviewer.exists()


async def test_the_rules_start_switched_off_and_are_saved(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    assert (event.reviews_needs, event.clears_needs) == (False, False)
    await client.post(f"/e/{event.slug}/reviewers/rules", data={"reviews_needs": "true"})
    saved = await Event.get(id=event.id)
    assert (saved.reviews_needs, saved.clears_needs) == (True, False)


# Secrecy ----------------------------------------------------------------------------------------------------------


async def test_requiring_a_secrecy_review_hides_needs_without_one_until_it_is_recorded(client: Client) -> None:
    event = await factories.event()
    need = await factories.need(await factories.enterprise(event, needs=0))
    await factories.signed_in(client, (await factories.organiser(event)).person)
    await client.post(f"/e/{event.slug}/reviewers/rules", data={"clears_needs": "true"})
    hidden = await state_of(need)
    url = f"/e/{event.slug}/review/{need.id}"
    listed = read(await client.get(f"/e/{event.slug}/review?state=approved", follow_redirects=True)).words
    answer = await client.post(f"{url}/clear", data=CLEARANCE)
    [record] = await NeedClearance.all()
    assert (hidden, answer.status_code, await state_of(need)) == (APPROVED, 303, PUBLISHED)
    assert need.title in listed
    assert (record.reviewer, record.scope, record.day.isoformat()) == tuple(CLEARANCE.values())


async def test_a_changed_text_needs_another_secrecy_review(client: Client) -> None:
    need, url = await at_review(client, APPROVED, reviews_needs=False, clears_needs=True)
    await client.post(f"{url}/clear", data=CLEARANCE)
    page = await as_enterprise(client, need)
    data = {"title": "A new title of the need", "text": need.text, "topics": need.topics, "modes": need.modes}
    await client.post(page, data={**data, "confidentiality": "open"})
    [record] = await NeedClearance.all()
    assert (await state_of(need), record.ended_at is not None) == (APPROVED, True)


@pytest.mark.parametrize("field", ["reviewer", "scope", "day"])
async def test_a_secrecy_review_names_who_what_and_when(client: Client, field: str) -> None:
    need, url = await at_review(client, APPROVED, clears_needs=True)
    answer = await client.post(f"{url}/clear", data={**CLEARANCE, field: ""})
    assert (answer.status_code, list(read(answer).faults), await state_of(need)) == (422, [field], APPROVED)


async def test_an_approved_need_waits_for_the_secrecy_review(client: Client) -> None:
    need, url = await at_review(client, clears_needs=True)
    await client.post(f"{url}/approve")
    waiting = await state_of(need)
    await client.post(f"{url}/clear", data=CLEARANCE)
    assert (waiting, await state_of(need)) == (APPROVED, PUBLISHED)


# Revisions --------------------------------------------------------------------------------------------------------


async def test_a_change_is_kept_with_who_when_and_what(client: Client) -> None:
    need, _url = await at_review(client, DRAFT)
    url = await as_enterprise(client, need)
    await client.post(url, data={"title": "Quieter motors", "confidentiality": "open", "as": "draft"})
    [row] = await NeedRevision.all()
    page = read(await client.get(f"{url}/revisions"))
    assert row.changed["title"] == [need.title, "Quieter motors"]
    assert "Changed" in page.words


async def test_saving_without_a_change_leaves_no_trace(client: Client) -> None:
    need, _url = await at_review(client, DRAFT)
    url = await as_enterprise(client, need)
    data = {"title": "Quieter motors", "confidentiality": "open", "as": "draft"}
    for _ in range(2):
        await client.post(url, data=data)
    assert await NeedRevision.all().count() == 1


def test_differences_are_words_and_chinese_characters() -> None:
    assert history.differences("噪声不高于 65 dB", "噪声不低于 60 dB") == [
        (Piece.SAME, "噪声不"),
        (Piece.GONE, "高"),
        (Piece.NEW, "低"),
        (Piece.SAME, "于 "),
        (Piece.GONE, "65"),
        (Piece.NEW, "60"),
        (Piece.SAME, " dB"),
    ]


def test_very_long_texts_are_shown_whole() -> None:
    before, after = "a " * 4000, "b " * 4000
    assert history.differences(before, after) == [(Piece.GONE, before), (Piece.NEW, after)]


@pytest.mark.parametrize("state", [SUBMITTED, RETURNED, APPROVED])
async def test_the_agenda_of_an_expert_hides_the_title_of_a_need_under_review(client: Client, state: NeedState) -> None:
    need, _url = await at_review(client, state)
    await Need.filter(id=need.id).update(title="Quokkatitle for motors")
    party = await Registration.get(id=need.registration_id).select_related("event")
    expert = await factories.expert(party.event)
    entry = await factories.calendar_entry(expert, party, need=await Need.get(id=need.id))
    await factories.signed_in(client, expert.person)
    base = f"/e/{party.event.slug}/agenda"
    pages = [await client.get(path) for path in (base, f"{base}.ics", f"{base}/meeting/{entry.id}")]
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert not [page for page in pages if "Quokka" in page.text]


async def test_imported_needs_are_reviewed_and_importing_them_again_changes_nothing(client: Client) -> None:
    event = await prepared(client)
    await Event.filter(id=event.id).update(reviews_needs=True)
    content = workbook(enterprises=[ENTERPRISE])
    states = []
    for _ in range(2):
        preview = await upload(client, event, content)
        await client.post(confirmation(preview), data={})
        [need] = await Need.all()
        states.append(need.state)
        await Need.filter(id=need.id).update(state=RETURNED)
    assert states == [SUBMITTED, RETURNED]
