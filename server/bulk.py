"""Many rows in few statements: made ready before the transaction, so that it only writes and others wait less."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.executor import BaseExecutor
from tortoise.connection import get_connection
from tortoise.models import Model

from server.db import CONNECTION, reserved_ids


@dataclass(frozen=True)
class Statement:
    """A statement and the values for each time that it runs."""

    query: str
    values: list[list[Any]]

    async def run(self) -> None:
        """Run it, inside the caller's transaction."""
        if self.values:
            await get_connection(CONNECTION).execute_many(self.query, self.values)


@dataclass(frozen=True)
class Inserting:
    """Rows to insert. values: without ids."""

    model: type[Model]
    values: list[list[Any]]

    async def run(self) -> list[int]:
        """Insert the rows inside the caller's transaction; return their ids. Two queries, or none."""
        ids = await reserved_ids(self.model, len(self.values))
        query = _executor(self.model).insert_query_all
        await Statement(query, [[id, *values] for id, values in zip(ids, self.values, strict=True)]).run()
        return ids


def inserting(model: type[Model], rows: Iterable[Model]) -> Inserting:
    """Return what inserts new rows of a table."""
    key, *columns = _executor(model).regular_columns_all
    assert key == "id"
    return Inserting(model, [_values(row, columns) for row in rows])


def inserting_copies(row: Model, columns: Mapping[str, Sequence[Any]]) -> Inserting:
    """Return what inserts copies of a new row that differ in these columns. Takes less than a row for each."""
    model = type(row)
    _key, *names = _executor(model).regular_columns_all
    usual, number = _values(row, names), len(next(iter(columns.values())))
    found = [usual.copy() for _ in range(number)]
    for name, values in columns.items():
        place, field = names.index(name), model._meta.fields_map[name]
        for each, value in zip(found, values, strict=True):
            each[place] = field.to_db_value(value, row)
    return Inserting(model, found)


def updating(model: type[Model], rows: Iterable[Model], columns: Sequence[str]) -> Statement:
    """Return what stores these columns of rows that exist."""
    query = _executor(model).get_update_sql(columns, None)
    return Statement(query, [[*_values(row, columns), row.pk] for row in rows])


def _executor(model: type[Model]) -> BaseExecutor:
    connection = get_connection(CONNECTION)
    return connection.executor_class(model=model, db=connection)


def _values(row: Model, columns: Iterable[str]) -> list[Any]:
    """Return the values as the database takes them; instants of creation and change are set."""
    return [row._meta.fields_map[name].to_db_value(getattr(row, name), row) for name in columns]
