"""Engines are asked by their protocols, and whatever they answer instead of translations is an error with a reason."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.drafting.engines import Asked, Engine, EngineError, engine_for, retry_after
from server.models import DraftFault
from tests.endpoint import FakeEndpoint, endpoint
from tests.engine import engine

ASKED = Asked(["磁体 [1]", "焊接"], "zh_Hans", "ru", {"磁体": "магнит"})
KINDS = ("libretranslate", "deepl", "openai")


@pytest.fixture
def there() -> Iterator[FakeEndpoint]:
    with endpoint() as found:
        found.url = found.url.removesuffix("/v1")
        found.answer = engine
        yield found


def made(kind: str, there: FakeEndpoint, seconds: float = 60.0) -> Engine:
    found = engine_for(f"{kind}:{there.url}", key="word", model="small", stays=frozenset({"127.0.0.1"}))
    assert found is not None
    return replace(found, seconds=seconds)


async def fault_of(engine: Engine, asked: Asked = ASKED) -> EngineError:
    with pytest.raises(EngineError) as raised:
        await engine.translate(asked)
    return raised.value


@pytest.mark.parametrize("kind", KINDS)
async def test_texts_come_back_in_their_order(there: FakeEndpoint, kind: str) -> None:
    assert await made(kind, there).translate(ASKED) == ["Перевод [1]", "Перевод"]


async def test_libretranslate_is_asked_by_its_protocol(there: FakeEndpoint) -> None:
    await made("libretranslate", there).translate(ASKED)
    [(path, _headers, body)] = there.asked
    assert (path, body) == (
        "/translate",
        {"q": ["磁体 [1]", "焊接"], "source": "zh", "target": "ru", "format": "text", "api_key": "word"},
    )


@pytest.mark.parametrize(("target", "named"), [("ru", "RU"), ("zh_Hans", "ZH-HANS"), ("en", "EN-GB")])
async def test_deepl_is_asked_by_its_protocol(there: FakeEndpoint, target: str, named: str) -> None:
    await made("deepl", there).translate(replace(ASKED, source="de", target=target))
    [(path, headers, body)] = there.asked
    assert (path, headers["Authorization"]) == ("/v2/translate", "DeepL-Auth-Key word")
    assert (body["text"], body["source_lang"], body["target_lang"]) == (["磁体 [1]", "焊接"], "DE", named)
    assert body["context"] == "磁体 = магнит"


async def test_a_chat_is_asked_at_temperature_0_with_a_glossary(there: FakeEndpoint) -> None:
    await made("openai", there).translate(ASKED)
    [(path, headers, body)] = there.asked
    assert (path, headers["Authorization"]) == ("/v1/chat/completions", "Bearer word")
    assert (body["model"], body["temperature"], body["response_format"]) == ("small", 0, {"type": "json_object"})
    told, given = body["messages"]
    assert "from zh-Hans into ru" in told["content"]
    assert json.loads(given["content"]) == {"texts": ["磁体 [1]", "焊接"], "glossary": {"磁体": "магнит"}}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "fault", "is_passing"),
    [
        (400, DraftFault.REFUSED, False),
        (301, DraftFault.REFUSED, False),
        (403, DraftFault.KEY, False),
        (456, DraftFault.QUOTA, False),
        (429, DraftFault.BUSY, True),
        (500, DraftFault.BROKEN, True),
        (503, DraftFault.BUSY, True),
    ],
)
async def test_a_status_says_why_and_whether_to_ask_again(
    there: FakeEndpoint, kind: str, status: int, fault: DraftFault, is_passing: bool
) -> None:
    there.answer = lambda _body: (status, b"no")
    found = await fault_of(made(kind, there))
    assert (found.fault, found.is_passing, found.wait) == (fault, is_passing, None)


async def test_an_engine_says_how_long_to_wait(there: FakeEndpoint) -> None:
    there.answer = lambda _body: (429, b"")
    there.headers = {"Retry-After": "90"}
    assert (await fault_of(made("deepl", there))).wait == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("", None),
        ("soon", None),
        ("0", timedelta()),
        ("Mon, 30 Nov 2026 10:02:00 GMT", timedelta(minutes=2)),
        ("Mon, 30 Nov 2026 09:00:00 GMT", timedelta()),
        ("99999999999999", timedelta(hours=6)),
    ],
)
def test_a_wait_is_a_number_of_seconds_or_a_time(header: str, wait: timedelta | None) -> None:
    assert retry_after(header, datetime(2026, 11, 30, 10, tzinfo=UTC)) == wait


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>busy</html>",
        b"[]",
        b"null",
        b'"text"',
        b'{"translatedText": "one"}',
        b'{"translatedText": ["one"]}',
        b'{"translatedText": ["one", null]}',
        b'{"translations": [{"text": "one"}, {}]}',
        b'{"translations": [{"text": "one"}, {"text": "two"}, {"text": "three"}]}',
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": "Sure! Here is"}}]}',
        b'{"choices": [{"message": {"content": "{\\"texts\\": [\\"one\\"]}"}}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b"[" * 100_000,
    ],
)
async def test_an_answer_of_another_form_is_malformed(there: FakeEndpoint, kind: str, data: bytes) -> None:
    there.answer = lambda _body: (200, data)
    assert (await fault_of(made(kind, there))).fault is DraftFault.MALFORMED


async def test_an_engine_that_hangs_is_left_after_a_time(there: FakeEndpoint) -> None:
    there.pause = threading.Event()
    found = await fault_of(made("libretranslate", there, seconds=0.05))
    assert (found.fault, found.is_passing) == (DraftFault.LATE, True)


async def test_a_worker_that_stops_hangs_up(there: FakeEndpoint) -> None:
    there.pause = threading.Event()
    begun = threading.Event()
    there.answer = lambda body: begun.set() or engine(body)  # type: ignore[func-returns-value]
    asking = asyncio.create_task(made("libretranslate", there).translate(ASKED))
    await asyncio.to_thread(begun.wait)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_server_that_is_not_there_is_unreachable(there: FakeEndpoint) -> None:
    gone = engine_for("libretranslate:http://127.0.0.1:1")
    assert gone is not None
    found = await fault_of(gone)
    assert (found.fault, found.is_passing) == (DraftFault.UNREACHABLE, True)


def test_an_engine_names_itself_without_its_key() -> None:
    names = {kind: engine_for(f"{kind}:https://api.example", key="word", model="small") for kind in KINDS}
    assert {kind: made.name for kind, made in names.items() if made} == {
        "libretranslate": "LibreTranslate api.example",
        "deepl": "DeepL api.example",
        "openai": "small api.example",
    }
    assert "word" not in repr(names)


@pytest.mark.parametrize("setting", ["google:https://x.example", "deepl:", "deepl:x.example", "openai:http://a:b@c"])
def test_a_setting_of_another_form_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=r"TRANSLATE|takes"):
        engine_for(setting)
