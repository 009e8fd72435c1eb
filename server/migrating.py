"""Apply migrations, and write new ones.

`python -m server.migrating` writes the migration from the present migrations to the models; with `--rewrite` it
replaces them all by one that creates the models (only while nothing is deployed). `migrate` applies them.
"""

import argparse
import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import takewhile
from pathlib import Path

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.exceptions import IntegrityError
from tortoise.fields.relational import ForeignKeyFieldInstance, RelationalField
from tortoise.indexes import Index
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.migrations.writer import MigrationWriter, format_migration_name, migrations_module_path
from tortoise.models import Model
from tortoise.transactions import in_transaction

from server import backup, db
from server.settings import Settings

PACKAGE = "server.migrations"
LATEST = [MigrationTarget(app_label=db.APP, name="__latest__")]
ADVISORY_LOCK = 0x64756A6965  # "dujie"; any number that nothing else in the database uses
PATIENCE_MS = 60_000

log = logging.getLogger(__name__)


async def migrate(settings: Settings, *, package: str = PACKAGE, is_kept: bool = True) -> list[str]:
    """Apply missing migrations in one transaction; return their names.

    Several processes can call this at once: one works, the others wait and find nothing to do. A SQLite database that
    was migrated before is first copied to `NAME.before-MIGRATION`, unless is_kept is False. A failing migration raises
    its exception and IntegrityError is raised for broken references; then nothing is applied.
    """
    async with _opened(settings) as client:
        executor = await _executor(client, package)
        names = [step.migration.name for step in await executor.plan(LATEST)]
        if not names:
            return []
        if is_kept and settings.is_sqlite and executor.loader.applied_migrations:
            path = db.sqlite_path(settings)
            await backup.backup(settings, path.with_name(f"{path.name}.before-{names[0]}"))
        await executor.migrate(LATEST, direction="forward")
        if settings.is_sqlite and (orphans := await client.execute_query_dict("PRAGMA foreign_key_check")):
            raise IntegrityError(f"Migrating would leave rows that refer to nothing: {orphans}")
    log.info("applied %s", ", ".join(names))
    return names


def known(package: str = PACKAGE) -> set[str]:
    """Return the names of all migrations."""
    return {path.stem for path in migrations_module_path(package).glob("[0-9]*.py")}


async def pending_migrations(settings: Settings, *, package: str = PACKAGE) -> list[str]:
    """Return the migrations that the database lacks; waits while another process migrates."""
    async with _opened(settings) as client:
        executor = await _executor(client, package)
        return [step.migration.name for step in await executor.plan(LATEST)]


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[BaseDBAsyncClient]:
    """Open a separate connection in a transaction that only one process at a time can have."""
    config = db.config(settings)
    db.make_room(settings)
    if settings.is_sqlite:
        # Enforced foreign keys would empty tables that refer to one being rebuilt, and cannot be switched off later.
        config["connections"][db.CONNECTION]["credentials"] |= {"foreign_keys": "OFF", "busy_timeout": PATIENCE_MS}
    async with TortoiseContext() as context:
        await context.init(config=config)
        async with in_transaction(db.CONNECTION) as client:
            if not settings.is_sqlite:
                await client.execute_query("SELECT pg_advisory_xact_lock($1)", [ADVISORY_LOCK])
            yield client


class SchemaApps(StateApps):
    """Models without querysets: our steps change data by SQL."""

    def _build_initial_querysets(self) -> None:
        pass


class WantedModels(SchemaApps):
    """Models of a state. A model is built when a step asks for it, and with it those that it refers to."""

    def __init__(self, states: dict[tuple[str, str], ModelState]) -> None:
        super().__init__({db.APP: db.CONNECTION})
        self._states = states

    def get_model(self, app_label: str, model_name: str | None = None) -> type[Model]:
        wanted = self.split_reference(app_label) if model_name is None else (app_label, model_name)
        built = SchemaApps({db.APP: db.CONNECTION})
        for key in self._with_referred(wanted):
            built.register_model(key[0], self._states[key].render(built))
        built._init_relations()
        return built.get_model(*wanted)

    def _with_referred(self, wanted: tuple[str, str]) -> set[tuple[str, str]]:
        found, open_keys = {wanted}, [wanted]
        while open_keys:
            for each in self._states[open_keys.pop()].fields.values():
                if (
                    isinstance(each, ForeignKeyFieldInstance)
                    and (key := self.split_reference(each.model_name)) not in found
                ):
                    found.add(key)
                    open_keys.append(key)
        return found


