"""Workbooks and text tables for tests of imports, and the steps of an import."""

import io
import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

import httpx2
import xlsxwriter

from i18n import Translator
from server.imports.columns import COLUMNS
from server.models import Event, Side
from tests import factories
from tests.client import Client

EXPERT = {
    "email": "Anna@Example.org",
    "full_name": "Анна Петрова",
    "country": "Россия",
    "affiliation": "Институт электропривода",
    "headline": "Тяговые двигатели",
    "offer": "Проектирую тяговые двигатели и снижаю их шум.",
    "topics": "auto.ev",
    "readiness": "TRL 6",
    "modes": "consulting",
    "languages": "ru, English",
}


ENTERPRISE = {
    "name": "宁波电机有限公司",
    "email": "li@example.org",
    "full_name": "李伟",
    "languages": "中文",
    "title": "降低牵引电机噪声",
    "text": "电机在时速四十至六十公里时啸叫,希望降低转矩脉动,噪声不高于六十五分贝。",
    "topics": "auto.ev",
    "modes": "consulting",
}


Rows = Sequence[Mapping[str, Any]]


def workbook(**sheets: Rows) -> bytes:
    """Return an XLSX file whose headings are the fields' names."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    for name, rows in sheets.items():
        sheet, headings = book.add_worksheet(name), list(dict.fromkeys(key for row in rows for key in row))
        sheet.write_row(0, 0, headings)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [row.get(heading, "") for heading in headings])
    book.close()
    return written.getvalue()


def csv_file(rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    headings = list(dict.fromkeys(key for row in rows for key in row))
    lines = [headings, *([str(row.get(heading, "")) for heading in headings] for row in rows)]
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    return "\r\n".join(quoted).encode(encoding)


async def organiser_of(client: Client, event: Event) -> Client:
    return await factories.signed_in(client, (await factories.organiser(event)).person)


async def upload(client: Client, event: Event, *contents: bytes, name: str = "file") -> httpx2.Response:
    files = [("files", (f"{name}{number}", content)) for number, content in enumerate(contents)]
    return await followed(client, await client.post(f"/e/{event.slug}/import", files=files))


async def followed(client: Client, answer: httpx2.Response) -> httpx2.Response:
    """Return the page that an accepted form leads to, or the answer to a form with faults."""
    return await client.get(answer.headers["location"]) if answer.status_code == 303 else answer


async def imported(client: Client, event: Event, *contents: bytes, invite: bool = False) -> httpx2.Response:
    """Run both steps of an import, the second as the preview's form sends it."""
    preview = await upload(client, event, *contents)
    assert preview.status_code == 200, faults(preview)
    return await client.post(confirmation(preview), data={"invite": "yes"} if invite else {})


def confirmation(preview: httpx2.Response) -> str:
    """Return where the preview's import form posts."""
    [path] = re.findall(r'action="([^"]*/store)"', preview.text)
    return str(path)


def outcome(page: httpx2.Response) -> list[str]:
    """Return the sentences about what the import does."""
    [part] = re.findall(r'<h2 id="counts">.*?</section>', page.text, re.DOTALL)
    return re.findall(r"<li>([^<]*)</li>", part)


def faults(answer: httpx2.Response) -> list[tuple[str, ...]]:
    """Return (row, column, typed text, sentence) of each line on the page."""
    lines = re.findall(r"<tr><td data-label=\"Row\".*?</tr>", answer.text, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL) for line in lines]
    return [tuple(unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in line) for line in cells]


def headings(side: Side, locale: str) -> dict[str, str]:
    return {column.name: Translator(locale).translate(column.label) for column in COLUMNS[side]}


async def prepared(client: Client, **values: Any) -> Event:
    event = await factories.event(**values)
    await organiser_of(client, event)
    return event
