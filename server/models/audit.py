"""The activity log of an event: acts in their order, and the seals that make a change of an old entry evident."""

from typing import Any

from tortoise import fields

from server.models import base

ACT_CODE = 64
KIND = 24


class AuditEntry(base.Row):
    """What somebody did at an event. Append-only; written in the transaction of the act (`server.audit.recording`).

    The row holds numbers and codes, no names: names are looked up when the log is read, so that an erased person's
    name is gone here, too. person_id: who did it, no foreign key; NULL: the server itself. role: of that person then.
    party_id: the registration on whose behalf it was done, or NULL. act: the name of a route, see
    `server.audit.wording`. about, about_id: what it was done to, such as "need" and its id; "" and NULL: the event.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="audit_entries")
    person_id = fields.IntField(null=True)
    role = fields.CharField(max_length=KIND)
    party_id = fields.IntField(null=True)
    act = fields.CharField(max_length=ACT_CODE)
    about = fields.CharField(max_length=KIND, default="", db_default="")
    about_id = fields.IntField(null=True)

    class Meta:
        table = "audit_entry"
        indexes = (("event", "id"), ("event", "person_id"), ("event", "about", "about_id"))


class AuditSeal(base.Row):
    """The place of an entry in its event's hash chain. Append-only.

    position: from 1, without gaps. hash: SHA-256 of the hash before it and of the entry, as hex digits.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="audit_seals")
    entry_id: int
    entry: Any = fields.OneToOneField("server.AuditEntry", related_name="seal")
    position = fields.IntField()
    hash = fields.CharField(max_length=base.TOKEN_HASH)

    class Meta:
        table = "audit_seal"
        unique_together = (("event", "position"),)
