"""Limits on sign-in e-mails and on wrong codes, which lock nobody out of their own account.

Guessing. A code has one million values. With five tries a code as the only limit, a program could try 2,400 codes a day
for one mailbox and would probably succeed within a year. Therefore wrong codes are also counted over longer times: for
each mailbox and caller, and for each mailbox over all callers (100 a month). An attacker with any number of machines
then succeeds with probability 1 in 10,000 a month.

Locking out. An attacker can use up every limit that counts by mailbox alone. Therefore (1) the first limits that a
person meets count by mailbox and caller together, so that an attacker elsewhere uses up none of them; (2) limits over
all callers do not apply in browsers where the person has signed in before, which a signed cookie shows (OWASP: device
cookies); (3) the limits stop codes and e-mails, never links: a link has 256 random bits, cannot be guessed and is not
counted. The owner of the mailbox can always sign in by the latest e-mail or by an invitation.

Asking. 300 people in one hall share one network address, sign in within minutes and ask for e-mails again: each caller
gets three e-mails for each person. Counts never depend on whether an address is known, because that would be visible
from outside and would tell who takes part.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.expressions import F

from i18n import _
from server.accounts.sessions import hashed
from server.errors import Refused, TooManyTries
from server.models import Throttle

QUARTER, DAY, MONTH = timedelta(minutes=15), timedelta(days=1), timedelta(days=30)
LONGEST = 2 * MONTH  # every window has ended after this time
# E-mails in a quarter of an hour and in a day: for one caller and mailbox; for one caller; for one mailbox.
MAX_EMAILS, MAX_EMAILS_A_DAY = 5, 20
MAX_EMAILS_PER_CALLER, MAX_EMAILS_PER_CALLER_A_DAY = 900, 3000
MAX_EMAILS_PER_MAILBOX_A_DAY = 60
# Wrong codes: for one caller and mailbox in a day, and for one mailbox in a month.
MAX_GUESSES_A_DAY, MAX_GUESSES_A_MONTH = 15, 100


class CodesOff(Refused):
    """Too many wrong codes for this mailbox. The link in the same e-mail still works."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many wrong codes were entered for this address. Open the link in the e-mail instead."))


@dataclass(frozen=True)
class Asker:
    """Who sends a request.

    caller: digest of the network address. known: the `mailbox` digest of the person who signed in with this browser
    before, "" if nobody did.
    """

    caller: str
    known: str = ""


def mailbox(email: str) -> str:
    """Return a digest that stands for an address in the keys of counts."""
    return hashed(email)[:32]


async def count_email(email: str, asker: Asker) -> None:
    """Count an e-mail that is asked for. Raises TooManyTries. Call inside the transaction that sends the e-mail."""
    box, caller = mailbox(email), asker.caller
    await count_try(f"letter:{box}:{caller}", MAX_EMAILS)
    await count_try(f"letter-day:{box}:{caller}", MAX_EMAILS_A_DAY, DAY)
    await count_try(f"caller:{caller}", MAX_EMAILS_PER_CALLER)
    await count_try(f"caller-day:{caller}", MAX_EMAILS_PER_CALLER_A_DAY, DAY)
    if asker.known != box:
        await count_try(f"mailbox-day:{box}", MAX_EMAILS_PER_MAILBOX_A_DAY, DAY)


async def count_guess(email: str, asker: Asker) -> None:
    """Count a try before its code is compared, so that simultaneous tries cannot exceed the limit. Raises CodesOff."""
    try:
        for key, most, window in _guesses(email, asker):
            await count_try(key, most, window)
    except TooManyTries:
        raise CodesOff from None


async def forget_guess(email: str, asker: Asker) -> None:
    """Subtract the last try from the counts: the code was right."""
    for key, _most, window in _guesses(email, asker):
        start = _start_of(window, datetime.now(UTC))
        await Throttle.filter(key=key, window_start=start, count__gt=0).update(count=F("count") - 1)


def _guesses(email: str, asker: Asker) -> list[tuple[str, int, timedelta]]:
    box = mailbox(email)
    if asker.known == box:
        return [(f"guess-known:{box}:{asker.caller}", MAX_GUESSES_A_MONTH, DAY)]
    return [
        (f"guess-day:{box}:{asker.caller}", MAX_GUESSES_A_DAY, DAY),
        (f"guess-month:{box}", MAX_GUESSES_A_MONTH, MONTH),
    ]


async def count_try(key: str, most: int, window: timedelta = QUARTER) -> None:
    """Count an act in the present window of time. Raises TooManyTries after `most` acts. Use one window length for each
    key.
    """
    now = datetime.now(UTC)
    start = _start_of(window, now)
    row, _created = await Throttle.get_or_create(key=key, window_start=start)
    if not await Throttle.filter(id=row.id, count__lt=most).update(count=F("count") + 1):
        raise TooManyTries(start + window - now)


def _start_of(window: timedelta, now: datetime) -> datetime:
    seconds = window.total_seconds()
    return datetime.fromtimestamp(math.floor(now.timestamp() / seconds) * seconds, UTC)


async def forget_old() -> None:
    """Delete the counts of windows that have ended. Call inside a transaction."""
    await Throttle.filter(window_start__lt=datetime.now(UTC) - LONGEST).delete()
