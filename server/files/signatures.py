"""Types of files by their first bytes. What the sender says about a type does not count."""

from collections.abc import Mapping

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
PICTURES = frozenset({PNG, JPEG, WEBP})
# What names of stored files end in.
ENDINGS: Mapping[str, str] = {PDF: ".pdf", DOCX: ".docx", PNG: ".png", JPEG: ".jpg"}


def type_of(data: bytes) -> str | None:
    """Return the media type that the first bytes claim, None for a type that is not accepted.

    A ZIP file counts as DOCX; `documents.check_docx` looks inside.
    """
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return DOCX
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WEBP
    return None
