"""Transactions: complete or not at all, with cancelled callers and several writing processes."""

import asyncio
import multiprocessing
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import ConfigurationError, IntegrityError

from server import db, migrating
from server.models import Mail, Person, Session, Throttle
from server.settings import Settings
from tests import factories
from tests.conftest import ENGINE, drained, settings_for
from tests.postgres import POOL

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)


class Refusal(Exception):
    """An exception that a service raises in the middle."""


@db.atomic
async def write_two(*, fail: type[Exception] | None = None) -> int:
    """Write two rows, or none if told to fail between them."""
    first = await Person.create(email="one@example.org")
    if fail is not None:
        raise fail
    await Person.create(email="two@example.org")
    return first.id


async def addresses() -> list[str]:
    return [person.email for person in await Person.all().order_by("email")]


async def test_a_transaction_returns_what_its_function_returns(database: None) -> None:
    first = await write_two()
    assert (await Person.get(id=first)).email == "one@example.org"
    assert await addresses() == ["one@example.org", "two@example.org"]


async def test_an_exception_undoes_everything_and_passes_through(database: None) -> None:
    with pytest.raises(Refusal):
        await write_two(fail=Refusal)
    assert await addresses() == []


async def test_a_second_row_of_the_same_key_is_an_integrity_error(database: None) -> None:
    await write_two()
    with pytest.raises(IntegrityError):
        await write_two()
    assert await addresses() == ["one@example.org", "two@example.org"]


async def test_a_nested_transaction_ends_with_the_outer_one(database: None) -> None:
    @db.atomic
    async def outer() -> None:
        await write_two()
        raise Refusal

    with pytest.raises(Refusal):
        await outer()
    assert await addresses() == []


@pytest.mark.skipif(ENGINE == "sqlite", reason="SQLite runs one transaction at a time")
async def test_transactions_that_wait_for_each_other_both_end(database: None) -> None:
    await write_two()
    one, two = [person.id for person in await Person.all().order_by("id")]
    both_hold, tries = asyncio.Barrier(2), []

    @db.atomic
    async def rename(first: int, second: int) -> None:
        await db.lock(Person, first)
        tries.append(first)
        if tries.count(first) == 1:
            await both_hold.wait()
        person = await db.lock(Person, second)
        assert person is not None
        await Person.filter(id=second).update(full_name=f"{person.full_name}x")

    await asyncio.gather(rename(one, two), rename(two, one))
    assert (len(tries), [person.full_name for person in await Person.all()]) == (3, ["x", "x"])


@pytest.mark.parametrize("error", [Refusal, IntegrityError])
async def test_a_failed_nested_transaction_is_undone_alone(database: None, error: type[Exception]) -> None:
    @db.atomic
    async def outer() -> None:
        await Person.create(email="before@example.org")
        with pytest.raises(error):
            await write_two(fail=error)
        await Person.create(email="after@example.org")

    await outer()
    assert await addresses() == ["after@example.org", "before@example.org"]


async def test_after_a_broken_key_in_a_nested_transaction_the_outer_one_goes_on(database: None) -> None:
    await write_two()

    @db.atomic
    async def outer() -> None:
        with pytest.raises(IntegrityError):
            await write_two()
        await Person.create(email="zoe@example.org")

    await outer()
    assert await addresses() == ["one@example.org", "two@example.org", "zoe@example.org"]


async def test_an_atomic_function_keeps_its_name_and_docstring() -> None:
    assert (write_two.__name__, write_two.__doc__) == (
        "write_two",
        "Write two rows, or none if told to fail between them.",
    )


async def test_other_tasks_of_the_process_see_the_connection(database: None) -> None:
    await write_two()
    assert await asyncio.create_task(addresses()) == ["one@example.org", "two@example.org"]


async def test_a_cancelled_caller_leaves_a_transaction_that_ends_by_itself(database: None) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    @db.atomic
    async def slow() -> None:
        await Person.create(email="one@example.org")
        started.set()
        await go_on.wait()
        await Person.create(email="two@example.org")

    caller = asyncio.create_task(slow())
    await started.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await drained()
    assert await addresses() == ["one@example.org", "two@example.org"]


async def test_a_failure_after_the_caller_has_gone_reaches_the_log(
    database: None, caplog: pytest.LogCaptureFixture
) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    @db.atomic
    async def slow() -> None:
        started.set()
        await go_on.wait()
        raise Refusal

    caller = asyncio.create_task(slow())
    await started.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await drained()
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [Refusal]


