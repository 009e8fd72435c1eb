"""A PostgreSQL backup is restored completely or not at all, whatever fails or is killed."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from tortoise.connection import get_connection

from server import backup, db, migrating
from server.models import Person, Session
from server.restoring import RestoreError, restore
from server.settings import Settings
from tests import factories
from tests.conftest import ENGINE
from tests.postgres import Cluster
from tests.server.test_cli import ROOT, surroundings
from tests.server.test_restoring import ended_since, still_ended

pytestmark = [pytest.mark.skipif(ENGINE != "postgres", reason="of PostgreSQL"), pytest.mark.alone]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "monday"


async def run_sql(*statements: str) -> None:
    for statement in statements:
        await get_connection(db.CONNECTION).execute_query(statement)


async def as_it_was(settings: Settings) -> bool:
    """Return whether servers start and find the people whom the test created."""
    await db.connect(settings)
    return [person.full_name for person in await Person.all()] == ["of today"]


def program(folder: Path, script: str) -> None:
    """Write a pg_restore into the folder that does something else when it writes to a database. $REAL: the real
    program.
    """
    real = shutil.which("pg_restore")
    text = f'#!/bin/sh\nREAL={real}\ncase "$*" in *--dbname*) {script} ;; esac\nexec "$REAL" "$@"\n'
    (folder / "pg_restore").write_text(text)
    (folder / "pg_restore").chmod(0o755)


def change(path: Path, how: Callable[[bytes], bytes]) -> None:
    path.write_bytes(how(path.read_bytes()))


async def command(settings: Settings, archive: Path, path: Path) -> tuple[int | None, str, str]:
    """Run `python -m server restore`; return exit code and output. path: a folder of programs to use first."""
    chosen = {"DATABASE_URL": settings.database_url, "PATH": f"{path}:{os.environ['PATH']}"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "restore", archive),
        cwd=ROOT,
        env=surroundings(path, **chosen),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate()
    return process.returncode, said.decode(), complained.decode()


async def test_the_database_before_is_kept_and_is_in_no_later_backup(
    database: None, settings: Settings, archive: Path, tmp_path: Path
) -> None:
    await factories.person(full_name="of the backup")
    await backup.backup(settings, archive)
    await Person.all().update(full_name="of today")
    await db.disconnect()

    code, said, _complained = await command(settings, archive, tmp_path)

    await db.connect(settings)
    [kept] = [word for word in said.split() if word.startswith("before_restore_")]
    before = await get_connection(db.CONNECTION).execute_query_dict(f"SELECT full_name FROM {kept}.person")
    await backup.backup(settings, tmp_path / "later")
    listed = await backup.run("pg_restore", settings, "--list", tmp_path / "later")
    assert (code, before, (await Person.get()).full_name) == (0, [{"full_name": "of today"}], "of the backup")
    assert said.startswith(f"Restored: {archive}, and 0 uploaded files\n")
    assert b"before_restore" not in listed


async def test_a_backup_of_an_older_version_takes_the_place_of_all_that_is_newer(
    database: None, settings: Settings, archive: Path
) -> None:
    await factories.person(full_name="of the backup")
    undone = "DELETE FROM tortoise_migrations WHERE name = '0017_append_only'"
    await run_sql("DROP FUNCTION act_on_behalf_append_only CASCADE", undone)
    await backup.backup(settings, archive)
    await run_sql(
        "CREATE TABLE newer (person_id INT REFERENCES person (id))", "INSERT INTO newer SELECT id FROM person"
    )
    await db.disconnect()

    await restore(settings, archive)

    assert await migrating.pending_migrations(settings) == []
    await db.connect(settings)
    assert (await Person.get()).full_name == "of the backup"


async def test_a_restore_that_is_killed_keeps_servers_out_until_it_is_done_again(
    database: None, settings: Settings, archive: Path, tmp_path: Path
) -> None:
    ids = await ended_since(settings, archive)
    await db.disconnect()
    for moment in ('kill -9 "$PPID"; exit 1', '"$REAL" "$@"; kill -9 "$PPID"; exit 1'):
        program(tmp_path, moment)
        code, _said, _complained = await command(settings, archive, tmp_path)
        assert code == -9
        with pytest.raises(db.DatabaseInUse, match="run `restore FILE` again"):
            await db.connect(settings)

    done = await restore(settings, archive)

    await db.connect(settings)
    found = await still_ended(ids)
    assert found == dict.fromkeys(found, True)
    assert done.is_sure


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda whole: b"SQLite format 3\0" + whole, "no backup of a PostgreSQL database"),
        (lambda whole: b"", "no backup of a PostgreSQL database"),
        (lambda whole: b"PGDMP" + b"torn" * 2000, "pg_restore failed"),
        (lambda whole: whole[: len(whole) * 9 // 10], "pg_restore failed"),
    ],
)
async def test_an_incomplete_backup_changes_nothing(
    database: None, settings: Settings, archive: Path, damage: Callable[[bytes], bytes], sentence: str
) -> None:
    await factories.person(full_name="of today")
    await factories.expert(await factories.event(), await Person.get())
    await backup.backup(settings, archive)
    change(archive, damage)
    await db.disconnect()

    with pytest.raises(RestoreError, match=sentence):
        await restore(settings, archive)

    assert await as_it_was(settings)


async def test_a_backup_that_fails_half_way_changes_nothing(database: None, settings: Settings, archive: Path) -> None:
    await factories.person(full_name="of today")
    await run_sql("CREATE ROLE reader", "GRANT SELECT ON person TO reader")
    await backup.backup(settings, archive)
    await run_sql("DROP OWNED BY reader", "DROP ROLE reader")
    await db.disconnect()

    with pytest.raises(RestoreError, match=r'The database is as it was.*role "reader" does not exist'):
        await restore(settings, archive)

    assert await as_it_was(settings)


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        ("UPDATE tortoise_migrations SET name = '9999_x' WHERE name = '0001_initial'", "made by a newer version"),
        ("DROP TABLE tortoise_migrations", "no backup of this program"),
    ],
)
async def test_a_backup_of_something_else_changes_nothing(
    database: None, settings: Settings, archive: Path, act: str, sentence: str
) -> None:
    await factories.person(full_name="of today")
    await run_sql("CREATE TABLE kept AS SELECT * FROM tortoise_migrations", act)
    await backup.backup(settings, archive)
    await run_sql("DROP TABLE IF EXISTS tortoise_migrations", "ALTER TABLE kept RENAME TO tortoise_migrations")
    await db.disconnect()

    with pytest.raises(RestoreError, match=sentence):
        await restore(settings, archive)

    assert await as_it_was(settings)


async def test_where_there_was_no_database_everybody_signs_in_again(
    database: None, settings: Settings, empty: Settings, archive: Path, tmp_path: Path
) -> None:
    await factories.session(await factories.person())
    await backup.backup(settings, archive)
    await db.disconnect()

    code, said, complained = await command(empty, archive, tmp_path)

    assert (code, said) == (0, f"Restored: {archive}, and 0 uploaded files\n")
    assert "everybody has to sign in again" in complained
    await db.connect(empty)
    assert await Person.all().count() == 1
    assert not await Session.exists(expires_at__gt=datetime.now(UTC))


async def test_while_another_program_is_connected_nothing_is_restored(
    database: None, settings: Settings, archive: Path
) -> None:
    await factories.person(full_name="of today")
    await backup.backup(settings, archive)

    with pytest.raises(RestoreError, match="stop every server and worker"):
        await restore(settings, archive)

    await db.disconnect()
    assert await as_it_was(settings)


async def test_no_server_starts_while_a_backup_is_put_back(settings: Settings, cluster: Cluster) -> None:
    name = urlsplit(settings.database_url).path.strip("/")
    restoring = await asyncpg.connect(host=str(cluster.folder), user="postgres", database=name)
    try:
        await restoring.execute("SELECT pg_advisory_lock($1)", db.RESTORING_LOCK)
        with pytest.raises(db.DatabaseInUse, match="being restored"):
            await db.connect(settings)
    finally:
        await restoring.close()
    await db.connect(settings)
    await db.disconnect()


async def test_a_password_stands_in_no_command_line(
    database: None, settings: Settings, archive: Path, tmp_path: Path
) -> None:
    await backup.backup(settings, archive)
    await db.disconnect()
    secret = settings.model_copy(
        update={"database_url": settings.database_url.replace("postgres@", "postgres:hidden@")}
    )
    program(tmp_path, f'echo "$@" > {tmp_path}/given; echo "$PGPASSWORD" > {tmp_path}/password')

    code, _said, _complained = await command(secret, archive, tmp_path)

    given, password = [(tmp_path / name).read_text() for name in ("given", "password")]
    assert (code, password, "--single-transaction" in given, "hidden" in given) == (0, "hidden\n", True, False)


async def test_without_pg_restore_the_refusal_names_it(
    database: None, settings: Settings, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await backup.backup(settings, archive)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RestoreError, match="pg_restore was not found: install"):
        await restore(settings, archive)


async def test_a_server_that_does_not_answer_is_named(
    database: None, settings: Settings, archive: Path, cluster: Cluster
) -> None:
    await backup.backup(settings, archive)
    there = settings.model_copy(update={"database_url": cluster.url("none")})
    with pytest.raises(RestoreError, match="does not answer"):
        await restore(there, archive)
