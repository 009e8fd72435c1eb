"""Correcting an upload on its page: headings, cells, rows, code pages."""

import io
import re
from typing import Any

import httpx2
import pytest
from python_calamine import CalamineWorkbook

from server.models import ImportFile, ImportUpload, Mail, Need, Organisation, Person, Registration
from server.names import called, country_of
from server.profiles import MODES
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import (
    ENTERPRISE,
    EXPERT,
    confirmation,
    csv_file,
    faults,
    followed,
    imported,
    outcome,
    prepared,
    upload,
    workbook,
)

LATIN = {
    **EXPERT,
    "country": "RU",
    "affiliation": "Institute of Drives",
    "headline": "Traction motors",
    "offer": "I design traction motors and lower their noise.",
}


HEADINGS = ["email", "full_name", "country", "affiliation", "headline", "offer", "topics", "modes", "languages"]


def here(page: httpx2.Response) -> str:
    """Return where the correction form posts."""
    [path] = set(re.findall(r'action="(/e/[^"]*/import/\d+)"', page.text))
    return str(path)


async def corrected(client: Client, page: httpx2.Response, **changes: str) -> httpx2.Response:
    """Return the page's form as a browser sends it, with changes to its fields."""
    form: dict[str, Any] = {
        name: values for name, values in read(page).fields.items() if name not in ("part", "invite")
    }
    form |= changes
    return await followed(client, await client.post(here(page), data=form))


async def names() -> list[str]:
    return [called(each).full_name for each in await Registration.all().order_by("id").select_related("person")]


def table(*rows: list[str], delimiter: str = ";") -> bytes:
    return "\r\n".join(delimiter.join(row) for row in rows).encode()


ROW = [str(EXPERT[name]) for name in HEADINGS]


@pytest.mark.parametrize(
    "above",
    [
        [["List of the experts, May 2026"]],
        [["Delegation"], [], ["Contact", "", "Person", "", "Work", "", "", "", ""]],
        [["Experts"], ["", "Name", "Country"]],
    ],
)
async def test_titles_and_heads_of_groups_may_stand_above_the_headings(client: Client, above: list[list[str]]) -> None:
    event = await prepared(client)
    assert (await imported(client, event, table(*above, HEADINGS, ROW))).status_code == 303
    assert await names() == ["Анна Петрова"]


async def test_headings_in_two_rows_are_read_together(client: Client) -> None:
    event = await prepared(client)
    upper = ["Contact", "", *HEADINGS[2:]]
    lower = ["email", "full_name", *[""] * 7]
    assert (await imported(client, event, table(["The list"], upper, lower, ROW))).status_code == 303
    assert await names() == ["Анна Петрова"]


async def test_headings_that_offices_use_are_known(client: Client) -> None:
    event = await prepared(client)
    office = ["Эл. почта", "ФИО", "Гражданство", "Место работы", "Специальность", "О себе", "Тематика"]
    office += ["Форма сотрудничества", "Рабочие языки"]
    assert (await imported(client, event, table(office, ROW))).status_code == 303
    assert await names() == ["Анна Петрова"]


async def test_a_column_of_unknown_name_is_matched_by_hand(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, table([*HEADINGS[:1], "Wer", *HEADINGS[2:], "Zimmer"], [*ROW, "12"]))
    assert (page.status_code, faults(page)[0][3]) == (422, "The column “Full name” is missing.")
    assert (read(page).field("column-0-1"), read(page).field("column-0-2")) == ("none", "country")
    again = await corrected(client, page, **{"column-0-1": "full_name"})
    assert (again.status_code, outcome(again)) == (200, ["1 new expert"])
    assert (await client.post(confirmation(again))).status_code == 303
    assert await names() == ["Анна Петрова"]


async def test_a_sheet_without_a_known_heading_is_matched_by_hand(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, table(["Verein"], [f"Spalte {n}" for n in range(9)], ROW))
    assert (page.status_code, read(page).field("head-0")) == (422, "2")
    chosen = {f"column-0-{n}": f"expert.{name}" for n, name in enumerate(HEADINGS)}
    again = await corrected(client, page, **chosen)
    assert (again.status_code, outcome(again)) == (200, ["1 new expert"])


