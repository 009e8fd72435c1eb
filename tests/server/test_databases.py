"""PostgreSQL databases that tests use one after another: each test finds one as it was when it was new."""

from pathlib import Path

import asyncpg
import pytest

from server import db
from server.models import Person
from tests import factories
from tests.conftest import ENGINE, settings_for
from tests.databases import Databases

pytestmark = pytest.mark.skipif(ENGINE != "postgres", reason="of PostgreSQL")


async def test_a_database_that_is_given_back_is_as_it_was(databases: Databases, tmp_path: Path) -> None:
    """Also if a program is still connected to it, in the middle of a transaction."""
    name = databases.take()
    await db.connect(settings_for(databases.cluster.url(name), tmp_path))
    first = [await factories.person() for _number in range(3)]
    await db.disconnect()
    left = await asyncpg.connect(host=str(databases.cluster.folder), user="postgres", database=name)
    await left.execute("BEGIN; DELETE FROM person")

    databases.give_back(name)

    assert databases.take() == name
    await db.connect(settings_for(databases.cluster.url(name), tmp_path))
    assert await Person.all() == []
    assert [(await factories.person()).id for _number in range(3)] == [person.id for person in first] == [1, 2, 3]
    await db.disconnect()
    databases.give_back(name)
    left.terminate()


async def test_a_database_whose_tables_were_changed_is_not_used_again(databases: Databases) -> None:
    name = databases.take()
    connection = await asyncpg.connect(host=str(databases.cluster.folder), user="postgres", database=name)
    await connection.execute("ALTER TABLE person ADD COLUMN height INT")
    await connection.close()

    databases.give_back(name)

    assert name not in {kept.name for kept in databases.spare}
