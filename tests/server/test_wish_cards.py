"""Cards of matches: one tap with undo, a limit of top wishes, wishes that end, and reading one after another."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from server.held import keep_form
from server.models import Event, Need, NeedState, Registration, Wish, WishKind
from server.plans.candidates import weigh
from server.rows import load_rows
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.reading import read
from tests.server.matched import NEED_OF_MAGNETS, PORTS, at_expert, enterprise_with

TOP = "Top wishes left: "


async def wish(client: Client, base: str, about: Registration, grade: str, **more: object) -> str:
    """Send a wish as a card does, and return where it leads."""
    data = {"about": about.id, "grade": grade, "next": f"{base}/matches", **more}
    answer = await client.post(f"{base}/wishes", data=data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def kinds(party: Registration) -> dict[int, WishKind]:
    return {wish.about_id: wish.kind for wish in await Wish.filter(by_id=party.id)}


def told_of(page: httpx2.Response) -> list[str]:
    """Return what the page says of the last act; the place where scripts say it stands empty beside."""
    return [said for said in read(page).by_class["lately"] if said]


async def test_a_declined_match_folds_to_one_line_with_an_undo(client: Client) -> None:
    expert, base = await at_expert(client)
    firm = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await wish(client, base, firm, "no")
    page = read(await client.get(f"{base}/matches"))
    assert page.by_class["closed"] == [f"{NEED_OF_MAGNETS['title']} Not interested Undo"]
    assert (page.by_class.get("votes"), page.by_class.get("said")) == (None, None)
    await wish(client, base, firm, "")
    assert "votes" in read(await client.get(f"{base}/matches")).by_class


async def test_the_page_says_what_was_saved_and_offers_to_undo_it(client: Client) -> None:
    expert, base = await at_expert(client)
    firm = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await factories.wish(expert, firm, WishKind.LIKE)
    page = await client.get(await wish(client, base, firm, "must"))
    [said] = told_of(page)
    assert said == f"Top wish: {NEED_OF_MAGNETS['title']} Undo"
    [undo] = re.findall(r'id="told".*?name="grade" value="(\w*)"', page.text, re.DOTALL)
    await wish(client, base, firm, undo)
    assert await kinds(expert) == {firm.id: WishKind.LIKE}


async def test_a_card_stays_in_its_filter_until_the_next_look(client: Client) -> None:
    expert, base = await at_expert(client)
    firm = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    path = await wish(client, base, firm, "like", next=f"{base}/matches?show=open")
    shown = [read(await client.get(url)).by_class.get("item", []) for url in (path, f"{base}/matches?show=open")]
    assert shown == [[NEED_OF_MAGNETS["title"]], []]


async def at_limit(client: Client, most: int, firms: int) -> tuple[Registration, str, list[Registration]]:
    """Return an expert with as many top wishes as the event allows, and the enterprises, best match first."""
    expert, base = await at_expert(client)
    await Event.filter(id=expert.event_id).update(expert_top_wishes=most)
    made = [await enterprise_with(expert.event, NEED_OF_MAGNETS if not n else PORTS) for n in range(firms)]
    for firm in made[:most]:
        await wish(client, base, firm, "must")
    return expert, base, made


async def test_the_limit_of_top_wishes_is_shown_and_kept(client: Client) -> None:
    expert, base, firms = await at_limit(client, 2, 3)
    answer = await client.post(f"{base}/wishes", data={"about": firms[2].id, "grade": "must"})
    assert (answer.status_code, "You have used all your 2 top wishes." in answer.text) == (409, True)
    assert await kinds(expert) == {firm.id: WishKind.MUST for firm in firms[:2]}
    assert read(await client.get(f"{base}/matches")).by_class["purse"] == [f"{TOP}0 of 2"]
    # Saving the same wish once more, or a weaker one, needs none.
    await wish(client, base, firms[0], "must")
    await wish(client, base, firms[2], "like")
    await wish(client, base, firms[0], "no")
    assert read(await client.get(f"{base}/matches")).by_class["purse"] == [f"{TOP}1 of 2"]


async def test_the_button_says_which_top_wish_is_given_back_and_undo_brings_it_back(client: Client) -> None:
    expert, base, [first, second, third] = await at_limit(client, 2, 3)
    page = await client.get(f"{base}/matches")
    assert read(page).by_class["cut"].count(f"instead of: {PORTS['title']}") == 1
    assert f'name="instead" value="{second.id}"' in page.text
    told = await client.get(await wish(client, base, third, "must", instead=second.id))
    assert await kinds(expert) == {first.id: WishKind.MUST, second.id: WishKind.LIKE, third.id: WishKind.MUST}
    [said] = told_of(told)
    assert said == f"Top wish: {PORTS['title']} Would like: {PORTS['title']} Undo"
    await wish(client, base, second, "must", instead=third.id)
    assert await kinds(expert) == {first.id: WishKind.MUST, second.id: WishKind.MUST, third.id: WishKind.LIKE}


@pytest.mark.parametrize("before", [None, WishKind.LIKE, WishKind.NO])
async def test_undoing_a_swap_restores_both_wishes(client: Client, before: WishKind | None) -> None:
    expert, base, [first, second] = await at_limit(client, 1, 2)
    if before:
        await factories.wish(expert, second, before)
    here = f"{base}/matches?show=open"
    told = await client.get(await wish(client, base, second, "must", instead=first.id, next=here))
    # Both cards stay in the list until the next look, so that the page can show the change in place.
    assert [f'id="m{firm.id}"' in told.text for firm in (first, second)] == [True, True]
    assert (await client.post(f"{base}/wishes", data=filled(told.text, "becomes", grade="must"))).status_code == 303
    assert await kinds(expert) == {first.id: WishKind.MUST, **({second.id: before} if before else {})}


async def test_a_top_wish_of_somebody_else_cannot_be_given_back(client: Client) -> None:
    _expert, base, [_first, second, third] = await at_limit(client, 1, 3)
    for instead in (second.id, third.id, 2**31 - 1):
        answer = await client.post(f"{base}/wishes", data={"about": third.id, "grade": "must", "instead": instead})
        assert answer.status_code == 409


async def test_the_two_sides_have_limits_of_their_own(client: Client) -> None:
    expert, base, [first, *_rest] = await at_limit(client, 1, 2)
    [delegate] = await factories.delegates_of(first)
    await factories.signed_in(client, delegate)
    for about in (expert, await factories.expert(expert.event)):
        await wish(client, base, about, "must")
    assert len(await kinds(first)) == 2
    assert "purse" not in read(await client.get(f"{base}/matches")).by_class


async def test_wishes_end_with_the_last_need_of_an_enterprise(client: Client) -> None:
    expert, base = await at_expert(client)
    firm = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await factories.wish(expert, firm, WishKind.MUST)
    ended = "The need was withdrawn. This wish no longer counts."
    assert ended not in read(await client.get(f"{base}/matches")).words
    await Need.filter(registration_id=firm.id).update(state=NeedState.WITHDRAWN)
    for path in ("", f"/{firm.id}"):
        assert ended in read(await client.get(f"{base}/matches{path}")).words
    assert weigh(await load_rows(expert.event)).pairs == []
    # The other need brings it back to life.
    await factories.need(firm, **PORTS)
    assert ended not in read(await client.get(f"{base}/matches")).words
    assert len(weigh(await load_rows(expert.event)).pairs) == 1


async def test_a_wish_against_a_meeting_does_not_end(client: Client) -> None:
    expert, _base = await at_expert(client)
    firm = await enterprise_with(expert.event, {**NEED_OF_MAGNETS, "state": "withdrawn"})
    await factories.wish(firm, expert, WishKind.NO)
    await factories.wish(expert, firm, WishKind.MUST)
    assert weigh(await load_rows(expert.event)).pairs == []


@pytest.mark.parametrize("at", [0, 1, 2])
async def test_profiles_are_read_one_after_another_in_the_order_of_the_list(client: Client, at: int) -> None:
    expert, base = await at_expert(client)
    for need in (NEED_OF_MAGNETS, PORTS, PORTS):
        await enterprise_with(expert.event, need)
    list_page = (await client.get(f"{base}/matches")).text
    order = re.findall(r'<h2 class="item"><a href="([^"]+)"', list_page)
    page = (await client.get(order[at])).text
    turns = dict(re.findall(r'rel="(prev|next)" data-key="[^"]+" href="([^"]+)"', page))
    around = {"prev": order[at - 1] if at else None, "next": order[at + 1] if at < 2 else None}
    assert turns == {name: url for name, url in around.items() if url}


async def test_a_wish_sent_after_the_session_has_ended_is_saved_by_one_more_press(client: Client) -> None:
    expert, base = await at_expert(client)
    firm = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    here, data = f"{base}/matches", {"about": firm.id, "grade": "like", "next": f"{base}/matches"}
    token = client.cookies["session"]
    await client.post("/sign-out")
    client.set_cookie("session", token)
    answer = await client.post(f"{base}/wishes", data=data, headers={"referer": f"{client.settings.base_url}{here}"})
    [going] = parse_qs(urlsplit(answer.headers["location"]).query)["next"]
    await factories.signed_in(client, expert.person)
    page = await client.get(going)
    assert told_of(page) == [f"Would like: {NEED_OF_MAGNETS['title']} This wish is not saved yet. Save"]
    assert await kinds(expert) == {}
    kept = re.search(r'id="told".*?</form>', page.text, re.DOTALL)
    assert kept is not None
    assert (await client.post(f"{base}/wishes", data=filled(kept[0], "about"))).status_code == 303
    assert await kinds(expert) == {firm.id: WishKind.LIKE}
    assert told_of(await client.get(going)) == []


@pytest.mark.parametrize("typed", [{"about": "x", "grade": "like"}, {"about": "1", "grade": "love"}, {"about": "1"}])
async def test_nothing_is_made_of_another_form_that_was_sent_before_signing_in(
    client: Client, typed: dict[str, str]
) -> None:
    expert, base = await at_expert(client)
    going = await keep_form(typed, f"{base}/matches", expert.person, caller="test")
    page = await client.get(going)
    assert (page.status_code, "not saved yet" in page.text) == (200, False)