class Outline(State):
    """A state that builds few models. The tool builds most models anew for each operation, and copies them all."""

    def __init__(self, models: dict[tuple[str, str], ModelState]) -> None:
        super().__init__(models, WantedModels(models))

    def reload_model(self, app_label: str, model_name: str) -> None:
        pass

    def reload_models(self, model_tuples: Iterable[tuple[str, str]]) -> None:
        pass

    def clone(self) -> State:
        return Outline({key: model.clone() for key, model in self.models.items()})


class Executor(MigrationExecutor):
    """The tool's executor, with a state that is cheap to reach and to copy."""

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        steps = takewhile(lambda key: key != upto, self._full_plan())
        return await _state_after([self.loader.graph.nodes[key] for key in steps if key in applied])


async def _state_after(steps: Iterable[Migration | None]) -> State:
    state = Outline({})
    for step in steps:
        if step is None:
            raise ValueError("A migration is missing")
        await step.apply(state, dry_run=True)
    return state


async def _executor(client: BaseDBAsyncClient, package: str) -> MigrationExecutor:
    # Before the executor looks for its table: on PostgreSQL the failing query would end the transaction.
    editor = SqliteSchemaEditor if client.capabilities.dialect == "sqlite" else AsyncpgSchemaEditor
    await MigrationRecorder(client).ensure_schema(editor(client, atomic=False))
    apps = {db.APP: {"migrations": package, "default_connection": db.CONNECTION}}
    return Executor(client, apps)


class Autodetector(MigrationAutodetector):
    """Compares migrations and models by schema only: no descriptions, and indexes over columns.

    Docstrings and enumeration values are not schema: as comments in it, each new value would rebuild a table, and a
    semicolon in one breaks the tool's splitting of statements. The tool writes an index over a foreign key under the
    key's name, which is not a column: PostgreSQL refuses it, SQLite indexes a constant.
    """

    def _current_state(self) -> State:
        return _as_schema(super()._current_state())

    async def _project_state(self) -> State:
        return _as_schema(await _state_after([self.loader.graph.nodes[key] for key in self._full_plan()]))


def _as_schema(state: State) -> State:
    for model in state.models.values():
        model.description = ""
        model.options.pop("table_description", None)
        if indexes := model.options.get("indexes"):
            model.options["indexes"] = [_over_columns(model, index) for index in indexes]
        for field in model.fields.values():
            field.description = None
    return state


def _over_columns(model: ModelState, index: Index | tuple[str, ...]) -> Index:
    names = index.field_names if isinstance(index, Index) else index
    return Index(
        fields=[f"{name}_id" if isinstance(model.fields.get(name), RelationalField) else name for name in names]
    )


async def next_migration() -> list[MigrationWriter]:
    """Return the migration from the present migrations to the models, empty if they agree. Opens no database."""
    config = db.config(Settings(database_url="sqlite://:memory:"))
    async with TortoiseContext() as context:
        await context.init(config=config)
        if context.apps is None:
            raise RuntimeError("Tortoise has loaded no models")
        return await Autodetector(context.apps, config["apps"]).changes()


async def write_migration(name: str) -> list[Path]:
    """Write the files of `next_migration`, named after what they do."""
    paths = []
    for writer in await next_migration():
        writer.name = format_migration_name(int(writer.name[:4]), name)
        paths.append(writer.write())
    return paths


def main() -> None:
    """Write the next migration, from the command line."""
    parser = argparse.ArgumentParser(prog="python -m server.migrating", description=__doc__)
    parser.add_argument("name", nargs="?", default="models", help="what the step does, in a word or two")
    parser.add_argument("--rewrite", action="store_true", help="replace all migrations by one")
    arguments = parser.parse_args()
    if arguments.rewrite:
        for path in migrations_module_path(PACKAGE).glob("[0-9]*.py"):
            path.unlink()
    paths = asyncio.run(write_migration("initial" if arguments.rewrite else arguments.name))
    print("\n".join(map(str, paths)) or "The migrations lead to the models already.")


if __name__ == "__main__":
    main()
