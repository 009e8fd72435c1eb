"""Small helps for typing: passport spellings, and topics found in a text."""

import pytest

from tests.client import Client


async def test_a_passport_spelling_is_suggested(client: Client) -> None:
    answers = [await client.get("/names/latin", params={"name": name}) for name in ("Щукина Юлия", "王小明", "⌘", "")]
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
    assert (answer.status_code, answer.json()) == (200, {"topics": []})


async def test_topics_of_a_text_come_in_the_readers_language(client: Client) -> None:
    text = {"text": "烧结钕铁硼永磁体"}
    answer = await client.post("/topics/suggest", json=text, headers={"accept-language": "ru"})
    assert {"value": "mat.mag", "label": "магнитные материалы"} in answer.json()["topics"]
