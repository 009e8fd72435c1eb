"""Check PDF and DOCX files: one document from the first byte to the last, without macros, scripts and other files.

The checks read the bytes of a file that may be hostile. They run in `server.files.child`, which has limits on time and
memory. Sources: ISO 32000-2, 7.3.5 (names), 7.5.7 (object streams), 12.6 (actions); ECMA-376, part 2 (packages).
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from server.files.limits import MAX_PARTS, MAX_UNPACKED, Active, Damaged, TooLarge

# PDF --------------------------------------------------------------------------------------------------------------

# Names of what runs, opens or embeds something. A reader finds scripts by /S /JavaScript alone.
ACTIVE_NAMES = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|GoToE|ImportData|SubmitForm|Encrypt)(?![A-Za-z0-9])"
)
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
OBJECT_STREAM = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
STREAM = re.compile(rb"stream\r?\n")
# Beginnings of other formats that programs find behind the signature of a PDF.
FOREIGN_HEAD = re.compile(rb"<\s*(?:script|html|svg|iframe|object|embed|!doctype|\?php|\?xml)", re.IGNORECASE)
HEAD = 1024
END_OF_ZIP = b"PK\x05\x06"
MOST_AFTER_END = 2048  # line ends and zeros that programs write after the end


def check_pdf(data: bytes) -> None:
    """Raise Damaged, Active or TooLarge if the PDF is not acceptable."""
    end = data.rfind(b"%%EOF")
    if end < 0 or len(data) - end > MOST_AFTER_END or data[end + 5 :].strip(b"\r\n\t \0"):
        raise Damaged
    if not re.match(rb"%PDF-[12]\.[0-9]", data) or b"startxref" not in data:
        raise Damaged
    if FOREIGN_HEAD.search(data[:HEAD]) or END_OF_ZIP in data:
        raise Active
    left = MAX_UNPACKED
    for part in (data, *_object_streams(data)):
        left -= len(part) if part is not data else 0
        if left < 0:
            raise TooLarge
        if ACTIVE_NAMES.search(_plain_names(part)):
            raise Active


def _plain_names(part: bytes) -> bytes:
    """Return the bytes of a PDF with the escapes in names resolved: /J#61vaScript is /JavaScript."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)


def _object_streams(data: bytes) -> Iterator[bytes]:
    """Yield the contents of compressed object streams, in which names cannot be read otherwise."""
    for found in OBJECT_STREAM.finditer(data):
        begins = STREAM.search(data, found.end())
        if begins is None:
            continue
        inflater = zlib.decompressobj()
        try:
            yield inflater.decompress(data[begins.end() :], MAX_UNPACKED)
        except zlib.error:
            continue  # in another encoding, or not a stream
        if inflater.unconsumed_tail:
            raise TooLarge


# DOCX -------------------------------------------------------------------------------------------------------------

MAIN_TYPE = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
NEEDED = ("[Content_Types].xml", "_rels/.rels", "word/document.xml")
ACTIVE_PART = re.compile(
    r"vba|macro|activex|oleobject|\.(?:exe|dll|js|vbs|hta|html?|svg|bat|cmd|ps1|jar)$", re.IGNORECASE
)
ACTIVE_WORDS = re.compile(rb"macroEnabled|vbaProject|<!DOCTYPE|<!ENTITY", re.IGNORECASE)
# Links to pages are plain; templates, frames, pictures and objects from elsewhere are fetched when the file is opened.
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>", re.IGNORECASE)
END_RECORD = 22  # bytes of the end of a ZIP file without comment


def check_docx(data: bytes) -> None:
    """Raise Damaged, Active or TooLarge if the DOCX file is not acceptable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_package(package, data)
            _check_parts(package)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, NotImplementedError, RuntimeError):
        raise Damaged from None


def _check_package(package: zipfile.ZipFile, data: bytes) -> None:
    """Check the list of parts: nothing before or after the ZIP file, plain names, and sizes within the limits."""
    parts = package.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise TooLarge
    directory = package.start_dir
    if not data.startswith(b"PK\x03\x04") or data[directory : directory + 4] != b"PK\x01\x02":
        raise Damaged
    if package.comment or data[-END_RECORD : -END_RECORD + 4] != END_OF_ZIP:
        raise Active
    if len({name.casefold() for name in names}) < len(names) or any(map(_leads_out, names)):
        raise Active
    if any(part.flag_bits & 1 for part in parts) or any(map(ACTIVE_PART.search, names)):
        raise Active
    if not set(NEEDED) <= set(names):
        raise Damaged


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _check_parts(package: zipfile.ZipFile) -> None:
    left = MAX_UNPACKED
    for part in package.infolist():
        if not part.filename.endswith((".xml", ".rels")):
            continue
        with package.open(part) as opened:
            text = opened.read(min(left, part.file_size) + 1)
        left -= len(text)
        if left < 0 or len(text) > part.file_size:
            raise TooLarge
        if ACTIVE_WORDS.search(text.replace(b"\0", b"")) or any(map(_is_fetched, RELATION.findall(text))):
            raise Active
        if part.filename == NEEDED[0] and MAIN_TYPE not in text:
            raise Damaged


def _is_fetched(relation: bytes) -> bool:
    lower = relation.lower()
    return b'targetmode="external"' in lower.replace(b"'", b'"').replace(b" ", b"") and b"/hyperlink" not in lower
