"""Form texts: forms that were sent before, and forms kept until their sender has signed in again."""

from typing import Any

from tortoise import fields

from server.models import base


class SentForm(base.Row):
    """A form that created something. key_hash: of its key, sender and URL. result: path of the page that followed."""

    key_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    result = fields.CharField(max_length=500, default="")

    class Meta:
        table = "sent_form"
        indexes = (("created_at",),)


class HeldForm(base.Row):
    """A form sent without a session, kept until its sender has signed in. values: typed text by field name.

    person: whose session had ended, if known; only this person can see the values.
    """

    token_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    person_id: int | None
    person: Any = fields.ForeignKeyField("server.Person", related_name="held_forms", null=True)
    path = fields.CharField(max_length=500)
    values: dict[str, Any] = base.json_field()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "held_form"
