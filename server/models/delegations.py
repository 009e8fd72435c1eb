"""Delegations: experts who travel together, their leader, and the merge of two entries of one expert."""

from typing import Any

from tortoise import fields

from server.models import base


class Delegation(base.Row):
    """Experts who come to an event together. name: {locale: text}. country: ISO 3166 code, "" if of several countries.

    programme: text about what the host arranges. leader: a person with an account, an expert of the event or
    not; NULL while nobody leads. leader_name: what organisers call a leader who is no expert.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="delegations")
    name: dict[str, str] = base.json_field()
    country = fields.CharField(max_length=2, default="")
    programme = fields.TextField(default="")
    leader_id: int | None
    leader: Any = fields.ForeignKeyField("server.Person", related_name="leads", null=True, on_delete=fields.SET_NULL)
    leader_name = fields.CharField(max_length=base.NAME, default="")

    class Meta:
        table = "delegation"
        unique_together = (("event", "leader"),)


class DelegationMember(base.Row):
    """An expert of a delegation. An expert belongs to one delegation at most."""

    delegation_id: int
    delegation: Any = fields.ForeignKeyField("server.Delegation", related_name="members")
    registration_id: int
    registration: Any = fields.OneToOneField("server.Registration", related_name="membership")

    class Meta:
        table = "delegation_member"
        indexes = (("delegation",),)


class TwinMerge(base.Row):
    """Two entries of one expert that an organiser has merged; deleted once the merge can no longer be undone.

    kept: the entry that stays. joined: the entry that was withdrawn. before: what undoing restores: {"columns": changed
    columns of kept before the merge, "written": the same columns after it, "moved": {name of `twins.moving.PLACES`: ids
    of rows that moved}}.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="twin_merges")
    kept_id: int
    kept: Any = fields.ForeignKeyField("server.Registration", related_name="absorbed_twins")
    joined_id: int
    joined: Any = fields.ForeignKeyField("server.Registration", related_name="merged_as_twin")
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="twin_merges", null=True, on_delete=fields.SET_NULL)
    before: dict[str, Any] = base.json_field()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "twin_merge"
        indexes = (("event",),)
