"""The account of a need's completeness, and vague texts."""

from typing import Any

import pytest

from matching.affinity import scheme
from server.needs.completeness import account_of, vague_words
from tests import factories
from tests.client import Client
from tests.reading import read

WHOLE: dict[str, Any] = {
    "title": "Sintered magnets with less dysprosium",
    "text": "We make sintered magnets for motors. Coercivity falls below 20 kOe with less than 2 % dysprosium.",
    "tried": "Grain boundary diffusion with terbium fluoride: too expensive.",
    "acceptance": "Coercivity of 25 kOe with at most 1 % dysprosium.",
    "topics": ["mat.mag"],
    "modes": ["project"],
    "readiness": "6",
    "deadline": "2030-01-31",
    "budget": "500k_2m",
    "rights": "shared",
    "decision_owner": "Li Wei, chief engineer",
}


def missing(**other: Any) -> list[str]:
    """Return the parts that the whole need lacks with these values."""
    return [part.name for part in account_of({**WHOLE, **other}, scheme()).parts if not part.is_done]


def notes(**other: Any) -> list[str]:
    return [note.msgid for note in account_of({**WHOLE, **other}, scheme()).notes]


def test_a_whole_need_lacks_nothing() -> None:
    account = account_of(WHOLE, scheme())
    assert (missing(), account.notes, account.done) == ([], [], len(account.parts))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "Magnets"),
        ("text", "Better magnets."),
        ("tried", "  "),
        ("acceptance", "Good magnets, quickly"),
        ("topics", []),
        ("modes", []),
        ("readiness", ""),
        ("deadline", ""),
        ("budget", "open"),
        ("rights", "open"),
        ("decision_owner", ""),
    ],
)
def test_each_part_that_is_missing_is_named(name: str, value: Any) -> None:
    assert missing(**{name: value}) == [name]


def test_topics_that_are_needed_count_as_topics() -> None:
    assert missing(topics=[], must_topics=["mat.mag"]) == []


@pytest.mark.parametrize(
    ("other", "note"),
    [
        ({"text": "Less dysprosium in magnets, 1 %."}, "The goal is only one short line."),
        (
            {"text": "Sintered magnets" + " that last" * 10, "acceptance": "", "tried": ""},
            "The need contains no figure.",
        ),
        (
            {"title": "An important question", "text": "We look for help. " * 6 + "5", "tried": "", "acceptance": ""},
            "The need names no known product",
        ),
        ({"acceptance": "Significantly higher coercivity, 25 kOe"}, "These words cannot be measured"),
    ],
)
def test_a_vague_text_is_noticed(other: dict[str, Any], note: str) -> None:
    [found] = notes(**other)
    assert found.startswith(note)


def test_a_need_without_a_text_is_not_called_vague() -> None:
    assert notes(text="", acceptance="", tried="", title="Something") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("大幅提升注塑机节能水平，性能达到国际先进水平", ["大幅", "国际先进"]),
        ("Значительно снизить шум, значительно!", ["Значительно"]),
        ("Significantly lower noise, State-of-the-art", ["Significantly", "State-of-the-art"]),
        ("噪声不高于 65 dB; шум не выше 65 дБ; noise of 65 dB", []),
    ],
)
def test_words_that_cannot_be_measured_are_found_as_written(text: str, words: list[str]) -> None:
    assert vague_words(text) == words


async def test_the_page_says_what_is_missing_and_why_and_saves_the_need_all_the_same(client: Client) -> None:
    event = await factories.event()
    party = await factories.enterprise(event, await factories.person(locale="en"), needs=0)
    [delegate] = await factories.delegates_of(party)
    await factories.signed_in(client, delegate)
    draft = await factories.need(party, title="大幅提升注塑机节能水平", text="大幅提升注塑机节能水平。", state="draft")
    page = read(await client.get(f"/e/{event.slug}/me/needs/{draft.id}"))
    assert "3 of 11 parts" in page.words
    assert "Both sides then know when the problem is solved." in page.words
    assert "These words cannot be measured: 大幅" in page.words
    data = {"title": draft.title, "confidentiality": "open", "as": "draft"}
    assert (await client.post(f"/e/{event.slug}/me/needs/{draft.id}", data=data)).status_code == 303
