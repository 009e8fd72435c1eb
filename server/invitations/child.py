"""Makes one invitation in a separate process with limits on time and memory, and then ends.

Standard input: what `composing.document` returns, with `kind` ("docx" or "pdf"), as JSON. Standard output: the file.
Texts are data for the libraries, never markup. Imports nothing of the server beside the limits.
"""

import io
import json
import sys
from collections.abc import Collection, Mapping, Sequence
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
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "SimSun")
    document.core_properties.author = ""
    document.core_properties.title = " / ".join(given["title"])
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = head.add_run(" / ".join(given["title"]))
    run.bold, run.font.size = True, Pt(16)
    _paragraphs(document, [*given["to"], *given["opening"]])
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for labels, values in given["rows"]:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = "\n".join(labels), "\n".join(values)
    _paragraphs(document, given["closing"])
    for labels in given["signing"]:
        document.add_paragraph(f"{' / '.join(labels)}: ____________________")
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _paragraphs(document: Any, texts: Sequence[str]) -> None:
    for each in texts:
        document.add_paragraph(each)


if __name__ == "__main__":
    main()
