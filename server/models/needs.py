"""Technical needs of enterprises."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base

MAX_NEEDS = 20
MAX_PART = 2000  # characters of what an enterprise has tried, and of its acceptance indicators


class NeedState(StrEnum):
    """State of a need. Experts see published ones only.

    submitted: waits for a reviewer. returned: a reviewer sent it back with remarks. approved: waits for the secrecy
    review.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class BudgetBand(StrEnum):
    """Budget in yuan."""

    UNDER_500K = "under_500k"
    UP_TO_2M = "500k_2m"
    UP_TO_5M = "2m_5m"
    OVER_5M = "over_5m"
    OPEN = "open"


class NeedOutcome(StrEnum):
    """What became of a need, as its enterprise says after the event."""

    SOLVED = "solved"
    IN_TALKS = "in_talks"
    UNSOLVED = "unsolved"
    DROPPED = "dropped"


class Rights(StrEnum):
    """Who will own the results of solving a need."""

    OPEN = "open"
    ENTERPRISE = "enterprise"
    SHARED = "shared"
    EXPERT = "expert"


class Confidentiality(StrEnum):
    """Who can read a need: see `server.needs.disclosure`."""

    OPEN = "open"
    STAGED = "staged"
    FIELD_ONLY = "field_only"
    AGREEMENT = "agreement"


class Need(base.Row):
    """A problem that an enterprise wants solved, in its own language.

    tried: what the enterprise has tried. acceptance: indicators that prove the problem solved. decision_owner: name and
    role of the person who decides for the enterprise.
    submitted_at: when it was last handed in for review; of a withdrawn need NULL if it was published until then.
    is_cleared: a secrecy review of its present texts is recorded.
    is_released: the enterprise may be planned with any expert though the need is confidential; the expert then reads
    what experts with an agreed meeting read.
    delegates: ids of the delegates who have to be at a meeting on this need; NULL or empty: any of them. Ids of
    delegates who have left are ignored.
    outcome: set after the event, NULL until then. renewed_from: the need of an earlier event of which this is a copy.
    """

    registration_id: int
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="needs")
    title = fields.CharField(max_length=base.LINE)
    text = fields.TextField(default="")
    tried = fields.TextField(default="", db_default="")
    acceptance = fields.TextField(default="", db_default="")
    text_locale = fields.CharField(max_length=base.LOCALE, default="")
    topics: list[str] = base.json_field(default=list)
    must_topics: list[str] = base.json_field(default=list)
    modes: list[str] = base.json_field(default=list)
    readiness: int | None = fields.IntField(null=True)
    deadline: Any = fields.DateField(null=True)
    budget = fields.CharEnumField(BudgetBand, max_length=16, default=BudgetBand.OPEN)
    rights = fields.CharEnumField(Rights, max_length=16, default=Rights.OPEN, db_default=Rights.OPEN)
    decision_owner = fields.CharField(max_length=base.NAME, default="", db_default="")
    confidentiality = fields.CharEnumField(Confidentiality, max_length=16, default=Confidentiality.OPEN)
    is_released = fields.BooleanField(default=False, db_default=False)
    is_cleared = fields.BooleanField(default=False, db_default=False)
    submitted_at: Any = fields.DatetimeField(null=True)
    state = fields.CharEnumField(NeedState, max_length=16, default=NeedState.PUBLISHED)
    delegates: list[int] | None = base.json_field(null=True)
    outcome: Any = fields.CharEnumField(NeedOutcome, max_length=16, null=True)
    outcome_at: Any = fields.DatetimeField(null=True)
    renewed_from_id: int | None
    renewed_from: Any = fields.ForeignKeyField(
        "server.Need", related_name="renewed_as", null=True, on_delete=fields.SET_NULL
    )

    class Meta:
        table = "need"
        indexes = (("registration", "id"),)
