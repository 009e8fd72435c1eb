"""Matches and reasons: ranking, filters, search, and what the two sides may know of each other."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest

from matching.affinity import Fix, MissingCode
from server.models import Confidentiality, Event, Mode, Need, Person, Registration, Side, WishKind
from server.rows import load_rows
from server.scores import scoring, wording
from server.scores.account import account, reason_points
from server.scores.scoring import Scorer
from tests import factories
from tests.client import Client
from tests.conftest import Statements
from tests.reading import read

Queries = Callable[[], AbstractContextManager[Statements]]

MAGNETS: dict[str, Any] = {
    "headline": "Спечённые магниты с малой долей диспрозия",
    "offer": "Разрабатываю спечённые постоянные магниты Nd-Fe-B с пониженным содержанием диспрозия. Сварку не знаю.",
    "text_locale": "ru",
    "topics": ["mat.mag"],
    "readiness": 5,
}
NEED_OF_MAGNETS: dict[str, Any] = {
    "title": "低重稀土高矫顽力烧结钕铁硼磁体",
    "text": "我司为新能源汽车驱动电机供应烧结钕铁硼永磁体。希望降低重稀土用量。",
    "text_locale": "zh_Hans",
    "topics": ["mat.mag"],
    "readiness": 7,
}
PORTS: dict[str, Any] = {
    "title": "Quieter cranes",
    "text": "Our harbour cranes are loud at night.",
    "topics": ["port.equipment"],
}


async def enterprise_with(event: Event, *needs: Mapping[str, Any], **values: Any) -> Registration:
    made = await factories.enterprise(event, needs=0, **values)
    for need in needs:
        await factories.need(made, **need)
    return made


async def at_expert(client: Client, **values: Any) -> tuple[Registration, str]:
    """Return an expert on magnets at the client, and the URL of the event."""
    event = await factories.event()
    expert = await factories.expert(event, **{**MAGNETS, **values})
    await factories.signed_in(client, expert.person)
    return expert, f"/e/{event.slug}"


async def at_enterprise(client: Client, enterprise: Registration) -> None:
    [delegate] = await factories.delegates_of(enterprise)
    await Person.filter(id=delegate.id).update(locale="en")
    await factories.signed_in(client, delegate)


# The list ---------------------------------------------------------------------------------------------------------


async def test_an_expert_sees_enterprises_by_their_best_need(client: Client) -> None:
    expert, base = await at_expert(client)
    ports = await enterprise_with(expert.event, PORTS)
    both = await enterprise_with(expert.event, PORTS, NEED_OF_MAGNETS)
    page = read(await client.get(f"{base}/matches"))
    assert page.by_class["item"] == [NEED_OF_MAGNETS["title"], PORTS["title"]]
    assert [link for link in page.links if re.fullmatch(rf"{base}/matches/\d+", link)] == [
        f"{base}/matches/{both.id}",
        f"{base}/matches/{ports.id}",
    ]
    assert page.by_class["more"] == [f"1 more need {PORTS['title']} {page.by_class['more'][0].split()[-1]}"]


async def test_an_enterprise_sees_experts_and_for_which_need(client: Client) -> None:
    expert, base = await at_expert(client)
    other = await factories.expert(
        expert.event, headline="Cranes", offer="I build quiet cranes.", topics=["port.equipment"]
    )
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await at_enterprise(client, enterprise)
    page = read(await client.get(f"{base}/matches"))
    assert page.by_class["item"] == [expert.person.full_name, other.person.full_name]
    assert page.words.count(f"Need: {NEED_OF_MAGNETS['title']}") == 2
    points = [int(words.split()[-1]) for words in page.by_class["points"]]
    assert points == sorted(points, reverse=True)


async def test_the_list_tells_the_weightiest_reason_in_the_readers_language(client: Client) -> None:
    expert, base = await at_expert(client)
    await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await client.post("/language", data={"to": "ru", "next": "/"})
    page = read(await client.get(f"{base}/matches"))
    assert "магнитные материалы" in page.words


async def test_an_enterprise_without_a_need_comes_last_and_without_a_score(client: Client) -> None:
    expert, base = await at_expert(client)
    silent = await enterprise_with(expert.event)
    await enterprise_with(expert.event, PORTS)
    page = read(await client.get(f"{base}/matches"))
    assert page.by_class["item"] == [PORTS["title"], silent.organisation.name]
    assert page.by_class["points"][1] == "—"
    assert read(await client.get(f"{base}/matches/{silent.id}")).words.count("No need has been posted yet") == 1


async def test_drafts_and_withdrawn_needs_and_parties_are_not_matched(client: Client) -> None:
    expert, base = await at_expert(client)
    await enterprise_with(expert.event, NEED_OF_MAGNETS, registered_at=None)
    left = await enterprise_with(expert.event, NEED_OF_MAGNETS, withdrawn_at=datetime.now(UTC))
    await enterprise_with(expert.event, {**NEED_OF_MAGNETS, "state": "draft"}, {**PORTS, "state": "withdrawn"})
    page = read(await client.get(f"{base}/matches"))
    assert page.by_class["points"] == ["—"]
    assert (await client.get(f"{base}/matches/{left.id}")).status_code == 404


async def test_an_empty_list_of_matches_says_what_will_be_here(client: Client) -> None:
    _expert, base = await at_expert(client)
    words = read(await client.get(f"{base}/matches")).words
    assert "No possible partners have registered yet. Matches appear here after the first registration." in words


async def test_a_draft_is_led_back_to_its_registration(client: Client) -> None:
    expert, base = await at_expert(client, registered_at=None)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    page = read(await client.get(f"{base}/matches"))
    reasons = await client.get(f"{base}/matches/{enterprise.id}")
    assert ("Your registration is not complete." in page.words, f"{base}/me" in page.links) == (True, True)
    assert reasons.status_code == 404


async def test_filters_follow_the_readers_own_wishes(client: Client) -> None:
    expert, base = await at_expert(client)
    wished, declined, opened = [await enterprise_with(expert.event, NEED_OF_MAGNETS) for _ in range(3)]
    await factories.wish(expert, wished, WishKind.MUST)
    await factories.wish(wished, expert)
    await factories.wish(expert, declined, WishKind.NO)
    await factories.wish(opened, expert, WishKind.MUST)
    shown = {}
    for show in ("all", "open", "wished", "agreed", "declined", "nonsense"):
        page = read(await client.get(f"{base}/matches", params={"show": show}))
        shown[show] = {
            int(link.rpartition("/")[2]) for link in page.links if re.fullmatch(rf"{base}/matches/\d+", link)
        }
    everybody = {wished.id, declined.id, opened.id}
    assert shown == {
        "all": everybody,
        "open": {opened.id},
        "wished": {wished.id},
        "agreed": {wished.id},
        "declined": {declined.id},
        "nonsense": everybody,
    }


async def test_a_pressed_button_shows_the_wish_and_takes_it_back(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await factories.wish(expert, enterprise, WishKind.LIKE)
    answer = await client.get(f"{base}/matches")
    assert 'name="grade" value="" aria-pressed="true">Would like<' in answer.text
    assert f"{base}/matches#m{enterprise.id}" in read(answer).fields["next"]


@pytest.mark.parametrize("query", ["KULIKOVA", "куликова", "Магниты", "сварку не знаю", "magnetic materials"])
async def test_experts_are_found_by_name_in_any_script_and_by_their_words(client: Client, query: str) -> None:
    expert, base = await at_expert(client)
    expert.person.full_name, expert.person.latin_name = "Куликова Анна", "KULIKOVA ANNA"
    await expert.person.save()
    await factories.expert(expert.event, headline="Cranes", offer="I build quiet cranes.", topics=["port.equipment"])
    await at_enterprise(client, await enterprise_with(expert.event, PORTS))
    page = read(await client.get(f"{base}/matches", params={"q": query}))
    assert len(page.by_class["item"]) == 1
    assert page.field("q") == query


async def test_a_search_without_results_links_back_to_the_list(client: Client) -> None:
    expert, base = await at_expert(client)
    await enterprise_with(expert.event, NEED_OF_MAGNETS)
    page = read(await client.get(f"{base}/matches", params={"q": "zzz\x00\u202e" + "x" * 500}))
    assert "No results for your search." in page.words
    assert f"{base}/matches" in page.links


async def test_the_list_is_paged_by_twenty(client: Client) -> None:
    expert, base = await at_expert(client)
    for _ in range(21):
        await enterprise_with(expert.event, PORTS)
    first, second = [read(await client.get(f"{base}/matches?page={number}")) for number in (1, 2)]
    beyond = read(await client.get(f"{base}/matches?page={'9' * 400}"))
    assert (len(first.by_class["item"]), len(second.by_class["item"])) == (20, 1)
    assert f"{base}/matches?page=2&show=all" in first.links
    assert f"{base}/matches?page=1&show=all" in second.links
    assert len(beyond.by_class["item"]) == 20


@pytest.mark.parametrize("number", [1, 3])
async def test_pages_take_the_same_queries_for_one_match_and_three(
    client: Client, queries: Queries, number: int
) -> None:
    expert, base = await at_expert(client)
    for _ in range(number):
        enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS, PORTS)
    with queries() as of_the_list:
        await client.get(f"{base}/matches")
    with queries() as of_reasons:
        await client.get(f"{base}/matches/{enterprise.id}")
    # The page of reasons finds the event in memory.
    assert (len(of_the_list), len(of_reasons)) == (18, 7)


async def test_a_changed_text_counts_at_once(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, PORTS)
    before = read(await client.get(f"{base}/matches")).by_class["points"]
    [need] = await factories.needs_of(enterprise)
    await Need.filter(id=need.id).update(topics=["mat.mag"])
    after = read(await client.get(f"{base}/matches")).by_class["points"]
    assert int(after[0].split()[-1]) > int(before[0].split()[-1])


# The reasons ------------------------------------------------------------------------------------------------------


async def test_the_page_of_reasons_quotes_both_sides(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    answer = await client.get(f"{base}/matches/{enterprise.id}")
    page = read(answer)
    assert "Matches · Match 1 of 1" in page.words
    assert "Same topic: magnetic materials" in page.words
    marked = re.findall("<mark>(.*?)</mark>", answer.text)
    assert "магниты" in " ".join(marked)
    assert [mark for mark in marked if "магнит" not in mark and mark in NEED_OF_MAGNETS["title"]] != []
    assert NEED_OF_MAGNETS["text"] in page.words
    assert enterprise.organisation.name in page.words
    assert "The expert’s readiness level is below the level that the need asks for." in page.words


async def test_the_account_adds_up_to_the_score(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    page = read(await client.get(f"{base}/matches/{enterprise.id}"))
    parts = [(int(reached), int(most)) for reached, most in re.findall(r"(\d+) / (\d+)", page.by_class["account"][0])]
    assert sum(reached for reached, _most in parts) == int(page.by_class["score"][0])
    assert sum(most for _reached, most in parts) == 100
    assert all(reached <= most for reached, most in parts)


async def test_what_topics_bring_in_adds_up_to_the_points_of_topics(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    answer = await client.get(f"{base}/matches/{enterprise.id}")
    page = read(answer)
    [topics] = re.findall(r"Topics (\d+) / ", page.by_class["account"][0])
    of_topics = [int(words.split()[-1]) for words in page.by_class["of"]]
    assert (len(of_topics) > 1, sum(of_topics)) == (True, int(topics))
    assert 'href="#r1"><span class="relation" aria-hidden="true">=</span>magnetic materials</a>' in answer.text


@pytest.mark.parametrize(
    ("offer", "title", "text", "gist"),
    [
        ("магниты", "磁", "", "Topics of both sides: magnetic materials."),
        ("", "", "", "Topics of both sides: magnetic materials."),
        ("Ъ" * 300, "磁" * 300, "x" * 3000, "Topics of both sides: magnetic materials."),
    ],
    ids=["one word", "none", "one endless word"],
)
async def test_texts_of_a_word_or_none_have_an_account_and_a_reason(
    client: Client, offer: str, title: str, text: str, gist: str
) -> None:
    expert, base = await at_expert(client, headline="", offer=offer)
    enterprise = await enterprise_with(expert.event, {**NEED_OF_MAGNETS, "title": title, "text": text})
    page = read(await client.get(f"{base}/matches/{enterprise.id}"))
    parts = re.findall(r"(\d+) / \d+", page.by_class["account"][0])
    assert page.by_class["gist"][0].startswith(gist)
    assert (sum(map(int, parts)), len(page.by_class["joint"]) > 0) == (int(page.by_class["score"][0]), True)


async def test_a_pair_without_a_reason_says_so_first(client: Client) -> None:
    expert, base = await at_expert(client, headline="Qqq", offer="Zzz vvv.", topics=[], text_locale="en")
    enterprise = await enterprise_with(expert.event, {"title": "Www", "text": "", "topics": []})
    page = read(await client.get(f"{base}/matches/{enterprise.id}"))
    assert page.by_class["gist"][0].startswith("No topics in common were found.")
    assert ("joint" in page.by_class, "You can still mark a wish for this meeting." in page.words) == (
        False,
        True,
    )


def test_points_of_reasons_are_whole_and_never_more_than_there_are() -> None:
    assert reason_points(10, [0.5, 0.25]) == [5, 3]
    assert reason_points(7, [1 / 3, 1 / 3, 1 / 3]) == [3, 2, 2]
    assert reason_points(0, [0.4, 0.6]) == [0, 0]
    assert reason_points(5, []) == []


async def test_every_account_of_an_event_adds_up(database: None) -> None:
    event = await factories.event()
    for topics in (["mat.mag"], ["port.equipment", "auto.ev"], ["nrg.hydrogen"]):
        await factories.expert(event, topics=topics, readiness=4, languages=["ru"])
        await enterprise_with(event, {"topics": topics, "readiness": 7}, {"modes": [Mode.LICENCE]}, languages=["zh"])
    rows = await load_rows(event)
    scorer = Scorer()
    known = await scorer.known(rows)
    scorer.close()
    pairs = [(need.id, expert.id) for need in rows.needs for expert in rows.of(Side.EXPERT)]
    for pair in await scoring.explained(known, pairs):
        told = account(pair)
        assert sum(row.reached for row in told) == round(100 * pair.score)
        assert (sum(row.most for row in told), all(row.reached <= row.most for row in told)) == (100, True)


async def test_words_that_the_reader_does_not_read_have_their_topic_below_in_the_readers_language(
    client: Client,
) -> None:
    expert, base = await at_expert(client, languages=["ru", "en"])
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await client.post("/language", data={"to": "ru", "next": "/"})
    answer = await client.get(f"{base}/matches/{enterprise.id}")
    first = read(answer).by_class["joint"][0]
    assert first.startswith("Ваш текст Спечённые магниты")
    assert "Текст компании · китайский" in first
    assert first.endswith("Тема: магнитные материалы")
    assert set(re.findall("<blockquote([^>]*)>", answer.text)) == {' lang="ru" dir="ltr"', ' lang="zh-Hans" dir="ltr"'}


async def test_no_topic_is_added_below_quotations_in_a_language_that_the_reader_speaks(client: Client) -> None:
    expert, base = await at_expert(client, languages=["ru", "zh"])
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    assert "bridge" not in read(await client.get(f"{base}/matches/{enterprise.id}")).by_class


async def test_the_direction_of_a_language_is_known(client: Client) -> None:
    expert, base = await at_expert(client)
    arabic = {"title": "NdFeB مغناطيس دائم", "text": "", "text_locale": "ar", "topics": ["mat.mag"]}
    enterprise = await enterprise_with(expert.event, arabic)
    answer = await client.get(f"{base}/matches/{enterprise.id}")
    assert '<blockquote lang="ar" dir="rtl">' in answer.text


async def test_each_need_has_its_own_reasons(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS, PORTS)
    _magnets, cranes = await factories.needs_of(enterprise)
    of_cranes = read(await client.get(f"{base}/matches/{enterprise.id}?need={cranes.id}"))
    of_nonsense = read(await client.get(f"{base}/matches/{enterprise.id}?need=nonsense"))
    assert PORTS["text"] in of_cranes.words
    assert f"{base}/matches/{enterprise.id}?need={cranes.id}" in of_nonsense.links


@pytest.mark.parametrize(
    ("languages", "interprets", "sentence"),
    [
        (["zh", "en"], False, "Common language: English"),
        (["zh"], True, "There is no common language. Interpreter available: Russian or English ⇄ Chinese."),
        (["zh"], False, "There is no common language, and no interpreter is available."),
    ],
)
async def test_the_page_says_how_the_two_will_talk(
    client: Client, languages: list[str], interprets: bool, sentence: str
) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS, languages=languages)
    if interprets:
        await factories.interpreter(expert.event)
    assert sentence in read(await client.get(f"{base}/matches/{enterprise.id}")).words


async def test_reasons_are_for_the_two_and_for_organisers(client: Client) -> None:
    expert, base = await at_expert(client)
    colleague = await factories.expert(expert.event)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    elsewhere = await enterprise_with(await factories.event(), NEED_OF_MAGNETS)
    pair = f"{base}/pairs/{expert.id}/{enterprise.id}"
    asked = [f"{base}/matches/{id}" for id in (colleague.id, elsewhere.id, expert.id, 2**63)] + [pair]
    assert [(await client.get(address)).status_code for address in asked] == [404] * 5
    await factories.signed_in(client, (await factories.organiser(expert.event)).person)
    wrong = [f"{base}/pairs/{enterprise.id}/{expert.id}", f"{base}/pairs/{expert.id}/{elsewhere.id}"]
    assert [(await client.get(address)).status_code for address in [pair, *wrong]] == [200, 404, 404]


async def test_an_organiser_sees_both_sides_whole_with_their_wishes(client: Client) -> None:
    expert, base = await at_expert(client)
    secret = {**NEED_OF_MAGNETS, "confidentiality": Confidentiality.FIELD_ONLY}
    enterprise = await enterprise_with(expert.event, secret)
    await factories.wish(expert, enterprise, WishKind.NO)
    await factories.signed_in(client, (await factories.organiser(expert.event)).person)
    page = read(await client.get(f"{base}/pairs/{expert.id}/{enterprise.id}"))
    assert (NEED_OF_MAGNETS["text"] in page.words, MAGNETS["offer"] in page.words) == (True, True)
    assert "The expert’s wish Not interested The enterprise’s wish No wish" in page.words


def test_every_code_of_affinity_has_a_sentence() -> None:
    assert {wording.missing(code, "magnets").msgid for code in MissingCode} != {""}
    assert wording.FIXES.keys() == set(Fix)
    headings = {wording.relation(rel, expert="magnets", need="motors").msgid for rel in wording.SIGNS}
    assert len(headings) == len(wording.SIGNS)


# What stays hidden ------------------------------------------------------------------------------------------------

CANARIES: dict[str, Any] = {
    "title": "CANARYTITLE спечённые магниты",
    "text": "CANARYTEXT Nd-Fe-B, постоянные магниты, диспрозий.",
}


async def hidden_enterprise(event: Event, kind: Confidentiality) -> Registration:
    """Create an enterprise whose name, title and text are easy to find wherever they appear."""
    organisation = await factories.organisation(name="CANARYFIRM", latin_name="CANARYLATIN", description="CANARYMAKES")
    need = {**CANARIES, "text_locale": "ru", "topics": ["mat.mag"], "confidentiality": kind}
    return await enterprise_with(event, need, organisation=organisation)


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
    ("kind", "seen"), [(Confidentiality.STAGED, {"CANARYTITLE"}), (Confidentiality.FIELD_ONLY, set[str]())]
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
        (Confidentiality.STAGED, {"CANARYTITLE", "CANARYTEXT", "CANARYFIRM", "CANARYLATIN", "CANARYMAKES"}),
        (Confidentiality.FIELD_ONLY, {"CANARYFIRM", "CANARYLATIN", "CANARYMAKES"}),
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


async def test_a_veto_and_a_single_wish_are_seen_by_nobody_else(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    address = f"{base}/matches/{enterprise.id}"
    before = (await client.get(address)).text
    for kind in (WishKind.NO, WishKind.MUST):
        wish = await factories.wish(enterprise, expert, kind)
        assert (await client.get(address)).text == before
        await wish.delete()


# In short ---------------------------------------------------------------------------------------------------------


async def test_one_sentence_each_says_why_they_should_meet(client: Client) -> None:
    expert, base = await at_expert(client, languages=["ru"])
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS, languages=["zh"])
    told = [read(await client.get(f"{base}/matches/{enterprise.id}")).by_class["gist"]]
    await factories.interpreter(expert.event)
    for locale in ("en", "ru", "zh_Hans"):
        await client.post("/language", data={"to": locale, "next": "/"})
        told.append(read(await client.get(f"{base}/matches/{enterprise.id}")).by_class["gist"])
    assert [words for [words] in told] == [
        "Topics of both sides: magnetic materials. There is no common language, and no interpreter is available yet. "
        "Forms of cooperation that both sides accept: Consulting.",
        "Topics of both sides: magnetic materials. There is no common language, but an interpreter is available. "
        "Forms of cooperation that both sides accept: Consulting.",
        "Общее для обеих сторон: магнитные материалы. Общего языка нет, но есть переводчик. "
        "Формы сотрудничества, подходящие обеим сторонам: Консультирование.",
        "双方共同的技术主题：磁性材料。 没有共同语言，但有口译员。 双方都接受的合作方式：顾问咨询。",
    ]


async def test_the_summary_reveals_nothing_hidden(client: Client) -> None:
    expert, base = await at_expert(client, topics=[])
    hidden = {**NEED_OF_MAGNETS, "topics": ["port.equipment"], "confidentiality": Confidentiality.FIELD_ONLY}
    enterprise = await enterprise_with(expert.event, hidden)
    [words] = read(await client.get(f"{base}/matches/{enterprise.id}")).by_class["gist"]
    assert (
        words == "The text is hidden until both sides want to meet. Common language: English. No interpreter is needed."
    )


@pytest.mark.parametrize(
    ("theirs", "ours", "sentence"),
    [
        ("mat.mag", "mat.rareearth", "Related fields: magnetic materials and rare-earth materials."),
        (
            "mat.mag",
            "mat.functional",
            "The expert covers part of the need: magnetic materials is part of functional materials.",
        ),
    ],
)
async def test_the_summary_states_a_relation_as_a_sentence(
    client: Client, theirs: str, ours: str, sentence: str
) -> None:
    expert, base = await at_expert(client, headline="", offer="Nothing that any scheme knows.", topics=[theirs])
    enterprise = await enterprise_with(expert.event, {"title": "Qqq", "text": "Zzz vvv.", "topics": [ours]})
    [words] = read(await client.get(f"{base}/matches/{enterprise.id}")).by_class["gist"]
    assert words.startswith(sentence)


def test_every_relation_has_a_sentence_of_its_own() -> None:
    said = {wording.relation_sentence(rel, expert="magnets", need="motors").msgid for rel in wording.SIGNS}
    assert len(said) == len(wording.SIGNS)
