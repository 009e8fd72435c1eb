"""Files that participants uploaded. The bytes are stored in FILES_DIR; a row has their name there and their digest."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base

MAX_FILES = 5  # of a party beside its photo and its CV, and of a need
FILE_KEY = 32  # hex digits


class FileKind(StrEnum):
    """What a file is to its owner. A party has at most one photo and one CV; a need has other files only."""

    PHOTO = "photo"
    CV = "cv"
    OTHER = "other"


class FileReaders(StrEnum):
    """Who may open a file beside the owner's own people, as `FieldReaders`."""

    OTHER_SIDE = "other_side"
    AGREED = "agreed"
    ORGANISERS = "organisers"
    NOBODY = "nobody"


class StoredFile(base.Row):
    """A file of a party or, if `need` is set, of one of its needs.

    name: for readers, ends as its type demands. media_type, size, digest: of the stored bytes; digest is their SHA-256.
    key: random name of the bytes in FILES_DIR. by: who uploaded the file, NULL once deleted.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="files")
    registration_id: int
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="files")
    need_id: int | None
    need: Any = fields.ForeignKeyField("server.Need", related_name="files", null=True)
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="files", null=True, on_delete=fields.SET_NULL)
    kind = fields.CharEnumField(FileKind, max_length=8)
    readers = fields.CharEnumField(FileReaders, max_length=16)
    name = fields.CharField(max_length=base.NAME)
    media_type = fields.CharField(max_length=base.NAME)
    size = fields.IntField()
    digest = fields.CharField(max_length=base.TOKEN_HASH)
    key = fields.CharField(max_length=FILE_KEY, unique=True)

    class Meta:
        table = "stored_file"
        indexes = (("registration", "id"),)
