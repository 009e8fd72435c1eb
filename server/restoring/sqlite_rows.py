"""Tombstones of a SQLite database: read from it, applied to a copy."""

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from server.restoring.erased import Erased, read
from server.restoring.tombstones import DELETE, RULES, SENT, SIGNED_OUT, EndRule, Tombstone


def said_by(before: sqlite3.Connection) -> Iterator[Tombstone]:
    """Yield what has ended by this database, as tombstones. Raises sqlite3.Error if it cannot be read."""
    for rule in RULES:
        columns = [name for name in rule.columns if name in _columns(before, rule.table)]
        if not columns:
            continue
        over = ", ".join((*rule.key, *columns))
        for row in before.execute(f"SELECT {over} FROM {rule.table}"):  # noqa: S608
            values = dict(zip((*rule.key, *columns), row, strict=True))
            ended = {name: values[name] for name in columns if _says(rule, name, values[name])}
            if ended:
                yield {"table": rule.table, "key": {name: values[name] for name in rule.key}, "ended": ended}


def _says(rule: EndRule, column: str, value: Any) -> bool:
    return not value if column in rule.clears else bool(value)


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in database.execute(f"PRAGMA table_info({table})")}


def erased_by(database: sqlite3.Connection) -> list[Erased]:
    """Return the accounts that were deleted, none from a database that is older than their table."""
    if not _columns(database, "erasure"):
        return []
    return read(database.execute("SELECT person_id, made_at FROM erasure"))


def keys_of(database: sqlite3.Connection) -> dict[str, set[tuple[Any, ...]]]:
    """Return the keys of all rows by table, for existing tables."""
    return {
        rule.table: set(database.execute(f"SELECT {', '.join(rule.key)} FROM {rule.table}"))  # noqa: S608
        for rule in RULES
        if _columns(database, rule.table)
    }


def is_grown_from(before: sqlite3.Connection, copy: sqlite3.Connection) -> bool:
    """Return whether both databases share a person; a newly created database has no meaning for missing rows."""
    there, known = keys_of(copy)["person"], keys_of(before).get("person", set())
    return not there or bool(there & known)


def lay_over(copy: sqlite3.Connection, lines: list[Tombstone]) -> int:
    """Apply the tombstones to the restored copy; return how many rows changed."""
    rules, before = {rule.table: rule for rule in RULES}, copy.total_changes
    columns = {rule.table: _columns(copy, rule.table) for rule in RULES}
    for line in lines:
        rule = rules.get(line.get("table", ""))
        if rule is not None:
            ended = {name: value for name, value in line["ended"].items() if name in columns[rule.table]}
            _end(copy, rule, line["key"], ended)
    copy.execute(SENT)
    return copy.total_changes - before


def _end(copy: sqlite3.Connection, rule: EndRule, key: Mapping[str, Any], ended: Mapping[str, Any]) -> None:
    where = " AND ".join(f"{name} = :key_{name}" for name in key)
    keys = {f"key_{name}": value for name, value in key.items()}
    for name, value in ended.items():
        if name in rule.sets:
            still = f"coalesce({name}, '') = ''"
        elif name in rule.clears:
            still = f"coalesce({name}, 0) <> 0"
        else:
            still = f"{name} {'>' if name == rule.least else '<>'} :value"
        change = f"UPDATE {rule.table} SET {name} = :value WHERE {where} AND {still}"  # noqa: S608
        copy.execute(change, {**keys, "value": value})


def end_missing(copy: sqlite3.Connection, before: sqlite3.Connection, unknown: list[list[str]]) -> int:
    """End the rows that the former database no longer has; return how many changed.

    unknown: periods of whose rows the former database knows nothing.
    """
    changes, now, known = copy.total_changes, {"now": stored_instant(datetime.now(UTC))}, keys_of(before)
    for rule in RULES:
        if not rule.missing or rule.table not in known:
            continue
        over, end = ", ".join((*rule.key, "created_at")), _first_unknown(copy, before, rule.table)
        rows = copy.execute(f"SELECT {over} FROM {rule.table} WHERE id < ? AND NOT ({rule.spared})", [end]).fetchall()  # noqa: S608
        act = f"DELETE FROM {rule.table}" if rule.missing == DELETE else f"UPDATE {rule.table} SET {rule.missing}"  # noqa: S608
        where = " AND ".join(f"{name} = :key_{name}" for name in rule.key)
        for *key, made in rows:
            if tuple(key) not in known[rule.table] and not any(since < made <= until for since, until in unknown):
                keys = {f"key_{name}": value for name, value in zip(rule.key, key, strict=True)}
                copy.execute(f"{act} WHERE {where}", {**now, **keys})
    return copy.total_changes - changes


def _first_unknown(copy: sqlite3.Connection, before: sqlite3.Connection, table: str) -> int:
    """Return the first id that the former database may never have had.

    The former database may have been restored by other means or created anew. Ids rise and are not reused.
    """
    [[given]] = before.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?", [table])
    made = dict(before.execute(f"SELECT id, created_at FROM {table}"))  # noqa: S608
    rows = copy.execute(f"SELECT id, created_at FROM {table}")  # noqa: S608
    other = [int(id) for id, at in rows if made.get(id, at) != at]
    return min([int(given) + 1, *other])


def sign_everybody_out(copy: sqlite3.Connection) -> None:
    """End all sessions and links; used if it is unknown what was revoked. People can easily sign in again."""
    for act in SIGNED_OUT:
        copy.execute(act, {"now": stored_instant(datetime.now(UTC))})


def newest(database: sqlite3.Connection) -> str:
    """Return the last instant that a copy knows, or "" if it is empty."""
    made = [database.execute(f"SELECT max(created_at) FROM {rule.table}").fetchone()[0] for rule in RULES]  # noqa: S608
    return max(filter(None, made), default="")


def stored_instant(moment: datetime) -> str:
    """Return an instant as the ORM stores it."""
    return moment.isoformat(" ")
