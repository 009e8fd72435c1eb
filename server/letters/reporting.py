"""What became of e-mails that a worker tried to send, written down many at a time."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from server import jobs
from server.db import atomic
from server.letters.sending import reason_of
from server.models import Job, JobKind, JobState, Mail, MailFailure

# Failures of the mail server, not of one e-mail: once one e-mail is sent, all waiting ones are tried again.
OF_SERVER = frozenset({MailFailure.UNREACHABLE, MailFailure.NO_TLS, MailFailure.NO_SIGN_IN})
FOR_EVER = frozenset({MailFailure.REFUSED, MailFailure.NOT_ASCII})
log = logging.getLogger(__name__)


class End(StrEnum):
    """How a try ended."""

    SENT = "sent"
    USELESS = "useless"  # sent before, dropped by an organiser, or too late
    FAILED = "failed"
    RELEASED = "released"  # not tried: another worker sends it


@dataclass(frozen=True)
class Outcome:
    """The end of one try. error: why it failed. address: to which the e-mail was sent, "" if it was not tried."""

    job: Job
    end: End
    error: Exception | None = None
    address: str = ""

    @property
    def mail_id(self) -> int:
        return jobs.mail_id_of(self.job)


@atomic
async def report(outcomes: Sequence[Outcome]) -> None:
    """Write the outcomes down. At most seven queries, and two for each failure. Reporting them again changes nothing.

    An e-mail whose address was corrected while it was on its way to the former address is released.
    """
    known = dict(await Mail.filter(id__in=_mails(outcomes)).values_list("id", "to_address"))
    outcomes = [
        replace(each, end=End.RELEASED) if each.address and known.get(each.mail_id) != each.address else each
        for each in outcomes
    ]
    ended = {end: [each for each in outcomes if each.end is end] for end in End}
    if sent := ended[End.SENT]:
        # The values may have a sign-in link and are no longer needed.
        noted: dict[str, Any] = {
            "sent_at": datetime.now(UTC),
            "failed_at": None,
            "failure": None,
            "refusal": "",
            "values": {},
        }
        await Mail.filter(id__in=_mails(sent)).update(**noted)
    if useless := ended[End.USELESS]:
        unsent = Mail.filter(id__in=_mails(useless), sent_at=None, dropped_at=None)
        await unsent.update(dropped_at=datetime.now(UTC), values={})
    if done := [each.job for each in (*sent, *useless)]:
        await jobs.finish_all(done)
    if released := ended[End.RELEASED]:
        await jobs.release_all([each.job for each in released])
    for outcome in ended[End.FAILED]:
        await _note_failure(outcome)


def _mails(outcomes: Iterable[Outcome]) -> list[int]:
    return [each.mail_id for each in outcomes]


async def _note_failure(outcome: Outcome) -> None:
    """Schedule another try, or tell the organisers at once if that would not help."""
    error = outcome.error or RuntimeError("no reason")
    failure, words = reason_of(error)
    is_ours = failure is MailFailure.BROKEN
    # The trace of our own bug belongs in the log; other failures are in the outbox, and addresses not in logs.
    log.warning("e-mail %s was not sent: %s", outcome.mail_id, failure, exc_info=error if is_ours else None)
    state = await jobs.fail(outcome.job, repr(error), again=failure not in FOR_EVER)
    noted: dict[str, Any] = {"failure": failure, "refusal": words[: jobs.ERROR_LENGTH]}
    if state is JobState.DEAD:
        noted["failed_at"] = datetime.now(UTC)
    await Mail.filter(id=outcome.mail_id, sent_at=None).update(**noted)


@atomic
async def try_waiting_now() -> None:
    """Try e-mails again that wait because the mail server failed. Call when it has taken an e-mail."""
    waiting = Job.filter(kind=JobKind.MAIL, state=JobState.QUEUED, run_after__gt=datetime.now(UTC))
    ids = await waiting.filter(mail__failure__in=list(OF_SERVER)).values_list("id", flat=True)
    if ids:
        await Job.filter(id__in=ids, state=JobState.QUEUED).update(run_after=datetime.now(UTC))
