"""Translations as people really send them: strange text is saved as it is meant or refused with its reason."""

import html

import pytest

from server.models import Registration
from server.models.base import TEXT
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.translating import CHECKED, address, event_with_need, sent, stored

SCRIPT = '<script>alert("1")</script><b>магнит</b> & "ещё"'
RTL = "\u202eмагнит\u202c \u200fс \u2067покрытием\u2069"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Магнит", "Магнит"),
        ("  Магнит\r\n\r\nс покрытием  ", "Магнит\n\nс покрытием"),
        (SCRIPT, SCRIPT),
        # Controls that turn the direction of what follows are taken out; marks that Arabic needs stay.
        (RTL, "магнит \u200fс покрытием"),
        ("Магнит NdFeB，钕铁硼, μ₀ = 1.2 Тл", "Магнит NdFeB，钕铁硼, μ₀ = 1.2 Тл"),
        # Latin letters that look like Cyrillic ones.
        ("Mагниты и пoкpытия", "Mагниты и пoкpытия"),
        ("Магнит\u200b и \ufeffпокрытие\x00", None),
        ("м" * TEXT, "м" * TEXT),
        ("٪ ۱۲ магнит", "٪ ۱۲ магнит"),
    ],
)
async def test_strange_text_is_saved_as_text_and_readers_see_it_as_text(
    client: Client, typed: str, kept: str | None
) -> None:
    event, need, _person = await event_with_need(client)
    path = address(event, need, "text")
    expert = await factories.expert(event, await factories.person(locale="ru"))

    saved = await client.post(path, data=sent(read(await client.get(path)), typed, "checked"))
    again = read(await client.get(path))
    await factories.signed_in(client, expert.person)
    enterprise = await Registration.get(id=need.registration_id)
    shown = await client.get(f"/e/{event.slug}/matches/{enterprise.id}")

    found = await stored(need, "text")
    assert found is not None
    assert (saved.status_code, found.state, shown.status_code) == (303, CHECKED, 200)
    if kept is not None:
        assert found.text == kept
    assert again.field("text") == found.text
    assert not any(char in found.text for char in "\u202e\u202c\u2067\u2069\ufeff\x00")
    assert "<script>alert" not in shown.text
    assert html.escape(found.text[:40], quote=False) in shown.text.replace("&#34;", '"')


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("м" * 10_000, "This text can have at most 8,000 characters. Now: 10000."),
        ("我们希望提高磁体的矫顽力", "This text is not written in the script of this language: Русский."),
        (
            "We want magnets with a higher coercivity",
            "This text is not written in the script of this language: Русский.",
        ),
        ("نريد مغناطيسات أقوى", "This text is not written in the script of this language: Русский."),
        ("\u200f\u202e\u200b \n", "Fill in this field."),
        ("", "Fill in this field."),
    ],
)
async def test_what_is_no_translation_is_refused_with_its_reason_and_stays_in_the_form(
    client: Client, typed: str, sentence: str
) -> None:
    event, need, _person = await event_with_need(client)
    path = address(event, need, "text")

    answer = await client.post(path, data=sent(read(await client.get(path)), typed, "checked"))

    page = read(answer)
    assert (answer.status_code, page.faults, await stored(need, "text")) == (422, {"text": sentence}, None)
    assert (page.field("text") or "").strip() == typed.strip()


@pytest.mark.parametrize("locale", ["xx", "zh_Hans", "RU", "../ru", "en_XA", "ru%00"])
async def test_a_language_that_the_event_does_not_offer_is_not_found(client: Client, locale: str) -> None:
    event, need, _person = await event_with_need(client)
    path = address(event, need, locale=locale)
    answers = [await client.get(path), await client.post(path, data={"text": "Магнит", "as": "checked"})]
    assert [answer.status_code for answer in answers] == [404, 404]
