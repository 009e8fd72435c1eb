"""Tombstones of a PostgreSQL database: read from one schema, applied to another.

PostgreSQL itself writes and parses the JSON, so that values are restored exactly. Connections are in UTC.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from asyncpg import Connection

from server.db import ASIDE
from server.restoring.erased import Erased, read
from server.restoring.tombstones import DELETE, RULES, SENT, SIGNED_OUT, EndRule, Tombstone

# The schema for tombstones; it is in no backup, like schemas of former databases.
NOTES = f"{ASIDE}_tombstones"
FALSE = "coalesce({}::text, 'false') = 'false'"
EMPTY = "coalesce({}::text, '') = ''"


async def remember(connection: Connection, lines: list[Tombstone]) -> None:
    """Store tombstones. Call inside the transaction that applies them."""
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {NOTES}")
    await connection.execute(f"CREATE TABLE IF NOT EXISTS {NOTES}.line (id bigserial PRIMARY KEY, line jsonb NOT NULL)")
    rows = [(json.dumps(line),) for line in lines]
    await connection.executemany(f"INSERT INTO {NOTES}.line (line) VALUES ($1::jsonb)", rows)  # noqa: S608


async def remembered(connection: Connection) -> list[Tombstone]:
    """Return all tombstones of earlier restores."""
    if await connection.fetchval("SELECT to_regclass($1)", f"{NOTES}.line") is None:
        return []
    return await _read(connection, f"SELECT line FROM {NOTES}.line ORDER BY id")  # noqa: S608


async def columns_of(connection: Connection, schema: str) -> dict[str, set[str]]:
    """Return the columns of the tables in RULES; missing tables have none."""
    rows = await connection.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = $1", schema
    )
    found: dict[str, set[str]] = {rule.table: set() for rule in RULES}
    for table, column in rows:
        found.get(table, set()).add(column)
    return found


async def said_by(connection: Connection, schema: str) -> list[Tombstone]:
    """Return what has ended by this schema, as tombstones."""
    there, lines = await columns_of(connection, schema), list[Tombstone]()
    for rule in RULES:
        if columns := [name for name in rule.columns if name in there[rule.table]]:
            ended = " || ".join(_ended(rule, name) for name in columns)
            lines += await _read(
                connection,
                f"SELECT jsonb_build_object('table', '{rule.table}', 'key', {_key(rule)}, 'ended', {ended}) "  # noqa: S608
                f"FROM {schema}.{rule.table} WHERE {ended} <> '{{}}'",
            )
    return lines


def _key(rule: EndRule) -> str:
    pairs = ", ".join(f"'{name}', {name}" for name in rule.key)
    return f"jsonb_build_object({pairs})"


def _ended(rule: EndRule, name: str) -> str:
    does_say = FALSE.format(name) if name in rule.clears else f"NOT {EMPTY.format(name)}"
    return f"CASE WHEN {does_say} THEN jsonb_build_object('{name}', {name}) ELSE '{{}}'::jsonb END"


async def erased_by(connection: Connection, schema: str) -> list[Erased]:
    """Return the accounts that were deleted, none from a database that is older than their table."""
    if await connection.fetchval("SELECT to_regclass($1)", f"{schema}.erasure") is None:
        return []
    return read(tuple(row) for row in await connection.fetch(f"SELECT person_id, made_at FROM {schema}.erasure"))  # noqa: S608


async def keys_of(connection: Connection, schema: str) -> dict[str, set[tuple[Any, ...]]]:
    """Return the keys of all rows by table, for existing tables."""
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
    """Return whether both schemas share a person; a newly created database has no meaning for missing rows."""
    if not (await columns_of(connection, before))["person"]:
        return False
    return bool(
        await connection.fetchval(
            f"SELECT EXISTS (SELECT 1 FROM {copy}.person JOIN {before}.person b USING (id, created_at)) "  # noqa: S608
            f"OR NOT EXISTS (SELECT 1 FROM {copy}.person)"
        )
    )


async def lay_over(connection: Connection, schema: str, lines: list[Tombstone]) -> int:
    """Apply the tombstones to the restored schema; return how many rows changed."""
    there, changed = await columns_of(connection, schema), 0
    for rule in RULES:
        own = [line for line in lines if line.get("table") == rule.table]
        for name in rule.columns:
            if name in there[rule.table]:
                # The column's own type parses each value.
                rows = json.dumps(list(_folded(rule, name, own)))
                changed += await _changed(
                    connection,
                    f"UPDATE {schema}.{rule.table} t SET {name} = said.{name} "  # noqa: S608
                    f"FROM jsonb_populate_recordset(NULL::{schema}.{rule.table}, $1::jsonb) said "
                    f"WHERE {_same(rule, 't', 'said')} AND {_still(rule, name)}",
                    rows,
                )
    return changed + await _changed(connection, SENT)


def _folded(rule: EndRule, name: str, lines: list[Tombstone]) -> Iterator[Mapping[str, Any]]:
    """Yield one value for each row, combined from all tombstones about it in order."""
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


def _same(rule: EndRule, one: str, other: str) -> str:
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in rule.key)


def _still(rule: EndRule, name: str) -> str:
    if name in rule.sets:
        return EMPTY.format(f"t.{name}")
    if name in rule.clears:
        return f"NOT {FALSE.format(f't.{name}')}"
    return f"t.{name} {'>' if name == rule.least else '<>'} said.{name}"


async def end_missing(connection: Connection, copy: str, before: str, unknown: list[list[str]]) -> int:
    """End the rows that the former database no longer has; return how many changed.

    unknown: periods of whose rows the former database knows nothing.
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
    """Return an id: rows of the copy from this id on may be unknown to the former database. Ids are never reused."""
    given: int = await connection.fetchval(
        f"SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('{before}.{table}', 'id')::regclass), 0)"
    )
    other: int | None = await connection.fetchval(
        f"SELECT min(id) FROM {copy}.{table} t JOIN {before}.{table} b USING (id) WHERE t.created_at <> b.created_at"  # noqa: S608
    )
    return min(given + 1, given + 1 if other is None else other)


async def sign_everybody_out(connection: Connection) -> None:
    """End all sessions and links; used if it is unknown what was revoked. People can easily sign in again."""
    for act in SIGNED_OUT:
        await connection.execute(act.replace(":now", "now()"))


async def newest(connection: Connection, schema: str) -> str:
    """Return the last instant that a copy knows, or "" if it is empty."""
    made = [await connection.fetchval(f"SELECT max(created_at) FROM {schema}.{rule.table}") for rule in RULES]  # noqa: S608
    return max((at.astimezone(UTC).isoformat() for at in made if at), default="")


async def _read(connection: Connection, query: str) -> list[Any]:
    return [json.loads(row[0]) for row in await connection.fetch(query)]


async def _changed(connection: Connection, act: str, *arguments: Any) -> int:
    return int((await connection.execute(act, *arguments)).rpartition(" ")[2])
