"""Passport data of experts who need a visa: asked for only where organisers have switched it on, stored sealed."""

from collections.abc import Mapping
from typing import Any

from tortoise import fields

from server.models import base

KEY_ID = 16


class PassportRequest(base.Row):
    """An event asks experts who need a visa for passport data. No row: it does not.

    purpose: {locale: text}, what the data is used for. delete_after: last day at the venue on which it is kept.
    """

    event_id: int
    event: Any = fields.OneToOneField("server.Event", related_name="passport_request")
    purpose: dict[str, str] = base.json_field()
    delete_after = fields.DateField()

    class Meta:
        table = "passport_request"


class Passport(base.Row):
    """The passport data of an expert, encrypted. key_id: which key sealed it, see `server.passports.vault`."""

    registration_id: int
    registration: Any = fields.OneToOneField("server.Registration", related_name="passport")
    sealed = fields.TextField()
    key_id = fields.CharField(max_length=KEY_ID, db_index=True)
    # What is sealed, once it was opened for its person.
    opened: Mapping[str, str] | None = None

    class Meta:
        table = "passport"


class PassportRead(base.Row):
    """An organiser read the passport data of an expert. by: NULL after the organiser's account was deleted."""

    registration_id: int
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="passport_reads")
    by_id: int | None
    by: Any = fields.ForeignKeyField(
        "server.Person", related_name="passport_reads", null=True, on_delete=fields.SET_NULL
    )
    reason = fields.CharField(max_length=base.LINE)

    class Meta:
        table = "passport_read"
        indexes = (("registration", "id"),)
