"""Many rows in one statement: made ready before the transaction, so that it only writes and others wait less.

On SQLite the values go as one JSON text: a statement for each row would give way to other threads after each.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tortoise.backends.base.executor import BaseExecutor
from tortoise.connection import get_connection
from tortoise.models import Model

from server.db import CONNECTION, reserved_ids

Values = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Inserting:
    """Rows to insert, without ids. given: the values of each row, or on SQLite their JSON."""

    model: type[Model]
    number: int
    given: Values | str

    async def run(self) -> list[int]:
        """Insert the rows inside the caller's transaction; return their ids. Two queries, or none."""
        ids = await reserved_ids(self.model, self.number)
        if not ids:
            return ids
        connection, executor = get_connection(CONNECTION), _executor(self.model)
        if isinstance(self.given, str):
            columns = [self.model._meta.fields_db_projection[name] for name in executor.regular_columns_all]
            # Reserved ids follow each other, as the rows do.
            values = ", ".join(["? + key", *(_value(place) for place in range(len(columns) - 1))])
            query = f'INSERT INTO "{_table(self.model)}" ({_listed(columns)}) SELECT {values} FROM json_each(?)'  # noqa: S608
            await connection.execute_query(query, [ids[0], self.given])
        else:
            rows = [[id, *values] for id, values in zip(ids, self.given, strict=True)]
            await connection.execute_many(executor.insert_query_all, rows)
        return ids


@dataclass(frozen=True)
class Updating:
    """Columns of rows to store. given: their values and the id of each row, or on SQLite their JSON."""

    model: type[Model]
    columns: Sequence[str]
    given: Values | str

    async def run(self) -> None:
        """Store them inside the caller's transaction. One query."""
        connection = get_connection(CONNECTION)
        if isinstance(self.given, str):
            names = [self.model._meta.fields_db_projection[name] for name in self.columns]
            new = ", ".join(f'"{name}" = {_value(place)}' for place, name in enumerate(names))
            table = _table(self.model)
            query = f'UPDATE "{table}" SET {new} FROM json_each(?) WHERE "{table}"."id" = {_value(len(names))}'  # noqa: S608
            await connection.execute_query(query, [self.given])
        elif self.given:
            query = _executor(self.model).get_update_sql(self.columns, None)
            await connection.execute_many(query, [list(values) for values in self.given])


def inserting(model: type[Model], rows: Iterable[Model]) -> Inserting:
    """Return what inserts new rows of a table."""
    names = _names(model)
    return _inserting(model, [_values(row, names) for row in rows])


def inserting_copies(row: Model, columns: Mapping[str, Sequence[Any]]) -> Inserting:
    """Return what inserts copies of a new row that differ in these columns. Takes less than a row for each."""
    model, names = type(row), _names(type(row))
    usual, number = _values(row, names), len(next(iter(columns.values())))
    found = [usual.copy() for _ in range(number)]
    for name, values in columns.items():
        place, field = names.index(name), model._meta.fields_map[name]
        for each, value in zip(found, values, strict=True):
            each[place] = field.to_db_value(value, row)
    return _inserting(model, found)


def updating(model: type[Model], rows: Iterable[Model], columns: Sequence[str]) -> Updating:
    """Return what stores these columns of rows that exist."""
    return Updating(model, columns, _given([[*_values(row, columns), row.pk] for row in rows]))


def _inserting(model: type[Model], values: Values) -> Inserting:
    return Inserting(model, len(values), _given(values))


def _given(values: Values) -> Values | str:
    if get_connection(CONNECTION).capabilities.dialect != "sqlite":
        return values
    return json.dumps(values, default=_written, ensure_ascii=False, allow_nan=False)


def _written(value: Any) -> str:
    """Return an instant or a day as the driver of SQLite writes it."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written in bulk")


def _value(place: int) -> str:
    return f"json_extract(json_each.value, '$[{place}]')"


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _table(model: type[Model]) -> str:
    return str(model._meta.db_table)


def _names(model: type[Model]) -> list[str]:
    """Return the fields of a new row in the order of its INSERT, without its id."""
    key, *names = _executor(model).regular_columns_all
    assert key == "id"
    return names


def _executor(model: type[Model]) -> BaseExecutor:
    connection = get_connection(CONNECTION)
    return connection.executor_class(model=model, db=connection)


def _values(row: Model, names: Iterable[str]) -> list[Any]:
    """Return the values as the database takes them; instants of creation and change are set."""
    return [row._meta.fields_map[name].to_db_value(getattr(row, name), row) for name in names]
