"""A backup comes back whole, whatever lies beside the database, and what has ended since stays so."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server import backup, db, tombstones
from server.accounts import sessions
from server.accounts.sessions import hashed
from server.agendas import feeds
from server.models import (
    Consent,
    Delegate,
    FeedToken,
    HeldForm,
    Mail,
    Organiser,
    Person,
    Registration,
    Session,
    SignInLink,
)
from server.restoring import RestoreError, restore
from server.settings import Settings
from tests import factories
from tests.conftest import ENGINE, settings_for

pytestmark = pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL's own programs restore it")
NOW = datetime.now(UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "monday"


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT full_name FROM person ORDER BY id")]


def crashed(settings: Settings) -> None:
    """Leave the database as a server does that is killed: with writes that stand in -wal alone."""
    path = db.sqlite_path(settings)
    copies = [each.with_name(f"copy-{each.name}") for each in db.with_companions(path)]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("UPDATE person SET full_name = 'written last'")
        connection.commit()
        for each, copy in zip(db.with_companions(path), copies, strict=True):
            shutil.copy(each, copy)
    for each, copy in zip(db.with_companions(path), copies, strict=True):
        copy.replace(each)


def torn(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"SQLite format 3\0" + b"torn" * 2000)


async def test_what_lies_beside_the_database_does_not_undo_a_restore(
    database: None, settings: Settings, archive: Path
) -> None:
    await factories.person(full_name="of the backup")
    await backup.backup(settings, archive)
    await Person.all().update(full_name="of today")
    await db.disconnect()
    crashed(settings)
    path = db.sqlite_path(settings)

    done = await restore(settings, archive)

    assert done.kept is not None
    assert (names(path), names(done.kept)) == (["of the backup"], ["written last"])
    assert [path.stat().st_mode & 0o777, done.kept.stat().st_mode & 0o777] == [0o600, 0o600]
    left = sorted(each.name for each in path.parent.iterdir() if each.name.startswith((".duijie", "duijie")))
    assert left == sorted(["duijie.db", "duijie.db.lock", "duijie.db.tombstones", done.kept.name])
    await db.connect(settings)
    assert (await Person.get()).full_name == "of the backup"


async def ended_since(settings: Settings, archive: Path) -> dict[str, Any]:
    """A backup, and then all that can end does."""
    event = await factories.event()
    person = await factories.person(may_create_events=True)
    expert = await factories.expert(event, person)
    enterprise = await factories.enterprise(event)
    left = await factories.delegate(enterprise)
    fired = await factories.organiser(event)
    await factories.session(person)
    feed = await feeds.renew(event, person, settings)
    await SignInLink.create(token_hash=hashed("link"), email=person.email, expires_at=NOW + timedelta(days=9))
    await HeldForm.create(token_hash=hashed("held"), path="/", values={}, expires_at=NOW + timedelta(days=2))
    await Consent.create(
        person=person, event=event, purpose="matching", version="1", text_hash="x", locale="en", given_at=NOW
    )
    await Mail.create(key="letter", to_address=person.email, locale="en", template="sign_in", values={})
    await backup.backup(settings, archive)
    await db.atomic(sessions.end_all)(person)
    await FeedToken.filter(id=feed.id).update(revoked_at=NOW)
    await SignInLink.all().update(used_at=NOW)
    await HeldForm.all().delete()
    await Consent.all().update(withdrawn_at=NOW)
    await Registration.filter(id=expert.id).update(withdrawn_at=NOW, agreed_at=None)
    await Delegate.filter(id=left.id).delete()
    await Organiser.filter(id=fired.id).delete()
    await Person.all().update(may_create_events=False)
    await Mail.all().update(sent_at=NOW)
    return {"expert": expert.id, "enterprise": enterprise.id, "left": left.id, "fired": fired.id}


async def still_ended(ids: dict[str, Any]) -> dict[str, bool]:
    return {
        "session": not await Session.exists(expires_at__gt=datetime.now(UTC)),
        "feed": not await FeedToken.exists(revoked_at=None),
        "link": not await SignInLink.exists(used_at=None),
        "held": not await HeldForm.exists(),
        "consent": not await Consent.exists(withdrawn_at=None, purpose="matching", version="1"),
        "expert": await Registration.exists(id=ids["expert"], withdrawn_at__not_isnull=True, agreed_at=None),
        "enterprise": await Registration.exists(id=ids["enterprise"], withdrawn_at=None),
        "delegate": not await Delegate.exists(id=ids["left"]),
        "organiser": not await Organiser.exists(id=ids["fired"]),
        "creator": not await Person.exists(may_create_events=True),
        "letter": not await Mail.exists(sent_at=None),
    }


async def test_what_has_ended_since_the_backup_stays_so(database: None, settings: Settings, archive: Path) -> None:
    ids = await ended_since(settings, archive)
    await db.disconnect()

    done = await restore(settings, archive)

    await db.connect(settings)
    found = await still_ended(ids)
    assert found == dict.fromkeys(found, True)
    assert (done.is_sure, done.ended > 0) == (True, True)


async def test_it_stays_so_when_the_wrong_backup_came_back_first(
    database: None, settings: Settings, archive: Path, tmp_path: Path
) -> None:
    await backup.backup(settings, tmp_path / "older")
    ids = await ended_since(settings, archive)
    await db.disconnect()

    await restore(settings, tmp_path / "older")
    await restore(settings, archive)

    await db.connect(settings)
    found = await still_ended(ids)
    # Of what was deleted nothing tells that it had been there.
    assert [name for name, is_ended in found.items() if not is_ended] == ["held", "delegate", "organiser"]
    assert tombstones.path_of(db.sqlite_path(settings)).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("is_there", [False, True])
async def test_where_the_database_cannot_be_read_everybody_signs_in_again(
    database: None, settings: Settings, archive: Path, is_there: bool
) -> None:
    await factories.session(await factories.person(full_name="of the backup"))
    await backup.backup(settings, archive)
    await db.disconnect()
    path = db.sqlite_path(settings)
    for each in db.with_companions(path):
        each.unlink(missing_ok=True)
    if is_there:
        torn(path)

    done = await restore(settings, archive)

    await db.connect(settings)
    assert (done.is_sure, done.kept is not None) == (False, is_there)
    assert (await Person.get()).full_name == "of the backup"
    assert not await Session.exists(expires_at__gt=datetime.now(UTC))


async def test_while_a_server_runs_nothing_is_restored(database: None, settings: Settings, archive: Path) -> None:
    await backup.backup(settings, archive)
    person = await factories.person()

    with pytest.raises(db.InUse, match="stop it first"):
        await restore(settings, archive)

    assert await Person.exists(id=person.id)


async def test_while_another_program_has_it_open_nothing_is_restored(
    database: None, settings: Settings, archive: Path
) -> None:
    await backup.backup(settings, archive)
    await factories.person(full_name="of today")
    await db.disconnect()
    path = db.sqlite_path(settings)

    with closing(sqlite3.connect(path)) as other:
        other.execute("SELECT count(*) FROM person").fetchone()
        with pytest.raises(RestoreError, match="stop every server and worker"):
            await restore(settings, archive)

    assert names(path) == ["of today"]


async def test_no_server_starts_while_a_backup_is_put_back(settings: Settings) -> None:
    with db.alone(db.sqlite_path(settings)), pytest.raises(db.InUse, match="being restored"):
        await db.connect(settings)
    await db.connect(settings)
    await db.disconnect()


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        ("", "no backup of this program"),
        (
            "DELETE FROM tortoise_migrations; INSERT INTO tortoise_migrations VALUES (1, 'server', '9999_x', '')",
            "newer",
        ),
    ],
)
async def test_what_is_no_backup_is_refused(
    database: None, settings: Settings, archive: Path, act: str, sentence: str
) -> None:
    await factories.person(full_name="of today")
    if not act:
        torn(archive)
    else:
        await backup.backup(settings, archive)
        with closing(sqlite3.connect(archive)) as connection:
            connection.executescript(act)
    await db.disconnect()

    with pytest.raises(RestoreError, match=sentence):
        await restore(settings, archive)

    assert names(db.sqlite_path(settings)) == ["of today"]


async def test_of_postgresql_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RestoreError, match="pg_restore"):
        await restore(settings_for("postgres://x@/x", tmp_path), tmp_path / "archive")
