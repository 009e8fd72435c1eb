"""Needs under a confidentiality agreement: who reads what, and when."""

import pytest

from server.models import Confidentiality, Event, Need, NeedAgreement, NeedState, Person, Registration, WishKind
from server.needs import agreements, disclosure
from tests import factories
from tests.client import Client
from tests.reading import read

SECRET = {
    "title": "CANARYTITLE for motors",
    "text": "CANARYTEXT torque ripple of permanent magnet motors.",
    "tried": "CANARYTRIED",
    "acceptance": "CANARYMEASURE",
    "decision_owner": "CANARYOWNER",
    "confidentiality": Confidentiality.AGREEMENT,
}
ACCEPTED = {"name": "Anna Petrova", "accepts": "true"}


async def at_expert(client: Client) -> tuple[Registration, Need, str]:
    """Return an expert who is at the client, a confidential need, and the URL of the event."""
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(locale="en", full_name="Anna Petrova"))
    need = await factories.need(await factories.enterprise(event, needs=0), **SECRET)
    await factories.signed_in(client, expert.person)
    return expert, need, f"/e/{event.slug}"


async def agree(expert: Registration, need: Need) -> None:
    firm = await Registration.get(id=need.registration_id)
    await factories.wish(expert, firm, WishKind.LIKE)
    await factories.wish(firm, expert, WishKind.MUST)


async def seen(client: Client, base: str, need: Need) -> set[str]:
    """Return the canaries on the pages of matches."""
    pages = [await client.get(f"{base}{path}") for path in ("/matches", f"/matches/{need.registration_id}", "/agenda")]
    words = " ".join(page.text for page in pages)
    return {
        word for word in ("CANARYTITLE", "CANARYTEXT", "CANARYTRIED", "CANARYMEASURE", "CANARYOWNER") if word in words
    }


async def test_topics_first_then_the_title_and_the_rest_nowhere_but_under_the_agreement(client: Client) -> None:
    expert, need, base = await at_expert(client)
    before = await seen(client, base, need)
    await agree(expert, need)
    after = await seen(client, base, need)
    await client.post(f"{base}/confidential/{need.id}", data=ACCEPTED)
    assert (before, after, await seen(client, base, need)) == (set(), {"CANARYTITLE"}, {"CANARYTITLE"})


async def test_the_whole_need_is_read_after_accepting_by_name_and_bears_the_name(client: Client) -> None:
    expert, need, base = await at_expert(client)
    await agree(expert, need)
    url = f"{base}/confidential/{need.id}"
    assert f'href="{url}"' in (await client.get(f"{base}/matches/{need.registration_id}")).text
    asked = await client.get(url)
    answer = await client.post(url, data=ACCEPTED)
    page = await client.get(url)
    [row] = await NeedAgreement.all()
    assert "CANARYTEXT" not in asked.text
    assert (answer.status_code, answer.headers["location"]) == (303, url)
    assert all(word in page.text for word in ("CANARYTEXT", "CANARYTRIED", "CANARYMEASURE", "CANARYOWNER"))
    assert "Anna Petrova" in read(page).by_class["watermark"][0]
    assert (row.name, row.version, row.locale) == ("Anna Petrova", agreements.VERSION, "en")


async def test_accepting_twice_is_recorded_once(client: Client) -> None:
    expert, need, base = await at_expert(client)
    await agree(expert, need)
    answers = [await client.post(f"{base}/confidential/{need.id}", data=ACCEPTED) for _ in range(2)]
    assert ([answer.status_code for answer in answers], await NeedAgreement.all().count()) == ([303, 303], 1)


async def test_another_version_is_asked_for_again(client: Client) -> None:
    expert, need, base = await at_expert(client)
    await agree(expert, need)
    await client.post(f"{base}/confidential/{need.id}", data=ACCEPTED)
    await NeedAgreement.all().update(version="2020-1")
    assert "CANARYTEXT" not in (await client.get(f"{base}/confidential/{need.id}")).text


@pytest.mark.parametrize(
    ("data", "field"),
    [({"name": "", "accepts": "true"}, "name"), ({"name": "Anna Petrova"}, "accepts"), ({"name": "x" * 201}, "name")],
)
async def test_nothing_is_shown_without_name_and_acceptance(client: Client, data: dict[str, str], field: str) -> None:
    expert, need, base = await at_expert(client)
    await agree(expert, need)
    answer = await client.post(f"{base}/confidential/{need.id}", data=data)
    assert (answer.status_code, field in read(answer).faults, "CANARYTEXT" in answer.text) == (422, True, False)
    assert not await NeedAgreement.exists()


@pytest.mark.parametrize("own", [None, WishKind.LIKE])
async def test_nobody_is_asked_before_both_want_to_meet(client: Client, own: WishKind | None) -> None:
    expert, need, base = await at_expert(client)
    if own is not None:
        await factories.wish(expert, await Registration.get(id=need.registration_id), own)
    answers = [await client.get(f"{base}/confidential/{need.id}")]
    answers.append(await client.post(f"{base}/confidential/{need.id}", data=ACCEPTED))
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("values", [{"state": NeedState.SUBMITTED}, {"confidentiality": Confidentiality.STAGED}])
async def test_a_need_that_is_not_published_under_an_agreement_has_no_such_page(
    client: Client, values: dict[str, str]
) -> None:
    expert, need, base = await at_expert(client)
    await agree(expert, need)
    await Need.filter(id=need.id).update(**values)
    assert (await client.get(f"{base}/confidential/{need.id}")).status_code == 404


async def test_the_interpreter_of_its_meeting_accepts_the_agreement_too(client: Client) -> None:
    expert, need, base = await at_expert(client)
    event = await Event.get(id=expert.event_id)
    interpreter = await factories.interpreter(event, await factories.person(locale="en"))
    other = await factories.interpreter(event)
    firm = await Registration.get(id=need.registration_id)
    await factories.calendar_entry(expert, firm, interpreter=interpreter, need=need)
    url = f"{base}/confidential/{need.id}"
    await factories.signed_in(client, other.person)
    kept_out = await client.get(url)
    await factories.signed_in(client, interpreter.person)
    before = await client.get(url)
    await client.post(url, data={**ACCEPTED, "name": "Su Min"})
    page = await client.get(url)
    assert (kept_out.status_code, before.status_code, "CANARYTEXT" in before.text) == (404, 200, False)
    assert "CANARYTEXT" in page.text
    assert "Su Min" in read(page).by_class["watermark"][0]


async def test_the_enterprise_sees_who_has_accepted(client: Client) -> None:
    expert, need, base = await at_expert(client)
    await agree(expert, need)
    await client.post(f"{base}/confidential/{need.id}", data=ACCEPTED)
    [delegate] = await factories.delegates_of(await Registration.get(id=need.registration_id))
    await factories.signed_in(client, await Person.get(id=delegate.id))
    assert "Anna Petrova" in (await client.get(f"{base}/me/needs/{need.id}/revisions")).text


def test_a_need_under_an_agreement_is_never_whole_for_experts() -> None:
    need = Need(id=1, registration_id=1, **SECRET)
    shown = [disclosure.to_expert(need, is_agreed=is_agreed) for is_agreed in (False, True)]
    assert [(each.title, each.text, each.is_whole, each.is_under_agreement) for each in shown] == [
        ("", "", False, False),
        (SECRET["title"], "", False, True),
    ]
