"""While another program locks the database, pages can be read, and typed text is not lost."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from server import db
from server.models import Person
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.conftest import ENGINE
from tests.filling import filled

on_sqlite = pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL locks rows")


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Lock the database as another writing program."""
    with closing(sqlite3.connect(db.sqlite_path(settings), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings with a shorter wait than usual."""
    more = "&busy_timeout=50" if settings.is_sqlite else ""
    return settings.model_copy(update={"database_url": settings.database_url + more})


@on_sqlite
async def test_pages_are_read_while_another_program_writes(client: Client, settings: Settings) -> None:
    person = await factories.person(full_name="Li Na")
    event = await factories.event()
    await factories.expert(event, person)
    await factories.signed_in(client, person)

    with locked(settings):
        answers = [await client.get(path) for path in ("/", "/account", f"/e/{event.slug}", f"/e/{event.slug}/me")]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert 'value="Li Na"' in answers[1].text


@on_sqlite
async def test_what_was_typed_stands_in_the_page_that_says_that_it_is_not_saved(
    client: Client, settings: Settings
) -> None:
    person = await factories.person()
    await factories.signed_in(client, person)
    typed = {"full_name": 'Li "Na" <b>', "time_zone": "Europe/Moscow"}

    with locked(settings):
        refused = await client.post("/account?from=here", data=typed)
    kept = filled(refused.text, "full_name")
    saved = await client.post("/account?from=here", data=kept)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert refused.headers["cache-control"] == "no-store"
    assert "Your data is not saved yet" in refused.text
    assert 'action="/account?from=here"' in refused.text
    assert kept == {name: [value] for name, value in typed.items()}
    assert saved.status_code == 303
    assert (await Person.get(id=person.id)).full_name == typed["full_name"]


@on_sqlite
async def test_of_many_who_wait_none_waits_much_longer_than_the_first(client: Client, settings: Settings) -> None:
    with locked(settings):
        made = await asyncio.gather(*(factories.person() for _ in range(5)), return_exceptions=True)

    assert [isinstance(each, Exception) and db.is_unavailable(each) for each in made] == [True] * 5
    assert await Person.all().count() == 0
    await factories.person()


@on_sqlite
async def test_readers_do_not_wait_for_our_own_transactions(database: None) -> None:
    is_writing, may_end = asyncio.Event(), asyncio.Event()

    @db.atomic
    async def write() -> int:
        await factories.person()
        is_writing.set()
        await may_end.wait()
        return await Person.all().count()

    writing = asyncio.create_task(write())
    await is_writing.wait()
    async with asyncio.timeout(30):
        before = await Person.all().count()
    may_end.set()
    inside = await writing

    assert (before, inside, await Person.all().count()) == (0, 1, 1)
