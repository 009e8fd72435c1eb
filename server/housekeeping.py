"""Deletes what is of no use any more: sessions, links, counts and forms that ended long ago.

A tombstone needs none of these rows: what a backup still holds and the database no longer has is ended by a restore.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server import once
from server.accounts import limits, sessions
from server.db import atomic
from server.models import Event, HeldForm, ImportUpload, SentForm, Session, SignInLink, Slot, Throttle

BATCH = 200  # rows of one transaction, so that acts of people wait for milliseconds only; an upload has files of MB
# A row of a session that was ended early outlives the session's own span: by then no browser has its cookie, and a
# backup from before its end holds it as expired.
SESSION_KEPT = sessions.LIFETIME
# Whoever opens an e-mail to sign in that is weeks old reads what became of it, and asks for another by one button.
LINK_KEPT = timedelta(days=30)
# The same of an invitation, which people look for when the next event comes.
INVITATION_KEPT = timedelta(days=365)
# What was typed is shown to nobody once its time is over; it may be confidential, so it goes the same day.
TYPED_KEPT = timedelta(0)
log = logging.getLogger(__name__)


async def tidy(batch: int = BATCH) -> dict[str, int]:
    """Delete what ended long enough ago, some rows at a time: how many of each table. Safe beside any other tidying."""
    now, deleted = datetime.now(UTC), dict[str, int]()
    for rows in [*_expired(now), await _links(now - LINK_KEPT), await _invitations(now - INVITATION_KEPT)]:
        while number := await _delete_some(rows, batch):
            table = rows.model._meta.db_table
            deleted[table] = deleted.get(table, 0) + number
    if deleted:
        log.info("deleted what had ended: %s", ", ".join(f"{number} {table}" for table, number in deleted.items()))
    return deleted


def _expired(now: datetime) -> Iterator[QuerySet[Any]]:
    yield Session.filter(expires_at__lt=now - SESSION_KEPT)
    yield HeldForm.filter(expires_at__lt=now - TYPED_KEPT)
    yield ImportUpload.filter(expires_at__lt=now - TYPED_KEPT)
    yield SentForm.filter(created_at__lt=now - once.KEPT)
    yield Throttle.filter(window_start__lt=now - limits.LONGEST)


async def _links(since: datetime) -> QuerySet[Any]:
    """Links and codes that somebody asked for to sign in."""
    return SignInLink.filter(expires_at__lt=since).exclude(request_hash="")


async def _invitations(since: datetime) -> QuerySet[Any]:
    """Invitations; one to an event lives until the event is over."""
    to_come = await Slot.filter(end_at__gte=since).distinct().values_list("event_id", flat=True)
    over = await Event.filter(registration_closes_at__lt=since).exclude(id__in=to_come).values_list("id", flat=True)
    return SignInLink.filter(Q(event_id=None) | Q(event_id__in=over), expires_at__lt=since, request_hash="")


@atomic
async def _delete_some(rows: QuerySet[Any], most: int) -> int:
    ids = await rows.order_by("id").limit(most).values_list("id", flat=True)
    # The condition once more: whoever works on an upload meanwhile puts its end off.
    await rows.filter(id__in=ids).delete()
    return len(ids)
