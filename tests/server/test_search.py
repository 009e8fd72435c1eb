"""Search by a name in any script, by a topic or word in any language, and with a wrong letter."""

from typing import Any

import pytest

from i18n.names import PersonName
from matching.affinity import scheme
from server.models import Confidentiality, Event
from server.search import finding, gathering, query
from server.search.finding import Found, Way
from server.search.gathering import Gathered, Item
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.statements import Statements

PEOPLE = [
    ("Иванов Пётр", "IVANOV PETR", ""),
    ("Куликова Анна", "", ""),
    ("王小明", "", ""),
    ("Ahmed Youssef", "", "艾哈迈德"),
    ("佐藤太郎", "Satō Tarō", ""),
    ("Дежнёва Ольга", "", ""),
    ("Chen Lanyang", "", ""),
    ("蓝洋", "", ""),
]


def names(query_text: str) -> list[tuple[str, str]]:
    """Return which of PEOPLE are found, and how."""
    items = [Item(finding.person_names(PersonName(*person))) for person in PEOPLE]
    found = finding.find(items, query.query_of(query_text), scheme())
    return [(PEOPLE[each.at][0].split()[0], each.way.name) for each in found]


def test_palladius_finds_a_chinese_name_in_either_script() -> None:
    assert names("Ланьян") == [("Chen", "WORDS"), ("蓝洋", "WORDS")]


@pytest.mark.parametrize(
    ("typed", "whom", "way"),
    [
        ("Иванов", "Иванов", "WORDS"),
        ("ИВАНОВ ПЕТР", "Иванов", "WORDS"),
        ("sato", "佐藤太郎", "WORDS"),
        ("Dejneva", "Дежнёва", "WORDS"),
        ("Deschnjowa", "Дежнёва", "WORDS"),
        ("Dezhnyova", "Дежнёва", "WORDS"),
        ("ivanov", "Иванов", "WORDS"),
        ("Iwanow", "Иванов", "WORDS"),
        ("Ivanoff", "Иванов", "SPELLING"),
        ("伊万诺夫", "Иванов", "SPELLING"),
        ("库利科娃", "Куликова", "SPELLING"),
        ("Kulikova", "Куликова", "WORDS"),
        ("кулекова", "Куликова", "SPELLING"),
        ("Kulkiova", "Куликова", "SPELLING"),
        ("王小明", "王小明", "WORDS"),
        ("wang xiaoming", "王小明", "WORDS"),
        ("wangxiaoming", "王小明", "WORDS"),
        ("xiao ming", "王小明", "WORDS"),
        ("艾哈迈德", "Ahmed", "WORDS"),
        ("Yousef", "Ahmed", "SPELLING"),
    ],
)
def test_a_name_is_found_in_any_script_and_spelling(typed: str, whom: str, way: str) -> None:
    assert names(typed) == [(whom, way)]


@pytest.mark.parametrize("typed", ["Сидоров", "李小明", "贝小明", "zzz", "Ивн", "Anna Ivanova"])
def test_other_names_are_not_found(typed: str) -> None:
    assert names(typed) == []


TEXTS = [
    Item((), finding.folded("Разрабатываю спечённые постоянные магниты Nd-Fe-B."), frozenset()),
    Item((), finding.folded("我司供应烧结钕铁硼永磁体。"), frozenset({"mat.mag"})),
    Item((), finding.folded("Our harbour cranes are loud at night."), frozenset({"port.equipment"})),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("магниты", [(0, Way.WORDS), (1, Way.TOPIC)]),
        ("постоянных магнитов", [(0, Way.TOPIC), (1, Way.TOPIC)]),
        ("permanent magnets", [(0, Way.TOPIC), (1, Way.TOPIC)]),
        ("永磁体", [(1, Way.WORDS), (0, Way.TOPIC)]),
        ("磁性材料", [(0, Way.TOPIC), (1, Way.TOPIC)]),
        ("магнтные материалы", [(1, Way.TOPIC)]),
        ("фериты", [(1, Way.TOPIC)]),
        ("harbour CRANES", [(2, Way.WORDS)]),
        ("harbuor", [(2, Way.SPELLING)]),
        ("烧结汝铁硼", [(1, Way.SPELLING)]),
        ("cranes магниты", []),
        ("at night", [(2, Way.WORDS)]),
    ],
)
def test_a_topic_or_a_word_is_found_in_any_language_with_a_letter_wrong(
    typed: str, found: list[tuple[int, Way]]
) -> None:
    got = finding.find(TEXTS, query.query_of(typed), scheme())
    assert [(each.at, each.way) for each in got] == found


