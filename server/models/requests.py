"""Requests of participants to the organisers."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base


class Decision(StrEnum):
    """How a request ended; TAKEN_BACK by the person who asked."""

    GRANTED = "granted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


class PresenceRequest(base.Row):
    """An absence request: a party (registration set) or an interpreter asks to be absent during published meetings.

    slots: [[start, end], ...] in UTC. asked_by: who asked. decision: NULL while open. decided_by: an organiser, or the
    person who cancelled the request.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="presence_requests")
    registration_id: int | None
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="presence_requests", null=True)
    interpreter_id: int | None
    interpreter: Any = fields.ForeignKeyField("server.Interpreter", related_name="presence_requests", null=True)
    asked_by_id: int | None
    asked_by: Any = fields.ForeignKeyField(
        "server.Person", related_name="presence_requests", null=True, on_delete=fields.SET_NULL
    )
    slots: list[list[str]] = base.json_field(default=list)
    asked_at = fields.DatetimeField()
    decided_at: Any = fields.DatetimeField(null=True)
    decision: Any = fields.CharEnumField(Decision, max_length=16, null=True)
    decided_by_id: int | None
    decided_by: Any = fields.ForeignKeyField(
        "server.Person", related_name="presence_decisions", null=True, on_delete=fields.SET_NULL
    )

    class Meta:
        table = "presence_request"
        indexes = (("event", "decided_at"),)


class ChangeRequest(base.Row):
    """A change of a registration that waits for an organiser, because the registration window is closed.

    field: the first of the columns that change together. before, after: {column: value} of the registration or of its
    organisation, as stored when the change was asked for, and as wanted. stands: True while it is open, or NULL: the
    unique key ignores NULLs, so that a field has at most one open request. remark: of the organiser, for the person.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="change_requests")
    registration_id: int
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="change_requests")
    field = fields.CharField(max_length=32)
    before: dict[str, Any] = base.json_field(default=dict)
    after: dict[str, Any] = base.json_field(default=dict)
    asked_by_id: int | None
    asked_by: Any = fields.ForeignKeyField(
        "server.Person", related_name="change_requests", null=True, on_delete=fields.SET_NULL
    )
    asked_at = fields.DatetimeField()
    stands: Any = fields.BooleanField(null=True, default=True)
    decision: Any = fields.CharEnumField(Decision, max_length=16, null=True)
    decided_at: Any = fields.DatetimeField(null=True)
    decided_by_id: int | None
    decided_by: Any = fields.ForeignKeyField(
        "server.Person", related_name="change_decisions", null=True, on_delete=fields.SET_NULL
    )
    remark = fields.TextField(default="")

    class Meta:
        table = "change_request"
        unique_together = (("registration", "field", "stands"),)
        indexes = (("event", "stands"),)