async def test_a_missing_column_can_be_filled_once_for_all_rows(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, table(HEADINGS[:-1], ROW[:-1], ["b@example.org", "B B", *ROW[2:-1]]))
    assert faults(page)[0][3] == "The column “Meeting languages” is missing."
    again = await corrected(client, page, **{"fill-0-languages": "ru, English"})
    assert outcome(again) == ["2 new experts"]
    await client.post(confirmation(again))
    assert [each.languages for each in await Registration.all()] == [["ru", "en"]] * 2


async def test_a_sheet_of_notes_is_ignored(client: Client) -> None:
    event = await prepared(client)
    content = workbook(experts=[EXPERT], Notes=[{"Remember": "Call the hotel", "Who": "Me"}])
    page = await upload(client, event, content)
    assert (page.status_code, outcome(page)) == (200, ["1 new expert"])
    assert read(page).field("side-1") is None


async def test_faulty_cells_are_corrected_on_the_page_and_nothing_typed_is_lost(client: Client) -> None:
    event = await prepared(client)
    bad = {**EXPERT, "email": "b@example.org", "country": "Atlantis", "readiness": "12", "position": "Инженер"}
    page = await upload(client, event, workbook(experts=[EXPERT, bad]))
    shown = read(page)
    assert (shown.field("cell-0-3-country"), shown.field("cell-0-3-readiness")) == ("Atlantis", "12")
    assert shown.field("cell-0-3-position") == "Инженер"
    assert 'href="#f-cell-0-3-country">Row 3, Country: Enter the name' in page.text
    half = await corrected(client, page, **{"cell-0-3-country": "Россия", "cell-0-3-position": "Главный инженер"})
    assert (half.status_code, [line[1] for line in faults(half)]) == (422, ["readiness"])
    assert read(half).field("cell-0-3-country") == "Россия"
    whole = await corrected(client, half, **{"cell-0-3-readiness": "6"})
    assert (whole.status_code, outcome(whole)) == (200, ["2 new experts"])
    await client.post(confirmation(whole))
    found = await Registration.get(person__email="b@example.org").select_related("person")
    assert (country_of(found), found.readiness, found.position) == ("RU", 6, "Главный инженер")


async def test_a_row_is_named_with_its_sheet_if_several_sheets_are_read(client: Client) -> None:
    event = await prepared(client)
    bad = {"experts": [{**EXPERT, "country": "Atlantis"}], "enterprises": [{**ENTERPRISE, "deadline": "soon"}]}
    page = await upload(client, event, workbook(**bad))
    assert [words.partition(":")[0] for _place, words in summary(page)[1]] == [
        "experts · Row 2, Country",
        "enterprises · Row 2, Deadline",
    ]
    assert '<bdi>enterprises</bdi> · <span class="num">Row 2</span>' in page.text


async def test_the_possible_values_stand_below_a_cell_that_has_another(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, workbook(experts=[{**EXPERT, "modes": "Consulting; gifts"}]))
    [described] = re.findall(r'name="cell-0-2-modes"[^>]*aria-describedby="([^"]*)"', page.text)
    assert described == "f-cell-0-2-modes-fault f-cell-0-2-modes-options"
    [listed] = re.findall(r'id="f-cell-0-2-modes-options">(.*?)</p>', page.text)
    assert re.findall(r">([^<]+)</span>", listed) == [label.msgid for label in MODES.values()]


def summary(answer: httpx2.Response) -> tuple[str, list[tuple[str, str]]]:
    """Return the heading of the summary of faults, and its lines: (target of the link, text)."""
    found = re.search(r'id="faults" tabindex="-1" autofocus>.*?<h2>(.*?)</h2>(.*?)</ul>', answer.text, re.DOTALL)
    assert found
    lines = re.findall(r'<li>(?:<a href="#([\w-]+)">)?(.*?)(?:</a>)?</li>', found[2])
    assert {f'id="{place}"' in answer.text for place, _words in lines if place} <= {True}
    return found[1], lines


async def test_the_summary_links_to_the_first_ten_cells_and_counts_the_others(client: Client) -> None:
    event = await prepared(client)
    rows = [{**EXPERT, "email": f"e{n}@example.org", "country": "X"} for n in range(13)]
    page = await upload(client, event, workbook(experts=rows))
    heading, lines = summary(page)
    assert (page.status_code, heading) == (422, "13 entries need to be corrected")
    assert [place for place, _words in lines] == [*(f"f-cell-0-{row}-country" for row in range(2, 12)), ""]
    assert lines[0][1].startswith("Row 2, Country: Enter the name")
    assert lines[10][1] == "and 3 more, in the list below"
    assert "<title>Error: " in page.text
    again = await client.get(here(page))
    assert (again.status_code, summary(again)) == (200, (heading, lines))


