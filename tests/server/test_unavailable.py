"""While another program locks the database, pages can be read, and typed text is not lost."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from server import db
from server.letters import posting
from server.models import Job, JobState, Person
from server.settings import Settings
from server.worker import Worker
from tests import factories
from tests.client import Client
from tests.conftest import ENGINE
from tests.filling import filled
from tests.server.emailing import queued
from tests.server.postbox import opened

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


@on_sqlite
async def test_an_e_mail_whose_report_has_to_wait_is_not_sent_again(
    database: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "POLL_S", 0)
    await queued("k")
    async with opened() as postbox:
        postbox.together = 2  # It keeps its answer until we let it go.
        sending = asyncio.create_task(Worker(settings.model_copy(update={"smtp_url": postbox.url})).send_emails())
        await postbox.arrived.wait()
        with told(posting.log) as refused, locked(settings):
            postbox.are_together.set()
            await refused.wait()
        assert await sending == 1
    assert (len(postbox.envelopes), (await Job.get()).state) == (1, JobState.DONE)


@contextmanager
def told(log: logging.Logger) -> Iterator[asyncio.Event]:
    """Return an event that is set when something is logged."""
    event = asyncio.Event()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            event.set()

    handler = Handler()
    log.addHandler(handler)
    yield event
    log.removeHandler(handler)
