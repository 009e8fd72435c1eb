"""Tombstones of a PostgreSQL database: what one of its schemas says, and laid over another.

PostgreSQL itself writes and reads the lines' JSON, so that a value comes back as it was. Connections are in UTC.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from asyncpg import Connection

from server.db import ASIDE
from server.restoring.tombstones import DELETE, RULES, SENT, SIGNED_OUT, Line, Rule

# Where lines stay, in the database and in no backup of it: a schema beside those of databases before.
NOTES = f"{ASIDE}_tombstones"
FALSE = "coalesce({}::text, 'false') = 'false'"
EMPTY = "coalesce({}::text, '') = ''"


async def remember(connection: Connection, lines: list[Line]) -> None:
    """Keep lines. Call inside the transaction that ends what they say."""
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {NOTES}")
    await connection.execute(f"CREATE TABLE IF NOT EXISTS {NOTES}.line (id bigserial PRIMARY KEY, line jsonb NOT NULL)")
    rows = [(json.dumps(line),) for line in lines]
    await connection.executemany(f"INSERT INTO {NOTES}.line (line) VALUES ($1::jsonb)", rows)  # noqa: S608


async def remembered(connection: Connection) -> list[Line]:
    """All lines that earlier restores kept."""
    if await connection.fetchval("SELECT to_regclass($1)", f"{NOTES}.line") is None:
        return []
    return await _read(connection, f"SELECT line FROM {NOTES}.line ORDER BY id")  # noqa: S608


async def columns_of(connection: Connection, schema: str) -> dict[str, set[str]]:
    """The columns of the rules' tables; tables that are not there have none."""
    rows = await connection.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = $1", schema
    )
    found: dict[str, set[str]] = {rule.table: set() for rule in RULES}
    for table, column in rows:
        found.get(table, set()).add(column)
    return found


async def said_by(connection: Connection, schema: str) -> list[Line]:
    """What the schema says has ended."""
    there, lines = await columns_of(connection, schema), list[Line]()
    for rule in RULES:
        if columns := [name for name in rule.columns if name in there[rule.table]]:
            ended = " || ".join(_ended(rule, name) for name in columns)
            lines += await _read(
                connection,
                f"SELECT jsonb_build_object('table', '{rule.table}', 'key', {_key(rule)}, 'ended', {ended}) "  # noqa: S608
                f"FROM {schema}.{rule.table} WHERE {ended} <> '{{}}'",
            )
    return lines


def _key(rule: Rule) -> str:
    pairs = ", ".join(f"'{name}', {name}" for name in rule.key)
    return f"jsonb_build_object({pairs})"


def _ended(rule: Rule, name: str) -> str:
    does_say = FALSE.format(name) if name in rule.clears else f"NOT {EMPTY.format(name)}"
    return f"CASE WHEN {does_say} THEN jsonb_build_object('{name}', {name}) ELSE '{{}}'::jsonb END"


async def keys_of(connection: Connection, schema: str) -> dict[str, set[tuple[Any, ...]]]:
    """The keys of all rows, by table; of tables that it has."""
    there = await columns_of(connection, schema)
    return {
        rule.table: {
            tuple(key)
            for key in await _read(
                connection,
                f"SELECT jsonb_build_array({', '.join(rule.key)}) FROM {schema}.{rule.table}",  # noqa: S608
            )
        }
        for rule in RULES
        if there[rule.table]
    }


async def is_grown_from(connection: Connection, before: str, copy: str) -> bool:
    """Whether the schema before knows anybody of the copy: one that was set up anew says nothing by what it lacks."""
    if not (await columns_of(connection, before))["person"]:
        return False
    return bool(
        await connection.fetchval(
            f"SELECT EXISTS (SELECT 1 FROM {copy}.person JOIN {before}.person b USING (id, created_at)) "  # noqa: S608
            f"OR NOT EXISTS (SELECT 1 FROM {copy}.person)"
        )
    )


