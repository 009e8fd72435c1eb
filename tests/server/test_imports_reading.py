"""Files of real offices: code pages, delimiters, hidden parts, titles, numbers."""

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from server.imports.reading import Contents, Unreadable, read

FILES = Path(__file__).parent.parent / "data" / "imports"
HEAD = "E-mail address;Full name;Country;Organisation;In one line;What you work on"
WRITTEN = {
    "cp1252": "j@example.org;Jürgen Müller;DE;Universität Musterstadt;Für Wälzlager;Wir prüfen größere Getriebe",
    "cp1250": "a@example.org;Jiří Dvořák;CZ;Vysoké učení technické;Řízení motorů;Navrhuji řízení pohonů a měničů",
    "cp1254": "a@example.org;Ayşe Yılmaz;TR;İstanbul Teknik Üniversitesi;Çelik;Çelik üzerine çalışıyorum",
    "cp1251": "a@example.org;Анна Петрова;Россия;Институт;Тяговые двигатели;Проектирую тяговые двигатели",
    "koi8_r": "a@example.org;Анна Петрова;Россия;Институт;Тяговые двигатели;Проектирую тяговые двигатели",
    "cp866": "a@example.org;Анна Петрова;Россия;Институт;Тяговые двигатели;Проектирую тяговые двигатели",
    "gb18030": "a@example.org;张三;中国;宁波电机有限公司;电机;降低牵引电机噪声",
    "big5": "a@example.org;張三;中國;寧波電機有限公司;電機;降低牽引電機噪聲",
    "shift_jis": "a@example.org;山田太郎;日本;東京大学;モーター;モーターの騒音を低減する研究をしています",
    "euc_kr": "a@example.org;김철수;대한민국;서울대학교;모터;모터 소음을 줄이는 연구를 합니다",
    "utf-8": "a@example.org;Анна Müller;中国;東京大学;김;Ж",
    "utf-8-sig": "a@example.org;Анна Müller;中国;東京大学;김;Ж",
    "utf-16": "a@example.org;Анна Müller;中国;東京大学;김;Ж",
    "utf-16-le": "a@example.org;Анна Müller;中国;東京大学;김;Ж",
    "utf-16-be": "a@example.org;Анна Müller;中国;東京大学;김;Ж",
}


async def rows_in(content: bytes, **options: Any) -> list[list[str]]:
    [sheet] = (await read("experts.csv", content, **options)).sheets
    return [list(row) for row in sheet.rows]


@pytest.mark.parametrize("page", list(WRITTEN))
async def test_the_code_page_of_a_table_is_recognised(page: str) -> None:
    rows = await rows_in(f"{HEAD}\r\n{WRITTEN[page]}\r\n".encode(page))
    assert rows == [HEAD.split(";"), WRITTEN[page].split(";")]


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("cp1251", "Иванов"),
        ("gb18030", "张三"),
        ("big5", "張三"),
        ("cp1252", "Peña Muñoz"),
        ("cp1252", "Hélène Lefèvre"),
    ],
)
async def test_one_short_name_is_enough_to_detect_the_code_page(page: str, name: str) -> None:
    rows = await rows_in(f"{HEAD}\r\na@example.org;{name};RU\r\n".encode(page))
    assert rows[1][1] == name


async def test_known_headings_decide_the_code_page_first() -> None:
    rows = await rows_in("Электронная почта;Фамилия, имя, отчество;Страна\na@b.org;Li;CN\n".encode("koi8_r"))
    assert rows[0][1] == "Фамилия, имя, отчество"


async def test_other_code_pages_are_offered_with_their_first_words() -> None:
    found = await read("a.csv", f"{HEAD}\n{WRITTEN['cp1252']}\n".encode("cp1252"))
    assert found.encoding == "cp1252"
    assert [dict(found.encodings)[page].split(" · ")[0] for page in ("cp1252", "gb18030", "cp1251")] == [
        "Jürgen Müller",
        "J黵gen M黮ler",
        "Jьrgen Mьller",
    ]


async def test_a_chosen_code_page_is_used_or_refused_if_bytes_are_invalid() -> None:
    content = f"{HEAD}\n{WRITTEN['cp1252']}\n".encode("cp1252")
    assert (await rows_in(content, encoding="cp1251"))[1][1] == "Jьrgen Mьller"
    with pytest.raises(Unreadable):
        await read("a.csv", content, encoding="utf-8")
    with pytest.raises(Unreadable):
        await read("a.csv", content, encoding="no-such-page")


