"""Plan versions, their meetings, and calendar entries."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base

HOST = 253  # characters of a host name (RFC 1035)


# Columns for every page of a plan.
PLAN_COLUMNS = (
    *("id", "event_id", "version", "state", "preset", "seed", "seconds", "as_of", "progress", "cancel_requested"),
    *("created_at", "solved_at", "published_at", "base_id", "revision", "asked_by_id", "note", "inputs_hash"),
)


class PlanState(StrEnum):
    """State of a plan version."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    INFEASIBLE = "infeasible"
    FAILED = "failed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class ClaimKind(StrEnum):
    """Kind of a resource that a meeting uses."""

    PARTY = "party"
    TABLE = "table"
    INTERPRETER = "interpreter"


class DocumentKind(StrEnum):
    """What a document of a plan holds."""

    PROBLEM = "problem"
    RESULT = "result"
    SCORES = "scores"
    OUTLINE = "outline"
    UNHELD = "unheld"
    PAIRS = "pairs"
    CHANGES = "changes"


class ActKind(StrEnum):
    """What an organiser has done to a draft by hand. START: made it from another plan."""

    START = "start"
    MOVE = "move"
    SWAP = "swap"
    ADD = "add"
    DROP = "drop"
    PIN = "pin"
    UNPIN = "unpin"
    BLOCK = "block"
    UNBLOCK = "unblock"
    UNDO = "undo"
    REDO = "redo"


class Plan(base.Row):
    """One run of the solver and its result, or a draft that is changed by hand; its documents are in `PlanDocument`.

    as_of: the instant to plan from, NULL for when the worker begins. progress: {phase, elapsed_s, value, bound} while
    running, {failure: code, lack, points} after a failure. cancel_requested: the solver should end now with its best
    plan. problem, result, scores: empty; earlier versions kept their documents here. base: the plan from which this one
    was made by hand, or whose pinned meetings it keeps. revision: of a draft, the number of its latest `PlanAct`; NULL
    for a plan of the solver. note: of the organisers, why there is this version. inputs_hash: SHA-256 of the problem as
    it can be downloaded, hex digits; NULL of plans from before there were hashes.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="plans")
    version = fields.IntField()
    state = fields.CharEnumField(PlanState, max_length=16, default=PlanState.QUEUED)
    preset = fields.CharField(max_length=8, default="fresh")
    seed = fields.IntField(default=0)
    seconds = fields.FloatField()
    as_of: Any = fields.DatetimeField(null=True)
    problem: dict[str, Any] = base.json_field(default=dict)
    result: dict[str, Any] | None = base.json_field(null=True)
    progress: dict[str, Any] = base.json_field(default=dict)
    scores: dict[str, Any] = base.json_field(default=dict)
    asked_by_id: int | None
    asked_by: Any = fields.ForeignKeyField("server.Person", related_name="plans", null=True, on_delete=fields.SET_NULL)
    cancel_requested = fields.BooleanField(default=False)
    solved_at: Any = fields.DatetimeField(null=True)
    published_at: Any = fields.DatetimeField(null=True)
    note = fields.CharField(max_length=base.LINE, default="", db_default="")
    inputs_hash: Any = fields.CharField(max_length=base.TOKEN_HASH, null=True)
    base_id: int | None
    base: Any = fields.ForeignKeyField("server.Plan", related_name="made_of", null=True, on_delete=fields.SET_NULL)
    revision: Any = fields.IntField(null=True)

    class Meta:
        table = "plan"
        unique_together = (("event", "version"),)


class PlanAct(base.Row):
    """What an organiser has done to a draft by hand. Acts are only added; undoing is an act, too.

    number: from 0, the start. of: number of the act that is undone or done again. changes: {"meetings": {pair: [before,
    after]}, "pins": {pair: [was pinned, is pinned]}, "blocks": {"s1.t2": [was blocked, is blocked]}}, a meeting being
    {slot, table, interpreter, need, value} or null. Of the start: {"tiers": as in `plan/1`, "pins": [pair],
    "blocks": ["s1.t2"]}.
    """

    plan_id: int
    plan: Any = fields.ForeignKeyField("server.Plan", related_name="acts")
    number = fields.IntField()
    kind = fields.CharEnumField(ActKind, max_length=16)
    of: Any = fields.IntField(null=True)
    changes: dict[str, Any] = base.json_field(default=dict)
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="plan_acts", null=True, on_delete=fields.SET_NULL)

    class Meta:
        table = "plan_act"
        unique_together = (("plan", "number"),)


class PlanDocument(base.Row):
    """A document of a plan, which can have megabytes: written once, in a table of its own, so that a change of the
    plan does not write it again.

    problem: `problem/1` as solved. result: `plan/1`. scores: explanation of the value of each pair, by pair id.
    outline, unheld, pairs: what pages show, see `server.plans.outline`. changes: what publishing has changed, until
    everybody is told of it. part: number of a document in several parts; of changes, the job that tells people.
    content: its bytes, compressed by zlib.
    """

    plan_id: int
    plan: Any = fields.ForeignKeyField("server.Plan", related_name="documents")
    kind = fields.CharEnumField(DocumentKind, max_length=16)
    part = fields.IntField(default=0)
    content = fields.BinaryField()

    class Meta:
        table = "plan_document"
        unique_together = (("plan", "kind", "part"),)


class Publication(base.Row):
    """Which plan of an event is published. At most one row for each event."""

    event_id: int
    event: Any = fields.OneToOneField("server.Event", related_name="publication")
    plan_id: int
    plan: Any = fields.ForeignKeyField("server.Plan", related_name="publications", on_delete=fields.RESTRICT)

    class Meta:
        table = "publication"


class Meeting(base.Row):
    """A meeting of a plan: a pair with slot, table and, if needed, interpreter."""

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
    """A resource that a meeting uses in a slot. The unique key makes double booking impossible.

    resource_id: id of a registration, table or interpreter, by kind. seat: 0 to parallel - 1 for a party, otherwise 0.
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
    """The calendar entry of a pair. It keeps its identity over all plan versions.

    uid: of the VEVENT. uid_host: the host after the @ in the UID, "" for no host; NULL in rows older than this column
    until a server starts. sequence rises as in RFC 5546 section 2.1.4. changed_at: LAST-MODIFIED. staffings: how often
    the interpreter has changed; added to the sequence in interpreters' calendars only.
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
    """A meeting from which a plan version removed an interpreter; shown as cancelled in the interpreter's calendar.

    sequence: higher than before in the interpreter's calendar. The other columns are copies from the time of release.
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
