"""Fixtures for all tests.

`database` gives a fresh, migrated database for calling services; `client` speaks HTTP with the whole application over
such a database, in the same process and event loop. DUIJIE_TEST_DATABASE chooses sqlite (default) or postgres for the
whole run: the ORM caches SQL by connection name, so the two need separate processes.
"""

import contextlib
import os
import secrets
import shutil
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import anyio.from_thread
import asyncpg
import pytest
from starlette.applications import Starlette
from tortoise.apps import Apps
from tortoise.models import Model

from server import db, migrating
from server.scores.scoring import Scorer
from server.settings import Settings
from tests import postgres, statements
from tests.client import Client
from tests.statements import Statements

ENGINE = os.environ.get("DUIJIE_TEST_DATABASE", "sqlite")
TEMPLATE = "template_of_tests"


# Laws over very many cases, and waits for programs of their own: `make check` leaves them out, `make test` runs them.
LONG = {
    "matching/staffing/test_interpreters.py::test_no_meeting_is_lost_to_an_assignment_of_interpreters": "90 events",
    "matching/test_cli.py::test_a_first_plan_is_reported_before_any_bound": "a plan of forty parties",
    "matching/test_mutations.py::test_a_removed_rule_is_noticed_and_a_change_of_nothing_is_not": "pytest in pytest",
    "matching/test_solving.py::test_a_hundred_small_problems_are_planned_and_proved_as_well_as_can_be": "2,000 events",
    "matching/test_solving.py::test_every_hard_rule_binds_in_enough_of_the_sample": "2,000 events",
    "server/test_access.py::test_each_role_reaches_exactly_the_routes_in_the_reviewed_table": "each route, each role",
    "server/test_db.py::test_four_processes_lose_no_update": "400 writes by four processes",
    "server/test_demo.py::test_each_seed_gives_its_own_event": "three demos",
    "server/test_migrations.py::test_four_processes_may_migrate_at_once": "four processes",
    "server/test_two_sessions.py::test_simultaneous_sessions_lose_no_write_without_a_conflict": "all pairs of acts",
    "test_hostile.py::test_reading_hostile_texts_takes_limited_time": "120 long texts, 13 readers",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of LONG. Leave out soak tests, unless their marker or the test itself is selected."""
    for item in items:
        if item.nodeid.partition("[")[0].removeprefix("tests/") in LONG:
            item.add_marker("long")
    if "soak" in config.option.markexpr or any("::" in argument for argument in config.args):
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def models_prepared_once() -> Iterator[None]:
    """Let the ORM prepare its models once for an engine. It does so for each database that is opened, which takes
    longer than all else that a test needs.
    """
    prepare = Apps._build_initial_querysets
    prepared: weakref.WeakKeyDictionary[type[Model], type] = weakref.WeakKeyDictionary()

    def once(apps: Apps) -> None:
        engines = {model: model._meta.db.executor_class for app in apps.apps.values() for model in app.values()}
        if any(prepared.get(model) is not engine for model, engine in engines.items()):
            prepare(apps)
            prepared.update(engines)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Apps, "_build_initial_querysets", once)
        yield


def settings_for(database_url: str, folder: Path) -> Settings:
    """Return safe settings: nothing leaves the process, and jobs run only when a test says so."""
    return Settings(
        database_url=database_url,
        secret_key="a secret of the tests, of no use elsewhere",
        base_url="http://testserver",
        smtp_url="",
        mail_dir=folder / "mail",
        workers_in_web=False,
        match_embed="",
    )


def migrate(settings: Settings) -> None:
    """Migrate a database from code that is not async, such as session fixtures."""
    with anyio.from_thread.start_blocking_portal() as portal:
        portal.call(migrating.migrate, settings)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated database file to copy."""
    folder = tmp_path_factory.mktemp("template")
    migrate(settings_for(f"sqlite://{folder}/duijie.db?synchronous=OFF", folder))
    return folder / "duijie.db"


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """Yield a PostgreSQL server. Skips if none is installed, but fails if CI promises one."""
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(postgres.cluster())
        except postgres.Missing as missing:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(str(missing))
        yield running


@pytest.fixture(scope="session")
def postgres_template(cluster: postgres.Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the name of a migrated database to copy."""
    with anyio.from_thread.start_blocking_portal() as portal:
        portal.call(run_sql, cluster, f"CREATE DATABASE {TEMPLATE}")
    migrate(settings_for(cluster.url(TEMPLATE), tmp_path_factory.mktemp("template")))
    return TEMPLATE


async def run_sql(cluster: postgres.Cluster, *statements: str) -> None:
    """Run SQL outside any transaction and database of ours, as CREATE DATABASE requires."""
    connection = await asyncpg.connect(host=str(cluster.folder), user="postgres", database="postgres")
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Settings]:
    """Return settings with a database without tables."""
    if ENGINE == "sqlite":
        yield settings_for(f"sqlite://{tmp_path}/empty/duijie.db?synchronous=OFF", tmp_path)
        return
    cluster = request.getfixturevalue("cluster")
    name = f"test_{secrets.token_hex(8)}"
    await run_sql(cluster, f"CREATE DATABASE {name}")
    yield settings_for(cluster.url(name), tmp_path)
    await run_sql(cluster, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def settings(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Settings]:
    """Return settings with a migrated database for this test."""
    if ENGINE == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "duijie.db")
        # A power cut during a test may lose its writes.
        yield settings_for(f"sqlite://{tmp_path}/duijie.db?synchronous=OFF", tmp_path)
        return
    template, cluster = request.getfixturevalue("postgres_template"), request.getfixturevalue("cluster")
    name = f"test_{secrets.token_hex(8)}"
    await run_sql(cluster, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield settings_for(cluster.url(name), tmp_path)
    await run_sql(cluster, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[None]:
    """Open a connection to the database of `settings`, for models and services, unless the application has."""
    if db.open_database() is None:
        await db.connect(settings)
    yield
    await db.disconnect()


async def drained() -> None:
    """Wait for the transactions of cancelled callers."""
    database = db.open_database()
    assert database is not None
    await database.drain()


@pytest.fixture
def scorer() -> Iterator[Scorer]:
    """Return a scorer without language model and with an empty cache."""
    made = Scorer()
    yield made
    made.close()


@pytest.fixture
async def app(database: None, settings: Settings) -> AsyncIterator[Starlette]:
    """Yield the started application."""
    from server.app import create_app

    # The application opens the database itself.
    await db.disconnect()
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[Client]:
    """Yield a browser, at first not signed in: see `factories.signed_in`."""
    async with Client(app) as browser:
        yield browser


@pytest.fixture
async def other(app: Starlette) -> AsyncIterator[Client]:
    """Yield a second browser, for another person."""
    async with Client(app) as browser:
        yield browser


@pytest.fixture
def queries() -> Callable[[], contextlib.AbstractContextManager[Statements]]:
    """Use as `with queries() as seen: ...` and then `assert len(seen) == 3`; `seen.sql` has the statements."""
    return statements.collected
