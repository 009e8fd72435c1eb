"""Translators of an event: who they are, and which texts they see."""

import pytest

from server.models import EventTranslator, Hall, Mail, Registration
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.setting_up import at_work
from tests.server.translating import (
    CHECKED,
    MACHINE,
    TEXT,
    TITLE,
    Queries,
    address,
    event_with_need,
    removed_by,
    sent,
    stored,
)

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

    assert seen == [28, 3, 2]


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
