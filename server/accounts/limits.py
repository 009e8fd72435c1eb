"""How many e-mails may be asked for and how many codes guessed, without locking anybody out.

Guessing. A code is one of a million, and five tries a code alone would let a program at one mailbox try 2,400 a day:
after a year it would be in more often than not. So wrong digits are counted over days, too: by mailbox and caller, and
by mailbox over all callers, 100 a month: one chance in ten thousand for whoever has any number of machines.

Locking out. Whatever is counted by mailbox alone an attacker can use up for its owner. Therefore (1) what a person
meets first is counted by mailbox and caller together: an attacker elsewhere uses up none of it; (2) the counts over
all callers do not hold where that person has signed in before, which the browser shows by a signed cookie (OWASP:
device cookies); (3) they end codes and e-mails, never links: a link has 256 bits, cannot be guessed, and is not
counted. Whoever reads the mailbox always gets in by the e-mail that came last, or by an invitation.

Asking. A hall of 300 people behind one address signs in within minutes, with e-mails that have to be asked for again:
callers are held to three each. Counts never depend on whether an address is known here: that could be seen from
outside, and would tell who takes part.
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
LONGEST = 2 * MONTH  # after this every window that began is over
# In a quarter of an hour and in a day, of one caller for one mailbox; of one caller; for one mailbox.
MAX_LETTERS, MAX_LETTERS_A_DAY = 5, 20
MAX_LETTERS_PER_CALLER, MAX_LETTERS_PER_CALLER_A_DAY = 900, 3000
MAX_LETTERS_PER_MAILBOX_A_DAY = 60
# Wrong digits: of one caller for one mailbox in a day, and for one mailbox in a month.
MAX_GUESSES_A_DAY, MAX_GUESSES_A_MONTH = 15, 100


class CodesOff(Refused):
    """Too many wrong digits for a mailbox. The link beside the code works."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many wrong codes were entered for this address. Open the link in the e-mail instead."))


@dataclass(frozen=True)
class Asker:
    """Who asks. caller: digest of the network. known: `mailbox` of whoever signed in here before, "" for nobody."""

    caller: str
    known: str = ""


def mailbox(email: str) -> str:
    """A digest that stands for an address in keys."""
    return hashed(email)[:32]


async def count_letter(email: str, asker: Asker) -> None:
    """Count an e-mail that is asked for. Raises TooManyTries. Call inside the transaction that sends it."""
    box, caller = mailbox(email), asker.caller
    await count_try(f"letter:{box}:{caller}", MAX_LETTERS)
    await count_try(f"letter-day:{box}:{caller}", MAX_LETTERS_A_DAY, DAY)
    await count_try(f"caller:{caller}", MAX_LETTERS_PER_CALLER)
    await count_try(f"caller-day:{caller}", MAX_LETTERS_PER_CALLER_A_DAY, DAY)
    if asker.known != box:
        await count_try(f"mailbox-day:{box}", MAX_LETTERS_PER_MAILBOX_A_DAY, DAY)


async def count_guess(email: str, asker: Asker) -> None:
    """Count a code before it is looked at, so that tries at the same time do not add up to more. Raises CodesOff."""
    try:
        for key, most, window in _guesses(email, asker):
            await count_try(key, most, window)
    except TooManyTries:
        raise CodesOff from None


async def forget_guess(email: str, asker: Asker) -> None:
    """Take the last count back: the digits were right."""
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
    """Count an act in the present window. Raises TooManyTries once there were `most` of them. One window a key."""
    now = datetime.now(UTC)
    start = _start_of(window, now)
    row, _created = await Throttle.get_or_create(key=key, window_start=start)
    if not await Throttle.filter(id=row.id, count__lt=most).update(count=F("count") + 1):
        raise TooManyTries(start + window - now)


def _start_of(window: timedelta, now: datetime) -> datetime:
    seconds = window.total_seconds()
    return datetime.fromtimestamp(math.floor(now.timestamp() / seconds) * seconds, UTC)


async def forget_old() -> None:
    """Delete counts of windows that are over. Call inside a transaction."""
    await Throttle.filter(window_start__lt=datetime.now(UTC) - LONGEST).delete()
