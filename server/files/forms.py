"""Forms of files."""

from server.forms import Fields
from server.models import FileKind, FileReaders


class FileFields(Fields):
    """A file that is sent. agree: the ticked consent."""

    kind: FileKind = FileKind.OTHER
    readers: FileReaders
    agree: bool = False


class ReadersFields(Fields):
    """Who may open a stored file."""

    readers: FileReaders
