"""Send the e-mails that are due: several at once over kept connections, few at once to one host.

An e-mail is claimed, sent and reported. Claims and reports are transactions of many e-mails; what is sent is reported
as soon as the report before it is written. After a crash the claimed e-mails are sent again with the same Message-ID.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from server import jobs
from server.account_emails import SignIn
from server.db import is_unavailable
from server.engines import run_to_end
from server.letters.composing import compose
from server.letters.connections import Connections
from server.letters.reporting import End, Outcome, report, try_waiting_now
from server.letters.sending import write_file
from server.models import Job, JobKind, Mail
from server.settings import Settings
from server.wishes import telling

POLL_S = 0.5
BEAT_S = 15.0
FRESH_S = 1.0  # an e-mail that has waited longer for its turn is read again: somebody may have corrected its address
GRACE_S = 3.0  # at the end, how long the e-mails that are on their way may take
REPORT_S = 10.0  # at the end, how long the last report may take
# E-mails that are useless later are not sent later.
LIVES: Mapping[str, timedelta] = {SignIn.template: timedelta(hours=6)}
log = logging.getLogger(__name__)


class Post:
    """A worker's e-mails from claim to report. Use as `async with`; leaving it releases what is not on its way."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.connections = Connections(settings.smtp_url, settings.smtp_connections) if settings.smtp_url else None
        # At most four batches are in hand, and at most two of them for one host, so that others have room beside it.
        self._batch = 2 * settings.smtp_connections
        self._in_hand: dict[int, Job] = {}
        self._hosts: Counter[str] = Counter()
        self._gates = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(settings.smtp_by_host))
        self._sending: dict[asyncio.Task[None], Job] = {}
        self._on_the_way: dict[int, str] = {}  # by job, the address of the e-mail
        self._outcomes: list[Outcome] = []
        self._told: set[int] = set()  # jobs in hand whose outcome is known, written down or not
        self._reporting: asyncio.Task[None] | None = None
        # Whoever composes or has a transaction open: one that waits for the composing between its statements would
        # lock a SQLite database for as long.
        self._turn = asyncio.Lock()
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await run_to_end(self._end())

    async def serve(self) -> None:
        """Send e-mails as they become due, for ever."""
        while True:
            try:
                found = await self.send_due()
            except Exception:
                log.exception("the database did not hand out e-mails")
                found = 0
            if not found:
                if self.connections:
                    await self.connections.end_idle()
                await asyncio.sleep(POLL_S)

    async def send_due(self, most: int | None = None) -> int:
        """Try all e-mails that are due, or at most so many, and report them; return how many."""
        number = 0
        while True:
            was_busy = bool(self._sending or self._reports())
            room = self._room() if most is None else min(self._room(), most - number)
            found = await self._claim(room) if room else 0
            number += found
            # What has ended during the claim may be due again, such as an e-mail whose address was corrected.
            if found or (was_busy and room and not self._sending and not self._reports()):
                continue
            reports = self._reports()
            if not self._sending and not reports:
                return number
            # Reports make room, too.
            await asyncio.wait({*self._sending, *reports}, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)

    def _reports(self) -> set["asyncio.Task[None]"]:
        """Return the report that is being written."""
        return {self._reporting} if self._reporting and not self._reporting.done() else set()

    # -- Claiming --------------------------------------------------------------------------------------------------

    def _room(self) -> int:
        """Return how many e-mails to claim: a batch, or none while many are in hand."""
        return self._batch if len(self._in_hand) <= 3 * self._batch else 0

    async def _claim(self, most: int) -> int:
        """Claim e-mails and begin to send them; return how many."""
        if not await jobs.is_due((JobKind.MAIL,)):
            return 0
        full = [host for host, number in self._hosts.items() if number > self._batch]
        claimed = await run_to_end(self._claimed(most, full))
        read_at = asyncio.get_running_loop().time()
        try:
            emails = await Mail.in_bulk([jobs.mail_id_of(job) for job in claimed], "id")
        except Exception:
            for job in claimed:
                self._tell(Outcome(job, End.RELEASED))
            raise
        for job in claimed:
            task = asyncio.create_task(self._try(job, emails.get(jobs.mail_id_of(job)), read_at))
            self._sending[task] = job
            task.add_done_callback(self._sending.pop)
        return len(claimed)

    async def _claimed(self, most: int, full: Sequence[str]) -> list[Job]:
        """Claim e-mails except of full hosts. Runs to its end, so that no claimed e-mail is forgotten."""
        async with self._turn:
            claimed = await jobs.claim_some((JobKind.MAIL,), most, but=full)
        self._in_hand.update({job.id: job for job in claimed})
        return claimed

    async def _beat(self) -> None:
        """Send signs of life of all e-mails in hand."""
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                async with self._turn:
                    await jobs.beat_all(list(self._in_hand.values()))
            except Exception as error:
                log.warning("no sign of life of e-mails: %r", error)

    # -- Sending ---------------------------------------------------------------------------------------------------

    async def _try(self, job: Job, email: Mail | None, read_at: float) -> None:
        """Try to send one e-mail, and report what became of it."""
        host = email.to_address.rpartition("@")[2] if email else ""
        self._hosts[host] += 1
        outcome = Outcome(job, End.RELEASED)
        try:
            async with self._gates[host]:
                outcome = Outcome(job, await self._deliver(job, email, read_at))
        except Exception as error:
            outcome = Outcome(job, End.FAILED, error)
        finally:
            self._hosts[host] -= 1
            if not self._hosts[host]:
                del self._hosts[host], self._gates[host]
            self._tell(replace(outcome, address=self._on_the_way.pop(job.id, "")))

    async def _deliver(self, job: Job, email: Mail | None, read_at: float) -> End:
        """Send the e-mail. Raises what `reason_of` explains."""

        async def prepare() -> EmailMessage | None:
            late = asyncio.get_running_loop().time() > read_at + FRESH_S
            current = await Mail.get(id=jobs.mail_id_of(job)) if late or email is None else email
            if current.sent_at is not None or current.dropped_at is not None or _is_too_late(current):
                return None
            if not await telling.still_holds(current):
                return None
            async with self._turn:
                self._on_the_way[job.id] = current.to_address
                message = compose(current, self.settings)
                if self.connections is None:
                    write_file(message, self.settings.mail_dir, f"{current.id:06d}-{current.template}.eml")
            return message

        is_sent = await (self.connections.send(prepare) if self.connections else prepare())
        return End.SENT if is_sent else End.USELESS

    # -- Reporting -------------------------------------------------------------------------------------------------

    def _tell(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._told.add(outcome.job.id)
        if self._reporting is None or self._reporting.done():
            self._reporting = asyncio.create_task(self._report())

    async def _report(self) -> None:
        """Write down what has become known, and what becomes known meanwhile."""
        while taken := self._outcomes:
            self._outcomes = []
            await self._write_down(taken)
            for outcome in taken:
                self._in_hand.pop(outcome.job.id, None)
                self._told.discard(outcome.job.id)

    async def _write_down(self, outcomes: Sequence[Outcome]) -> None:
        """Report; while the database is not available, again and again, because what is sent must not be sent again."""
        while True:
            try:
                async with self._turn:
                    await report(outcomes)
                    if any(each.end is End.SENT for each in outcomes):
                        await try_waiting_now()
                return
            except Exception as error:
                if is_unavailable(error):
                    log.warning("e-mails cannot be reported now: %r", error)
                    await asyncio.sleep(POLL_S)
                elif len(outcomes) > 1:
                    for each in outcomes:
                        await self._write_down([each])
                    return
                else:
                    log.exception("e-mail %s could not be reported", outcomes[0].mail_id)
                    return

    # -- Ending ----------------------------------------------------------------------------------------------------

    async def _end(self) -> None:
        """Wait for the e-mails that are on their way, release the others, report, and close the connections."""
        for task, job in self._sending.items():
            if job.id not in self._on_the_way:
                task.cancel()
        self._release_unbegun()
        while self._sending:
            await asyncio.wait(self._sending, timeout=GRACE_S)
            for task in self._sending:
                task.cancel()
        # A task that was cancelled before its first step has told nothing.
        self._release_unbegun()
        if self._reporting:
            await asyncio.wait({self._reporting}, timeout=REPORT_S)
            self._reporting.cancel()
        if self._beating:
            self._beating.cancel()
        if self.connections:
            await self.connections.close()

    def _release_unbegun(self) -> None:
        """Release the e-mails in hand that no task sends and whose outcome is not known."""
        begun = {job.id for job in self._sending.values()} | self._told
        for job in [job for job in self._in_hand.values() if job.id not in begun]:
            self._tell(Outcome(job, End.RELEASED))


def _is_too_late(email: Mail) -> bool:
    life = LIVES.get(email.template)
    return life is not None and bool(email.created_at + life < datetime.now(UTC))