@pytest.mark.parametrize("name", ["sep-line.csv", "cp1252.csv", "countries.csv", "presence-range.csv"])
async def test_files_of_other_programs_are_read(name: str) -> None:
    [sheet] = (await read(name, (FILES / name).read_bytes())).sheets
    assert sheet.rows[0][:2] == ["E-mail address", "Full name"]
    assert sheet.numbers[0] == (2 if name == "sep-line.csv" else 1)


@pytest.mark.parametrize(
    "text",
    [
        "name,topics\nA,a;b;c;d\nB,a;b;c\nC,a;b;c;d\n",
        "List of the experts\n\nE-mail address;Topics\na@b.org;a, b, c\nb@b.org;a, b, c\nc@b.org;a, b, c\n",
        "Full name\tOffer\nA\ta, b; c\nB\ta, b; c\n",
        "sep=|\nFull name|Offer\nA|a;b\n",
        "a;b\n1,5;2\n2,5;3\n",
    ],
)
async def test_the_delimiter_is_found_by_several_lines(text: str) -> None:
    assert {len(row) for row in await rows_in(text.encode())} - {1} == {2}


def book_of(write: Any) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_urls": False})
    write(book)
    book.close()
    return written.getvalue()


async def test_hidden_parts_are_left_out_unless_requested() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Experts")
        for number, row in enumerate([["Full name", "Note", "Country"], ["A", "x", "RU"], ["B", "y", "DE"]]):
            sheet.write_row(number, 0, row)
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
        book.add_worksheet("lists").hide()

    content = book_of(write)
    found = await read("a.xlsx", content)
    assert [(sheet.name, sheet.rows, sheet.numbers) for sheet in found.sheets] == [
        ("Experts", [["Full name", "", "Country"], ["B", "", "DE"]], [1, 3])
    ]
    assert found.hidden == (1, 1, 1)
    whole = await read("a.xlsx", content, hidden=True)
    assert whole.sheets[0].rows[1] == ["A", "x", "RU"]
    assert [sheet.name for sheet in whole.sheets] == ["Experts", "lists"]


async def test_a_hidden_sheet_of_lists_is_no_sheet_to_import() -> None:
    found: Contents = await read("hidden-sheet.xlsx", (FILES / "hidden-sheet.xlsx").read_bytes())
    assert ([sheet.name for sheet in found.sheets], found.hidden) == (["Experts"], (1, 0, 0))


@pytest.mark.parametrize(
    ("value", "shape", "shown"),
    [
        (13800000000, "General", "13800000000"),
        (79991234567, "0", "79991234567"),
        (7, "000", "007"),
        (791234567, "0000000000", "0791234567"),
        (13800000000, "000-0000-0000", "138-0000-0000"),
        (123456789012345, "General", "123456789012345"),
        (1e20, "General", "100000000000000000000"),
        (0.1 + 0.2, "General", "0.3"),
        (2.5, "General", "2.5"),
        (-3, "General", "-3"),
        ("007", "General", "007"),
        ("+7 999 123-45-67", "General", "+7 999 123-45-67"),
    ],
)
async def test_numbers_are_read_as_shown(value: Any, shape: str, shown: str) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Experts")
        sheet.write(0, 0, "Position")
        sheet.write(1, 0, value, book.add_format({"num_format": shape}))

    [sheet] = (await read("a.xlsx", book_of(write))).sheets
    assert sheet.rows[1] == [shown]


async def test_a_cell_merged_over_rows_is_copied_into_each_row() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Enterprises")
        sheet.merge_range(0, 0, 0, 2, "Enterprises of the fair")
        sheet.write_row(1, 0, ["Name", "Title", "Text"])
        sheet.merge_range(2, 0, 3, 0, "宁波电机")
        sheet.write_row(2, 1, ["a", "b"])
        sheet.write_row(3, 1, ["c", "d"])

    [sheet] = (await read("a.xlsx", book_of(write))).sheets
    assert list(sheet.rows) == [
        ["Enterprises of the fair", "", ""],
        ["Name", "Title", "Text"],
        ["宁波电机", "a", "b"],
        ["宁波电机", "c", "d"],
    ]
