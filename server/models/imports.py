"""Uploaded spreadsheets, and people who were entered without an address."""

from typing import Any

from tortoise import fields

from server.models import base


class ImportUpload(base.Row):
    """Uploaded files, with choices and corrections made on the page. Deleted when done or a day old.

    choices: as described in `server.imports.choices`. done_at: when the last row was stored. delegation: whose members
    the rows are, NULL for an import of the whole event.
    """

    event: Any = fields.ForeignKeyField("server.Event", related_name="import_uploads")
    person: Any = fields.ForeignKeyField("server.Person", related_name="import_uploads")
    delegation: Any = fields.ForeignKeyField("server.Delegation", related_name="import_uploads", null=True)
    choices: dict[str, Any] = base.json_field(default=dict)
    expires_at = fields.DatetimeField(db_index=True)
    done_at: Any = fields.DatetimeField(null=True)

    event_id: int
    person_id: int
    delegation_id: int | None

    class Meta:
        table = "import_upload"


class ImportFile(base.Row):
    """An uploaded file. encoding: the code page that the organiser chose, "" for the detected one."""

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
    """A person entered without an address. Who claims the link made from nonce gets the person's data.

    key: hash of name and organisation in the spreadsheet; an equal row means the same person.
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
