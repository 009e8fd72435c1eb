"""Texts as a spreadsheet for agencies, and back."""

import io
from collections.abc import Callable

import xlsxwriter
from python_calamine import CalamineWorkbook

from server.models import Event, EventTranslator, Need, Registration, Translation, TranslationState, TranslationUpload
from server.translations import texts
from tests import factories
from tests.client import Client
from tests.reading import Page, read

CHECKED, HUMAN, MACHINE = TranslationState.CHECKED, TranslationState.HUMAN, TranslationState.MACHINE
Rows = list[list[str]]


async def event_with_needs(client: Client, number: int = 4) -> tuple[Event, list[Need]]:
    """Create an event with needs in Chinese and a translator, who is signed in at the client."""
    event = await factories.event()
    firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
    needs = [await factories.need(firm, title=f"磁体{n}", text="", text_locale="zh_Hans") for n in range(number)]
    await factories.signed_in(client, (await factories.translator(event)).person)
    return event, needs


async def downloaded(client: Client, event: Event, query: str = "locale=ru&kind=need&state=all") -> Rows:
    answer = await client.get(f"/e/{event.slug}/translations/texts.xlsx?{query}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


def written(rows: Rows) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, cell)
    book.close()
    return data.getvalue()


async def uploaded(client: Client, event: Event, rows: Rows) -> tuple[str, Page]:
    """Upload a sheet with these rows. Return the address of its preview, and the preview itself."""
    files = {"file": ("texts.xlsx", written(rows))}
    answer = await client.post(f"/e/{event.slug}/translations/upload", files=files)
    assert answer.status_code == 303, read(answer).words
    path = answer.headers["location"]
    return path, read(await client.get(path))


def filled(rows: Rows, translation: Callable[[int], str]) -> Rows:
    """Return the rows with translations: of the first text, the second …"""
    at = rows[0].index("Translation")
    return [
        rows[0],
        *([*row[:at], translation(number), *row[at + 1 :]] for number, row in enumerate(rows[1:])),
    ]


async def test_a_list_is_downloaded_with_keys_and_without_names(client: Client) -> None:
    event, needs = await event_with_needs(client, 2)
    await factories.translation(needs[0], "title", "ru", "Магнит", state=MACHINE, engine="deepl")

    rows = await downloaded(client, event)

    assert [row[1:] for row in rows] == [
        ["Kind", "Belongs to", "Field", "Language of the original", "Original", "Language of the translation",
         "Translation", "State"],
        ["Needs", f"Need {needs[0].id}", "Title", "Chinese", "磁体0", "Русский", "Магнит", "Machine draft"],
        ["Needs", f"Need {needs[1].id}", "Title", "Chinese", "磁体1", "Русский", "", "Missing"],
    ]  # fmt: skip
    assert len({row[0] for row in rows}) == 3


async def test_a_filled_file_is_shown_and_stored(client: Client) -> None:
    event, needs = await event_with_needs(client, 3)
    await factories.translation(needs[0], "title", "ru", "Магнит", state=MACHINE, engine="deepl")
    rows = filled(await downloaded(client, event), lambda number: f"Магнит номер {number}")

    path, preview = await uploaded(client, event, rows)
    before = await Translation.all().count()
    stored = await client.post(f"{path}/store", data={"as": "draft"})
    again = await client.post(f"{path}/store", data={"as": "draft"})

    assert "To be saved 3 Saved already 0 With problems 0" in preview.words
    assert before == 1
    assert (stored.status_code, again.status_code) == (303, 404)
    found = await Translation.filter(locale="ru").order_by("need_id")
    assert [(each.text, each.state, each.engine) for each in found] == [
        (f"Магнит номер {n}", HUMAN, "") for n in range(3)
    ]
    assert [each.source_hash for each in found] == [texts.hash_of(need.title) for need in needs]


async def test_of_a_thousand_rows_three_wrong_ones_are_named_and_the_others_stored(client: Client) -> None:
    event, needs = await event_with_needs(client, 1)
    firm = await Registration.get(id=needs[0].registration_id)
    columns = {"registration_id": firm.id, "text": "", "text_locale": "zh_Hans", "confidentiality": "open"}
    await Need.bulk_create([Need(title=f"需求{number}", **columns) for number in range(999)])
    rows = filled(await downloaded(client, event), lambda number: f"Запрос {number}")
    at = rows[0].index("Translation")
    rows[10][0] = rows[10][0].replace("-ru-", "-xx-")
    rows[20][at] = "A translation into English"
    rows[30][at] = "я" * 301

    path, preview = await uploaded(client, event, rows)
    await client.post(f"{path}/store", data={"as": "checked"})

    assert "To be saved 997 Saved already 0 With problems 3" in preview.words
    told = preview.by_class["faulty"][0]
    for row, why in (
        ("11", "This key is not that of a text that you can translate."),
        ("21", "This text is not written in the script of this language: Русский."),
        ("31", "This text can have at most 300 characters. Now: 301."),
    ):
        assert row in told
        assert why in told
    assert await Translation.filter(state=CHECKED).count() == 997


