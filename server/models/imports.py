"""Spreadsheets that are being imported, and people who were brought in without an address."""

from typing import Any

from tortoise import fields

from server.models import base


class ImportUpload(base.Row):
    """Files that an organiser sent, and what was chosen and corrected on the page since; gone when done or too old.

    choices: as `server.imports.choices` describes it. done_at: when the last of the rows was stored.
    """

    event: Any = fields.ForeignKeyField("server.Event", related_name="import_uploads")
    person: Any = fields.ForeignKeyField("server.Person", related_name="import_uploads")
    choices: dict[str, Any] = base.json_field(default=dict)
    expires_at = fields.DatetimeField(db_index=True)
    done_at: Any = fields.DatetimeField(null=True)

    event_id: int
    person_id: int

    class Meta:
        table = "import_upload"


class ImportFile(base.Row):
    """One of the files as it was sent. encoding: the code page that the organiser chose, "" for what is found."""

    upload: Any = fields.ForeignKeyField("server.ImportUpload", related_name="files")
    position = fields.IntField()
    name = fields.CharField(max_length=base.NAME)
    encoding = fields.CharField(max_length=32, default="")
    data = fields.BinaryField()

    upload_id: int

    class Meta:
        table = "import_file"
        unique_together = (("upload", "position"),)


class Unclaimed(base.Row):
    """Somebody whom a spreadsheet names without an address: who claims the link that nonce makes is that person.

    key: of the name and the organisation that the spreadsheet gives, so that the same row again is the same person.
    """

    event: Any = fields.ForeignKeyField("server.Event", related_name="unclaimed")
    person: Any = fields.ForeignKeyField("server.Person", related_name="unclaimed")
    key = fields.CharField(max_length=base.TOKEN_HASH)
    nonce = fields.CharField(max_length=base.TOKEN_HASH)
    claimed_at: Any = fields.DatetimeField(null=True)

    event_id: int
    person_id: int

    class Meta:
        table = "unclaimed"
        unique_together = (("event", "key"),)
