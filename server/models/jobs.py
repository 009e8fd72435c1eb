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


class MailFailure(StrEnum):
    """Why an e-mail did not go out at the last try."""

    REFUSED = "refused"  # the server does not take this e-mail, now or ever
    DELAYED = "delayed"  # the server takes it later, as one that greylists or a full mailbox does
    UNREACHABLE = "unreachable"  # no connection, or no answer in time
    NO_TLS = "no_tls"  # the password would have crossed the network in the clear
    NO_SIGN_IN = "no_sign_in"  # the server does not take our name and password
    NOT_ASCII = "not_ascii"  # the server takes only addresses of Latin letters
    BROKEN = "broken"  # a fault of ours


class Job(base.Row):
    """A piece of work. heartbeat_at: the last sign of life of whoever runs it; a stale one is taken again.

    claim: a random word of the runner that holds it. payload: ids only. mail: the e-mail that it sends, so that the
    outbox finds its job; rows from before that column have none.
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
    """An e-mail of the outbox. key makes it unique for its cause, and its Message-ID follows from it.

    template: a name under templates/mail. values: what it is rendered with, wiped once it is sent. event: whose
    organisers see it in their outbox; None for what concerns the installation, such as signing in. person: to whom it
    goes. by: who caused it. failed_at: set where it is not tried again by itself; dropped_at: where an organiser gave
    it up. failure, refusal: of the last try, refusal in the server's own words.
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
        indexes = (("event", "sent_at"), ("by", "template", "created_at"))
