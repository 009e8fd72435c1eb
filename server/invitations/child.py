"""Makes one invitation in a separate process with limits on time and memory, and then ends.

Standard input: what `composing.document` returns, with `kind` ("docx" or "pdf"), as JSON. Standard output: the file.
Texts are data for the libraries, never markup. Imports nothing of the server beside the limits.
"""

import io
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.confined import limit
from server.invitations.limits import CHINESE, MAX_MEMORY, MAX_SECONDS, NO_FONTS, PLAIN

TEMPLATE = Path(__file__).with_name("letter.typ")


class NoFonts(Exception):
    """No font of this machine has the characters of the document."""


def main() -> None:
    """Read the document from standard input and write the file to standard output."""
    limit(MAX_SECONDS, MAX_MEMORY)
    given = json.load(sys.stdin.buffer)
    try:
        made = {"pdf": pdf, "docx": docx}[given["kind"]](given)
    except NoFonts:
        sys.exit(NO_FONTS)
    sys.stdout.buffer.write(made)


def fonts_for(languages: Collection[str], installed: Collection[str]) -> list[str]:
    """Return the fonts to use, for Latin and Cyrillic letters first. Raises NoFonts."""
    wanted = [PLAIN, CHINESE] if "zh" in languages else [PLAIN]
    found = [next((name for name in names if name in installed), None) for names in wanted]
    if None in found:
        raise NoFonts
    return [name for name in found if name is not None]


def pdf(given: Mapping[str, Any]) -> bytes:
    """Return the invitation as PDF. Raises NoFonts."""
    import typst

    fonts = typst.Fonts()
    data = {**given, "fonts": fonts_for(given["languages"], fonts.families())}
    made: Any = typst.compile(
        TEMPLATE, root=TEMPLATE.parent, font_paths=fonts, format="pdf", sys_inputs={"data": json.dumps(data)}
    )
    return bytes(made)


def docx(given: Mapping[str, Any]) -> bytes:
    """Return the invitation as DOCX, to be edited. The reader's machine brings the fonts."""
    document = _blank_page(" / ".join(given["title"]))
    _heading(document, "\n".join(given["sender"]), 12)
    _heading(document, " / ".join(given["title"]), 16)
    for text in (" / ".join(given["to"]), *given["opening"]):
        document.add_paragraph(text)
    _blocks(document, given["blocks"])
    document.add_paragraph()
    for text in given["closing"]:
        document.add_paragraph(text)
    for labels in given["signing"]:
        document.add_paragraph(f"{' / '.join(labels)}: ____________________")
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _blank_page(title: str) -> Any:
    """Return a document of A4 pages, which names neither author nor program."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = Document()
    document.core_properties.author = document.core_properties.comments = ""
    document.core_properties.title = title
    document.core_properties.created = document.core_properties.modified = datetime.now(UTC)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(16)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "SimSun")
    style.paragraph_format.space_after = Pt(4)
    return document


def _heading(document: Any, text: str, points: int) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.font.size = True, Pt(points)


def _blocks(document: Any, blocks: Sequence[Any]) -> None:
    """Add one table: a row with the heading of each block, and its rows of labels and values."""
    from docx.shared import Mm, Pt

    widths = Mm(58), Mm(112)
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for heading, rows in blocks:
        cells = table.add_row().cells
        cells[0].merge(cells[1]).paragraphs[0].add_run(" / ".join(heading)).bold = True
        for labels, values in rows:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = "\n".join(labels), "\n".join(values)
            for cell, width in zip(cells, widths, strict=True):
                cell.width = width
    for row in table.rows:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)


if __name__ == "__main__":
    main()
