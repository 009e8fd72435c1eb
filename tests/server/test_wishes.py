"""Wishes, through HTTP: what a button sends, and what is stored."""

from datetime import UTC, datetime
from typing import Any

import pytest

from server.models import Person, Registration, Wish, WishKind
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.server.hostile_files import pdf
from tests.server.registering import WORK


async def at_work(client: Client) -> tuple[Registration, Registration, str]:
    """Return an expert at the client, an enterprise of the same event, and the URL for wishes."""
    event = await factories.event()
    expert, enterprise = await factories.expert(event), await factories.enterprise(event)
    await factories.signed_in(client, expert.person)
    return expert, enterprise, f"/e/{event.slug}/wishes"


async def wishes_of(party: Registration) -> list[tuple[int, WishKind]]:
    return [(wish.about_id, wish.kind) for wish in await Wish.filter(by_id=party.id).order_by("id")]


@pytest.mark.parametrize("kind", list(WishKind))
async def test_a_wish_is_kept(client: Client, kind: WishKind) -> None:
    expert, enterprise, wishes = await at_work(client)
    page = wishes.replace("wishes", "matches?page=2")
    answer = await client.post(wishes, data={"about": enterprise.id, "grade": kind, "next": f"{page}#m7"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}&changed={enterprise.id}#m7")
    assert await wishes_of(expert) == [(enterprise.id, kind)]


async def test_another_grade_takes_the_place_of_the_first(client: Client) -> None:
    expert, enterprise, wishes = await at_work(client)
    for grade in ("must", "like", "like"):
        await client.post(wishes, data={"about": enterprise.id, "grade": grade})
    assert await wishes_of(expert) == [(enterprise.id, WishKind.LIKE)]


async def test_an_empty_grade_takes_the_wish_back(client: Client) -> None:
    expert, enterprise, wishes = await at_work(client)
    await factories.wish(expert, enterprise)
    answers = [await client.post(wishes, data={"about": enterprise.id, "grade": ""}) for _ in range(2)]
    assert ([answer.status_code for answer in answers], await wishes_of(expert)) == ([303, 303], [])


async def test_any_delegate_wishes_for_the_enterprise(client: Client) -> None:
    expert, enterprise, wishes = await at_work(client)
    second = (await factories.delegate(enterprise)).person
    await factories.signed_in(client, second)
    await client.post(wishes, data={"about": expert.id, "grade": "must"})
    assert await wishes_of(enterprise) == [(expert.id, WishKind.MUST)]


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:0", ""]
)
async def test_a_wish_redirects_only_to_this_site(client: Client, elsewhere: str) -> None:
    _expert, enterprise, wishes = await at_work(client)
    answer = await client.post(wishes, data={"about": enterprise.id, "grade": "like", "next": elsewhere})
    assert answer.headers["location"] == "/?notice=wish_saved"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"about": "1"},
        {"grade": "like"},
        {"about": "one", "grade": "like"},
        {"about": "0", "grade": "like"},
        {"about": str(2**63), "grade": "like"},
        {"about": "1", "grade": "love"},
        {"about": ["1", "2"], "grade": "like"},
        {"about": "1", "grade": ["like", "no"]},
    ],
)
async def test_values_that_no_button_sends_are_refused(client: Client, sent: dict[str, Any]) -> None:
    expert, _enterprise, wishes = await at_work(client)
    answer = await client.post(wishes, data=sent)
    assert (answer.status_code, await wishes_of(expert)) == (422, [])


async def test_nobody_wishes_for_their_own_side_or_another_event_or_who_is_not_there(client: Client) -> None:
    expert, enterprise, wishes = await at_work(client)
    event = await factories.event(slug="elsewhere")
    others = [
        expert,
        await factories.expert(enterprise.event),
        await factories.enterprise(event),
        await factories.enterprise(enterprise.event, registered_at=None),
        await factories.enterprise(enterprise.event, withdrawn_at=enterprise.registered_at),
    ]
    answers = [await client.post(wishes, data={"about": other.id, "grade": "like"}) for other in others]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert await wishes_of(expert) == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"registered_at": None}, "Complete your registration first."),
        ({"withdrawn_at": datetime(2026, 5, 1, tzinfo=UTC)}, "The registration is withdrawn."),
    ],
)
async def test_only_participants_can_wish(client: Client, state: dict[str, Any], expected: str) -> None:
    expert, enterprise, wishes = await at_work(client)
    await Registration.filter(id=expert.id).update(**state)
    answer = await client.post(wishes, data={"about": enterprise.id, "grade": "like"})
    assert (answer.status_code, await wishes_of(expert)) == (409, [])
    assert expected in answer.text


async def test_wishes_about_non_participants_are_not_found(client: Client) -> None:
    _expert, enterprise, wishes = await at_work(client)
    nobody: Person = await factories.person()
    await factories.signed_in(client, nobody)
    answer = await client.post(wishes, data={"about": enterprise.id, "grade": "like"})
    assert (answer.status_code, await Wish.all().count()) == (404, 0)


async def test_a_language_a_translation_and_a_file_that_come_later_lose_no_wish(client: Client, other: Client) -> None:
    expert, enterprise, wishes = await at_work(client)
    [delegate], [need] = await factories.delegates_of(enterprise), await factories.needs_of(enterprise)
    await factories.signed_in(other, delegate)
    await client.post(wishes, data={"about": enterprise.id, "grade": "must"})
    await other.post(wishes, data={"about": expert.id, "grade": "like"})
    base = wishes.removesuffix("/wishes")
    for who, path, more in (
        (client, "/register/expert/cooperation", {"languages": ["ru", "en", "de"]}),
        (client, "/register/expert/work", {"headline_in_zh_Hans": "磁体", **WORK}),
        (other, f"/me/needs/{need.id}", {"title_in_ru": "Магниты без диспрозия"}),
    ):
        page = (await who.get(base + path)).text
        answer = await who.post(base + path, data={**filled(page, next(iter(more))), **more})
        assert answer.status_code == 303, path
    answer = await client.post(
        f"{base}/me/files", data={"kind": "cv", "readers": "agreed", "agree": "yes"}, files={"file": ("a.pdf", pdf())}
    )
    assert answer.status_code == 303
    assert await wishes_of(expert) == [(enterprise.id, WishKind.MUST)]
    assert await wishes_of(enterprise) == [(expert.id, WishKind.LIKE)]
    assert "Both want to meet" in (await client.get(f"{base}/matches", headers={"Accept-Language": "en"})).text
