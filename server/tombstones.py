"""What was revoked, withdrawn or sent stays so when an older copy of the database is put back.

Before a copy takes its place, the database says what has ended: sessions, feeds, links, consents, people who left.
That is appended to a file beside it, one JSON object a line, and all lines of the file are laid over the copy. They
hold ids, hashes and instants, no names. SQLite alone.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROW = ("id", "created_at")  # an id alone may be given again after a restore


@dataclass(frozen=True)
class Rule:
    """How rows of a table end. key: finds the row again.

    sets: columns that stay filled once they are. clears: columns that stay empty, or false, once they are. least: a
    column of which the smallest value stays. follows: columns that are as they were last. missing: what a row of the
    copy is given that the database before no longer had, as SQL; DELETE removes it.
    """

    table: str
    key: tuple[str, ...] = ROW
    sets: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    least: str = ""
    follows: tuple[str, ...] = ()
    missing: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(filter(None, (*self.sets, *self.clears, self.least, *self.follows)))


DELETE = "delete"
RULES = (
    Rule("session", ("token_hash",), least="expires_at", missing="expires_at = :now"),
    Rule("sign_in_link", ("token_hash",), sets=("used_at", "ended_as"), missing="expires_at = :now, used_at = :now"),
    Rule("address_change", ("confirm_hash",), sets=("stopped_at",), missing="stopped_at = :now"),
    Rule("feed_token", ("token_hash",), sets=("revoked_at",), missing="revoked_at = coalesce(revoked_at, :now)"),
    Rule("held_form", ("token_hash",), missing=DELETE),
    Rule("unclaimed", follows=("nonce",)),
    Rule("registration", sets=("withdrawn_at",), clears=("agreed_at",)),
    Rule("consent", sets=("withdrawn_at",)),
    Rule("interpreter", sets=("removed_at",)),
    Rule("delegate", missing=DELETE),
    Rule("organiser", missing=DELETE),
    Rule("person", clears=("may_create_events",)),
    Rule("mail", ("key",), sets=("sent_at", "dropped_at")),
)
SENT = "UPDATE job SET state = 'done' WHERE state <> 'done' AND mail_id IN (SELECT id FROM mail WHERE sent_at NOT NULL)"
SIGNED_OUT = (
    "UPDATE session SET expires_at = :now WHERE expires_at > :now",
    "UPDATE sign_in_link SET expires_at = :now, used_at = coalesce(used_at, :now) WHERE used_at IS NULL",
)


def path_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.tombstones")


def said_by(before: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """What the database says has ended. Raises sqlite3.Error where it cannot be read."""
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


def _says(rule: Rule, column: str, value: Any) -> bool:
    return not value if column in rule.clears else bool(value)


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in database.execute(f"PRAGMA table_info({table})")}


def remember(path: Path, lines: list[dict[str, Any]]) -> None:
    """Append to the file, whose owner alone may read it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())


def remembered(path: Path) -> list[dict[str, Any]]:
    """All lines; one that a crash cut short is left out."""
    lines = []
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    return lines


def lay_over(copy: sqlite3.Connection, lines: list[dict[str, Any]]) -> int:
    """Apply the lines to the copy, whose schema is the newest; how many rows changed."""
    rules, before = {rule.table: rule for rule in RULES}, copy.total_changes
    columns = {rule.table: _columns(copy, rule.table) for rule in RULES}
    for line in lines:
        rule = rules.get(line.get("table", ""))
        if rule is not None:
            ended = {name: value for name, value in line["ended"].items() if name in columns[rule.table]}
            _end(copy, rule, line["key"], ended)
    copy.execute(SENT)
    return copy.total_changes - before


def _end(copy: sqlite3.Connection, rule: Rule, key: Mapping[str, Any], ended: Mapping[str, Any]) -> None:
    where = " AND ".join(f"{name} = :key_{name}" for name in key)
    keys = {f"key_{name}": value for name, value in key.items()}
    for name, value in ended.items():
        if name in rule.sets:
            change, still = f"{name} = :value", f"coalesce({name}, '') = ''"
        elif name in rule.clears:
            change, still = f"{name} = :value", f"coalesce({name}, 0) <> 0"
        else:
            change, still = f"{name} = :value", f"{name} {'>' if name == rule.least else '<>'} :value"
        copy.execute(f"UPDATE {rule.table} SET {change} WHERE {where} AND {still}", {**keys, "value": value})  # noqa: S608


def end_missing(copy: sqlite3.Connection, before: sqlite3.Connection, unknown: list[list[str]]) -> int:
    """End what the database before no longer had. unknown: spans of time of whose rows it knows nothing, since it was
    itself put back from an older copy; how many rows changed.
    """
    changes, now = copy.total_changes, {"now": instant(datetime.now(UTC))}
    for rule in RULES:
        if not rule.missing or not _columns(before, rule.table):
            continue
        over = ", ".join((*rule.key, "created_at"))
        there = {row[:-1] for row in before.execute(f"SELECT {over} FROM {rule.table}")}  # noqa: S608
        for *key, made in copy.execute(f"SELECT {over} FROM {rule.table}").fetchall():  # noqa: S608
            if tuple(key) in there or any(since < made <= until for since, until in unknown):
                continue
            act = f"DELETE FROM {rule.table}" if rule.missing == DELETE else f"UPDATE {rule.table} SET {rule.missing}"  # noqa: S608
            where = " AND ".join(f"{name} = :key_{name}" for name in rule.key)
            copy.execute(f"{act} WHERE {where}", {**now, **{f"key_{n}": v for n, v in zip(rule.key, key, strict=True)}})
    return copy.total_changes - changes


def sign_everybody_out(copy: sqlite3.Connection) -> None:
    """Where nobody knows what was revoked: end all sessions and links, which are easily had again."""
    for act in SIGNED_OUT:
        copy.execute(act, {"now": instant(datetime.now(UTC))})


def newest(database: sqlite3.Connection) -> str:
    """The instant up to which a copy knows what happened; "" where it is empty."""
    made = [database.execute(f"SELECT max(created_at) FROM {rule.table}").fetchone()[0] for rule in RULES]  # noqa: S608
    return max(filter(None, made), default="")


def instant(moment: datetime) -> str:
    """As the ORM writes it."""
    return moment.isoformat(" ")
