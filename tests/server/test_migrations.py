"""Migrations lead to the models and are safe."""

import asyncio
import multiprocessing
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError

from server import db, migrating, migrations
from server.models import Delegate, DocumentKind, Organisation, Participation, Person, Plan, Registration, Session, Side
from server.names import called, country_of
from server.plans import documents
from server.settings import Settings
from tests import factories
from tests.conftest import ENGINE

STEP = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [("server", "{after}")]
    operations = [{operations}]
"""
NEW_COLUMN = 'ops.AddField(model_name="Person", name="nickname", field=fields.CharField(max_length=20, null=True))'
NEW_TABLE = 'ops.RunSQL("CREATE TABLE pet (id INT PRIMARY KEY, name TEXT)")'
ORPHANS = 'ops.RunSQL("DELETE FROM person")'
NONSENSE = 'ops.RunSQL("CREATE NONSENSE")'


class Steps:
    """A package of migrations: the real ones, and those that a test adds."""

    def __init__(self, folder: Path) -> None:
        self.package = f"migrations_of_{folder.name}"
        self.folder = folder / self.package
        self.folder.mkdir()
        for path in Path(*migrations.__path__).glob("*.py"):
            (self.folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
        self.names = sorted(path.stem for path in self.folder.glob("[0-9]*.py"))

    def add(self, *operations: str) -> str:
        """Add a migration and return its name."""
        name = f"{len(self.names) + 1:04d}_step"
        text = STEP.format(after=self.names[-1], operations=", ".join(operations))
        (self.folder / f"{name}.py").write_text(text, "utf-8")
        self.names.append(name)
        return name


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    monkeypatch.syspath_prepend(tmp_path)
    return Steps(tmp_path)


async def rows(sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await get_connection(db.CONNECTION).execute_query_dict(sql)]


async def sqlite_schema() -> set[str]:
    facts = set()
    for [table] in await rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
        for _position, *column in await rows(f"PRAGMA table_info('{table}')"):
            facts.add(f"{table} column {column}")
        for _id, _position, *key in await rows(f"PRAGMA foreign_key_list('{table}')"):
            facts.add(f"{table} key {key}")
        for _position, name, unique, origin, _partial in await rows(f"PRAGMA index_list('{table}')"):
            columns = [column for _, _, column in await rows(f"PRAGMA index_info('{name}')")]
            facts.add(f"{table} index {name} {unique} {origin} {columns}")
    return facts


async def postgres_schema() -> set[str]:
    queries = (
        "SELECT table_name::text, 'column', column_name::text, data_type::text, character_maximum_length, "
        "is_nullable::text, column_default::text FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT conrelid::regclass::text, 'constraint', conname::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "SELECT tablename::text, 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'",
    )
    return {" ".join(map(str, row)) for query in queries for row in await rows(query)}


async def schema() -> set[str]:
    """Return every column, key and index of the open database, without the migrations' own table."""
    facts = await (sqlite_schema() if ENGINE == "sqlite" else postgres_schema())
    return {fact for fact in facts if not fact.startswith(("tortoise_migrations ", "sqlite_sequence "))}


async def test_the_migrations_lead_to_the_models() -> None:
    assert await migrating.next_migration() == [], "the models have changed: python -m server.migrating NAME"


async def test_no_migration_makes_the_tool_rebuild_a_table() -> None:
    modules = [import_module(f"server.migrations.{name}") for _, name, _ in iter_modules(migrations.__path__)]
    operations = {type(operation).__name__ for module in modules for operation in module.Migration.operations}
    # AlterModelOptions records a table rebuilt by RunPython; it does not touch the database.
    assert operations <= {"CreateModel", "AddField", "AddIndex", "RunSQL", "RunPython", "AlterModelOptions"}


async def test_a_migrated_schema_is_the_one_the_models_generate(database: None, empty: Settings) -> None:
    migrated = await schema()
    await db.disconnect()
    await db.connect(empty)
    await Tortoise.generate_schemas()
    generated = await schema()
    assert migrated == generated
    assert {fact.split()[0] for fact in migrated} >= {"event", "person", "claim"}


async def test_migrating_twice_does_nothing_the_second_time(empty: Settings, steps: Steps) -> None:
    before = await migrating.pending_migrations(empty)
    first, second = await migrating.migrate(empty), await migrating.migrate(empty)
    assert (before, first, second, await migrating.pending_migrations(empty)) == (steps.names, steps.names, [], [])


