"""Machine drafts of translations that somebody asked for, and how much was sent for them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base


class DraftFault(StrEnum):
    """Why there is no draft. The first concern an engine, the last its translation of one text."""

    OFF = "off"  # no engine is set
    UNREACHABLE = "unreachable"
    LATE = "late"  # it took too long
    BUSY = "busy"  # it asks to be asked later
    BROKEN = "broken"  # it answers with an error of its own
    KEY = "key"  # it refuses our key
    QUOTA = "quota"  # it has translated as much as was paid for
    REFUSED = "refused"  # it refuses the request, such as a pair of languages
    MALFORMED = "malformed"  # its answer is no list of as many translations
    BUDGET = "budget"  # our own limit of a day is reached
    EMPTY = "empty"
    MARKUP = "markup"
    SCRIPT = "script"  # not in letters of the target language
    NUMBERS = "numbers"  # a number was lost or invented
    HELD = "held"  # a formula, grade, name or address was lost or doubled
    LENGTH = "length"  # far too long or too short
    SAME = "same"  # the source again


class DraftOrder(base.Row):
    """Machine drafts into one language that somebody asked for.

    texts: [field, id of the row] of each. done: how many have a draft. refused: [field, id, fault] of those that got
    none. characters: that were sent. fault: why the engine gave nothing, NULL if it works; again_at: when it is asked
    again, NULL if it is not. engine: its name. settled_at: when an organiser had seen what failed.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="draft_orders")
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="draft_orders", null=True, on_delete=fields.SET_NULL)
    locale = fields.CharField(max_length=base.LOCALE)
    engine = fields.CharField(max_length=base.NAME, default="")
    texts: list[list[Any]] = base.json_field(default=list)
    refused: list[list[Any]] = base.json_field(default=list)
    done = fields.IntField(default=0)
    characters = fields.IntField(default=0)
    fault: Any = fields.CharEnumField(DraftFault, max_length=16, null=True)
    again_at: datetime | None = fields.DatetimeField(null=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)
    settled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "draft_order"
        indexes = (("event", "settled_at"),)


class DraftDay(base.Row):
    """How many characters the installation has sent to engines on a day (UTC)."""

    day = fields.DateField(unique=True)
    characters = fields.IntField(default=0)

    class Meta:
        table = "draft_day"
