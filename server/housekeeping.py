"""Delete rows that ended long ago: sessions, links, counts and forms.

A restore does not need these rows: what a backup still has and the database no longer has is ended by the restore.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from server import memory, once
from server.accounts import limits, sessions
from server.db import atomic
from server.models import (
    Event,
    HeldForm,
    ImportUpload,
    Registration,
    SentForm,
    Session,
    SignInLink,
    Slot,
    StoredFile,
    Throttle,
    TranslationUpload,
    TwinMerge,
)
from server.registrations.leaving import MAY_UNDO_FOR

BATCH = 200  # rows in one transaction, so that other acts wait only milliseconds; an upload has files of several MB
# A session that was ended early is deleted when its full span is over: then no browser has its cookie, and in backups
# from before its end it has expired.
SESSION_KEPT = sessions.LIFETIME
# People who open an old sign-in e-mail still see why its link ended, and can ask for another.
LINK_KEPT = timedelta(days=30)
# The same for invitations, which people look for when the next event comes.
INVITATION_KEPT = timedelta(days=365)
# Typed texts are not shown any more after their time; they may be confidential, so they are deleted the same day.
TYPED_KEPT = timedelta(0)
# Files of a party that left, once leaving can no longer be undone.
LEFT_FILES_KEPT = MAY_UNDO_FOR
log = logging.getLogger(__name__)


async def tidy(batch: int = BATCH) -> dict[str, int]:
    """Delete rows that ended long ago, in batches; return counts by table. Safe to run several times at once."""
    now, deleted = datetime.now(UTC), dict[str, int]()
    for rows in [*_expired(now), await _links(now - LINK_KEPT), await _invitations(now - INVITATION_KEPT)]:
        while number := await _delete_some(rows, batch):
            table = rows.model._meta.db_table
            deleted[table] = deleted.get(table, 0) + number
    await memory.add_up()
    if deleted:
        log.info("deleted what had ended: %s", ", ".join(f"{number} {table}" for table, number in deleted.items()))
    return deleted


def _expired(now: datetime) -> Iterator[QuerySet[Any]]:
    yield Session.filter(expires_at__lt=now - SESSION_KEPT)
    yield HeldForm.filter(expires_at__lt=now - TYPED_KEPT)
    yield ImportUpload.filter(expires_at__lt=now - TYPED_KEPT)
    yield TranslationUpload.filter(expires_at__lt=now - TYPED_KEPT)
    yield TwinMerge.filter(expires_at__lt=now - TYPED_KEPT)
    left = Registration.filter(withdrawn_at__lt=now - LEFT_FILES_KEPT)
    yield StoredFile.filter(registration_id__in=Subquery(left.values("id")))
    yield SentForm.filter(created_at__lt=now - once.KEPT)
    yield Throttle.filter(window_start__lt=now - limits.LONGEST)


async def _links(since: datetime) -> QuerySet[Any]:
    """Return links and codes that people asked for to sign in."""
    return SignInLink.filter(expires_at__lt=since).exclude(request_hash="")


async def _invitations(since: datetime) -> QuerySet[Any]:
    """Return invitations; one to an event lives until the event is over."""
    to_come = await Slot.filter(end_at__gte=since).distinct().values_list("event_id", flat=True)
    over = await Event.filter(registration_closes_at__lt=since).exclude(id__in=to_come).values_list("id", flat=True)
    return SignInLink.filter(Q(event_id=None) | Q(event_id__in=over), expires_at__lt=since, request_hash="")


@atomic
async def _delete_some(rows: QuerySet[Any], most: int) -> int:
    ids = await rows.order_by("id").limit(most).values_list("id", flat=True)
    # The condition again: work on an upload meanwhile extends its life.
    await rows.filter(id__in=ids).delete()
    return len(ids)
