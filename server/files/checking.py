"""Have an uploaded file checked by a process of its own, and name it."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from i18n import Message, _
from i18n.text import normalised
from server import confined
from server.errors import Refused
from server.files import child, limits
from server.files.limits import MAX_BYTES, MAX_SECONDS
from server.files.signatures import ENDINGS
from server.models import FileKind
from server.models.base import NAME

# Seconds beyond the child's own time limit: the child has to start, and to wait for its turn on a busy machine.
PATIENCE_S = 4 * MAX_SECONDS
MOST_OF_NAME = 120
SPACE = re.compile(r"\s+")
UNKNOWN = _("This is not a PDF, DOCX, PNG, JPEG or WebP file. Save the file in one of these formats and send it again.")
NO_PICTURE = _("This is not a PNG, JPEG or WebP picture. Choose another file.")
DAMAGED = _("The file cannot be read. Save the file again, or choose another file.")
ACTIVE = _(
    "The file contains a macro, a script, another file or a password. Save it as a plain PDF file and send it again."
)
TOO_LARGE = _("The file is too large. A file can have at most 10 MB, and a picture at most 50 megapixels.")
MESSAGES: Mapping[int, Message] = {limits.UNKNOWN: UNKNOWN, limits.DAMAGED: DAMAGED, limits.ACTIVE: ACTIVE}


class UnfitFile(Refused):
    """The file is not accepted."""

    status = 422
    field = "file"


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be stored. name: for readers; ends as its type demands."""

    name: str
    media_type: str
    data: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


async def check(name: str, data: bytes, kind: FileKind) -> CheckedFile:
    """Return the file as it may be stored; pictures are drawn anew. name: as the sender calls it. Raises UnfitFile."""
    is_photo = kind is FileKind.PHOTO
    if len(data) > MAX_BYTES:
        raise UnfitFile(TOO_LARGE)
    code, answer = await _asked_of_child((b"photo" if is_photo else b"file") + b"\n" + data)
    if code != 0:
        message = MESSAGES.get(code, TOO_LARGE)
        raise UnfitFile(NO_PICTURE if is_photo and message is UNKNOWN else message)
    line, _break, drawn = answer.partition(b"\n")
    media_type = line.decode()
    return CheckedFile(name_for(name, media_type, str(kind)), media_type, drawn or data)


def name_for(name: str, media_type: str, otherwise: str) -> str:
    """Return a name without folders and invisible characters that ends as its type demands.

    otherwise: the name if nothing is left.
    """
    last = re.split(r"[/\\:]", name)[-1]
    seen = "".join(" " if char.isspace() else char for char in last if char.isspace() or _is_seen(char))
    plain = SPACE.sub(" ", normalised("NFC", seen)).strip(" .")
    stem, dot, _ending = plain.rpartition(".")
    kept = (stem if dot else plain).strip(" .")[:MOST_OF_NAME].strip(" .") or otherwise
    return kept[: NAME - 10] + ENDINGS[media_type]


def _is_seen(char: str) -> bool:
    return not unicodedata.category(char).startswith("C") and char not in '<>"|?*'


async def _asked_of_child(asked: bytes) -> tuple[int, bytes]:
    """Return (exit code, answer) of the process."""
    try:
        code, answer = await confined.answer_of(child.__name__, asked, PATIENCE_S)
    except TimeoutError:
        return limits.TOO_LARGE, b""
    return (limits.TOO_LARGE if code < 0 else code), answer
