"""Reads back the documents that the server makes."""

import io
import re
import zlib
from typing import Any

from docx import Document

HEX = r"<([0-9A-Fa-f]+)>"


def docx_text(data: bytes) -> str:
    """Return the text of paragraphs and table cells, line by line."""
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def docx_page(data: bytes) -> tuple[Any, Any]:
    """Return width and height of the pages."""
    section = Document(io.BytesIO(data)).sections[0]
    return section.page_width, section.page_height


def pdf_pages(data: bytes) -> int:
    """Return the number of pages."""
    return len(re.findall(rb"/Type\s*/Page\b", data))


def pdf_characters(data: bytes) -> dict[str, set[int]]:
    """Return the characters that the fonts of a PDF draw, each with its glyph ids. Glyph 0 is the missing one.

    They are read from the tables that map glyphs to characters (ISO 32000-1, 9.10.3).
    """
    found: dict[str, set[int]] = {}
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            text = zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            continue
        if "begincmap" not in text:
            continue
        for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
            for glyph, to in re.findall(rf"{HEX}\s*{HEX}", block):
                for character in bytes.fromhex(to).decode("utf-16-be"):
                    found.setdefault(character, set()).add(int(glyph, 16))
    return found