async def test_the_summary_links_to_what_is_said_of_a_whole_sheet(client: Client) -> None:
    event = await prepared(client)
    missing = await upload(client, event, table(HEADINGS[:-1], ROW[:-1]))
    assert summary(missing)[1] == [
        ("f-fill-0-languages", "Meeting languages: The column “Meeting languages” is missing.")
    ]
    unknown = await upload(client, event, table(["Verein"], [f"Spalte {n}" for n in range(9)], ROW))
    [(place, words)] = summary(unknown)[1]
    assert (place, "This sheet has no headings from the template." in words) == ("f-sheet-1", True)
    assert ("<title>Error: " in missing.text, "<title>Error: " in unknown.text) == (True, True)


async def test_an_upload_can_be_opened_again(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, workbook(experts=[{**EXPERT, "country": "Atlantis"}]))
    await corrected(client, page, **{"cell-0-2-country": "Lemuria"})
    listed = await client.get(f"/e/{event.slug}/import")
    [path] = {link for link in read(listed).links if re.search(r"/import/\d+$", link)}
    again = await client.get(path)
    assert (again.status_code, read(again).field("cell-0-2-country")) == (200, "Lemuria")


async def test_a_file_without_faults_leads_to_an_address_that_can_be_opened_again(client: Client) -> None:
    event = await prepared(client)
    files = [("files", ("list.xlsx", workbook(experts=[{**EXPERT, "readiness": "6"}])))]
    sent = await client.post(f"/e/{event.slug}/import", files=files)
    path = f"/e/{event.slug}/import/{(await ImportUpload.get()).id}"
    assert (sent.status_code, sent.headers["location"]) == (303, path)
    page = await client.get(path)
    checked = await client.post(path, data={"cell-0-2-readiness": "7"})
    assert (outcome(page), checked.status_code, checked.headers["location"]) == (["1 new expert"], 303, path)


async def test_changes_on_two_pages_of_one_upload_are_both_kept(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, workbook(experts=[{**EXPERT, "country": "Atlantis", "readiness": "12"}]))
    await corrected(client, page, **{"cell-0-2-country": "RU"})
    after = await corrected(client, page, **{"cell-0-2-readiness": "6"})
    assert (after.status_code, outcome(after)) == (200, ["1 new expert"])


async def test_good_rows_are_stored_at_once_and_the_others_stay(client: Client) -> None:
    event = await prepared(client)
    bad = {**EXPERT, "email": "b@example.org", "full_name": "B B", "country": "Atlantis"}
    page = await upload(client, event, workbook(experts=[EXPERT, bad]))
    assert outcome(page) == ["1 new expert"]
    answer = await client.post(confirmation(page), data={"part": "yes"})
    assert (answer.status_code, await names()) == (303, ["Анна Петрова"])
    left = await client.get(answer.headers["location"])
    assert [line[0] for line in faults(left)] == ["3"]
    whole = await corrected(client, left, **{"cell-0-3-country": "RU"})
    assert outcome(whole) == ["1 new expert"]
    assert (await client.post(confirmation(whole))).headers["location"] == f"/e/{event.slug}/experts?notice=imported"
    assert await names() == ["Анна Петрова", "B B"]


async def test_without_the_option_for_partial_import_nothing_is_stored(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, workbook(experts=[EXPERT, {**EXPERT, "email": "b@example.org", "country": "X"}]))
    assert (await client.post(confirmation(page))).status_code == 422
    assert await names() == []


async def test_the_rows_of_an_enterprise_are_stored_together(client: Client) -> None:
    event = await prepared(client)
    other = {**ENTERPRISE, "name": "宁波轴承有限公司", "email": "b@example.org"}
    bad_need = {"name": ENTERPRISE["name"], "title": "更耐磨的轴承", "text": "x", "topics": "alchemy"}
    page = await upload(client, event, workbook(enterprises=[ENTERPRISE, bad_need, other]))
    await client.post(confirmation(page), data={"part": "yes"})
    assert [each.name for each in await Organisation.all()] == ["宁波轴承有限公司"]


