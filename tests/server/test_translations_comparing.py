"""Two versions of a text, and what differs between them, in words."""

import pytest

from server.models import Need
from server.models.base import TEXT
from server.translations.comparing import difference
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.translating import CHECKED, TITLE, address, event_with_need, sent, stored


def marked(before: str, now: str) -> tuple[str, str]:
    """Return both versions with what differs in brackets."""
    found = difference(before, now)
    assert ["".join(each.text for each in version) for version in (found.before, found.now)] == [before, now]
    one, other = [
        "".join(f"[{each.text}]" if each.is_changed else each.text for each in version)
        for version in (found.before, found.now)
    ]
    return one, other


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("Same text.", "Same text.", ("Same text.", "Same text.")),
        ("Noise below 65 dB.", "Noise below 62.5 dB.", ("Noise below [65] dB.", "Noise below [62.5] dB.")),
        (
            "Снизить шум на 3 дБ.",
            "Снизить сильный шум на 3 дБ.",
            ("Снизить шум на 3 дБ.", "Снизить[ сильный] шум на 3 дБ."),
        ),
        ("降低齿轮箱的噪声。", "降低减速箱的噪声和振动。", ("降低[齿轮]箱的噪声。", "降低[减速]箱的噪声[和振动]。")),
        ("نريد خفض الضوضاء.", "نريد خفض الاهتزاز والضوضاء.", ("نريد خفض [الضوضاء].", "نريد خفض [الاهتزاز والضوضاء].")),
        ("One. Two is here.\nThree.", "One. Three.", ("One. [Two is here.\n]Three.", "One. Three.")),
        ("Nothing alike", "磁体", ("[Nothing alike]", "[磁体]")),
        ("", "New", ("", "[New]")),
        ("two old words and more", "two new terms and more", ("two [old words] and more", "two [new terms] and more")),
    ],
)
def test_only_words_that_differ_are_marked(before: str, now: str, expected: tuple[str, str]) -> None:
    assert marked(before, now) == expected


@pytest.mark.parametrize("letters", ["a b ", "齿轮箱", "x. y! "])
def test_the_longest_texts_are_compared_whole(letters: str) -> None:
    before = (letters * TEXT)[:TEXT]
    one, other = marked(before, before[: TEXT // 2] + "42" + before[TEXT // 2 :])
    assert "42" in other.partition("[")[2]
    assert one.replace("[", "").replace("]", "") == before


async def test_a_stale_text_shows_what_changed_in_the_original_since_its_translation(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    path = address(event, need)
    await client.post(path, data=sent(read(await client.get(path)), "Коэрцитивная сила", "checked"))
    await Need.filter(id=need.id).update(title=f"<b>{TITLE}</b>，≤ 3 %")

    shown = await client.get(path)
    page = read(shown)
    saved = await client.post(path, data=sent(page, "Коэрцитивная сила, ≤ 3 %", "checked"))
    after = read(await client.get(path))

    assert page.field("text") == "Коэрцитивная сила"
    assert f"Before {TITLE} Now added: <b> {TITLE} added: </b>，≤ 3 %" in page.words
    assert "<ins><span" in shown.text
    assert "<b>" not in shown.text
    assert saved.status_code == 303
    assert "The original has changed" not in after.words
    found = await stored(need)
    assert found is not None
    assert found.source_text == f"<b>{TITLE}</b>，≤ 3 %"


async def test_a_stale_translation_of_an_unknown_text_says_only_that_it_is_stale(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    await factories.translation(need, "title", "ru", "Магниты", state=CHECKED, source_text=None)
    await Need.filter(id=need.id).update(title="磁体")

    shown = await client.get(address(event, need))

    assert "The original has changed since this translation was saved." in read(shown).words
    assert "<ins>" not in shown.text
