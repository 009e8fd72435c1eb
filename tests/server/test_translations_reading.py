"""Which text a reader sees: their own language first, the original always one tap away."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from icalendar import Calendar

from server.models import (
    Hall,
    Level,
    Need,
    Person,
    PlenaryItem,
    Registration,
    TextField,
    Translation,
    TranslationState,
    Unclaimed,
)
from server.translations import reading, sides, texts
from server.translations.reading import TextReader, Translated, Translations, Written
from server.translations.showing import read_by
from server.translations.texts import SourceText, TextKey
from tests import factories
from tests.client import Client
from tests.reading import read

MAGNETS = SourceText(TextKey(TextField.TITLE, 7), "烧结钕铁硼磁体", "zh_Hans")
HOUR = timedelta(hours=1)
CHECKED, HUMAN, MACHINE = TranslationState.CHECKED, TranslationState.HUMAN, TranslationState.MACHINE


def translated(*found: tuple[str, str, TranslationState], of: str = MAGNETS.text) -> Translations:
    """Return translations of the text above: locale, text, state. of: the text that was translated."""
    rows = {locale: Translated(1, locale, text, state, texts.hash_of(of)) for locale, text, state in found}
    return Translations({MAGNETS.key: rows})


def seen(translations: Translations, locale: str, *reads: str) -> Written:
    return TextReader(translations, locale, reads).shown(MAGNETS)


def test_a_reader_sees_the_translation_into_their_language_and_keeps_the_original() -> None:
    shown = seen(translated(("ru", "Спечённые магниты", CHECKED)), "ru")

    assert (shown.text, shown.tag, shown.state) == ("Спечённые магниты", "ru", CHECKED)
    assert (shown.original, shown.original_tag) == ("烧结钕铁硼磁体", "zh-Hans")


def test_a_reader_of_the_original_language_sees_the_original() -> None:
    shown = seen(translated(("ru", "Спечённые магниты", CHECKED)), "zh_Hans")

    assert (shown.text, shown.state, shown.is_foreign) == ("烧结钕铁硼磁体", None, False)


@pytest.mark.parametrize(
    ("reads", "text"), [(["ru"], "Спечённые магниты"), (["zh"], "烧结钕铁硼磁体"), ([], "烧结钕铁硼磁体")]
)
def test_without_a_translation_a_checked_one_in_a_further_language_is_shown_to_those_who_read_it(
    reads: list[str], text: str
) -> None:
    assert seen(translated(("ru", "Спечённые магниты", CHECKED)), "uz", *reads).text == text


def test_of_further_languages_the_one_known_best_is_shown_and_a_basic_one_is_not_read() -> None:
    levels = {"zh": Level.WORKING, "ru": Level.FLUENT, "en": Level.BASIC}
    reads = read_by(Registration(languages=["en", "zh", "ru"], levels=levels))
    hall = {"en": "North hall", "zh_Hans": "北厅", "ru": "Северный зал"}
    assert reads == ("ru", "zh")
    assert TextReader(reading.NONE, "uz", reads).of_event(hall).text == "Северный зал"
    assert seen(reading.NONE, "uz", *read_by(Registration(languages=["zh"], levels={"zh": Level.BASIC}))).is_foreign


def test_a_draft_is_shown_only_in_the_readers_own_language() -> None:
    drafts = translated(("ru", "Магниты", MACHINE))

    assert seen(drafts, "ru").text == "Магниты"
    assert seen(drafts, "uz", "ru").text == MAGNETS.text


def test_an_original_that_the_reader_does_not_read_is_marked_as_foreign() -> None:
    assert [seen(reading.NONE, "ru", *reads).is_foreign for reads in ([], ["zh"])] == [True, False]


def test_a_translation_of_an_earlier_text_stays_and_is_stale() -> None:
    shown = seen(translated(("ru", "Магниты", CHECKED), of="磁体"), "ru")

    assert (shown.text, shown.is_stale, shown.is_sure) == ("Магниты", True, False)


def test_scores_compare_current_translations_and_count_drafts_as_such() -> None:
    every = translated(("en", "Sintered magnets", MACHINE), ("ru", "Спечённые магниты", CHECKED))

    found = [(each.words, each.locale, each.index, each.is_draft) for each in sides.compared([MAGNETS], every)]

    assert found == [
        ("烧结钕铁硼磁体", "zh_Hans", 0, False),
        ("Sintered magnets", "en", 1, True),
        ("Спечённые магниты", "ru", 2, False),
    ]
    stale = translated(("ru", "Магниты", CHECKED), of="磁体")
    assert [each.words for each in sides.compared([MAGNETS], stale)] == ["烧结钕铁硼磁体"]


# -- On pages ------------------------------------------------------------------------------------------------------

NEED: dict[str, Any] = {"title": "丙烷脱氢催化剂", "text": "希望延长催化剂寿命。", "text_locale": "zh_Hans"}


async def translated_need() -> tuple[Any, Any, Need]:
    """Return an event, an expert who reads English, and an enterprise's Chinese need with an English translation."""
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(locale="en"))
    enterprise = await factories.enterprise(event, needs=0)
    need = await factories.need(enterprise, **NEED)
    await factories.translation(need, "title", "en", "Catalysts for propane dehydrogenation")
    await factories.translation(need, "text", "en", "Make the catalyst last longer.", state=MACHINE)
    await factories.calendar_entry(expert, enterprise, need=need)
    await factories.published(event)
    return event, expert, need


