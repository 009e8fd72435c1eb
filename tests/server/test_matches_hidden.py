"""What matches and reasons keep hidden until both sides wish for a meeting."""

import re
from typing import Any

import pytest

from server.models import Confidentiality, Event, Registration, WishKind
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.matched import NEED_OF_MAGNETS, at_expert, enterprise_with

CANARIES: dict[str, Any] = {
    "title": "CANARYTITLE спечённые магниты",
    "text": "CANARYTEXT Nd-Fe-B, постоянные магниты, диспрозий.",
    "tried": "CANARYTRIED два поставщика.",
    "acceptance": "CANARYMEASURE 25 кЭ.",
    "decision_owner": "CANARYOWNER",
}


async def hidden_enterprise(event: Event, kind: Confidentiality) -> Registration:
    """Create an enterprise whose name, title and text are easy to find wherever they appear."""
    organisation = await factories.organisation(name="CANARYFIRM", latin_name="CANARYLATIN", description="CANARYMAKES")
    values = {**CANARIES, "text_locale": "ru", "topics": ["mat.mag"], "confidentiality": kind}
    enterprise = await enterprise_with(event, values, organisation=organisation)
    # In the reader's language, too.
    [need] = await factories.needs_of(enterprise)
    await factories.translation(need, "title", "en", "CANARYTITLE sintered magnets")
    await factories.translation(need, "text", "en", "CANARYTEXT permanent magnets with dysprosium.")
    await factories.translation(enterprise, "description", "ru", "CANARYMAKES")
    return enterprise


async def canaries_on(client: Client, base: str, enterprise: Registration) -> set[str]:
    """Return which of them the expert's pages and searches show."""
    pages = [f"{base}/matches", f"{base}/matches/{enterprise.id}", f"{base}/matches?q=CANARYTEXT"]
    pages += [f"{base}/matches?q=CANARYFIRM", f"{base}/matches?q=magnetic"]
    found: set[str] = set()
    for address in pages:
        found |= set(re.findall("CANARY[A-Z]+", read(await client.get(address)).words))
    return found


WISHES_OF_TWO = [(None, None), (WishKind.MUST, None), (None, WishKind.MUST), (WishKind.LIKE, WishKind.NO)]


@pytest.mark.parametrize(("own", "theirs"), WISHES_OF_TWO)
@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (Confidentiality.STAGED, {"CANARYTITLE"}),
        (Confidentiality.FIELD_ONLY, set[str]()),
        (Confidentiality.AGREEMENT, set[str]()),
    ],
)
async def test_before_mutual_wishes_nothing_more_is_shown(
    client: Client,
    kind: Confidentiality,
    seen: set[str],
    own: WishKind | None,
    theirs: WishKind | None,
) -> None:
    expert, base = await at_expert(client)
    enterprise = await hidden_enterprise(expert.event, kind)
    for by, about, wish in ((expert, enterprise, own), (enterprise, expert, theirs)):
        if wish is not None:
            await factories.wish(by, about, wish)
    assert await canaries_on(client, base, enterprise) == seen
    assert "An enterprise" in read(await client.get(f"{base}/matches")).words


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (
            Confidentiality.STAGED,
            {*("CANARYTITLE", "CANARYTEXT", "CANARYTRIED", "CANARYMEASURE", "CANARYOWNER")}
            | {*("CANARYFIRM", "CANARYLATIN", "CANARYMAKES")},
        ),
        (Confidentiality.FIELD_ONLY, {"CANARYFIRM", "CANARYLATIN", "CANARYMAKES"}),
        (Confidentiality.AGREEMENT, {"CANARYTITLE", "CANARYFIRM", "CANARYLATIN", "CANARYMAKES"}),
    ],
)
async def test_with_mutual_wishes_name_and_staged_parts_are_shown(
    client: Client, kind: Confidentiality, seen: set[str]
) -> None:
    expert, base = await at_expert(client)
    enterprise = await hidden_enterprise(expert.event, kind)
    await factories.wish(expert, enterprise, WishKind.LIKE)
    await factories.wish(enterprise, expert, WishKind.MUST)
    assert await canaries_on(client, base, enterprise) == seen
    assert "Both want to meet" in read(await client.get(f"{base}/matches")).words


async def test_who_decides_is_hidden_before_mutual_wishes_even_if_the_need_is_open(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await hidden_enterprise(expert.event, Confidentiality.OPEN)
    await factories.wish(expert, enterprise, WishKind.LIKE)
    before = await canaries_on(client, base, enterprise)
    await factories.wish(enterprise, expert, WishKind.LIKE)
    assert await canaries_on(client, base, enterprise) - before == {"CANARYOWNER"}
    assert before > {"CANARYTITLE", "CANARYTEXT", "CANARYTRIED", "CANARYMEASURE"}


async def test_a_search_does_not_find_hidden_words(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await hidden_enterprise(expert.event, Confidentiality.STAGED)
    found = {
        query: f"{base}/matches/{enterprise.id}" in read(await client.get(f"{base}/matches", params={"q": query})).links
        for query in ("CANARYTITLE", "CANARYTEXT", "CANARYFIRM", "CANARYLATIN", "magnetic")
    }
    assert [query for query, is_found in found.items() if is_found] == ["CANARYTITLE", "magnetic"]


async def test_hidden_words_are_not_quoted_for_a_topic_that_may_be_seen(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await hidden_enterprise(expert.event, Confidentiality.FIELD_ONLY)
    answer = await client.get(f"{base}/matches/{enterprise.id}")
    joints = read(answer).by_class["joint"]
    assert {joint.partition("The enterprise’s text ")[2] for joint in joints} == {
        "magnetic materials Chosen as a topic"
    }


async def test_hidden_words_are_not_inferred_from_the_experts_own(client: Client) -> None:
    expert, base = await at_expert(client, topics=[])
    need = {
        **CANARIES,
        "text_locale": "ru",
        "topics": ["port.equipment"],
        "confidentiality": Confidentiality.FIELD_ONLY,
    }
    enterprise = await enterprise_with(expert.event, need)
    words = read(await client.get(f"{base}/matches/{enterprise.id}")).words
    assert "The text is hidden until both sides want to meet." in words
    assert "magnetic materials" not in words


async def test_the_other_side_sees_that_one_wants_to_meet_but_neither_how_much_nor_that_one_does_not(
    client: Client,
) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    seen: dict[WishKind | None, tuple[str, str]] = {}
    for kind in (None, *WishKind):
        wish = await factories.wish(enterprise, expert, kind) if kind else None
        pages = [await client.get(f"{base}/matches{end}") for end in (f"/{enterprise.id}", "")]
        seen[kind] = (pages[0].text, pages[1].text)
        if wish:
            await wish.delete()
    assert seen[WishKind.NO] == seen[None]
    assert seen[WishKind.MUST] == seen[WishKind.LIKE] != seen[None]
    assert all("Wants to meet you" in page for page in seen[WishKind.LIKE])


async def test_the_summary_reveals_nothing_hidden(client: Client) -> None:
    expert, base = await at_expert(client, topics=[])
    hidden = {**NEED_OF_MAGNETS, "topics": ["port.equipment"], "confidentiality": Confidentiality.FIELD_ONLY}
    enterprise = await enterprise_with(expert.event, hidden)
    [words] = read(await client.get(f"{base}/matches/{enterprise.id}")).by_class["gist"]
    assert (
        words == "The text is hidden until both sides want to meet. Common language: English. No interpreter is needed."
    )