async def test_the_rows_that_are_left_are_offered_as_a_file(client: Client) -> None:
    event = await prepared(client)
    bad = {**EXPERT, "email": "b@example.org", "full_name": "=1+1", "country": "Atlantis"}
    page = await upload(client, event, workbook(experts=[EXPERT, bad]))
    answer = await client.get(here(page) + "/rows.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    [headings, row] = book.get_sheet_by_index(0).to_python()
    assert (row[headings.index("E-mail address")], row[headings.index("Country")]) == ("b@example.org", "Atlantis")
    assert "Enter the name of a country" in str(row[headings.index("What to correct")])
    mended = dict(zip(map(str, headings), row, strict=True)) | {"Country": "RU", "Full name": "B"}
    assert (await upload(client, event, workbook(experts=[mended]))).status_code == 200


async def test_a_row_can_be_left_out_and_taken_in_again(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, workbook(experts=[EXPERT, {**EXPERT, "email": "b@example.org", "country": "X"}]))
    without = await corrected(client, page, **{"leave-0-3": "yes"})
    assert (without.status_code, outcome(without)) == (200, ["1 new expert"])
    back = await corrected(client, without, **{"back-0-3": "yes"})
    assert back.status_code == 422


async def test_the_code_page_can_be_chosen(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, csv_file([{**LATIN, "full_name": "Ivan Šimić"}], encoding="cp1250"))
    other = await corrected(client, page, **{"encoding-0": "cp1250"})
    assert other.status_code == 200
    await client.post(confirmation(other))
    assert await names() == ["Ivan Šimić"]


async def test_a_code_page_in_which_the_bytes_cannot_be_read_leaves_the_page_as_it_was(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, csv_file([{**LATIN, "full_name": "Jürgen Müller"}], encoding="cp1252"))
    again = await corrected(client, page, **{"encoding-0": "utf-8"})
    assert again.status_code in (200, 422)
    assert read(again).field("encoding-0") != "utf-8"


@pytest.mark.parametrize(
    "name",
    [
        "JÃ¼rgen",
        "РџРµС‚СЂ",
        "Пет\ufffdр",
        "J\x81rgen",
        "\ue000",
        "#REF!",
        "ÐŸÐµÑ‚Ñ€",
    ],
)
async def test_garbled_text_is_not_stored(client: Client, name: str) -> None:
    event = await prepared(client)
    page = await upload(client, event, csv_file([{**EXPERT, "affiliation": name}]))
    assert (page.status_code, faults(page)[0][0:2]) == (422, ("2", "affiliation"))


@pytest.mark.parametrize(
    "name", ["谢小小", "Ångström", "Ærø", "Señor Łukasz", "鲁路录", "Ё", "№ 5", "São Tomé", "И.Ё."]
)
async def test_unusual_words_are_not_taken_for_garbled_text(client: Client, name: str) -> None:
    event = await prepared(client)
    page = await upload(client, event, csv_file([{**EXPERT, "affiliation": name}]))
    assert page.status_code == 200


async def test_two_presses_import_once(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, workbook(experts=[EXPERT], enterprises=[ENTERPRISE]))
    answers = [await client.post(confirmation(page), data={"invite": "yes"}) for _press in range(2)]
    assert {answer.headers["location"] for answer in answers} == {f"/e/{event.slug}/experts?notice=imported"}
    assert [await model.all().count() for model in (Registration, Need, Mail)] == [2, 1, 2]
    assert await ImportFile.all().count() == 0


async def test_an_upload_is_visible_to_its_organiser_only_and_deleted_after_a_day(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, workbook(experts=[EXPERT]))
    path = here(page)
    other = await factories.organiser(event)
    await factories.signed_in(client, other.person)
    answers = [await client.get(path), await client.post(path), await client.post(path + "/store")]
    answers += [await client.get(path + "/rows.xlsx"), await client.post(path + "/discard")]
    assert [answer.status_code for answer in answers] == [404] * 5
    found = await ImportUpload.get()
    await factories.signed_in(client, await Person.get(id=found.person_id))
    assert (await client.get(path)).status_code == 200
    await ImportUpload.all().update(expires_at=found.created_at)
    assert (await client.get(path)).status_code == 404
    await upload(client, event, workbook(experts=[EXPERT]))
    assert await ImportUpload.filter(id=found.id).count() == 0
