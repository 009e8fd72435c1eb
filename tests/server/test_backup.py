"""A backup is complete, readable by its owner only, and never destroys an older one."""

import asyncio
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError

from server import backup, db
from server.models import Mail, Person
from server.settings import Settings
from tests import factories
from tests.conftest import ENGINE, settings_for

on_sqlite = pytest.mark.skipif(ENGINE != "sqlite", reason="of SQLite")
on_postgres = pytest.mark.skipif(ENGINE != "postgres", reason="of PostgreSQL")


@db.atomic
async def write_pair(number: int) -> None:
    person = await factories.person(email=f"{number}@example.org")
    await Mail.create(key=str(number), to_address=person.email, locale="en", template="sign_in", values={})


async def restore(archive: Path, settings: Settings) -> None:
    """Restore into the empty database of the settings."""
    if ENGINE == "sqlite":
        db.make_room(settings)
        shutil.copy(archive, db.sqlite_path(settings))
        return
    program = shutil.which("pg_restore")
    assert program is not None
    process = await asyncio.create_subprocess_exec(
        program, "--dbname", settings.database_url.partition("&")[0], archive
    )
    assert await process.wait() == 0


async def test_a_backup_taken_while_others_write_has_whole_transactions(
    database: None, settings: Settings, empty: Settings, tmp_path: Path
) -> None:
    await write_pair(0)
    archive = tmp_path / "backups" / "duijie"
    writing = asyncio.gather(*(write_pair(number) for number in range(1, 40)))
    await backup.backup(settings, archive)
    await writing
    await db.disconnect()
    await restore(archive, empty)
    await db.connect(empty)
    people = Counter([person.email for person in await Person.all()])
    letters = Counter([letter.to_address for letter in await Mail.all()])
    assert people == letters
    assert people["0@example.org"] == 1
    with pytest.raises(IntegrityError):
        await write_pair(0)


async def test_only_its_owner_can_read_a_backup_and_nothing_else_is_left(
    database: None, settings: Settings, tmp_path: Path
) -> None:
    archive = tmp_path / "backups" / "duijie"
    await backup.backup(settings, archive)
    await backup.backup(settings, archive)
    assert [path.name for path in archive.parent.iterdir()] == ["duijie"]
    assert archive.stat().st_mode & 0o777 == 0o600


@on_sqlite
async def test_without_a_database_the_older_backup_stays(tmp_path: Path) -> None:
    archive = tmp_path / "duijie.backup"
    archive.write_bytes(b"the older one")
    with pytest.raises(backup.BackupError):
        await backup.backup(settings_for(f"sqlite://{tmp_path}/missing.db", tmp_path), archive)
    assert archive.read_bytes() == b"the older one"


@on_sqlite
async def test_a_file_that_is_not_a_database_is_not_backed_up(tmp_path: Path) -> None:
    (tmp_path / "torn.db").write_bytes(b"SQLite format 3\0" + b"torn" * 1000)
    with pytest.raises(backup.BackupError):
        await backup.backup(settings_for(f"sqlite://{tmp_path}/torn.db", tmp_path), tmp_path / "archive")
    assert not (tmp_path / "archive").exists()


@on_sqlite
async def test_a_backup_of_sqlite_is_a_database_file(database: None, settings: Settings, tmp_path: Path) -> None:
    await factories.person(full_name="Li Na")
    await backup.backup(settings, tmp_path / "archive")
    with closing(sqlite3.connect(tmp_path / "archive")) as copy:
        assert copy.execute("SELECT full_name FROM person").fetchall() == [("Li Na",)]


@on_postgres
async def test_a_server_that_does_not_answer_makes_no_backup(cluster: object, tmp_path: Path) -> None:
    with pytest.raises(backup.BackupError, match="pg_dump failed"):
        await backup.backup(settings_for(f"postgres://x@/x?host={tmp_path}", tmp_path), tmp_path / "archive")
    assert not (tmp_path / "archive").exists()


async def test_without_pg_dump_the_refusal_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(backup.BackupError, match="pg_dump was not found"):
        await backup.backup(settings_for("postgres://x@/x", tmp_path), tmp_path / "archive")
