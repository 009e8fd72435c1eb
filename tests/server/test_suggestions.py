"""Suggestions while typing: passport spellings, and topics found in a text."""

import pytest

from matching.affinity import scheme
from server.models import Registration
from server.profiles import MAX_TOPICS, found_topics
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registering import WORK, visitor


async def test_a_passport_spelling_is_suggested(client: Client) -> None:
    answers = [
        await client.get("/names/latin", params={"name": name, "country": "CN"})
        for name in ("Щукина Юлия", "王小明", "⌘", "")
    ]
    assert [answer.json() for answer in answers] == [
        {"latin": "SHCHUKINA IULIIA"},
        {"latin": "WANG XIAOMING"},
        {"latin": ""},
        {"latin": ""},
    ]


@pytest.mark.parametrize(
    "sent", [b"", b"{", b"[]", b"7", b'{"text": 7}', b'{"text": "\\ud800"}', b"\xff\xfe", b"[" * 100_000]
)
async def test_topics_are_suggested_for_text_alone(client: Client, sent: bytes) -> None:
    answer = await client.post("/topics/suggest", content=sent)
    told = "No topics were found in your text."
    assert (answer.status_code, answer.json()) == (200, {"topics": [], "told": told})


async def test_topics_of_a_text_come_in_the_readers_language(client: Client) -> None:
    text = {"text": "烧结钕铁硼永磁体"}
    answer = await client.post("/topics/suggest", json=text, headers={"accept-language": "ru"})
    assert answer.json() == {
        "topics": [
            {"value": "mat.mag", "label": "магнитные материалы", "words": "钕铁硼 и 永磁体"},
            {"value": "mat.powder", "label": "порошковая металлургия и твёрдые сплавы", "words": "烧结"},
        ],
        "told": "В вашем тексте найдено 2 темы.",
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("再生铝", {"mat.al": ("铝",)}),
        ("再生纸", {}),
        ("再生医学", {"bio.tissue": ("再生医学",)}),
        ("石油管道和水泥", {}),
        ("Разрабатываю и исследую системы", {}),
        ("обработка сигналов", {"dig.signal": ("обработка сигналов",)}),
        ("железная дорога", {"civ.rail": ("железная дорога",)}),
        ("Wasserstoffspeicher, Kernkraftwerk", {}),
        ("магниты, магниты, Магниты", {"mat.mag": ("магниты",)}),
    ],
)
def test_topics_are_named_by_whole_words_and_no_part_of_a_longer_one(text: str, found: dict[str, tuple[str]]) -> None:
    told = {each.id: each.words for each in found_topics(text, scheme())}
    assert {topic: told.get(topic) for topic in found} == found
    assert not {"bio.tissue", "soc.education"} & (told.keys() - found.keys())


def test_three_topics_are_suggested_each_with_words_of_its_own_and_none_that_is_chosen() -> None:
    text = "烧结钕铁硼永磁体，激光焊接铝合金，制氢电解槽，港口起重机，水稻育种"
    found = found_topics(text, scheme())
    others = found_topics(text, scheme(), [found[0].id])
    words = [word for each in found for word in each.words]
    assert (len(found), len(set(words)), all(word in text for word in words)) == (3, len(words), True)
    assert (len(others), found[0].id in [each.id for each in others]) == (3, False)


async def test_how_many_were_found_is_told_beside_the_boxes(client: Client) -> None:
    event, _person = await visitor(client)
    page = await client.get(f"/e/{event.slug}/register/expert/work")
    assert 'role="status" aria-live="polite" data-topics-told></p>' in page.text


# Without scripts --------------------------------------------------------------------------------------------------

MAGNETS = "Разрабатываю спечённые постоянные магниты Nd-Fe-B."
OFFERED = "magnetic materials постоянные магниты · Nd-Fe-B"


async def test_a_registration_without_topics_comes_back_with_those_of_its_text_not_ticked(client: Client) -> None:
    event, _person = await visitor(client)
    untagged = {**WORK, "headline": "Полезное", "offer": MAGNETS, "topics": []}
    answer = await client.post(f"/e/{event.slug}/register/expert/work", data=untagged)
    page = read(answer)
    assert (answer.status_code, page.faults["topics"]) == (422, "Choose at least one option.")
    assert OFFERED in page.by_class["found"]
    assert (page.field("offer"), page.fields.get("topics", [])) == (MAGNETS, [])


