"""Forms that create something act once: a second press of the button gives the first result.

Each form has a random key (`ui.state`). A digest of key and typed values is a unique row, written in the transaction
that creates: of two simultaneous presses the database admits one, and the other reads its result. Other values with the
same key are another act.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from tortoise.exceptions import IntegrityError

from server import forms
from server.access import nothing_done, viewer
from server.accounts.sessions import hashed
from server.db import atomic
from server.models import SentForm

KEY = "once"
KEPT = timedelta(days=7)
# A form without a key (sent by a program or an old page): equal values within this time are the same press.
SAME_PRESS = timedelta(seconds=10)


async def once(request: Request, act: Callable[[], Awaitable[str]], *, sent: str = "") -> str:
    """Run act in a transaction unless this form was sent before; return the path of the result.

    act: creates, and returns a path of this site of at most 500 characters. If it raises, the key is forgotten. sent:
    the digest of a file in the form.
    """
    typed = await forms.typed_in(request)
    who = viewer(request)
    sender = f"{who.id if who else ''}:{request.url.path}"
    lasts = KEPT if typed.get(KEY) else SAME_PRESS
    is_new, path = await _once(hashed(f"{sender}:{sorted(typed.items())!r}{sent}"), lasts, act)
    if not is_new:
        nothing_done(request)
    return path


@atomic
async def _once(key_hash: str, lasts: timedelta, act: Callable[[], Awaitable[str]]) -> tuple[bool, str]:
    """Return whether act has run now, and the path."""
    now = datetime.now(UTC)
    await SentForm.filter(created_at__lt=now - KEPT).delete()
    await SentForm.filter(key_hash=key_hash, created_at__lt=now - lasts).delete()
    try:
        row = await _claim(key_hash)
    except IntegrityError:
        return False, (await SentForm.get(key_hash=key_hash)).result
    result = await act()
    await SentForm.filter(id=row.id).update(result=result)
    return True, result


@atomic
async def _claim(key_hash: str) -> SentForm:
    """Insert the key in a savepoint: on PostgreSQL a failed insert would end the whole transaction."""
    return await SentForm.create(key_hash=key_hash)
