"""Work to do after a transaction, as rows: jobs and e-mails."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base


class JobKind(StrEnum):
    """What a job does."""

    SOLVE = "solve"
    MAIL = "mail"
    TRANSLATE = "translate"
    SCRUB = "scrub"
    REMIND = "remind"
    ANNOUNCE = "announce"


class JobState(StrEnum):
    """State of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class MailFailure(StrEnum):
    """Why the last try to send an e-mail failed."""

    REFUSED = "refused"  # the server refuses this e-mail permanently
    DELAYED = "delayed"  # the server refuses this e-mail for now (greylisting, full mailbox), or hung up at it
    UNREACHABLE = "unreachable"  # no connection, or no answer in time
    NO_TLS = "no_tls"  # the password would have been sent unencrypted
    NO_SIGN_IN = "no_sign_in"  # the server refuses our name and password
    NOT_ASCII = "not_ascii"  # the server accepts only ASCII addresses
    BROKEN = "broken"  # an error in our program


class Job(base.Row):
    """A piece of work for a worker. heartbeat_at: last sign of life of the worker; a stale job is taken again.

    claim: random string of the worker that runs the job. payload: ids only. mail: the e-mail that the job sends; NULL
    in rows older than this column.
    """

    kind = fields.CharEnumField(JobKind, max_length=16)
    payload: dict[str, Any] = base.json_field()
    state = fields.CharEnumField(JobState, max_length=16, default=JobState.QUEUED)
    attempts = fields.IntField(default=0)
    claim = fields.CharField(max_length=64, default="")
    run_after = fields.DatetimeField()
    heartbeat_at: Any = fields.DatetimeField(null=True)
    error = fields.TextField(default="")
    mail_id: int | None
    mail: Any = fields.ForeignKeyField("server.Mail", related_name="jobs", null=True)

    class Meta:
        table = "job"
        indexes = (("state", "run_after"),)


class Mail(base.Row):
    """An e-mail in the outbox. key is unique for its cause; the Message-ID is derived from it.

    template: a name under templates/mail. values: of the template, deleted once sent. event: whose organisers see the
    e-mail in their outbox, None for e-mails of the installation, such as signing in. person: recipient. by: who caused
    it. failed_at: set when it is not tried again automatically. dropped_at: set when an organiser gave it up. failure,
    refusal: of the last try; refusal is the server's reply.
    """

    key = fields.CharField(max_length=200, unique=True)
    to_address = fields.CharField(max_length=254)
    locale = fields.CharField(max_length=base.LOCALE)
    template = fields.CharField(max_length=64)
    values: dict[str, Any] = base.json_field()
    sent_at: Any = fields.DatetimeField(null=True)
    event_id: int | None
    event: Any = fields.ForeignKeyField("server.Event", related_name="mails", null=True)
    person_id: int | None
    person: Any = fields.ForeignKeyField("server.Person", related_name="mails", null=True, on_delete=fields.SET_NULL)
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="mails_caused", null=True, on_delete=fields.SET_NULL)
    failed_at: Any = fields.DatetimeField(null=True)
    dropped_at: Any = fields.DatetimeField(null=True)
    failure: Any = fields.CharEnumField(MailFailure, max_length=16, null=True)
    refusal = fields.TextField(default="", db_default="")

    class Meta:
        table = "mail"
        indexes = (("event", "sent_at"), ("event", "id"), ("by", "template", "created_at"))