async def test_a_step_adds_to_a_database_with_rows_and_changes_nothing_else(
    database: None, settings: Settings, steps: Steps
) -> None:
    await factories.session(await factories.person())
    before = await schema()
    step = steps.add(NEW_COLUMN, NEW_TABLE)
    await db.disconnect()
    applied = await migrating.migrate(settings, package=steps.package)
    await db.connect(settings)
    added, lost = await schema() - before, before - await schema()
    assert (applied, lost) == ([step], set())
    assert {fact.split(" ")[0] for fact in added} == {"person", "pet"}
    assert (await Person.all().count(), await Session.all().count()) == (1, 1)


@pytest.mark.skipif(ENGINE != "sqlite", reason="the same steps")
async def test_every_step_can_be_taken_by_a_database_that_is_in_use(empty: Settings, steps: Steps) -> None:
    later = [steps.folder / f"{name}.py" for name in steps.names[1:]]
    texts = {path: path.read_text("utf-8") for path in later}
    for path in later:
        path.unlink()
    await migrating.migrate(empty, package=steps.package)
    path = db.sqlite_path(empty)
    with closing(sqlite3.connect(path)) as used:
        tables = [name for [name] in used.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            fill(used, table)
        used.commit()
    for each, text in texts.items():
        each.write_text(text, "utf-8")
    assert await migrating.migrate(empty, package=steps.package) == steps.names[1:]
    with closing(sqlite3.connect(path)) as migrated:
        counts = {table: migrated.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    assert {table for table, number in counts.items() if not number} <= {"sqlite_sequence"}


async def test_rows_that_events_shared_become_each_one_s_own(empty: Settings, steps: Steps) -> None:
    later = [steps.folder / f"{name}.py" for name in steps.names if name >= "0012"]
    texts = {path: path.read_text("utf-8") for path in later}
    for path in later:
        path.unlink()
    await migrating.migrate(empty, package=steps.package)
    await db.connect(empty)
    await old_rows()
    await db.disconnect()
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    await migrating.migrate(empty, package=steps.package)
    await db.connect(empty)
    firms = await Registration.filter(side=Side.ENTERPRISE).order_by("id").select_related("organisation")
    assert [firm.organisation.description for firm in firms] == ["pumps", "pumps"]
    assert len({firm.organisation_id for firm in firms}) == 2
    taken = await Participation.all().order_by("event_id", "person_id").values_list("event_id", "person_id")
    assert list(taken) == [(1, 1), (1, 2), (2, 2)]
    assert [each.proposed for each in await Delegate.all()] == [None, None]
    [expert] = await Registration.filter(side=Side.EXPERT).select_related("person")
    assert (called(expert).full_name, country_of(expert)) == ("Anna", "RU")
    await Organisation.create(kind="enterprise", name="Pumps", name_key="pumps", country="CN")
    await db.disconnect()


async def test_documents_of_plans_move_to_their_table(empty: Settings, steps: Steps) -> None:
    later = [steps.folder / f"{name}.py" for name in steps.names if name >= "0021"]
    texts = {path: path.read_text("utf-8") for path in later}
    for path in later:
        path.unlink()
    await migrating.migrate(empty, package=steps.package)
    await db.connect(empty)
    await old_rows()
    rest = {"event_id": 1, "preset": "fresh", "seed": 0, "seconds": 1, "progress": "{}", "cancel_requested": False}
    solved = {"problem": '{"slots": ["三"]}', "result": '{"meetings": []}', "scores": '{"e1-f2": {"need": 7}}'}
    await add("plan", version=1, state="ready", **solved, **rest)
    await add("plan", version=2, state="failed", problem="{}", result=None, scores="{}", **rest)
    await db.disconnect()
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    await migrating.migrate(empty, package=steps.package)
    await db.connect(empty)
    kinds = (DocumentKind.PROBLEM, DocumentKind.RESULT, DocumentKind.SCORES)
    kept = [await documents.read(plan.id, *kinds) for plan in await Plan.all().order_by("version")]
    assert kept == [[{"slots": ["三"]}, {"meetings": []}, {"e1-f2": {"need": 7}}], [None] * 3]
    assert [(plan.problem, plan.result, plan.scores) for plan in await Plan.all()] == [({}, None, {})] * 2
    await db.disconnect()


async def add(table: str, **values: Any) -> None:
    """Insert a row of earlier columns."""
    now = "2026-01-01 00:00:00+00:00"
    row = {"created_at": now, "updated_at": now, **values}
    told = ", ".join("NULL" if v is None else str(v) if isinstance(v, int) else f"'{v}'" for v in row.values())
    await get_connection(db.CONNECTION).execute_query(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({told})")


async def old_rows() -> None:
    """Create two events that share an enterprise and its delegate, and an expert who never signed in."""
    now = "2026-01-01 00:00:00+00:00"

    for id in (1, 2):
        times = {"registration_opens_at": now, "registration_closes_at": now}
        texts = {"name": "{}", "description": "{}", "place": "{}", "locales": "[]", "grid": "{}", "time_zone": "UTC"}
        await add("event", slug=f"e{id}", expert_min_meetings=0, enterprise_min_meetings=0, **texts, **times)
        names = {"latin_name": "", "zh_name": "", "country": "RU", "locale": "en", "time_zone": ""}
        rest = {"may_create_events": False, "signed_in_at": None if id == 1 else now}
        await add("person", email=f"p{id}@b.org", full_name="Anna", **names, **rest)
    firm = {"name": "Pumps", "name_key": "pumps", "latin_name": "", "country": "CN", "description": "pumps"}
    await add("organisation", kind="enterprise", description_locale="en", **firm)
    lines = dict.fromkeys(("affiliation", "position", "degree", "headline", "offer", "text_locale"), "")
    lists = dict.fromkeys(("topics", "modes", "languages", "available"), "[]")
    row = {**lines, **lists, "min_meetings": 0, "parallel": 1}
    await add("registration", event_id=1, side="expert", person_id=1, **row)
    for event in (1, 2):
        await add("registration", event_id=event, side="enterprise", organisation_id=1, **row)
        await add("delegate", registration_id=event + 1, person_id=2, position="")


def fill(used: sqlite3.Connection, table: str) -> None:
    """Insert a row with id 1 that refers to rows with id 1 in other tables."""
    if table.startswith(("sqlite_", "tortoise_")):
        return
    columns = [row for row in used.execute(f"PRAGMA table_info({table})") if row[3] or row[5]]
    names = ", ".join(f'"{name}"' for _at, name, *_rest in columns)
    values = ["[]" if kind == "JSON" else 1 for _at, _name, kind, *_rest in columns]
    used.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", values)


async def test_a_step_that_fails_leaves_nothing_of_itself(database: None, settings: Settings, steps: Steps) -> None:
    before = await schema()
    step = steps.add(NEW_TABLE, NONSENSE)
    await db.disconnect()
    with pytest.raises(OperationalError):
        await migrating.migrate(settings, package=steps.package)
    assert await migrating.pending_migrations(settings, package=steps.package) == [step]
    await db.connect(settings)
    assert await schema() == before


@pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL enforces its keys while it migrates")
async def test_a_step_that_leaves_rows_referring_to_nothing_is_undone(
    database: None, settings: Settings, steps: Steps
) -> None:
    await factories.session(await factories.person())
    steps.add(ORPHANS)
    await db.disconnect()
    with pytest.raises(IntegrityError):
        await migrating.migrate(settings, package=steps.package)
    await db.connect(settings)
    assert (await Person.all().count(), await Session.all().count()) == (1, 1)


@pytest.mark.skipif(ENGINE != "sqlite", reason="a PostgreSQL database is copied by its operators")
async def test_a_database_file_is_copied_before_a_step(database: None, settings: Settings, steps: Steps) -> None:
    await factories.person(full_name="Li Na")
    step = steps.add(NEW_COLUMN)
    await db.disconnect()
    await migrating.migrate(settings, package=steps.package)
    path = db.sqlite_path(settings)
    with closing(sqlite3.connect(path.with_name(f"{path.name}.before-{step}"))) as copy:
        assert copy.execute("SELECT full_name FROM person").fetchall() == [("Li Na",)]
        assert "nickname" not in [column[1] for column in copy.execute("PRAGMA table_info(person)")]


def migrate_in_process(settings: Settings) -> None:
    asyncio.run(migrating.migrate(settings))


async def test_four_processes_may_migrate_at_once(empty: Settings, steps: Steps) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=migrate_in_process, args=(empty,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        await asyncio.to_thread(worker.join)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    await db.connect(empty)
    applied = await rows("SELECT name FROM tortoise_migrations")
    await db.disconnect()
    assert applied == [(name,) for name in steps.names]
