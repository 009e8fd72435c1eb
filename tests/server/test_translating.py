"""How a text is translated: drafted, checked, removed, by two people at once, and with its original changing."""

import html

import pytest

from server.edits import drawn_from
from server.models import Hall, Need, Registration, Translation
from server.translations import texts
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.translating import CHECKED, HUMAN, MACHINE, TITLE, address, event_with_need, removed_by, sent, stored


async def test_a_text_is_drafted_checked_and_removed(client: Client) -> None:
    event, need, person = await event_with_need(client)
    path = address(event, need)

    drafted = await client.post(path, data=sent(read(await client.get(path)), " Коэрцитивная\r\nсила ", "draft"))
    draft = await stored(need)
    checked = await client.post(path, data=sent(read(await client.get(path)), "Коэрцитивная сила", "checked"))
    after = await stored(need)
    removed = await removed_by(client, path)

    assert [answer.status_code for answer in (drafted, checked, removed)] == [303] * 3
    assert draft is not None
    assert after is not None
    assert (draft.text, draft.state, draft.author_id, draft.checker_id) == ("Коэрцитивная сила", HUMAN, person.id, None)
    assert (after.state, after.checker_id, after.source_hash) == (CHECKED, person.id, texts.hash_of(TITLE))
    assert checked.headers["location"].startswith(f"/e/{event.slug}/translations/text/{need.id}/ru")
    assert await stored(need) is None


async def test_a_machine_draft_that_is_checked_unchanged_keeps_its_origin(client: Client) -> None:
    event, need, person = await event_with_need(client)
    await factories.translation(need, "title", "ru", "Магниты", state=MACHINE, engine="deepl")
    path = address(event, need)

    await client.post(path, data=sent(read(await client.get(path)), "Магниты", "next"))
    kept = await stored(need)
    await client.post(path, data=sent(read(await client.get(path)), "Магниты", "checked"))
    checked = await stored(need)

    assert kept is not None
    assert checked is not None
    assert (kept.state, kept.engine) == (MACHINE, "deepl")
    assert (checked.state, checked.engine, checked.author_id, checked.checker_id) == (CHECKED, "deepl", None, person.id)


async def test_two_translators_on_one_text_see_both_and_nothing_is_lost(client: Client, other: Client) -> None:
    event, need, _person = await event_with_need(client)
    second = await factories.translator(event)
    await factories.signed_in(other, second.person)
    path = address(event, need)
    mine, theirs = read(await client.get(path)), read(await other.get(path))

    await other.post(path, data=sent(theirs, "Коэрцитивная сила магнитов", "checked"))
    refused = await client.post(path, data=sent(mine, "Магниты из NdFeB", "draft"))
    both = read(refused)
    chosen = await client.post(path, data={**sent(both, "Магниты из NdFeB", "draft"), "choose_text": "typed"})

    assert refused.status_code == 409
    assert both.field("text") == "Магниты из NdFeB"
    assert "Коэрцитивная сила магнитов" in both.by_class["meanwhile"][0]
    assert chosen.status_code == 303
    found = await stored(need)
    assert found is not None
    assert (found.text, found.state) == ("Магниты из NdFeB", HUMAN)


async def test_nobody_vouches_for_a_text_that_they_have_not_seen(client: Client, other: Client) -> None:
    event, need, _person = await event_with_need(client)
    await factories.translation(need, "title", "ru", "Магниты", state=HUMAN)
    await factories.signed_in(other, (await factories.translator(event)).person)
    path = address(event, need)
    mine, theirs = read(await client.get(path)), read(await other.get(path))

    await other.post(path, data=sent(theirs, "Другой текст", "draft"))
    refused = await client.post(path, data=sent(mine, "Магниты", "checked"))
    found = await stored(need)

    assert refused.status_code == 409
    assert found is not None
    assert (found.text, found.state) == ("Другой текст", HUMAN)


async def test_a_source_edited_meanwhile_is_shown_old_and_new_and_nothing_is_lost(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    path = address(event, need)
    page = read(await client.get(path))
    await Need.filter(id=need.id).update(title="烧结钐钴磁体的矫顽力")

    told = await client.post(path, data=sent(page, "Коэрцитивная сила NdFeB", "checked"))
    again = read(told)
    saved = await client.post(path, data=sent(again, "Коэрцитивная сила SmCo", "checked"))

    assert told.status_code == 409
    assert again.field("text") == "Коэрцитивная сила NdFeB"
    assert "The original was changed while you were translating." in again.words
    assert "Before 烧结 removed: 钕铁硼 磁体的矫顽力 Now 烧结 added: 钐钴 磁体的矫顽力" in again.words
    assert saved.status_code == 303
    found = await stored(need)
    assert found is not None
    assert (found.text, found.source_hash) == ("Коэрцитивная сила SmCo", texts.hash_of("烧结钐钴磁体的矫顽力"))


async def test_an_edit_by_the_enterprise_makes_the_text_stale_for_the_translator_at_once(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    await factories.translation(need, "title", "ru", "Магниты", state=CHECKED)
    here = f"/e/{event.slug}/translations?locale=ru&state=stale"

    before = read(await client.get(here)).words
    await Need.filter(id=need.id).update(title="烧结钐钴磁体")
    after = read(await client.get(here)).words
    opened = read(await client.get(address(event, need))).words

    assert ("烧结钐钴磁体" in before, "烧结钐钴磁体" in after) == (False, True)
    assert "The original has changed since this translation was saved." in opened


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Fill in this field."),
        ("Magnets with a high coercivity", "This text is not written in the script of this language: Русский."),
        ("м" * 301, "This text can have at most 300 characters. Now: 301."),
        ("\u202e\u200b", "Fill in this field."),
    ],
)
async def test_a_translation_with_faults_is_not_saved_and_stays_in_the_form(
    client: Client, text: str, sentence: str
) -> None:
    event, need, _person = await event_with_need(client)
    path = address(event, need)

    answer = await client.post(path, data=sent(read(await client.get(path)), text))

    assert answer.status_code == 422
    assert read(answer).faults == {"text": sentence}
    assert read(answer).field("text") == text
    assert await stored(need) is None