async def test_rows_of_changed_originals_changed_translations_and_empty_rows_are_named(client: Client) -> None:
    event, needs = await event_with_needs(client, 5)
    await factories.translation(needs[4], "title", "ru", "Готово", state=CHECKED)
    rows = filled(await downloaded(client, event), lambda number: ["Один", "Два", "", "Три", "Готово"][number])
    await Need.filter(id=needs[0].id).update(title="别的磁体")
    await factories.translation(needs[1], "title", "ru", "Чужой перевод", state=CHECKED)
    rows.append(rows[4])

    path, preview = await uploaded(client, event, rows)
    await client.post(f"{path}/store", data={"as": "draft"})

    assert "To be saved 1 Saved already 1 With problems 4" in preview.words
    for why in (
        "The original has changed since the file was made.",
        "Somebody has changed this translation since the file was made.",
        "This translation is empty.",
        "The file has another translation of the same text further up.",
    ):
        assert why in preview.words
    assert [each.text for each in await Translation.filter(need_id=needs[1].id)] == ["Чужой перевод"]
    assert [each.text for each in await Translation.filter(need_id=needs[3].id)] == ["Три"]


async def test_texts_that_the_file_calls_machine_drafts_stay_drafts(client: Client) -> None:
    event, needs = await event_with_needs(client, 1)
    rows = filled(await downloaded(client, event), lambda _number: "Магнит")
    rows[1][rows[0].index("State")] = "Машинный"

    path, _preview = await uploaded(client, event, rows)
    await client.post(f"{path}/store", data={"as": "checked"})

    [found] = await Translation.filter(need_id=needs[0].id)
    assert (found.state, found.engine, found.author_id, found.checker_id) == (MACHINE, "xlsx", None, None)


async def test_keys_of_other_events_and_of_closed_texts_are_unknown(client: Client) -> None:
    event, needs = await event_with_needs(client, 2)
    rows = filled(await downloaded(client, event), lambda number: f"Магнит {number}")
    await Need.filter(id=needs[0].id).update(confidentiality="field_only")
    foreign = (await factories.needs_of(await factories.enterprise(await factories.event())))[0]
    rows.append([f"title-{foreign.id}-ru-{'0' * 12}-{'0' * 8}", *rows[1][1:]])

    path, preview = await uploaded(client, event, rows)
    await client.post(f"{path}/store", data={"as": "draft"})

    assert "To be saved 1 Saved already 0 With problems 2" in preview.words
    assert [each.need_id for each in await Translation.all()] == [needs[1].id]


async def test_another_file_is_refused_and_an_upload_is_its_persons_own(client: Client, other: Client) -> None:
    event, _needs = await event_with_needs(client, 1)
    here = f"/e/{event.slug}/translations/upload"
    refused = [
        await client.post(here, files={"file": ("a.xlsx", data)}) if data else await client.post(here, data={})
        for data in (b"", b"\x00garbage\xff\xfe\x00", written([["Name", "Address"], ["x", "y"]]))
    ]
    path, _preview = await uploaded(client, event, await downloaded(client, event))
    second = await factories.translator(event)
    await factories.signed_in(other, second.person)

    assert [answer.status_code for answer in refused] == [422, 422, 422]
    assert [(await other.get(path)).status_code, (await other.post(f"{path}/store")).status_code] == [404, 404]
    assert (await client.post(f"{path}/discard")).status_code == 303
    assert await TranslationUpload.all().count() == 0


async def test_a_translator_removed_after_the_upload_stores_nothing(client: Client) -> None:
    event, _needs = await event_with_needs(client, 1)
    rows = filled(await downloaded(client, event), lambda _number: "Магнит")
    path, _preview = await uploaded(client, event, rows)
    await EventTranslator.all().delete()

    assert (await client.post(f"{path}/store", data={"as": "draft"})).status_code == 404
    assert await Translation.all().count() == 0