async def test_matches_reasons_meeting_and_agenda_show_the_translation(client: Client) -> None:
    event, expert, need = await translated_need()
    await factories.signed_in(client, expert.person)
    base = f"/e/{event.slug}"
    reasons = read(await client.get(f"{base}/matches/{need.registration_id}")).words
    matches = read(await client.get(f"{base}/matches")).words
    agenda = read(await client.get(f"{base}/agenda")).words
    for words in (matches, reasons, agenda):
        assert "Catalysts for propane dehydrogenation" in words
        assert "Original: Chinese" in words
    assert "Make the catalyst last longer." in reasons
    assert "Machine draft, unchecked" in reasons


async def test_an_edit_of_the_need_makes_its_translation_stale_at_once(client: Client) -> None:
    event, expert, need = await translated_need()
    await factories.signed_in(client, expert.person)
    address = f"/e/{event.slug}/matches/{need.registration_id}"
    before = read(await client.get(address)).words
    await Need.filter(id=need.id).update(title="丙烷脱氢的新催化剂")
    after = read(await client.get(address)).words
    assert "Translation of an earlier text" not in before
    assert "Translation of an earlier text" in after
    assert "Catalysts for propane dehydrogenation" in after


async def test_the_calendar_has_the_translation_and_names_the_original(client: Client) -> None:
    event, expert, need = await translated_need()
    await factories.signed_in(client, expert.person)
    told = (await client.get(f"/e/{event.slug}/agenda.ics")).text.replace("\r\n ", "")
    assert "Catalysts for propane dehydrogenation" in told
    assert "Original text: 丙烷脱氢催化剂" in told
    assert "unchecked" not in told
    await Translation.filter(need_id=need.id).update(state=MACHINE)
    told = (await client.get(f"/e/{event.slug}/agenda.ics")).text.replace("\r\n ", "")
    assert "Catalysts for propane dehydrogenation [Machine draft\\, unchecked]" in told


async def test_files_with_machine_drafts_have_a_property_that_says_so(client: Client) -> None:
    event, expert, need = await translated_need()
    organiser = (await factories.organiser(event)).person
    found = []
    for state in (CHECKED, MACHINE):
        await Translation.filter(need_id=need.id).update(state=state)
        await factories.signed_in(client, expert.person)
        calendar = Calendar.from_ical((await client.get(f"/e/{event.slug}/agenda.ics")).content)
        [meeting] = calendar.walk("VEVENT")
        await factories.signed_in(client, organiser)
        sheet = await client.get(f"/e/{event.slug}/translations/texts.xlsx?locale=en&state=all")
        about = ZipFile(BytesIO(sheet.content)).read("docProps/core.xml").decode()
        found.append((meeting.get("x-machine-translation"), "Machine draft</cp:keywords>" in about))

    assert found == [(None, False), ("UNCHECKED", True)]


