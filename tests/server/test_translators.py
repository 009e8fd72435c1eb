"""Translators of an event: who they are, which texts they see, and how they translate them."""

import html
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from httpx2 import Response

from server.edits import drawn_from
from server.models import Event, EventTranslator, Hall, Mail, Need, Person, Registration, Translation, TranslationState
from server.translations import texts
from tests import factories
from tests.client import Client
from tests.reading import Page, read
from tests.server.setting_up import at_work
from tests.statements import Statements

TITLE, TEXT = "烧结钕铁硼磁体的矫顽力", "我们希望提高磁体的矫顽力。剩磁不能下降。"
Queries = Callable[[], AbstractContextManager[Statements]]
CHECKED, HUMAN, MACHINE = TranslationState.CHECKED, TranslationState.HUMAN, TranslationState.MACHINE


async def event_with_need(client: Client, **values: object) -> tuple[Event, Need, Person]:
    """Create an event with a need and a translator, who is signed in at the client."""
    event = await factories.event()
    firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
    need = await factories.need(firm, **{"title": TITLE, "text": TEXT, "text_locale": "zh_Hans", **values})
    translator = await factories.translator(event)
    await factories.signed_in(client, translator.person)
    return event, need, translator.person


def address(event: Event, need: Need, field: str = "title", locale: str = "ru") -> str:
    return f"/e/{event.slug}/translations/{field}/{need.id}/{locale}"


def sent(page: Page, text: str, button: str = "draft") -> dict[str, str]:
    """Return the form as a person sends it: with another text, by this button."""
    kept = {name: page.field(name) or "" for name in ("seen_source", "drawn", "once", "at")}
    return {**kept, "text": text, "as": button}


async def removed_by(client: Client, path: str) -> Response:
    """Remove a translation without scripts: by the page that asks for a confirmation."""
    asked = read(await client.get(f"{path}/remove"))
    assert "Remove this translation?" in asked.words
    return await client.post(f"{path}/remove", data={"drawn": asked.field("drawn") or ""})


async def stored(need: Need, field: str = "title", locale: str = "ru") -> Translation | None:
    return await Translation.get_or_none(need_id=need.id, field=field, locale=locale)


# -- Who translates ------------------------------------------------------------------------------------------------


async def test_a_translator_is_invited_in_their_language_again_and_removed(client: Client) -> None:
    event, here = await at_work(client)
    typed = {"email": "Olga@Example.org", "mail_locale": "ru", "languages": ["ru", "en"]}

    added = await client.post(f"{here}/translators", data=typed)
    [row] = await EventTranslator.all().select_related("person")
    again = await client.post(f"{here}/translators/{row.id}/invite")
    changed = await client.post(f"{here}/translators", data={**typed, "languages": []})
    shown = read(await client.get(f"{here}/translators"))
    [after] = await EventTranslator.all()
    asked = read(await client.get(f"{here}/translators/{row.id}/remove"))
    removed = await client.post(f"{here}/translators/{row.id}/remove")

    assert [answer.status_code for answer in (added, again, changed, removed)] == [303] * 4
    assert (row.event_id, row.person.email, row.languages) == (event.id, "olga@example.org", ["ru", "en"])
    assert after.languages == []
    assert "olga@example.org All" in shown.words
    assert "olga@example.org Remove this translator?" in asked.words
    letters = await Mail.filter(template="translator").order_by("id")
    assert [(each.to_address, each.locale) for each in letters] == [("olga@example.org", "ru")] * 2
    assert await EventTranslator.all().count() == 0
    assert [each.dropped_at is not None for each in await Mail.filter(template="translator")] == [True, True]


async def test_a_removed_translator_reaches_no_text_and_saves_none(client: Client) -> None:
    event, need, person = await event_with_need(client)
    page = read(await client.get(address(event, need)))
    await EventTranslator.filter(person_id=person.id).delete()

    statuses = [
        (await client.get(f"/e/{event.slug}/translations")).status_code,
        (await client.get(address(event, need))).status_code,
        (await client.post(address(event, need), data=sent(page, "Коэрцитивная сила"))).status_code,
    ]

    assert statuses == [404, 404, 404]
    assert await stored(need) is None


# -- Which texts they see ------------------------------------------------------------------------------------------


