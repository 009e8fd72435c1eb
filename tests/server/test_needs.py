"""Creating, changing and withdrawing needs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from matching.affinity import scheme
from server.models import BudgetBand, Confidentiality, Event, Need, NeedState, Person, Registration
from server.models.needs import MAX_NEEDS
from server.needs import disclosure
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.reading import read
from tests.statements import Statements

Queries = Callable[[], AbstractContextManager[Statements]]

NEXT_YEAR = datetime.now(UTC).year + 1
FILLED: dict[str, Any] = {
    "title": "低重稀土高矫顽力烧结钕铁硼磁体",
    "text": "希望在镝含量不超过 1.0 wt% 的前提下保持矫顽力，并能用于厚度 6 mm 以上的磁体。",
    "topics": ["mat.mag", "auto.ev"],
    "must_topics": ["mat.mag"],
    "modes": ["joint_lab", "project"],
    "readiness": "7",
    "deadline": f"{NEXT_YEAR}-06-30",
    "budget": "500k_2m",
    "tried": "更换过两家供应商的磁粉。",
    "acceptance": "矫顽力不低于 25 kOe，按 GB/T 3217 测量。",
    "rights": "shared",
    "decision_owner": "王芳，总经理",
    "confidentiality": "staged",
}


async def at_work(client: Client, *, needs: int = 0, locale: str = "en") -> tuple[Registration, str]:
    """Return an enterprise whose delegate is at the client, and the URL of its needs."""
    event = await factories.event()
    party = await factories.enterprise(event, await factories.person(locale=locale), needs=needs)
    [delegate] = await factories.delegates_of(party)
    await factories.signed_in(client, delegate)
    return party, f"/e/{event.slug}/me/needs"


async def test_a_need_is_published_in_the_language_of_its_writer(client: Client) -> None:
    party, needs = await at_work(client, locale="zh_Hans")
    answer = await client.post(f"{needs}/new", data=FILLED)
    [need] = await factories.needs_of(party)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{needs}?notice=need_saved")
    assert (need.title, need.text, need.text_locale) == (FILLED["title"], FILLED["text"], "zh_Hans")
    assert (need.topics, need.must_topics, need.modes) == (
        ["mat.mag", "auto.ev"],
        ["mat.mag"],
        ["project", "joint_lab"],
    )
    assert (need.readiness, need.deadline, need.budget) == (7, date(NEXT_YEAR, 6, 30), BudgetBand.UP_TO_2M)
    assert (need.confidentiality, need.state) == (Confidentiality.STAGED, NeedState.PUBLISHED)
    guided = ("tried", "acceptance", "rights", "decision_owner")
    assert {name: getattr(need, name) for name in guided} == {name: FILLED[name] for name in guided}


async def test_a_must_have_counts_among_the_topics_ticked_there_or_not(client: Client) -> None:
    party, needs = await at_work(client)
    await client.post(f"{needs}/new", data={**FILLED, "topics": ["auto.ev"], "must_topics": ["mat.mag"]})
    [need] = await factories.needs_of(party)
    assert (need.topics, need.must_topics) == (["auto.ev", "mat.mag"], ["mat.mag"])


async def test_a_draft_needs_only_a_title_and_confidentiality(client: Client) -> None:
    party, needs = await at_work(client)
    draft = {"title": "Magnets", "confidentiality": "open", "as": "draft"}
    answer = await client.post(f"{needs}/new", data=draft)
    [need] = await factories.needs_of(party)
    assert (answer.status_code, need.state, need.title, need.text) == (303, NeedState.DRAFT, "Magnets", "")


async def test_a_draft_is_published_by_saving_it_whole(client: Client) -> None:
    party, needs = await at_work(client)
    draft = await factories.need(party, state=NeedState.DRAFT)
    await client.post(f"{needs}/{draft.id}", data=FILLED)
    assert (await Need.get(id=draft.id)).state is NeedState.PUBLISHED


async def test_missing_values_are_shown_beside_their_fields(client: Client) -> None:
    party, needs = await at_work(client)
    answer = await client.post(f"{needs}/new", data={})
    assert answer.status_code == 422
    assert read(answer).faults == {
        "title": "Fill in this field.",
        "text": "Fill in this field.",
        "topics": "Choose at least one option.",
        "modes": "Fill in this field.",
        "confidentiality": "Fill in this field.",
    }
    assert await factories.needs_of(party) == []


async def test_a_need_requires_a_topic(client: Client) -> None:
    _party, needs = await at_work(client)
    answer = await client.post(f"{needs}/new", data={**FILLED, "topics": [], "must_topics": []})
    assert (answer.status_code, read(answer).faults) == (422, {"topics": "Choose at least one option."})


CHOOSE = "Choose one of the options."


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("title", "", "Fill in this field."),
        ("title", "x" * 10_000, "This text can have at most 300 characters. Now: 10000."),
        ("text", "Too short.", "Enter at least 20 characters."),
        ("text", "x" * 10_000, "This text can have at most 8,000 characters. Now: 10000."),
        ("topics", ["mat.nonsense"], "This topic does not exist: “mat.nonsense”."),
        ("modes", ["slavery"], "Choose from the options."),
        ("readiness", "10", "Enter a number of at most 9."),
        ("readiness", "high", "Enter a whole number in digits, for example 3."),
        ("readiness", "9" * 40, "Enter a number of at most 9."),
        ("deadline", "soon", "Enter a date such as 2026-05-21."),
        ("deadline", "0206-05-21", "Enter a date such as 2026-05-21."),
        ("budget", "a lot", CHOOSE),
        ("budget", ["open", "over_5m"], CHOOSE),
        ("confidentiality", "secret", CHOOSE),
        ("tried", "x" * 2_001, "This text can have at most 2,000 characters. Now: 2001."),
        ("acceptance", "x" * 2_001, "This text can have at most 2,000 characters. Now: 2001."),
        ("rights", "everybody", CHOOSE),
        ("decision_owner", "x" * 201, "This text can have at most 200 characters. Now: 201."),
    ],
)
async def test_a_fault_is_told_and_what_was_typed_stays(client: Client, field: str, typed: Any, fault: str) -> None:
    party, needs = await at_work(client)
    answer = await client.post(f"{needs}/new", data={**FILLED, field: typed})
    page = read(answer)
    assert (answer.status_code, page.faults) == (422, {field: fault})
    kept = {"title": "text", "text": "title"}.get(field, "title")
    assert page.field(kept) == FILLED[kept]
    assert await factories.needs_of(party) == []


async def test_thirteen_topics_are_too_many_wherever_they_are_ticked(client: Client) -> None:
    _party, needs = await at_work(client)
    leaves = scheme().leaves
    answer = await client.post(f"{needs}/new", data={**FILLED, "topics": leaves[:12], "must_topics": leaves[12]})
    assert (answer.status_code, read(answer).faults) == (422, {"must_topics": "Choose at most 12 options."})


async def test_what_nobody_can_see_is_left_out(client: Client) -> None:
    party, needs = await at_work(client)
    await client.post(f"{needs}/new", data={**FILLED, "title": "Mag\x00net \u202efilm"})
    assert [need.title for need in await factories.needs_of(party)] == ["Magnet film"]


async def test_a_lone_surrogate_is_stored_as_a_replacement_character(client: Client) -> None:
    party, needs = await at_work(client)
    # Python's own clients cannot send this: a lone surrogate in UTF-8.
    body = urlencode(FILLED, doseq=True).replace("title=", "title=%ED%A0%80")
    answer = await client.post(
        f"{needs}/new", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    [need] = await factories.needs_of(party)
    assert (answer.status_code, need.title) == (303, "\ufffd\ufffd\ufffd" + FILLED["title"])


async def test_the_same_form_twice_is_one_need(client: Client) -> None:
    party, needs = await at_work(client)
    answers = [await client.post(f"{needs}/new", data={**FILLED, "once": key}) for key in ("a", "b")]
    [need] = await factories.needs_of(party)
    assert ([answer.status_code for answer in answers], need.state) == ([303, 303], NeedState.PUBLISHED)


async def test_a_draft_that_is_posted_with_the_same_words_is_published(client: Client) -> None:
    party, needs = await at_work(client)
    for data in ({**FILLED, "as": "draft"}, FILLED, {**FILLED, "as": "draft"}):
        await client.post(f"{needs}/new", data=data)
    assert [need.state for need in await factories.needs_of(party)] == [NeedState.PUBLISHED]


@pytest.mark.parametrize(("field", "value"), [("confidentiality", "open"), ("readiness", "6"), ("topics", ["mat.mag"])])
async def test_posting_the_same_words_with_something_else_leaves_the_first_need_alone(
    client: Client, field: str, value: Any
) -> None:
    party, needs = await at_work(client)
    await client.post(f"{needs}/new", data={**FILLED, "confidentiality": "field_only"})
    [before] = await Need.filter(registration_id=party.id).values()
    await client.post(f"{needs}/new", data={**FILLED, "confidentiality": "field_only", field: value})
    [first, second] = await Need.filter(registration_id=party.id).order_by("id").values()
    assert (first, str(second[field])) == (before, str(value if field != "readiness" else int(value)))


async def test_the_number_of_needs_is_limited(client: Client) -> None:
    party, needs = await at_work(client, needs=MAX_NEEDS)
    refused = await client.post(f"{needs}/new", data=FILLED)
    page = read(refused)
    assert (refused.status_code, page.field("title")) == (409, FILLED["title"])
    assert "An enterprise can post at most 20 needs. Withdraw a need first." in page.words
    [first, *_others] = await factories.needs_of(party)
    await client.post(f"{needs}/{first.id}/withdraw")
    assert (await client.post(f"{needs}/new", data=FILLED)).status_code == 303


SHOWN = ("title", "text", "tried", "acceptance", "readiness", "deadline", "budget", "rights", "decision_owner")


async def test_the_form_shows_a_need_as_it_was_written(client: Client) -> None:
    party, needs = await at_work(client)
    await client.post(f"{needs}/new", data=FILLED)
    [need] = await factories.needs_of(party)
    page = read(await client.get(f"{needs}/{need.id}"))
    assert {name: page.field(name) for name in SHOWN} == {name: FILLED[name] for name in SHOWN}
    assert (page.fields["must_topics"], page.fields["modes"]) == (["mat.mag"], ["project", "joint_lab"])
    assert sorted(page.fields["topics"]) == ["auto.ev", "mat.mag"]


async def test_unchanged_text_keeps_its_language(client: Client) -> None:
    party, needs = await at_work(client, locale="ru")
    need = await factories.need(
        party, title="磁体", text="希望在镝含量不超过 1.0 wt% 的前提下保持矫顽力。", text_locale="zh_Hans"
    )
    same = {**FILLED, "title": need.title, "text": need.text}
    await client.post(f"{needs}/{need.id}", data={**same, "readiness": "3"})
    kept = await Need.get(id=need.id)
    await client.post(f"{needs}/{need.id}", data={**same, "title": "Магниты", "text": "Нужны магниты с 1,0 wt% Dy."})
    rewritten = await Need.get(id=need.id)
    assert (kept.readiness, kept.text_locale, rewritten.text_locale) == (3, "zh_Hans", "ru")


async def test_words_in_another_language_than_the_pages_are_kept_as_what_they_are(client: Client) -> None:
    party, needs = await at_work(client, locale="ru")
    for title, text in (
        ("烧结磁体", "希望在镝含量不超过 1.0 wt% 的前提下保持矫顽力。"),
        ("Magnet", "Wir suchen Magnete für die Montage von Motoren."),
    ):
        await client.post(f"{needs}/new", data={**FILLED, "title": title, "text": text, "as": "draft"})
    assert [need.text_locale for need in await factories.needs_of(party)] == ["zh_Hans", "de"]


async def test_a_need_is_withdrawn_after_confirmation(client: Client) -> None:
    party, needs = await at_work(client, needs=1)
    [need] = await factories.needs_of(party)
    question = await client.get(f"{needs}/{need.id}/withdraw")
    done = await client.post(f"{needs}/{need.id}/withdraw")
    afterwards = [await client.get(f"{needs}/{need.id}"), await client.post(f"{needs}/{need.id}/withdraw")]
    assert "Withdraw this need?" in read(question).words
    assert (done.status_code, done.headers["location"]) == (303, f"{needs}?notice=need_removed")
    assert (await Need.get(id=need.id)).state is NeedState.WITHDRAWN
    assert [answer.status_code for answer in afterwards] == [404, 404]
    assert "You have not posted a need yet." in read(await client.get(needs)).words


async def test_needs_of_others_are_not_found(client: Client) -> None:
    party, needs = await at_work(client)
    event = await Event.get(id=party.event_id)
    [foreign] = await factories.needs_of(await factories.enterprise(event))
    addresses = [f"{needs}/{foreign.id}", f"{needs}/{foreign.id}/withdraw", f"{needs}/{2**63}"]
    answers = [await client.get(address) for address in addresses]
    answers += [await client.post(address, data=FILLED) for address in addresses]
    assert {answer.status_code for answer in answers} == {404}
    assert (await Need.get(id=foreign.id)).title == foreign.title


@pytest.mark.parametrize("number", [1, 3])
async def test_the_list_takes_the_same_queries_for_one_need_and_three(
    client: Client, queries: Queries, number: int
) -> None:
    _party, needs = await at_work(client, needs=number)
    with queries() as seen:
        page = read(await client.get(needs))
    assert (len(seen), len(page.by_class["item"])) == (13, number)


# Visibility ------------------------------------------------------------------------------------------------


@pytest.fixture
async def secret(database: None) -> Need:
    """Create a need whose words are easy to find wherever they appear."""
    party = await factories.enterprise(await factories.event(), needs=0)
    return await factories.need(party, title="CANARY title", text="CANARY text", must_topics=["auto.ev"], readiness=7)


@pytest.mark.parametrize(
    ("kind", "is_agreed", "title", "text", "modes", "readiness"),
    [
        (Confidentiality.OPEN, False, "CANARY title", "CANARY text", ("consulting",), 7),
        (Confidentiality.STAGED, False, "CANARY title", "", ("consulting",), None),
        (Confidentiality.STAGED, True, "CANARY title", "CANARY text", ("consulting",), 7),
        (Confidentiality.FIELD_ONLY, False, "", "", (), None),
        (Confidentiality.FIELD_ONLY, True, "", "", (), None),
    ],
)
async def test_an_expert_reads_as_much_as_the_enterprise_lets_them(
    secret: Need,
    kind: Confidentiality,
    is_agreed: bool,
    title: str,
    text: str,
    modes: tuple[str, ...],
    readiness: int | None,
) -> None:
    secret.confidentiality = kind
    seen = disclosure.to_expert(secret, is_agreed=is_agreed)
    assert (seen.title, seen.text, seen.modes, seen.readiness) == (title, text, modes, readiness)
    assert (seen.topics, seen.must_topics) == (("auto.ev",), ("auto.ev",))


async def test_one_need_that_is_not_open_hides_the_name_on_all(secret: Need) -> None:
    open_one = await factories.need(await Registration.get(id=secret.registration_id))
    secret.confidentiality = Confidentiality.STAGED
    assert disclosure.is_named([open_one], is_agreed=False)
    assert not disclosure.is_named([open_one, secret], is_agreed=False)
    assert disclosure.is_named([open_one, secret], is_agreed=True)


async def test_the_form_shows_what_experts_see_by_now(client: Client) -> None:
    party, needs = await at_work(client)
    need = await factories.need(party, title="CANARY title", confidentiality=Confidentiality.FIELD_ONLY)
    [piece, later] = read(await client.get(f"{needs}/{need.id}")).by_class["piece"]
    hidden = "The name of the enterprise is hidden. electric and hybrid vehicles You explain the rest at the meeting."
    assert piece == f"What experts see now {hidden}"
    assert party.organisation.name in later
    assert "CANARY" not in later


async def test_an_enterprise_releases_a_need_for_planning(client: Client) -> None:
    party, needs = await at_work(client)
    await client.post(f"{needs}/new", data=FILLED)
    [need] = await factories.needs_of(party)
    assert not need.is_released
    await client.post(f"{needs}/{need.id}", data={**FILLED, "is_released": "yes"})
    await need.refresh_from_db()
    assert need.is_released
    assert read(await client.get(f"{needs}/{need.id}")).field("is_released") == "yes"
    await client.post(f"{needs}/{need.id}", data={**FILLED, "is_released": "yes", "confidentiality": "open"})
    await need.refresh_from_db()
    assert not need.is_released


async def test_a_delegate_of_a_draft_registration_may_write_its_needs_already(client: Client) -> None:
    event = await factories.event()
    party = await factories.enterprise(event, needs=0, registered_at=None)
    delegate: Person
    [delegate] = await factories.delegates_of(party)
    await factories.signed_in(client, delegate)
    answer = await client.post(f"/e/{event.slug}/me/needs/new", data=FILLED)
    assert (answer.status_code, len(await factories.needs_of(party))) == (303, 1)


async def test_an_old_page_does_not_publish_a_withdrawn_need_again(client: Client) -> None:
    party, needs = await at_work(client, needs=1)
    [need] = await factories.needs_of(party)
    form = filled((await client.get(f"{needs}/{need.id}")).text, "title", budget="500k_2m")
    await Need.filter(id=need.id).update(state=NeedState.DRAFT)
    await client.post(f"{needs}/{need.id}", data=form)
    stored = await Need.get(id=need.id)
    assert (stored.state, stored.budget) == (NeedState.DRAFT, BudgetBand.UP_TO_2M)


async def test_what_was_typed_into_a_need_that_a_colleague_withdrew_becomes_a_new_one(client: Client) -> None:
    party, needs = await at_work(client, needs=1)
    [need] = await factories.needs_of(party)
    form = filled((await client.get(f"{needs}/{need.id}")).text, "title", **FILLED)
    await client.post(f"{needs}/{need.id}/withdraw")
    refused = await client.post(f"{needs}/{need.id}", data=form)
    assert (refused.status_code, read(refused).field("text")) == (409, FILLED["text"])
    assert "This need was withdrawn while you were editing it" in read(refused).words
    assert f'action="{needs}/new"' in refused.text
    again = filled(refused.text, "title")
    assert again["at"] == [f"{needs}/new"]
    await client.post(f"{needs}/new", data=again)
    assert [each.title for each in await factories.needs_of(party)][-1] == FILLED["title"]
