"""Read models of the outbox: an event's e-mails for organisers, all e-mails for operators of the installation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from tortoise.queryset import QuerySet

from i18n import Message, _, pgettext_
from server import account_emails, arrivals, emails
from server.letters.reporting import OF_SERVER
from server.models import (
    Event,
    Job,
    JobKind,
    JobState,
    Mail,
    MailFailure,
)

PAGE = 50
# The worker looks for jobs every half second: a job that is overdue for so long has no worker.
OVERDUE = timedelta(minutes=5)
# No recipient's server delays an e-mail for so long: our mail server is down.
LONG = timedelta(hours=1)


class OutboxState(StrEnum):
    """Filter of the outbox page."""

    FAILED = "failed"
    WAITING = "waiting"
    SENT = "sent"


# The purpose of an e-mail by its template; e-mails of other templates have no special name.
TEMPLATES: Mapping[str, Message] = {
    account_emails.SignIn.template: _("Sign-in link and code"),
    emails.InviteParty.template: _("Invitation for a participant"),
    emails.InviteDelegate.template: _("Invitation for a delegate"),
    emails.InviteOrganiser.template: _("Invitation for an organiser"),
    emails.EventHandedOver.template: _("Ownership of an event"),
    emails.AdministratorEntered.template: _("Notice of an administrator"),
    emails.RegistrationComplete.template: _("Confirmation of a registration"),
    emails.PlanPublished.template: _("Changes to meetings"),
    emails.EventMoved.template: _("Notice that the event has moved"),
    emails.SomebodyLeft.template: _("Notice that someone has left the event"),
    emails.YouLeft.template: _("Confirmation of leaving the event"),
    emails.InviteInterpreter.template: _("Invitation for an interpreter"),
    emails.InviteTranslator.template: _("Invitation for a translator"),
    emails.InviteReviewer.template: _("Invitation for a reviewer"),
    emails.InviteDeskStaff.template: _("Invitation for desk staff"),
    emails.InviteEscort.template: _("Invitation for an escort"),
    emails.InviteLeader.template: _("Invitation for the leader of a delegation"),
    emails.LeaderLeft.template: _("Notice that a delegation has no leader"),
    emails.NeedReturned.template: _("Need sent back with remarks"),
    emails.NeedApproved.template: pgettext_("kind of message", "Need approved"),
    emails.RegistrationsJoined.template: _("Notice that two registrations were joined"),
    emails.BothWantToMeet.template: _("Notice that both sides want to meet"),
    emails.WishesDue.template: _("Reminder to mark wishes"),
    emails.SomebodyBack.template: _("Notice that someone has rejoined the event"),
    emails.AbsenceAsked.template: _("Request to be absent"),
    emails.AbsenceDecided.template: _("Answer to a request to be absent"),
    emails.ChangesDecided.template: _("Answer to requested changes"),
    account_emails.ConfirmAddress.template: _("Link to confirm an e-mail address"),
    account_emails.AddressChangeAsked.template: _("Notice of a changed e-mail address"),
    account_emails.ProviderConnected.template: _("Notice of a connected sign-in service"),
    account_emails.PasskeyAdded.template: _("Notice of a new passkey"),
    account_emails.AddressHasAccount.template: _("Notice of a changed e-mail address"),
    account_emails.AddressChanged.template: _("Notice of a changed e-mail address"),
    account_emails.AddressWorks.template: _("Notice of a changed e-mail address"),
    account_emails.AddressWaits.template: _("Notice of a changed e-mail address"),
}
OTHER = pgettext_("kind of message", "E-mail")
FAILURES: Mapping[MailFailure, Message] = {
    MailFailure.REFUSED: _("The mail server refused this e-mail. Check the address."),
    MailFailure.DELAYED: _("The mail server has not accepted this e-mail yet."),
    MailFailure.UNREACHABLE: _("The mail server did not answer."),
    MailFailure.NO_TLS: _(
        "The mail server does not support encryption, so we did not send our password. Tell the site administrator."
    ),
    MailFailure.NO_SIGN_IN: _("The mail server did not accept our password. Tell the site administrator."),
    MailFailure.NOT_ASCII: _("The mail server accepts only addresses with Latin letters before the @."),
    MailFailure.BROKEN: _("This e-mail could not be created. The reason is in the server log."),
}


@dataclass(frozen=True)
class OutboxLine:
    """An e-mail in the list, without its text, which can have a sign-in link.

    name: of the recipient, or "". next_at: of the next try, or None. may_correct: whether organisers may correct the
    address.
    """

    id: int
    address: str
    what: Message
    created_at: datetime
    sent_at: datetime | None
    next_at: datetime | None
    failure: Message | None
    refusal: str
    may_correct: bool


@dataclass(frozen=True)
class OutboxPage:
    """A page of the outbox. counts: of all filters. number: >= 1."""

    lines: Sequence[OutboxLine]
    counts: Mapping[OutboxState, int]
    state: OutboxState
    number: int

    @property
    def is_last(self) -> bool:
        return self.number * PAGE >= self.counts[self.state]


def of_event(event: Event, state: OutboxState) -> QuerySet[Mail]:
    """Return the event's e-mails of a filter; e-mails that were given up belong to none."""
    mails = Mail.filter(event_id=event.id, dropped_at=None)
    if state is OutboxState.SENT:
        return mails.filter(sent_at__not_isnull=True)
    return mails.filter(sent_at=None, failed_at__isnull=state is OutboxState.WAITING)


