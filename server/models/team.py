"""The people who help to run an event: their rights, and what was changed of them."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base

WHY = 1000


class Right(StrEnum):
    """What an owner of an event can let another organiser do there."""

    PEOPLE = "people"
    PLAN = "plan"
    EMAILS = "emails"
    LIVE = "live"
    REPORTS = "reports"


class TeamChange(StrEnum):
    """What was changed of somebody's part in running an event."""

    ADDED = "added"
    RIGHTS = "rights"
    OWNER = "owner"
    REMOVED = "removed"
    ENTERED = "entered"


class TeamAct(base.Row):
    """A change of an event's organisers, shown to them. by: who did it. person: whom it concerns; NULL once deleted.

    rights: those that the person has since, separated by spaces; "" where the act changes none.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="team_acts")
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="team_acts", null=True, on_delete=fields.SET_NULL)
    person_id: int | None
    person: Any = fields.ForeignKeyField(
        "server.Person", related_name="team_changes", null=True, on_delete=fields.SET_NULL
    )
    act = fields.CharEnumField(TeamChange, max_length=16)
    rights = fields.CharField(max_length=64, default="", db_default="")

    class Meta:
        table = "team_act"
        indexes = (("event", "id"),)


class CrewRole(StrEnum):
    """What somebody of the crew does at an event."""

    DESK_STAFF = "desk_staff"
    ESCORT = "escort"


class EventCrew(base.Row):
    """A person who receives people at the desk, or accompanies guests. proposed: see `proposal_field`."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="crew")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="crews")
    role = fields.CharEnumField(CrewRole, max_length=16)
    proposed: dict[str, str] | None = base.json_field(null=True)

    class Meta:
        table = "event_crew"
        unique_together = (("event", "person", "role"),)


class DeskTask(base.Row):
    """A task of the organisers' checklist. owner: who does it; NULL once they are no organiser, or if nobody is named.

    code: of a task that is computed from the data (`server.desk.tasks`), for which the row only says who does it until
    when; NULL for a task that organisers add themselves, with title and reason. working_group: a free name, "" for
    none. done_at, done_by: NULL while it is open.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="desk_tasks")
    code: Any = fields.CharField(max_length=32, null=True)
    title = fields.CharField(max_length=base.LINE, default="")
    why = fields.CharField(max_length=WHY, default="")
    owner_id: int | None
    owner: Any = fields.ForeignKeyField(
        "server.Organiser", related_name="desk_tasks", null=True, on_delete=fields.SET_NULL
    )
    working_group = fields.CharField(max_length=base.NAME, default="")
    due_on: Any = fields.DateField(null=True)
    done_at: Any = fields.DatetimeField(null=True)
    done_by_id: int | None
    done_by: Any = fields.ForeignKeyField(
        "server.Person", related_name="tasks_done", null=True, on_delete=fields.SET_NULL
    )

    class Meta:
        table = "desk_task"
        unique_together = (("event", "code"),)
        indexes = (("event", "done_at"),)


class CallResult(StrEnum):
    """How a call to a participant ended."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WILL_COME = "will_come"
    DECLINED = "declined"


class PartyCall(base.Row):
    """An entry of the call list about a party; only added. The last one of a party says who calls next, and when.

    result: NULL if nobody has called, and the entry only names who is to. owner: who is to call next. by: who wrote it.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="party_calls")
    registration_id: int
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="calls")
    result: Any = fields.CharEnumField(CallResult, max_length=16, null=True)
    note = fields.CharField(max_length=WHY, default="")
    next_at: Any = fields.DatetimeField(null=True)
    owner_id: int | None
    owner: Any = fields.ForeignKeyField(
        "server.Organiser", related_name="party_calls", null=True, on_delete=fields.SET_NULL
    )
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="party_calls", null=True, on_delete=fields.SET_NULL)

    class Meta:
        table = "party_call"
        indexes = (("event", "registration"),)
