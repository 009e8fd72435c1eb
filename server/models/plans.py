"""Versions of the schedule, what they hold, and what stands in people's calendars."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base

HOST = 253  # characters of a host name, by RFC 1035


class PlanState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    INFEASIBLE = "infeasible"
    FAILED = "failed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class ClaimKind(StrEnum):
    PARTY = "party"
    TABLE = "table"
    INTERPRETER = "interpreter"


class Plan(base.Row):
    """One run of the solver and its answer. problem is `problem/1` as it was solved, result is `plan/1`.

    progress: {phase, elapsed_s, value, bound} while running, {failure: code} after it failed. scores: by pair id, what
    explains its value. cancel_requested: the solver is to end with the best plan that it holds.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="plans")
    version = fields.IntField()
    state = fields.CharEnumField(PlanState, max_length=16, default=PlanState.QUEUED)
    preset = fields.CharField(max_length=8, default="fresh")
    seed = fields.IntField(default=0)
    seconds = fields.FloatField()
    problem: dict[str, Any] = base.json_field()
    result: dict[str, Any] | None = base.json_field(null=True)
    progress: dict[str, Any] = base.json_field(default=dict)
    scores: dict[str, Any] = base.json_field(default=dict)
    asked_by_id: int | None
    asked_by: Any = fields.ForeignKeyField("server.Person", related_name="plans", null=True, on_delete=fields.SET_NULL)
    cancel_requested = fields.BooleanField(default=False)
    solved_at: Any = fields.DatetimeField(null=True)
    published_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "plan"
        unique_together = (("event", "version"),)


class Publication(base.Row):
    """Which plan of an event is in force: the pointer that publishing flips. At most one row an event."""

    event_id: int
    event: Any = fields.OneToOneField("server.Event", related_name="publication")
    plan_id: int
    plan: Any = fields.ForeignKeyField("server.Plan", related_name="publications", on_delete=fields.RESTRICT)

    class Meta:
        table = "publication"


class Meeting(base.Row):
    """A pair that the plan holds, with slot, table and, where one serves, interpreter."""

    plan_id: int
    plan: Any = fields.ForeignKeyField("server.Plan", related_name="meetings")
    expert_id: int
    expert: Any = fields.ForeignKeyField("server.Registration", related_name="expert_meetings")
    enterprise_id: int
    enterprise: Any = fields.ForeignKeyField("server.Registration", related_name="enterprise_meetings")
    need_id: int | None
    need: Any = fields.ForeignKeyField("server.Need", related_name="meetings", null=True, on_delete=fields.SET_NULL)
    slot_id: int
    slot: Any = fields.ForeignKeyField("server.Slot", related_name="meetings", on_delete=fields.RESTRICT)
    table_id: int
    table: Any = fields.ForeignKeyField("server.Table", related_name="meetings", on_delete=fields.RESTRICT)
    interpreter_id: int | None
    interpreter: Any = fields.ForeignKeyField(
        "server.Interpreter", related_name="meetings", null=True, on_delete=fields.RESTRICT
    )
    value = fields.FloatField()

    class Meta:
        table = "meeting"
        unique_together = (("plan", "expert", "enterprise"),)


class Claim(base.Row):
    """What a meeting takes for itself in a slot. The unique key makes double booking impossible in the database.

    resource_id: a registration, table or interpreter by kind; seat: 0 to parallel - 1 for a party, else 0.
    """

    plan_id: int
    plan: Any = fields.ForeignKeyField("server.Plan", related_name="claims")
    meeting_id: int
    meeting: Any = fields.ForeignKeyField("server.Meeting", related_name="claims")
    slot_id: int
    slot: Any = fields.ForeignKeyField("server.Slot", related_name="claims", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(ClaimKind, max_length=16)
    resource_id = fields.IntField()
    seat = fields.IntField(default=0)

    class Meta:
        table = "claim"
        unique_together = (("plan", "slot", "kind", "resource_id", "seat"),)


class CalendarEntry(base.Row):
    """What stands in people's calendars for a pair: its identity outlives the versions of the plan.

    uid: of the VEVENT, for the meeting's life. uid_host: what stands behind an @ in it, "" for nothing; None in rows of
    before that column, until a server starts. sequence rises by RFC 5546 section 2.1.4. changed_at: LAST-MODIFIED.
    staffings: how often the interpreter has changed, which raises the sequence in interpreters' calendars alone.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="calendar_entries")
    expert_id: int
    expert: Any = fields.ForeignKeyField("server.Registration", related_name="expert_entries")
    enterprise_id: int
    enterprise: Any = fields.ForeignKeyField("server.Registration", related_name="enterprise_entries")
    uid = fields.CharField(max_length=64, unique=True)
    uid_host: Any = fields.CharField(max_length=HOST, null=True)
    sequence = fields.IntField(default=0)
    staffings = fields.IntField(default=0, db_default=0)
    is_cancelled = fields.BooleanField(default=False)
    start_at = fields.DatetimeField()
    end_at = fields.DatetimeField()
    table_id: int
    table: Any = fields.ForeignKeyField("server.Table", related_name="calendar_entries", on_delete=fields.RESTRICT)
    interpreter_id: int | None
    interpreter: Any = fields.ForeignKeyField(
        "server.Interpreter", related_name="calendar_entries", null=True, on_delete=fields.SET_NULL
    )
    need_id: int | None
    need: Any = fields.ForeignKeyField(
        "server.Need", related_name="calendar_entries", null=True, on_delete=fields.SET_NULL
    )
    changed_at = fields.DatetimeField()

    class Meta:
        table = "calendar_entry"
        unique_together = (("event", "expert", "enterprise"),)


class Release(base.Row):
    """An interpreter whom a version of the plan took off a meeting: in that calendar it stands as cancelled.

    sequence: higher than the interpreter's calendar had. What is copied is what stood there when it was released.
    """

    entry_id: int
    entry: Any = fields.ForeignKeyField("server.CalendarEntry", related_name="releases")
    interpreter_id: int
    interpreter: Any = fields.ForeignKeyField("server.Interpreter", related_name="releases")
    sequence = fields.IntField()
    start_at = fields.DatetimeField()
    end_at = fields.DatetimeField()
    table_id: int
    table: Any = fields.ForeignKeyField("server.Table", related_name="releases", on_delete=fields.RESTRICT)
    need_id: int | None
    need: Any = fields.ForeignKeyField("server.Need", related_name="releases", null=True, on_delete=fields.SET_NULL)
    changed_at = fields.DatetimeField()

    class Meta:
        table = "release"
        unique_together = (("entry", "interpreter"),)
