"""Servers on loopback that translate, by the protocols of LibreTranslate, DeepL and OpenAI's chat, or break them."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.endpoint import Answer

Translate = Callable[[str], str]
# What a translator would write, for the texts of tests. Marks stand for numbers and names.
WORDS = {"ru": "Перевод", "zh": "译文", "zh-Hans": "译文", "ZH-HANS": "译文", "RU": "Перевод", "EN-GB": "Translation"}


def translated(text: str, target: str) -> str:
    """Return a translation of a text: words of the language for its letters, and every mark in its place."""
    marks = [part for part in text.replace("]", "[").split("[") if part.isdigit()]
    word = WORDS.get(target, "Translation")
    return " ".join([" ".join([word] * max(1, len(text) // 12)), *(f"[{mark}]" for mark in marks)])


def texts_in(body: Mapping[str, Any]) -> tuple[list[str], str]:
    """Return the texts of a request and their target language, whatever the protocol."""
    if "q" in body:
        return body["q"], body["target"]
    if "text" in body:
        return body["text"], body["target_lang"]
    told, given = (message["content"] for message in body["messages"])
    return json.loads(given)["texts"], told.split(" into ")[1].split(".")[0]


def answer_to(body: Mapping[str, Any], texts: Sequence[str]) -> Answer:
    """Return an answer with these texts in the protocol of the request."""
    if "q" in body:
        found: Any = {"translatedText": list(texts)}
    elif "text" in body:
        found = {"translations": [{"detected_source_language": "ZH", "text": text} for text in texts]}
    else:
        content = json.dumps({"texts": list(texts)}, ensure_ascii=False)
        found = {"choices": [{"message": {"role": "assistant", "content": content}}]}
    return 200, json.dumps(found).encode()


def engine(body: Any) -> Answer:
    """Translate as an engine does that works."""
    texts, target = texts_in(body)
    return answer_to(body, [translated(text, target) for text in texts])


def engine_that(spoil: Callable[[str], str]) -> Callable[[Any], Answer]:
    """Return an engine that spoils each of its translations."""

    def answer(body: Any) -> Answer:
        texts, target = texts_in(body)
        return answer_to(body, [spoil(translated(text, target)) for text in texts])

    return answer
