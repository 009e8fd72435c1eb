"""What remains to be done after a transaction: rows are the truth, whatever carries them."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base


class JobKind(StrEnum):
    SOLVE = "solve"
    MAIL = "mail"


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(base.Row):
    """A piece of work. heartbeat_at: the last sign of life of whoever runs it; a stale one is taken again.

    claim: a random word of the runner that holds it. payload: ids only.
    """

    kind = fields.CharEnumField(JobKind, max_length=16)
    payload: dict[str, Any] = base.json_field()
    state = fields.CharEnumField(JobState, max_length=16, default=JobState.QUEUED)
    attempts = fields.IntField(default=0)
    claim = fields.CharField(max_length=64, default="")
    run_after = fields.DatetimeField()
    heartbeat_at: Any = fields.DatetimeField(null=True)
    error = fields.TextField(default="")

    class Meta:
        table = "job"
        indexes = (("state", "run_after"),)


class Mail(base.Row):
    """A letter of the outbox. key makes it unique for its cause, and its Message-ID follows from it.

    template: a name under templates/mail. values: what it is rendered with, wiped once it is sent.
    """

    key = fields.CharField(max_length=200, unique=True)
    to_address = fields.CharField(max_length=254)
    locale = fields.CharField(max_length=base.LOCALE)
    template = fields.CharField(max_length=64)
    values: dict[str, Any] = base.json_field()
    sent_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "mail"