async def lay_over(connection: Connection, schema: str, lines: list[Line]) -> int:
    """Apply the lines to the schema, which is the newest; how many rows changed."""
    there, changed = await columns_of(connection, schema), 0
    for rule in RULES:
        own = [line for line in lines if line.get("table") == rule.table]
        for name in rule.columns:
            if name in there[rule.table]:
                # Its own type reads each value.
                rows = json.dumps(list(_folded(rule, name, own)))
                changed += await _changed(
                    connection,
                    f"UPDATE {schema}.{rule.table} t SET {name} = said.{name} "  # noqa: S608
                    f"FROM jsonb_populate_recordset(NULL::{schema}.{rule.table}, $1::jsonb) said "
                    f"WHERE {_same(rule, 't', 'said')} AND {_still(rule, name)}",
                    rows,
                )
    return changed + await _changed(connection, SENT)


def _folded(rule: Rule, name: str, lines: list[Line]) -> Iterator[Mapping[str, Any]]:
    """One value a row, of all that the lines say of it in the course of time."""
    values: dict[tuple[Any, ...], Any] = {}
    for line in lines:
        if name not in line["ended"]:
            continue
        key, value = tuple(line["key"][each] for each in rule.key), line["ended"][name]
        if key not in values or name in rule.follows:
            values[key] = value
        elif name == rule.least:
            values[key] = min(values[key], value, key=datetime.fromisoformat)
    for key, value in values.items():
        yield {**dict(zip(rule.key, key, strict=True)), name: value}


def _same(rule: Rule, one: str, other: str) -> str:
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in rule.key)


def _still(rule: Rule, name: str) -> str:
    if name in rule.sets:
        return EMPTY.format(f"t.{name}")
    if name in rule.clears:
        return f"NOT {FALSE.format(f't.{name}')}"
    return f"t.{name} {'>' if name == rule.least else '<>'} said.{name}"


async def end_missing(connection: Connection, copy: str, before: str, unknown: list[list[str]]) -> int:
    """End what the schema before no longer has. unknown: spans of time of whose rows it knows nothing; how many rows
    changed.
    """
    there, changed = await columns_of(connection, before), 0
    spans = json.dumps([[since or "-infinity", until] for since, until in unknown])
    for rule in RULES:
        if not rule.missing or not there[rule.table]:
            continue
        table, change = f"{copy}.{rule.table}", rule.missing.replace(":now", "now()")
        act = f"DELETE FROM {table}" if rule.missing == DELETE else f"UPDATE {table} SET {change}"  # noqa: S608
        query = (
            f"{act} WHERE id IN (SELECT t.id FROM {table} t WHERE t.id < $1 AND NOT ({rule.spared}) "  # noqa: S608
            f"AND NOT EXISTS (SELECT 1 FROM {before}.{rule.table} b WHERE {_same(rule, 'b', 't')}) "
            "AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements($2::jsonb) span "
            "WHERE t.created_at > (span->>0)::timestamptz AND t.created_at <= (span->>1)::timestamptz))"
        )
        end = await _first_unknown(connection, copy, before, rule.table)
        changed += await _changed(connection, query, end, spans)
    return changed


async def _first_unknown(connection: Connection, copy: str, before: str, table: str) -> int:
    """As that of `sqlite_rows`: numbers rise, and none is given twice."""
    given: int = await connection.fetchval(
        f"SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('{before}.{table}', 'id')::regclass), 0)"
    )
    other: int | None = await connection.fetchval(
        f"SELECT min(id) FROM {copy}.{table} t JOIN {before}.{table} b USING (id) WHERE t.created_at <> b.created_at"  # noqa: S608
    )
    return min(given + 1, given + 1 if other is None else other)


async def sign_everybody_out(connection: Connection) -> None:
    """Where nobody knows what was revoked: end all sessions and links, which are easily had again."""
    for act in SIGNED_OUT:
        await connection.execute(act.replace(":now", "now()"))


async def newest(connection: Connection, schema: str) -> str:
    """The instant up to which a copy knows what happened; "" where it is empty."""
    made = [await connection.fetchval(f"SELECT max(created_at) FROM {schema}.{rule.table}") for rule in RULES]  # noqa: S608
    return max((at.astimezone(UTC).isoformat() for at in made if at), default="")


async def _read(connection: Connection, query: str) -> list[Any]:
    return [json.loads(row[0]) for row in await connection.fetch(query)]


async def _changed(connection: Connection, act: str, *arguments: Any) -> int:
    return int((await connection.execute(act, *arguments)).rpartition(" ")[2])
