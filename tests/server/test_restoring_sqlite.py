"""A SQLite backup is restored completely, whatever files lie beside the database."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server import backup, db
from server.models import Person, Session
from server.restoring import RestoreError, restore
from server.settings import Settings
from tests import factories
from tests.conftest import ENGINE

pytestmark = pytest.mark.skipif(ENGINE != "sqlite", reason="of SQLite")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "monday"


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT full_name FROM person ORDER BY id")]


def crashed(settings: Settings) -> None:
    """Leave the database like a killed server: with writes only in -wal."""
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

    assert isinstance(done.kept, Path)
    assert (names(path), names(done.kept)) == (["of the backup"], ["written last"])
    assert [path.stat().st_mode & 0o777, done.kept.stat().st_mode & 0o777] == [0o600, 0o600]
    left = sorted(each.name for each in path.parent.iterdir() if each.name.startswith((".duijie", "duijie")))
    assert left == sorted(["duijie.db", "duijie.db.lock", "duijie.db.tombstones", done.kept.name])
    await db.connect(settings)
    assert (await Person.get()).full_name == "of the backup"


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

    with pytest.raises(db.DatabaseInUse, match="stop it first"):
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
    with db.alone(db.sqlite_path(settings)), pytest.raises(db.DatabaseInUse, match="being restored"):
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
