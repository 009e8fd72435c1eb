"""When and how experts travel, and what they need. Organisers read it; the other side never does."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base

MAX_COMPANIONS = 20
NOTE = 1000


class HelpState(StrEnum):
    """Help with a visa or an invitation letter. The expert says whether it is wanted, organisers what became of it."""

    NOT_NEEDED = "not_needed"
    WANTED = "wanted"
    IN_WORK = "in_work"
    SENT = "sent"
    REFUSED = "refused"


class Travel(base.Row):
    """The journey of an expert to an event.

    arrives_by, departs_by: number of the flight or train. arrives_in, departs_from: airport or station. companions:
    people who come along and meet nobody. help_at: when an organiser last changed `help`, NULL until then.
    """

    registration_id: int
    registration: Any = fields.OneToOneField("server.Registration", related_name="travel")
    arrives_at: Any = fields.DatetimeField(null=True)
    arrives_by = fields.CharField(max_length=base.NAME, default="")
    arrives_in = fields.CharField(max_length=base.NAME, default="")
    departs_at: Any = fields.DatetimeField(null=True)
    departs_by = fields.CharField(max_length=base.NAME, default="")
    departs_from = fields.CharField(max_length=base.NAME, default="")
    companions = fields.IntField(default=0)
    help = fields.CharEnumField(HelpState, max_length=16, default=HelpState.NOT_NEEDED)
    help_at: Any = fields.DatetimeField(null=True)
    accessibility = fields.CharField(max_length=NOTE, default="")
    diet = fields.CharField(max_length=NOTE, default="")

    class Meta:
        table = "travel"
