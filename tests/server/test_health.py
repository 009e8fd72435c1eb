"""Health checks: ready means able to serve and to save."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from tortoise.connection import get_connection

from server import db, health
from server.settings import Settings
from tests.client import Client
from tests.conftest import ENGINE, drained


@pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL locks rows")
async def test_a_database_that_cannot_be_written_is_not_ready(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "WRITE_S", 0.2)
    with closing(sqlite3.connect(db.sqlite_path(settings), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = await client.get("/readyz")
        other.execute("ROLLBACK")
    await drained()

    assert (refused.status_code, refused.text) == (503, "the database cannot be written\n")
    assert (await client.get("/readyz")).text == "ok\n"


@pytest.mark.parametrize(
    ("free", "status", "said"),
    [
        (600, 200, "ok\n"),
        (499, 200, "degraded\nthe disk is nearly full: 499 MB free\n"),
        (19, 503, "the disk is full: 19 MB free\n"),
    ],
)
async def test_free_disk_space_is_reported(
    client: Client, monkeypatch: pytest.MonkeyPatch, free: int, status: int, said: str
) -> None:
    def usage(path: Any) -> Any:
        return type("Usage", (), {"free": free * health.MB})

    monkeypatch.setattr("shutil.disk_usage", usage)

    answer = await client.get("/readyz")

    assert (answer.status_code, answer.text) == (status, said)


async def test_a_database_that_was_not_migrated_is_not_ready(client: Client) -> None:
    await get_connection(db.CONNECTION).execute_query("DELETE FROM tortoise_migrations WHERE name = '0003_own_topics'")

    answer = await client.get("/readyz")

    assert (answer.status_code, answer.text) == (503, "the database lacks migrations: 0003_own_topics\n")