async def test_a_lock_outside_a_transaction_is_an_error(database: None) -> None:
    person = await factories.person()
    with pytest.raises(RuntimeError):
        await db.lock(Person, person.id)
    found = await db.atomic(db.lock)(Person, person.id)
    missing = await db.atomic(db.lock)(Person, person.id + 1)
    assert (found, missing) == (person, None)


async def test_transactions_that_lock_a_row_take_turns(database: None) -> None:
    counter = await Throttle.create(key="turns", window_start=NOON)

    @db.atomic
    async def increment() -> None:
        row = await db.lock(Throttle, counter.id)
        assert row is not None
        row.count += 1
        await row.save()

    await asyncio.gather(*(increment() for _ in range(50)))
    assert (await Throttle.get(id=counter.id)).count == 50


async def test_rows_that_refer_to_a_locked_one_can_be_inserted(database: None) -> None:
    person = await factories.person()

    @db.atomic
    async def insert_then_lock() -> None:
        await factories.session(person)
        await db.lock(Person, person.id)

    await asyncio.gather(*(insert_then_lock() for _ in range(20)))
    assert await Session.filter(person=person).count() == 20


async def test_only_one_database_is_open_at_a_time(database: None, settings: Settings) -> None:
    with pytest.raises(ConfigurationError):
        await db.connect(settings)
    assert await addresses() == []


async def test_a_database_that_cannot_be_opened_is_reported_at_once(tmp_path: Path) -> None:
    nowhere = "sqlite:///dev/null/x.db" if ENGINE == "sqlite" else f"postgres://x@/x?host={tmp_path}"
    with pytest.raises(OSError):
        await db.connect(settings_for(nowhere, tmp_path))


@pytest.mark.skipif(ENGINE != "sqlite", reason="SQLite's own files")
async def test_a_second_database_that_is_refused_leaves_the_first_in_use(database: None, settings: Settings) -> None:
    with pytest.raises(ConfigurationError):
        await db.connect(settings)
    with pytest.raises(db.DatabaseInUse), db.alone(db.sqlite_path(settings)):
        pass


@pytest.mark.skipif(ENGINE != "sqlite", reason="SQLite's own files")
async def test_two_databases_of_a_process_share_nothing(database: None, settings: Settings, tmp_path: Path) -> None:
    other = settings_for(f"sqlite://{tmp_path}/other.db", tmp_path)
    await migrating.migrate(other)
    first, started, go_on = db.open_database(), asyncio.Event(), asyncio.Event()
    assert first is not None

    @db.atomic
    async def slow() -> None:
        started.set()
        await go_on.wait()

    async with db.Database() as second:
        await second.init(config=db.config(other))
        await write_two()
        waiting = asyncio.create_task(slow())
        await started.wait()
        await first.drain()
        assert not waiting.done()
        go_on.set()
        assert await addresses() == ["one@example.org", "two@example.org"]
    assert (waiting.done(), await addresses()) == (True, [])


@pytest.mark.skipif(ENGINE != "sqlite", reason="SQLite's own files")
async def test_only_its_owner_can_read_a_new_database_file(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite://{tmp_path}/var/new.db", tmp_path)
    await db.connect(settings)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir()}
    await db.disconnect()
    assert modes["new.db"] == 0o600
    assert set(modes.values()) == {0o600}


@pytest.mark.skipif(ENGINE != "sqlite", reason="SQLite's own files")
async def test_only_its_owner_can_read_a_copied_database_file(settings: Settings) -> None:
    path = db.sqlite_path(settings)
    path.chmod(0o644)
    await db.connect(settings)
    await factories.person()
    modes = {each.name: each.stat().st_mode & 0o777 for each in db.with_companions(path)}
    await db.disconnect()
    assert modes == {"duijie.db": 0o600, "duijie.db-wal": 0o600, "duijie.db-shm": 0o600}


@pytest.mark.skipif(ENGINE != "sqlite", reason="SQLite's own switches")
async def test_sqlite_keeps_keys_waits_for_others_and_survives_a_power_cut(settings: Settings) -> None:
    await db.connect(settings.model_copy(update={"database_url": settings.database_url.partition("?")[0]}))
    connection = get_connection(db.CONNECTION)
    names = ["foreign_keys", "busy_timeout", "journal_mode", "synchronous"]
    answers = [await connection.execute_query_dict(f"PRAGMA {name}") for name in names]
    await db.disconnect()
    assert answers == [[{"foreign_keys": 1}], [{"timeout": 10000}], [{"journal_mode": "wal"}], [{"synchronous": 2}]]


