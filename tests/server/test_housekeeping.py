"""Old rows are deleted, and nothing that is still needed."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

from server import db, once
from server.accounts import limits
from server.accounts.limits import Asker
from server.housekeeping import INVITATION_KEPT, LINK_KEPT, SESSION_KEPT, tidy
from server.models import (
    Event,
    HeldForm,
    ImportFile,
    ImportUpload,
    Job,
    SentForm,
    Session,
    SignInLink,
    Slot,
    Throttle,
)
from server.settings import Settings
from server.worker import Worker
from tests import factories, uploaded

SOON = timedelta(minutes=5)


def now() -> datetime:
    return datetime.now(UTC)


async def link(token: str, expires_at: datetime, **values: Any) -> SignInLink:
    return await SignInLink.create(token_hash=token, email="anna@example.org", expires_at=expires_at, **values)


async def left() -> list[str]:
    return [row.token_hash for row in await SignInLink.all().order_by("id")]


async def test_sessions_are_deleted_after_their_cookie_has_expired(database: None) -> None:
    person = await factories.person()
    for age in (-SESSION_KEPT, timedelta(0), SESSION_KEPT - SOON, SESSION_KEPT + SOON):
        await Session.create(person=person, token_hash=str(age), expires_at=now() - age)

    assert await tidy() == {"session": 1}

    assert not await Session.exists(expires_at__lt=now() - SESSION_KEPT)
    assert await Session.all().count() == 3


async def test_sign_in_links_are_deleted_earlier_than_invitations(database: None) -> None:
    for name, age in (("new", -SOON), ("kept", LINK_KEPT - SOON), ("old", LINK_KEPT + SOON)):
        await link(f"{name} link", now() - age, request_hash=name, used_at=now() - age)
        await link(f"{name} invitation", now() - age)
    await link("ancient invitation", now() - INVITATION_KEPT - SOON)

    await tidy()

    assert await left() == ["new link", "new invitation", "kept link", "kept invitation", "old invitation"]


async def test_an_invitation_outlives_the_event_that_it_is_for(database: None) -> None:
    long_ago = now() - INVITATION_KEPT - timedelta(days=9)
    coming, over, without = [await factories.event() for _ in range(3)]
    await Event.filter(id__in=[coming.id, over.id]).update(registration_closes_at=long_ago)
    await Event.filter(id=without.id).update(registration_closes_at=now())
    await Slot.filter(event_id=without.id).delete()
    await Slot.filter(event_id=over.id).update(end_at=long_ago)
    for name, event in (("coming", coming), ("over", over), ("without", without)):
        await link(name, long_ago, event=event)

    await tidy()

    assert await left() == ["coming", "without"]


async def test_kept_forms_are_deleted_when_their_time_is_over(database: None) -> None:
    event, person = await factories.event(), await factories.person()
    old, new = [await uploaded.upload(event, person) for _ in range(2)]
    await ImportUpload.filter(id=old.id).update(expires_at=now() - SOON)
    for name, end in (("old", now() - SOON), ("new", now() + SOON)):
        await HeldForm.create(token_hash=name, path="/", values={"text": "confidential"}, expires_at=end)
        await SentForm.create(key_hash=name)
    await SentForm.filter(key_hash="old").update(created_at=now() - once.KEPT - SOON)

    assert await tidy() == {"held_form": 1, "import_upload": 1, "sent_form": 1}

    assert [row.token_hash for row in await HeldForm.all()] == ["new"]
    assert [row.key_hash for row in await SentForm.all()] == ["new"]
    assert [row.id for row in await ImportUpload.all()] == [new.id]
    assert [row.upload_id for row in await ImportFile.all()] == [new.id]


async def test_counts_in_use_are_kept(database: None) -> None:
    asker = Asker("caller")
    await db.atomic(limits.count_guess)("anna@example.org", asker)
    await Throttle.create(key="old", window_start=now() - limits.LONGEST - SOON, count=1)
    counted = await Throttle.exclude(key="old").order_by("id").values_list("key", "count")

    assert await tidy() == {"throttle": 1}

    assert await Throttle.all().order_by("id").values_list("key", "count") == counted


async def test_many_rows_are_deleted_in_small_transactions(
    database: None, queries: Callable[[], AbstractContextManager[Any]]
) -> None:
    for number in range(8):
        await HeldForm.create(token_hash=str(number), path="/", values={}, expires_at=now() - SOON)

    with queries() as seen:
        assert await tidy(3) == {"held_form": 8}

    assert sum(sql.startswith('DELETE FROM "held_form"') for sql in seen.sql) == 4


async def test_two_workers_can_tidy_at_once(database: None) -> None:
    for number in range(50):
        await HeldForm.create(token_hash=str(number), path="/", values={}, expires_at=now() - SOON)

    await asyncio.gather(tidy(7), tidy(7))

    assert not await HeldForm.exists()


async def test_a_worker_tidies_when_it_starts(database: None, settings: Settings) -> None:
    await HeldForm.create(token_hash="old", path="/", values={}, expires_at=now() - SOON)
    worker = Worker(settings)
    worker.start()
    try:
        async with asyncio.timeout(30):
            while await HeldForm.exists():
                await Job.exists()
    finally:
        await worker.stop()