def test_a_stem_that_two_words_share_means_the_one_that_was_typed() -> None:
    both = [Item((), "", frozenset({topic})) for topic in ("mat.mag", "mat.al")]
    assert finding.find(both, query.query_of("магниты"), scheme()) == [Found(0, Way.TOPIC, "mat.mag")]
    assert finding.find(both, query.query_of("магниевые сплавы"), scheme()) == [Found(1, Way.TOPIC, "mat.al")]


def test_a_field_finds_all_below_it() -> None:
    [found] = finding.find(TEXTS[1:], query.query_of("новые материалы и металлургия"), scheme())
    assert found == Found(0, Way.TOPIC, "mat.mag")


def test_an_empty_query_finds_everything_in_order() -> None:
    assert [each.at for each in finding.find(TEXTS, query.query_of(" \x00\u202e "), scheme())] == [0, 1, 2]


def test_what_nobody_sees_is_not_looked_for_and_what_is_long_is_cut() -> None:
    seen = query.query_of("маг\u202eни\x00ты\n" + "x" * 200)
    assert (seen.text[:7], len(seen.text), seen.is_cut) == ("магниты", 100, True)
    assert query.query_of("a " * 50).is_cut is False
    assert len(query.query_of(" ".join("abcdefghijklmnop")).words) == query.MOST_WORDS


@pytest.mark.parametrize(("word", "letters"), [("три", 0), ("четы", 1), ("восьмой", 1), ("восьмому", 2)])
def test_the_number_of_wrong_letters_is_limited(word: str, letters: int) -> None:
    assert gathering.allowed(word) == letters


# On the pages -----------------------------------------------------------------------------------------------------

MAGNETS: dict[str, Any] = {
    "headline": "Спечённые магниты",
    "offer": "Разрабатываю спечённые постоянные магниты Nd-Fe-B.",
    "text_locale": "ru",
    "topics": ["mat.mag"],
}


CRANES: dict[str, Any] = {"headline": "Cranes", "offer": "I build quiet cranes.", "topics": ["port.equipment"]}


async def at_desk(client: Client) -> tuple[Event, str]:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    return event, f"/e/{event.slug}"


async def test_an_organiser_finds_experts_by_topic_and_is_told_how(client: Client) -> None:
    event, base = await at_desk(client)
    person = await factories.person(full_name="Соколова Елена", latin_name="SOKOLOVA ELENA")
    await factories.expert(event, person, **MAGNETS)
    await factories.expert(event, **CRANES)
    by_topic = read(await client.get(f"{base}/experts?q=永磁体"))
    by_spelling = read(await client.get(f"{base}/experts?q=Sokalova"))
    assert [page.by_class["voice"] for page in (by_topic, by_spelling)] == [["SOKOLOVA ELENA"]] * 2
    assert ("By topic: magnetic materials" in by_topic.words, "Similar word: sokolova" in by_spelling.words) == (
        True,
        True,
    )


async def test_an_organiser_finds_needs_by_their_text_and_enterprises_by_pinyin(client: Client) -> None:
    event, base = await at_desk(client)
    made = await factories.enterprise(event, needs=0, organisation=await factories.organisation(name="宁波衔川塑机"))
    await factories.need(made, title="螺杆", text="玻纤料专用螺杆机筒的耐磨强化。", confidentiality="field_only")
    await factories.enterprise(event)
    needs = read(await client.get(f"{base}/needs?q=耐磨强化"))
    by_need = read(await client.get(f"{base}/enterprises?q=螺杆"))
    assert by_need.by_class["voice"] == ["宁波衔川塑机"]
    enterprises = read(await client.get(f"{base}/enterprises?q=ningbo xianchuan"))
    assert (needs.by_class["voice"], enterprises.by_class["voice"]) == (["螺杆"], ["宁波衔川塑机"])


async def test_one_query_finds_experts_enterprises_and_needs(client: Client) -> None:
    event, base = await at_desk(client)
    expert = await factories.expert(event, **MAGNETS)
    await factories.expert(event, **CRANES)
    made = await factories.enterprise(event, needs=0, organisation=await factories.organisation(name="甬磁新材料"))
    await factories.need(made, title="磁体", text="烧结钕铁硼永磁体", topics=["mat.mag"])
    page = read(await client.get(f"{base}/search?q=permanent magnet"))
    assert page.by_class["voice"] == [expert.person.full_name, expert.headline, "甬磁新材料", "磁体"]
    assert "Nothing was found." in read(await client.get(f"{base}/search?q=zzzz")).words
    assert "What are you looking for?" in read(await client.get(f"{base}/search")).words