async def test_a_hidden_title_stays_hidden_in_every_language(client: Client) -> None:
    event, expert, _need = await translated_need()
    hidden = await factories.enterprise(event, needs=0)
    other = await factories.need(hidden, **{**NEED, "title": "秘密"}, confidentiality="field_only")
    await factories.translation(other, "title", "en", "Secret title")
    await factories.signed_in(client, expert.person)
    for path in ("matches", f"matches/{hidden.id}", "matches?q=Secret"):
        assert "Secret title" not in (await client.get(f"/e/{event.slug}/{path}")).text.replace('value="Secret', "")


async def test_reasons_quote_common_words_from_the_texts_that_the_reader_sees(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(
        event,
        await factories.person(locale="ru"),
        headline="Спечённые магниты",
        offer="Разрабатываю спечённые магниты из сплава неодима.",
        text_locale="ru",
    )
    enterprise = await factories.enterprise(event, needs=0)
    need = await factories.need(enterprise, title="烧结磁体", text="我司供应烧结磁体。", text_locale="zh_Hans")
    await factories.translation(need, "title", "ru", "Спечённые магниты")
    await factories.translation(need, "text", "ru", "Поставляем спечённые магниты из сплава неодима.")
    await factories.translation(expert, "headline", "en", "Sintered magnets")
    await factories.translation(expert, "offer", "en", "I develop sintered magnets of a neodymium alloy.")
    await factories.translation(need, "title", "en", "Sintered magnets")
    await factories.translation(need, "text", "en", "We supply sintered magnets of a neodymium alloy.")
    await factories.signed_in(client, expert.person)
    html = (await client.get(f"/e/{event.slug}/matches/{enterprise.id}")).text
    reason = html[html.index("Одинаковые слова в обоих текстах") :]
    quoted = re.findall(r'<blockquote lang="([^"]+)"', reason)
    assert quoted == ["ru", "ru"]


async def test_quoted_words_say_that_they_are_a_translation(client: Client) -> None:
    event, expert, need = await translated_need()
    await Registration.filter(id=expert.id).update(offer="Catalysts for propane dehydrogenation.", text_locale="en")
    await factories.signed_in(client, expert.person)
    address = f"/e/{event.slug}/matches/{need.registration_id}"
    draft = read(await client.get(address)).words
    await Translation.filter(need_id=need.id).update(state=CHECKED)
    checked = read(await client.get(address)).words

    assert "The enterprise’s text · Machine draft, unchecked" in draft
    assert "The enterprise’s text · translation" in checked


async def test_reasons_quote_the_translation_of_an_earlier_text_that_the_reader_sees(client: Client) -> None:
    event, expert, need = await translated_need()
    await Registration.filter(id=expert.id).update(offer="Catalysts for propane dehydrogenation.", text_locale="en")
    await Translation.filter(need_id=need.id, field="text").update(source_hash="earlier")
    await factories.signed_in(client, expert.person)
    words = read(await client.get(f"/e/{event.slug}/matches/{need.registration_id}")).words

    told = "The enterprise’s text · Translation of an earlier text · Machine draft, unchecked"
    assert f"{told} Catalysts for propane dehydrogenation" in words


async def test_words_in_common_are_quoted_from_the_text_that_has_them(client: Client) -> None:
    event, expert, need = await translated_need()
    offer = "Продлеваю срок службы катализаторов."
    await Registration.filter(id=expert.id).update(offer=offer, text_locale="ru", languages=["ru"])
    party = await Registration.get(id=expert.id)
    await factories.translation(party, "offer", "zh_Hans", "延长催化剂寿命，反应器不变。")
    await factories.signed_in(client, expert.person)
    words = read(await client.get(f"/e/{event.slug}/matches/{need.registration_id}")).words

    assert "The same words in both texts" in words
    assert "Your text · translation · Chinese" in words


async def test_a_search_finds_what_the_reader_sees_in_translation(client: Client) -> None:
    event, expert, need = await translated_need()
    hidden = await factories.need(await factories.enterprise(event, needs=0), **NEED, confidentiality="field_only")
    await factories.translation(hidden, "title", "en", "Propane in secret")
    await factories.signed_in(client, expert.person)
    base = f"/e/{event.slug}"
    found = {word: read(await client.get(f"{base}/matches?q={word}")).links for word in ("propane", "丙烷", "secret")}
    assert [f"{base}/matches/{need.registration_id}" in found[word] for word in found] == [True, True, False]
    assert not any(f"{base}/matches/{hidden.registration_id}" in links for links in found.values())
    await factories.signed_in(client, (await factories.organiser(event)).person)
    titles = read(await client.get(f"{base}/needs?q=propane")).words
    assert "Catalysts for propane dehydrogenation" in titles
    await Translation.filter(need_id=need.id).update(text="Membranes")
    assert "Membranes" in read(await client.get(f"{base}/needs?q=membranes")).words


async def test_names_of_halls_and_programme_items_are_read_in_the_readers_language_or_marked(client: Client) -> None:
    event, expert, _need = await translated_need()
    [hall] = await factories.halls_of(event)
    slot = (await factories.slots_of(event))[-1]
    item = await PlenaryItem.create(
        event=event, name={"zh_Hans": "开幕式"}, start_at=slot.end_at, end_at=slot.end_at + HOUR
    )
    await factories.signed_in(client, expert.person)
    told = []
    for name in ({"zh_Hans": "北厅", "en": "North Hall"}, {"zh_Hans": "北厅"}, {"zh_Hans": "北厅", "de": "Nordhalle"}):
        await Hall.filter(id=hall.id).update(name=name)
        await Registration.filter(id=expert.id).update(languages=["en", "de"])
        told.append(read(await client.get(f"/e/{event.slug}/agenda")).words)
    await PlenaryItem.filter(id=item.id).update(name={"zh_Hans": "开幕式", "en": "Opening"})
    opened = (await client.get(f"/e/{event.slug}/agenda")).text

    assert ["North Hall" in each for each in told] == [True, False, False]
    assert "北厅 Not translated yet: Chinese" in told[1]
    assert "Nordhalle" in told[2]
    assert "北厅" not in told[2]
    assert "开幕式 Not translated yet: Chinese" in told[0]
    assert ("Opening</bdi>, until" in opened, "开幕式" in opened) == (True, False)


async def test_position_organisation_and_degree_are_read_in_translation_wherever_they_stand(client: Client) -> None:
    event = await factories.event()
    work: dict[str, Any] = {
        "affiliation": "Институт катализа",
        "position": "завлаб",
        "degree": "доктор наук",
        "text_locale": "ru",
    }
    expert = await factories.expert(event, **work)
    enterprise = await factories.enterprise(event)
    [delegate] = await factories.delegates_of(enterprise)
    for column, text in (("affiliation", "催化研究所"), ("position", "实验室主任"), ("degree", "理学博士")):
        await factories.translation(expert, column, "zh_Hans", text, state=MACHINE if column == "position" else CHECKED)
    entry = await factories.calendar_entry(expert, enterprise)
    await factories.published(event)
    organiser = (await factories.organiser(event)).person
    delegation = await factories.delegation(event)
    await factories.member(delegation, expert)
    await Unclaimed.create(event=event, person_id=expert.person_id, key="k", nonce="n")
    base, seen = f"/e/{event.slug}", {}
    paths = (
        (delegate, f"{base}/matches"),
        (delegate, f"{base}/matches/{expert.id}"),
        (delegate, f"{base}/agenda"),
        (delegate, f"{base}/agenda/meeting/{entry.id}"),
        (delegate, f"{base}/agenda.ics"),
        (organiser, f"{base}/parties/{expert.id}"),
        (organiser, f"{base}/experts?q=催化研究所"),
        (organiser, f"{base}/reception/sheets?by=day"),
        (organiser, f"{base}/delegations/{delegation.id}"),
        (organiser, f"{base}/unclaimed"),
    )
    for person, path in paths:
        await Person.filter(id=person.id).update(locale="zh_Hans")
        await factories.signed_in(client, person)
        told = (await client.get(path)).text.replace("\r\n ", "")
        seen[path.removeprefix(base).partition("/")[2].partition("?")[0]] = {
            text for text in ("催化研究所", "实验室主任", "理学博士", "机器翻译（未校对）") if text in told
        }

    short, marked = {"催化研究所"}, {"催化研究所", "实验室主任", "机器翻译（未校对）"}
    assert seen == {
        "matches": short,
        f"matches/{expert.id}": {*marked, "理学博士"},
        "agenda": marked,
        f"agenda/meeting/{entry.id}": {*marked, "理学博士"},
        "agenda.ics": marked,
        f"parties/{expert.id}": marked,
        "experts": short,
        "reception/sheets": short,
        f"delegations/{delegation.id}": short,
        "unclaimed": short,
    }
