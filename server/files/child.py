"""Checks one uploaded file in a separate process with limits on time and memory, and then ends.

Standard input: one line, "photo" or "file", followed by the bytes. Standard output: one line with the media type,
followed by the bytes to store, of which there are none if they are those that were sent. Imports nothing of the server
beside the checks, so that the limits apply to them alone.
"""

import sys

from server.confined import limit
from server.files.documents import check_docx, check_pdf
from server.files.limits import (
    ACTIVE,
    DAMAGED,
    MAX_BYTES,
    MAX_MEMORY,
    MAX_SECONDS,
    TOO_LARGE,
    UNKNOWN,
    Active,
    Damaged,
    TooLarge,
    UnknownType,
)
from server.files.pictures import redrawn
from server.files.signatures import DOCX, PDF, PICTURES, type_of

CODES = {UnknownType: UNKNOWN, Damaged: DAMAGED, Active: ACTIVE, TooLarge: TOO_LARGE, MemoryError: TOO_LARGE}


def main() -> None:
    """Read the request from standard input and write the answer to standard output."""
    limit(MAX_SECONDS, MAX_MEMORY)
    is_photo = sys.stdin.buffer.readline().strip() == b"photo"
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        kind, stored = checked(data, is_photo=is_photo)
    except tuple(CODES) as refused:
        sys.exit(CODES[type(refused)])
    sys.stdout.buffer.write(kind.encode() + b"\n" + stored)


def checked(data: bytes, *, is_photo: bool) -> tuple[str, bytes]:
    """Return (media type, bytes to store); no bytes if they are data itself.

    Raises UnknownType, Damaged, Active and TooLarge.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge
    kind = type_of(data)
    if kind in PICTURES:
        return redrawn(data, kind, is_photo=is_photo)
    if is_photo or kind is None:
        raise UnknownType
    {PDF: check_pdf, DOCX: check_docx}[kind](data)
    return kind, b""


if __name__ == "__main__":
    main()
