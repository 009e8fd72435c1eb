"""The page of reasons, the parts of a score, and the summary of a pair."""

import re

import pytest

from matching.affinity import Fix, MissingCode
from server.models import Confidentiality, Mode, Side, WishKind
from server.rows import load_rows
from server.scores import wording
from server.scores.account import account, reason_points
from server.scores.scoring import Scorer
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.matched import MAGNETS, NEED_OF_MAGNETS, PORTS, at_expert, enterprise_with

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
    for pair in [known.explain(*each) for each in pairs]:
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