async def test_translators_see_texts_and_no_names_of_people(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    expert = await factories.expert(event, await factories.person(full_name="Анна Петрова"), text_locale="en")
    firm = await Registration.get(id=need.registration_id).select_related("organisation")

    page = read(await client.get(f"/e/{event.slug}/translations?locale=ru"))
    one = read(await client.get(f"/e/{event.slug}/translations/headline/{expert.id}/ru"))

    assert TITLE in page.words
    assert expert.headline in page.words
    for name in ("Анна Петрова", firm.organisation.name, expert.person.email):
        assert name not in page.words + one.words


@pytest.mark.parametrize("confidentiality", ["open", "staged", "field_only"])
async def test_needs_of_which_experts_see_topics_only_are_translated_by_organisers(
    client: Client, confidentiality: str
) -> None:
    event, need, _person = await event_with_need(client, confidentiality=confidentiality)
    is_hidden = confidentiality == "field_only"

    page = read(await client.get(f"/e/{event.slug}/translations?locale=ru"))
    opened = await client.get(address(event, need))
    await factories.signed_in(client, (await factories.organiser(event)).person)
    by_organiser = await client.get(address(event, need))

    assert (TITLE in page.words, opened.status_code) == (not is_hidden, 404 if is_hidden else 200)
    assert by_organiser.status_code == 200


async def test_texts_of_people_without_consent_of_drafts_and_of_other_events_are_closed(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    other = await factories.event()
    foreign = (await factories.needs_of(await factories.enterprise(other)))[0]
    silent = await factories.expert(event, agreed_at=None, headline="Silent headline")
    draft = await factories.need(await Registration.get(id=need.registration_id), state="draft")
    here = f"/e/{event.slug}/translations"

    paths = [
        f"{here}/title/{foreign.id}/ru",
        f"{here}/headline/{silent.id}/ru",
        f"{here}/title/{draft.id}/ru",
        f"{here}/event_name/{other.id}/ru",
        f"{here}/title/{need.id}/zh_Hans",
        f"{here}/title/{need.id}/ja",
        f"{here}/budget/{need.id}/ru",
        f"{here}/title/{2**31}/ru",
    ]

    assert [(await client.get(path)).status_code for path in paths] == [404] * len(paths)
    assert "Silent headline" not in read(await client.get(here)).words


async def test_a_translator_into_some_languages_reaches_these_alone(client: Client) -> None:
    event, need, person = await event_with_need(client)
    await EventTranslator.filter(person_id=person.id).update(languages=["en"])

    assert [(await client.get(address(event, need, locale=code))).status_code for code in ("en", "ru")] == [200, 404]
    shown = read(await client.get(f"/e/{event.slug}/translations?locale=ru"))
    assert "Into this language: English" in shown.words


async def test_texts_are_listed_by_state_kind_and_words(client: Client) -> None:
    event, need, _person = await event_with_need(client)
    await factories.expert(event, text_locale="en")
    await factories.translation(need, "title", "ru", "Коэрцитивная сила магнитов", state=MACHINE)
    here = f"/e/{event.slug}/translations?locale=ru"

    async def listed(more: str) -> list[bool]:
        words = read(await client.get(here + more)).words
        return [each in words for each in (TITLE, TEXT, "Permanent magnet motors")]

    assert await listed("") == [True, True, True]
    assert await listed("&state=machine") == [True, False, False]
    assert await listed("&state=missing&kind=need") == [False, True, False]
    assert await listed("&kind=profile") == [False, False, True]
    assert await listed("&q=剩磁") == [False, True, False]
    assert await listed("&q=коэрцитивная") == [True, False, False]
    assert await listed("&state=checked") == [False, False, False]


@pytest.mark.parametrize("number", [1, 3])
async def test_the_pages_take_the_same_queries_for_one_text_and_many(
    client: Client, queries: Queries, number: int
) -> None:
    event, need, _person = await event_with_need(client)
    for _ in range(number):
        await factories.expert(event)
        await factories.enterprise(event, needs=number)
    seen = []
    for path in (f"/e/{event.slug}/translations", f"/e/{event.slug}/translations?q=x", address(event, need)):
        with queries() as statements:
            await client.get(path)
        seen.append(len(statements))

    assert seen == [23, 3, 2]


# -- Translating ---------------------------------------------------------------------------------------------------


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
    assert f"Before {TITLE} Now 烧结钐钴磁体的矫顽力" in again.words
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


# -- Texts of the event --------------------------------------------------------------------------------------------


async def test_texts_of_the_event_are_written_into_their_column_by_language(client: Client) -> None:
    event, _need, _person = await event_with_need(client)
    [hall] = await factories.halls_of(event)
    path = f"/e/{event.slug}/translations/hall/{hall.id}/ru"
    page = read(await client.get(path))
    await Hall.filter(id=hall.id).update(name={"en": "Hall 1", "zh_Hans": "一号厅"})

    saved = await client.post(path, data=sent(page, "Зал 1", "draft"))
    after = await Hall.get(id=hall.id)
    removed = await removed_by(client, path)

    assert (saved.status_code, removed.status_code) == (303, 303)
    assert after.name == {"en": "Hall 1", "zh_Hans": "一号厅", "ru": "Зал 1"}
    assert (await Hall.get(id=hall.id)).name == {"en": "Hall 1", "zh_Hans": "一号厅"}


# -- Authors -------------------------------------------------------------------------------------------------------


async def test_authors_check_translations_of_their_own_texts_and_of_no_others(client: Client) -> None:
    event, need, _person = await event_with_need(client, confidentiality="field_only")
    await factories.translation(need, "title", "ru", "Магниты", state=MACHINE, engine="deepl")
    foreign = (await factories.needs_of(await factories.enterprise(event)))[0]
    [delegate] = await factories.delegates_of(await Registration.get(id=need.registration_id))
    await factories.signed_in(client, delegate)
    path = address(event, need)

    listed = read(await client.get(f"/e/{event.slug}/translations?locale=ru"))
    checked = await client.post(path, data=sent(read(await client.get(path)), "Магниты", "checked"))
    others = [
        await client.get(address(event, foreign)),
        await client.get(f"/e/{event.slug}/translations/event_name/{event.id}/ru"),
    ]
    found = await stored(need)

    assert TITLE in listed.words
    assert "Test problem" not in listed.words
    assert checked.status_code == 303
    assert found is not None
    assert (found.state, found.checker_id) == (CHECKED, delegate.id)
    assert [answer.status_code for answer in others] == [404, 404]


def test_the_drawn_state_of_a_text_without_translation_is_that_of_an_empty_field() -> None:
    assert drawn_from({"text": ""}) == drawn_from({"text": None})
