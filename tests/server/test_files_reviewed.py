"""Files of a need are reviewed like its text: nothing that came after a review reaches the other side."""

from dataclasses import replace
from typing import Any

import pytest

from server.models import FileReaders, Need, NeedClearance, NeedState, StoredFile
from server.needs import service as needs
from server.needs.values import NeedValues
from server.settings import Settings
from tests import factories, uploaded
from tests.client import Client
from tests.reading import read
from tests.server.hostile_files import docx, pdf
from tests.server.test_files import upload
from tests.server.test_reviews import CLEARANCE, as_enterprise, at_review, state_of

APPROVED, DRAFT, PUBLISHED, SUBMITTED = NeedState.APPROVED, NeedState.DRAFT, NeedState.PUBLISHED, NeedState.SUBMITTED
REVIEWED: dict[str, Any] = {"reviews_needs": True, "clears_needs": False}
CLEARED: dict[str, Any] = {"reviews_needs": False, "clears_needs": True}


async def cleared(client: Client, **rules: Any) -> tuple[Need, str]:
    """Return a published need whose secrecy review is recorded, and its URL for the enterprise at the client."""
    need, url = await at_review(client, APPROVED, **rules)
    await client.post(f"{url}/clear", data=CLEARANCE)
    return need, await as_enterprise(client, need)


@pytest.mark.parametrize(("rules", "state"), [(REVIEWED, SUBMITTED), (CLEARED, APPROVED)])
async def test_a_file_that_comes_after_the_review_hides_the_need_until_it_is_reviewed_again(
    client: Client, other: Client, rules: dict[str, Any], state: NeedState
) -> None:
    need, url = await cleared(client, **rules)
    before = await state_of(need)
    await upload(client, f"{url}/files", readers="other_side", kind="other")
    event = (await StoredFile.get().select_related("event")).event
    await factories.signed_in(other, (await factories.expert(event)).person)
    hidden = await other.get(f"/e/{event.slug}/files/{(await StoredFile.get()).id}")

    stored = await Need.get(id=need.id)
    assert (before, stored.state, stored.is_cleared, hidden.status_code) == (PUBLISHED, state, False, 404)
    assert not await NeedClearance.exists(ended_at=None)


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [
        ("nobody", "nobody", PUBLISHED),
        ("nobody", "agreed", APPROVED),
        ("agreed", "other_side", APPROVED),
        ("other_side", "nobody", PUBLISHED),
    ],
)
async def test_only_more_readers_are_reviewed(
    client: Client, settings: Settings, first: str, then: str, state: NeedState
) -> None:
    need, url = await cleared(client, **CLEARED)
    file = await uploaded.stored_file(need, settings.files_dir, readers=FileReaders(first))
    answer = await client.post(f"{url}/files/{file.id}", data={"readers": then})
    assert (answer.status_code, await state_of(need)) == (303, state)


async def test_the_same_file_again_for_more_readers_is_reviewed(client: Client) -> None:
    need, url = await cleared(client, **CLEARED)
    states = []
    for readers in ("nobody", "nobody", "agreed"):
        await upload(client, f"{url}/files", readers=readers, kind="other")
        states.append(await state_of(need))
    assert states == [PUBLISHED, PUBLISHED, APPROVED]


async def test_a_draft_with_a_new_file_does_not_come_back_with_its_former_secrecy_review(client: Client) -> None:
    need, url = await cleared(client, **CLEARED)
    await Need.filter(id=need.id).update(state=DRAFT)
    await upload(client, f"{url}/files", readers="agreed", kind="other")
    data = {"title": need.title, "text": need.text, "topics": need.topics, "modes": need.modes}
    await client.post(url, data={**data, "confidentiality": "open"})
    assert await state_of(need) == APPROVED


async def test_a_withdrawn_need_gets_no_files_and_stays_withdrawn(client: Client, settings: Settings) -> None:
    need, url = await cleared(client, **CLEARED)
    file = await uploaded.stored_file(need, settings.files_dir, readers=FileReaders.NOBODY)
    await needs.withdraw_need(need)
    answers = [
        await upload(client, f"{url}/files", docx(), "a.docx", kind="other"),
        await client.post(f"{url}/files/{file.id}", data={"readers": "other_side"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert (await state_of(need), await StoredFile.all().count()) == (NeedState.WITHDRAWN, 1)


@pytest.mark.parametrize(("readers", "status"), [("agreed", 200), ("other_side", 200), ("nobody", 404)])
async def test_reviewers_open_the_files_that_the_other_side_will_open(
    client: Client, settings: Settings, readers: str, status: int
) -> None:
    need, url = await at_review(client)
    file = await uploaded.stored_file(need, settings.files_dir, readers=FileReaders(readers))
    slug = url.split("/")[2]
    page, answer = await client.get(url), await client.get(f"/e/{slug}/files/{file.id}")
    assert (answer.status_code, f"/files/{file.id}" in page.text) == (status, status == 200)


async def test_reviewers_open_no_file_of_an_expert_or_of_a_draft(client: Client, settings: Settings) -> None:
    need, url = await at_review(client, DRAFT)
    stored = await Need.get(id=need.id).select_related("registration__event")
    party = await factories.expert(stored.registration.event)
    files = [await uploaded.stored_file(each, settings.files_dir) for each in (need, party)]
    slug = url.split("/")[2]
    assert [(await client.get(f"/e/{slug}/files/{file.id}")).status_code for file in files] == [404, 404]


@pytest.mark.parametrize("change", ["text", "file"])
@pytest.mark.parametrize(("state", "act"), [(SUBMITTED, "approve"), (APPROVED, "clear")])
async def test_what_a_reviewer_has_not_seen_is_not_approved(
    client: Client, other: Client, change: str, state: NeedState, act: str
) -> None:
    need, url = await at_review(client, state, clears_needs=True)
    seen = read(await client.get(url)).fields["seen"][0]
    mine = await as_enterprise(other, need)
    if change == "file":
        await upload(other, f"{mine}/files", pdf(), readers="other_side", kind="other")
    else:
        await needs.change(need, replace(NeedValues.of(await Need.get(id=need.id)), text="Now with 40 dB."))
    await Need.filter(id=need.id).update(state=state)
    answer = await client.post(f"{url}/{act}", data={**CLEARANCE, "seen": seen})
    assert (answer.status_code, await state_of(need)) == (409, state)
    fresh = read(await client.get(url)).fields["seen"][0]
    assert (await client.post(f"{url}/{act}", data={**CLEARANCE, "seen": fresh})).status_code == 303