async def outbox_page(event: Event, *, asked: str, number: int) -> OutboxPage:
    """Return a page of the outbox, newest first. At most nine queries.

    asked: an OutboxState; for any other text the first filter that has e-mails, failed ones first.
    """
    counts = {state: await of_event(event, state).count() for state in OutboxState}
    state = (
        OutboxState(asked)
        if asked in set(OutboxState)
        else next((each for each in OutboxState if counts[each]), OutboxState.SENT)
    )
    # Without their texts.
    columns = ("id", "to_address", "template", "created_at", "sent_at", "failure", "refusal", "person_id")
    rows = of_event(event, state).order_by("-id").offset((number - 1) * PAGE).limit(PAGE)
    found = await rows.values(*columns)
    ids = [row["id"] for row in found]
    waiting = await Job.filter(mail_id__in=ids, state=JobState.QUEUED).values("mail_id", "run_after")
    next_at = {job["mail_id"]: job["run_after"] for job in waiting}
    correctable = await _correctable(event, found) if state is not OutboxState.SENT else set()
    lines = [_line(row, next_at.get(row["id"]), may_correct=row["id"] in correctable) for row in found]
    return OutboxPage(lines, counts, state, number)


def _line(row: Mapping[str, Any], next_at: datetime | None, *, may_correct: bool) -> OutboxLine:
    return OutboxLine(
        id=row["id"],
        address=row["to_address"],
        what=TEMPLATES.get(row["template"], OTHER),
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        next_at=next_at,
        failure=FAILURES[row["failure"]] if row["failure"] else None,
        refusal=row["refusal"],
        may_correct=may_correct,
    )


async def _correctable(event: Event, rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Return ids of e-mails to people who have not come to the event yet and still have the address of the e-mail."""
    people, come = await arrivals.people_with_roles(
        event.id, {row["person_id"] for row in rows if row["person_id"] is not None}
    )
    emails = {id: person.email for id, person in people.items() if id not in come}
    return {row["id"] for row in rows if emails.get(row["person_id"]) == row["to_address"]}


async def number_held_up(event: Event) -> int:
    """Return how many e-mails of the event have waited for long because the mail server itself fails."""
    long_ago = datetime.now(UTC) - LONG
    return (
        await of_event(event, OutboxState.WAITING).filter(failure__in=list(OF_SERVER), created_at__lt=long_ago).count()
    )


# -- For operators of the installation ------------------------------------------------------------------------------


async def overdue() -> str | None:
    """Return a line for `/readyz` if jobs wait and no worker takes them, else None."""
    due = datetime.now(UTC) - OVERDUE
    oldest = (
        await Job.filter(state=JobState.QUEUED, run_after__lt=due).order_by("run_after").first().values("run_after")
    )
    return None if oldest is None else f"no worker: a job is due since {oldest['run_after']:%Y-%m-%d %H:%M} UTC"


async def waiting_long() -> str | None:
    """Return a line for `/readyz` if the mail server has accepted no e-mail for a long time, else None."""
    long_ago = datetime.now(UTC) - LONG
    tried = Job.filter(kind=JobKind.MAIL, state=JobState.QUEUED, attempts__gt=0, created_at__lt=long_ago)
    oldest = await tried.order_by("created_at").first().values("created_at")
    return None if oldest is None else f"e-mail waits since {oldest['created_at']:%Y-%m-%d %H:%M} UTC"


async def undelivered() -> str | None:
    """Return a line for `/readyz` if e-mails of events were given up, else None."""
    failed = Mail.filter(failed_at__not_isnull=True, sent_at=None, dropped_at=None, event_id__not_isnull=True)
    number = await failed.count()
    return f"e-mails that could not be delivered: {number}" if number else None
