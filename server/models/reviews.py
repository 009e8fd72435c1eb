"""The review of needs before experts see them: reviewers, remarks, clearances, and what was changed when."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base
from server.models.registrations import proposal_field


class NeedAct(StrEnum):
    """What somebody did to a need."""

    CREATED = "created"
    SAVED = "saved"
    RETURNED = "returned"
    APPROVED = "approved"
    CLEARED = "cleared"
    WITHDRAWN = "withdrawn"


class EventReviewer(base.Row):
    """A person who may review the needs of an event. proposed: see `proposal_field`."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="reviewers")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="reviews")
    proposed: dict[str, str] | None = proposal_field()

    class Meta:
        table = "event_reviewer"
        unique_together = (("event", "person"),)


class NeedHold(base.Row):
    """Which reviewer works on a need now. until: when others may take it without asking."""

    need_id: int
    need: Any = fields.ForeignKeyField("server.Need", related_name="holds")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="need_holds")
    until = fields.DatetimeField()

    class Meta:
        table = "need_hold"
        unique_together = (("need",),)


class NeedRemark(base.Row):
    """A reviewer's remark on a field of a need. field: of the form, "" for the whole need.

    expert: name of the specialist whose opinion it is, "" for the reviewer's own. sent_at: when the enterprise got it,
    NULL before. settled_at: when it was answered or taken back.
    """

    need_id: int
    need: Any = fields.ForeignKeyField("server.Need", related_name="remarks")
    field = fields.CharField(max_length=16, default="")
    text = fields.TextField()
    expert = fields.CharField(max_length=base.NAME, default="")
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="remarks", null=True, on_delete=fields.SET_NULL)
    sent_at: Any = fields.DatetimeField(null=True)
    settled_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "need_remark"
        indexes = (("need", "id"),)


class NeedClearance(base.Row):
    """The record of a secrecy review of a need.

    reviewer: who reviewed it. scope: what may be shown. day: of the review. ended_at: when the need was changed and has
    to be reviewed again; NULL while the record is valid.
    """

    need_id: int
    need: Any = fields.ForeignKeyField("server.Need", related_name="clearances")
    reviewer = fields.CharField(max_length=base.NAME)
    scope = fields.CharField(max_length=base.LINE)
    day = fields.DateField()
    remark = fields.TextField(default="")
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="clearances", null=True, on_delete=fields.SET_NULL)
    ended_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "need_clearance"
        indexes = (("need", "id"),)


class NeedRevision(base.Row):
    """A change of a need. changed: {column: [before, after]}. by: NULL for imports, and once the person is deleted."""

    need_id: int
    need: Any = fields.ForeignKeyField("server.Need", related_name="revisions")
    act = fields.CharEnumField(NeedAct, max_length=16)
    changed: dict[str, list[Any]] = base.json_field(default=dict)
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="revisions", null=True, on_delete=fields.SET_NULL)

    class Meta:
        table = "need_revision"
        indexes = (("need", "id"),)


class NeedAgreement(base.Row):
    """That a person has accepted the confidentiality agreement of a need; created_at: when.

    name: as the person entered it. version, text_hash: of the agreement. locale: the language in which it was shown.
    """

    need_id: int
    need: Any = fields.ForeignKeyField("server.Need", related_name="agreements")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="need_agreements")
    name = fields.CharField(max_length=base.NAME)
    version = fields.CharField(max_length=16)
    text_hash = fields.CharField(max_length=base.TOKEN_HASH)
    locale = fields.CharField(max_length=base.LOCALE)

    class Meta:
        table = "need_agreement"
        unique_together = (("need", "person", "version"),)