async def test_more_than_a_few_are_a_link_to_all(client: Client) -> None:
    event, base = await at_desk(client)
    for _ in range(9):
        await factories.expert(event, **MAGNETS)
    page = read(await client.get(f"{base}/search?q=магниты"))
    assert f"{base}/experts?q=%D0%BC%D0%B0%D0%B3%D0%BD%D0%B8%D1%82%D1%8B" in page.links
    assert len([link for link in page.links if "/parties/" in link]) == 8


async def test_an_enterprise_finds_experts_by_a_topic_of_theirs_not_of_its_own(client: Client) -> None:
    event = await factories.event()
    there = await factories.expert(event, **MAGNETS)
    await factories.expert(event, **CRANES)
    enterprise = await factories.enterprise(event, needs=0)
    await factories.need(enterprise, title="磁体", text="烧结钕铁硼永磁体", topics=["mat.mag"])
    [delegate] = await factories.delegates_of(enterprise)
    await factories.signed_in(client, delegate)
    page = read(await client.get(f"/e/{event.slug}/matches?q=permanent magnet"))
    assert page.by_class["item"] == [there.person.full_name]


@pytest.mark.parametrize("kind", [Confidentiality.STAGED, Confidentiality.FIELD_ONLY])
async def test_no_typo_and_no_synonym_finds_hidden_text(client: Client, kind: Confidentiality) -> None:
    event = await factories.event()
    expert = await factories.expert(event, **MAGNETS)
    organisation = await factories.organisation(name="CANARYFIRM", latin_name="", description="CANARYMAKES")
    hidden = await factories.enterprise(event, needs=0, organisation=organisation)
    text = "CANARYTEXT: постоянные магниты, перманентные насосы"
    await factories.need(hidden, title="Title", text=text, topics=["port.equipment"], confidentiality=kind)
    await factories.signed_in(client, expert.person)
    asked = [
        "CANARYTEXT",
        "CANARYTEXTS",
        "CANARYTXET",
        "permanent magnet",
        "насосы",
        "CANARYFIRN",
        "CANARYMAKES",
        "Title",
    ]
    found = [
        words
        for words in asked
        if f"/e/{event.slug}/matches/{hidden.id}" in read(await client.get(f"/e/{event.slug}/matches?q={words}")).links
    ]
    assert found == (["Title"] if kind == Confidentiality.STAGED else [])


@pytest.mark.parametrize("path", ["experts", "enterprises", "needs"])
async def test_a_query_that_finds_nothing_or_is_too_long_gets_a_page(client: Client, path: str) -> None:
    _event, base = await at_desk(client)
    for typed in ("\x00", "\u202e\u2066", "%", "'\"<>", "x" * 5000, "(((", "\\", "🦊" * 60):
        answer = await client.get(f"{base}/{path}", params={"q": typed})
        assert answer.status_code == 200
        assert ("Only the first 100 characters" in answer.text) == (len(typed) > 100)


@pytest.mark.parametrize("number", [1, 3])
async def test_a_search_takes_the_same_queries_for_one_and_three(client: Client, queries: Any, number: int) -> None:
    event, base = await at_desk(client)
    for _ in range(number):
        await factories.expert(event, **MAGNETS)
        await factories.enterprise(event)
    seen: dict[str, Statements] = {}
    for path in ("experts", "needs", "search", "search"):
        with queries() as seen[path]:
            await client.get(f"{base}/{path}?q=магниты")
    # Nobody has changed since the search before.
    assert {path: len(each) for path, each in seen.items()} == {"experts": 18, "needs": 3, "search": 2}


ASKED = (
    *(
        "магниты",
        "permanent magnets",
        "永磁体",
        "постоянных магнитов",
        "harbour CRANES",
        "harbuor",
        "烧结汝铁硼",
        "at night",
    ),
    *("Иванов", "Iwanow", "伊万诺夫", "wang xiaoming", "蓝洋", "a", "磁", "nd fe b", "Ланьян", "фериты", "zzz"),
)


@pytest.mark.parametrize("typed", ASKED)
@pytest.mark.parametrize("kept", [None, {0, 2, 3, 9}])
def test_prepared_items_give_the_same_results_as_reading_them_all(typed: str, kept: set[int] | None) -> None:
    items = [*TEXTS, *(Item(finding.person_names(PersonName(*person))) for person in PEOPLE)]
    asked = query.query_of(typed)
    prepared = finding.look_up(Gathered(items, letters=True), asked, scheme(), kept)
    assert prepared == finding.look_up(Gathered(items), asked, scheme(), kept)
    alone = finding.find([item for at, item in enumerate(items) if kept is None or at in kept], asked, scheme())
    assert [each.by for each in prepared] == [each.by for each in alone]