@pytest.mark.parametrize("ticked", [[], ["mat.mag"], ["mat.mag", "auto.ev"]])
async def test_a_button_finds_topics_and_saves_nothing(client: Client, ticked: list[str]) -> None:
    event, _person = await visitor(client)
    typed = {"offer": MAGNETS, "full_name": "", "topics": ticked, "as": "suggest"}
    page = read(await client.post(f"/e/{event.slug}/register/expert/work", data=typed))
    assert (OFFERED in page.by_class.get("found", [])) == ("mat.mag" not in ticked)
    assert (sorted(page.fields.get("topics", [])), page.faults) == (sorted(ticked), {})
    assert await Registration.all().count() == 0


async def test_a_need_is_offered_the_topics_of_its_text_too(client: Client) -> None:
    enterprise, base = await at_needs(client)
    typed = {"title": "烧结钕铁硼永磁体", "text": "", "as": "suggest"}
    page = read(await client.post(f"{base}/new", data=typed))
    assert ("magnetic materials 钕铁硼 · 永磁体" in page.by_class["found"], page.field("title")) == (
        True,
        typed["title"],
    )
    ticked = read(await client.post(f"{base}/new", data={**typed, "must_topics": ["mat.mag"]}))
    assert "magnetic materials 钕铁硼 · 永磁体" not in ticked.by_class.get("found", [])
    assert await factories.needs_of(enterprise) == []


# With one tap -----------------------------------------------------------------------------------------------------


async def at_needs(client: Client) -> tuple[Registration, str]:
    event = await factories.event()
    enterprise = await factories.enterprise(event, await factories.person(), needs=0)
    [delegate] = await factories.delegates_of(enterprise)
    await factories.signed_in(client, delegate)
    return enterprise, f"/e/{event.slug}/me/needs"


async def test_an_expert_without_topics_confirms_one_with_one_tap(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, headline="Useful", offer=MAGNETS, topics=[])
    await factories.signed_in(client, expert.person)
    me = f"/e/{event.slug}/me"
    assert f"+ {OFFERED}" in read(await client.get(me)).by_class["found"]
    answers = [await client.post(f"{me}/topics", data={"topic": "mat.mag"}) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {f"{me}?notice=topic_added"}
    page = read(await client.get(me))
    assert f"+ {OFFERED}" not in page.by_class.get("found", [])
    assert "magnetic materials" in page.by_class["badge"]


async def test_a_need_without_topics_is_confirmed_one_with_one_tap(client: Client) -> None:
    enterprise, base = await at_needs(client)
    need = await factories.need(enterprise, title="烧结钕铁硼永磁体", text="", topics=[])
    assert "+ magnetic materials 钕铁硼 · 永磁体" in read(await client.get(base)).by_class["found"]
    answer = await client.post(f"{base}/{need.id}/topics", data={"topic": "mat.mag"})
    [stands] = await factories.needs_of(enterprise)
    assert (answer.status_code, stands.topics) == (303, ["mat.mag"])
    assert "+ magnetic materials 钕铁硼 · 永磁体" not in read(await client.get(base)).by_class.get("found", [])


async def test_no_suggestions_beyond_three_chosen_topics(client: Client) -> None:
    enterprise, base = await at_needs(client)
    chosen = ["auto.ev", "port.equipment", "dig.cv"]
    await factories.need(enterprise, title="烧结钕铁硼永磁体", text="", topics=chosen)
    assert "found" not in read(await client.get(base)).by_class


@pytest.mark.parametrize("topic", ["", "none.such", "x" * 500, "\x00"])
async def test_an_unknown_topic_is_refused(client: Client, topic: str) -> None:
    event = await factories.event()
    expert = await factories.expert(event, topics=[])
    await factories.signed_in(client, expert.person)
    answer = await client.post(f"/e/{event.slug}/me/topics", data={"topic": topic})
    await expert.refresh_from_db()
    assert (answer.status_code, expert.topics) == (422, [])


async def test_the_number_of_topics_is_limited(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, topics=list(scheme().leaves[:MAX_TOPICS]))
    await factories.signed_in(client, expert.person)
    await client.post(f"/e/{event.slug}/me/topics", data={"topic": scheme().leaves[-1]})
    await expert.refresh_from_db()
    assert expert.topics == list(scheme().leaves[:MAX_TOPICS])