def test_the_postgres_url_can_set_the_pool_and_sslmode(tmp_path: Path) -> None:
    settings = settings_for("postgres://user:secret@db.example/duijie?sslmode=require&maxsize=20", tmp_path)
    assert db.config(settings)["connections"][db.CONNECTION]["credentials"] == {
        "host": "db.example",
        "port": 5432,
        "user": "user",
        "password": "secret",
        "database": "duijie",
        "ssl": "require",
        "minsize": 1,
        "maxsize": "20",
    }


async def test_queries_of_the_orm_are_counted(
    database: None, queries: Callable[[], AbstractContextManager[Any]]
) -> None:
    with queries() as seen:
        await write_two()
        await addresses()
    assert [sql.split()[0] for sql in seen.sql] == ["INSERT", "INSERT", "SELECT"]


async def increment(counter: int, times: int) -> None:
    """Read, modify and write a row in one transaction each time."""

    @db.atomic
    async def once() -> None:
        row = await db.lock(Throttle, counter)
        assert row is not None
        await Throttle.filter(id=counter).update(count=row.count + 1)

    for _ in range(times):
        await once()


def increment_in_process(settings: Settings, counter: int, times: int) -> None:
    async def work() -> None:
        await db.connect(settings)
        try:
            await increment(counter, times)
        finally:
            await db.disconnect()

    asyncio.run(work())


async def test_four_processes_lose_no_update(database: None, settings: Settings) -> None:
    counter = await Throttle.create(key="processes", window_start=NOON)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=increment_in_process, args=(settings, counter.id, 100)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        await asyncio.to_thread(worker.join)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    assert (await Throttle.get(id=counter.id)).count == 400


@db.atomic
async def write_pair(key: str) -> None:
    """Write two rows that belong together, a person and an e-mail."""
    person = await Person.create(email=f"{key}@example.org")
    await Mail.create(key=key, to_address=person.email, locale="en", template="sign_in", values={})


async def write_many(key: str) -> None:
    """Write two rows in one statement, which the ORM wraps into its own transaction."""
    await Throttle.bulk_create([Throttle(key=f"{key}-{number}", window_start=NOON) for number in range(2)])


async def get_or_write(key: str) -> None:
    """Call get_or_create, another of the ORM's own transactions."""
    await Throttle.get_or_create(key=f"{key}-got", window_start=NOON)


async def cancel_at_random(times: int, seed: int) -> None:
    """Start work, four tasks at a time, and cancel each after a random number of the loop's turns."""
    random_ = random.Random(seed)
    for number in range(0, times, 4):
        works = random_.choices([write_pair, write_many, get_or_write], k=4)
        tasks = [asyncio.create_task(work(f"{seed}-{number}-{i}")) for i, work in enumerate(works)]
        for task in tasks:
            # Mostly few turns, when a transaction begins, sometimes so many that an answer has come over the network.
            for _ in range(int(2 ** random_.uniform(0, 10))):
                await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def assert_whole() -> None:
    """Check that persons and e-mails come in pairs, that many rows come together, and that no connection is missing."""
    await drained()
    people = {person.email for person in await Person.all()}
    letters = {letter.to_address for letter in await Mail.all()}
    many = {row.key for row in await Throttle.all() if not row.key.endswith("got")}
    assert people == letters
    assert {key[:-1] for key in many if key.endswith("0")} == {key[:-1] for key in many if key.endswith("1")}
    at_once = 1 if ENGINE == "sqlite" else POOL
    everybody = asyncio.Barrier(at_once)
    await asyncio.gather(*(db.atomic(everybody.wait)() for _ in range(at_once)))


async def test_cancelling_at_random_points_blocks_and_breaks_nothing(database: None) -> None:
    await cancel_at_random(300, seed=1)
    async with asyncio.timeout(30):
        await assert_whole()


@pytest.mark.soak
async def test_cancelling_three_thousand_times(database: None) -> None:
    for seed in range(10):
        await cancel_at_random(300, seed)
    async with asyncio.timeout(30):
        await assert_whole()