async def test_names_and_formulas_of_the_original_may_be_the_whole_translation(client: Client) -> None:
    event, need, _person = await event_with_need(client, title="Nd2Fe14B Halbach磁体")
    path = address(event, need)

    answer = await client.post(path, data=sent(read(await client.get(path)), "Nd2Fe14B Halbach"))

    assert answer.status_code == 303


async def test_a_copy_of_the_original_in_letters_that_the_reader_cannot_read_is_no_translation(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    path = address(event, need)

    answer = await client.post(path, data=sent(read(await client.get(path)), TITLE, "checked"))

    assert answer.status_code == 422
    assert await stored(need) is None


@pytest.mark.parametrize("values", [{}, {"as": "next"}, {"as": "next", "text": " "}, {"as": "unknown", "text": ""}])
async def test_nothing_is_stored_of_a_form_without_text(client: Client, values: dict[str, str]) -> None:
    event, need, _person = await event_with_need(client)

    answer = await client.post(address(event, need), data=values)

    assert answer.status_code == 303
    assert await stored(need) is None


async def test_a_translation_is_not_emptied_by_saving_it(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    await factories.translation(need, "title", "ru", "Магниты")
    [hall] = await factories.halls_of(event)
    await Hall.filter(id=hall.id).update(name={"en": "Hall 1", "ru": "Зал 1"})

    for path in (address(event, need), f"/e/{event.slug}/translations/hall/{hall.id}/ru"):
        for values in ({"as": "next"}, sent(read(await client.get(path)), "", "next")):
            answer = await client.post(path, data=values)
            assert (answer.status_code, read(answer).faults) == (422, {"text": "Fill in this field."})

    kept = await stored(need)
    assert kept is not None
    assert kept.text == "Магниты"
    assert (await Hall.get(id=hall.id)).name["ru"] == "Зал 1"


async def test_who_saves_nothing_new_does_not_bring_back_what_was_removed_meanwhile(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    row = await factories.translation(need, "title", "ru", "Магниты")
    page = read(await client.get(address(event, need)))
    await row.delete()

    answer = await client.post(address(event, need), data=sent(page, "Магниты", "next"))

    assert answer.status_code == 303
    assert await stored(need) is None


async def test_markup_in_a_translation_is_shown_as_text(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    path = address(event, need)
    text = "<b>Магниты</b></textarea><script>alert(1)</script>"

    await client.post(path, data=sent(read(await client.get(path)), text))
    for page in (await client.get(path), await client.get(f"/e/{event.slug}/translations?locale=ru")):
        assert "<script>alert" not in page.text
        assert html.escape(text, quote=False) in page.text


async def test_a_translation_that_changed_meanwhile_is_not_removed_unseen(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    row = await factories.translation(need, "title", "ru", "Магниты")
    path = address(event, need)
    asked = read(await client.get(f"{path}/remove"))
    await Translation.filter(id=row.id).update(text="Другие магниты")

    again = await client.post(f"{path}/remove", data={"drawn": asked.field("drawn") or ""})

    assert "Другие магниты" in read(again).words
    assert await Translation.exists(id=row.id)
    assert (await client.post(f"{path}/remove", data={"drawn": read(again).field("drawn") or ""})).status_code == 303
    assert [(await client.get(f"{path}/remove")).status_code, await stored(need)] == [303, None]


# -- What stands beside --------------------------------------------------------------------------------------------


async def test_terms_and_earlier_translations_of_the_same_sentence_stand_beside_the_text(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    firm = await Registration.get(id=need.registration_id)
    similar = await factories.need(firm, title="别的需求", text="剩磁不能下降。请联系我们。", text_locale="zh_Hans")
    await factories.translation(similar, "text", "ru", "Индукция не должна падать. Напишите нам.", state=CHECKED)
    stale = await factories.need(firm, title="又一个", text="我们希望提高磁体的矫顽力。", text_locale="zh_Hans")
    await factories.translation(stale, "text", "ru", "Старый перевод.", state=CHECKED, source_hash="0" * 64)

    page = read(await client.get(address(event, need, "text")))

    assert "剩磁不能下降。 Индукция не должна падать." in page.words
    assert "Старый перевод" not in page.words
    assert any("矫顽力" in words for words in page.by_class["terms"])
    assert any("коэрцитивн" in words for words in page.by_class["terms"])


def test_the_drawn_state_of_a_text_without_translation_is_that_of_an_empty_field() -> None:
    assert drawn_from({"text": ""}) == drawn_from({"text": None})
