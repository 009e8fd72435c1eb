"""Tombstones: what was revoked, withdrawn or sent stays so when an older copy of the database is restored.

Before the copy replaces the database, the database's rows tell what has ended: sessions, feeds, links, consents, people
who left. These tombstones are stored as JSON lines, in a file beside a SQLite database or in a schema of a PostgreSQL
one. For rows that the former database still has, its own state counts; for all others the tombstones of earlier
restores count. Tombstones have ids, hashes and instants, no names.
"""

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.models.people import NOWHERE

ROW = ("id", "created_at")  # an id may be reused after a restore, so the instant of creation is part of the key


@dataclass(frozen=True)
class EndRule:
    """How rows of a table end. key: columns that identify a row.

    sets: columns that stay filled once filled. clears: columns that stay empty or false. least: the smallest value
    stays. follows: the last value stays. missing: SQL for rows of the copy that the former database no longer had;
    DELETE deletes them. spared: condition of rows that are excepted from missing.
    """

    table: str
    key: tuple[str, ...] = ROW
    sets: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    least: str = ""
    follows: tuple[str, ...] = ()
    missing: str = ""
    spared: str = "1 = 0"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(filter(None, (*self.sets, *self.clears, self.least, *self.follows)))


def empty(*columns: str) -> str:
    """Return SQL assignments that empty these columns."""
    return ", ".join(f"{column} = ''" for column in columns)


DELETE = "delete"
# Erased people are not deleted from the copy, because its plans refer to them; their data are overwritten.
ERASED = f"email = 'erased-' || id || '{NOWHERE}', {empty('full_name', 'latin_name', 'zh_name', 'country')}"
TEXTS = empty("affiliation", "position", "degree", "headline", "offer", "results", "patents", "note")
WITHDRAWN = f"withdrawn_at = coalesce(withdrawn_at, :now), agreed_at = NULL, proposed = NULL, {TEXTS}"
RULES = (
    EndRule("session", ("token_hash",), least="expires_at", missing="expires_at = :now"),
    EndRule("sign_in_link", ("token_hash",), sets=("used_at", "ended_as"), missing="expires_at = :now, used_at = :now"),
    EndRule("address_change", ("stop_hash",), sets=("stopped_at",), missing="stopped_at = :now"),
    EndRule("feed_token", ("token_hash",), sets=("revoked_at",), missing="revoked_at = coalesce(revoked_at, :now)"),
    EndRule("held_form", ("token_hash",), missing=DELETE),
    EndRule("unclaimed", follows=("nonce",)),
    EndRule("registration", sets=("withdrawn_at",), clears=("agreed_at",), missing=WITHDRAWN),
    EndRule("consent", sets=("withdrawn_at",), missing="withdrawn_at = coalesce(withdrawn_at, :now)"),
    EndRule("interpreter", sets=("removed_at",), missing="removed_at = coalesce(removed_at, :now), proposed = NULL"),
    EndRule("delegate", missing=DELETE),
    EndRule("stored_file", ("key",), missing=DELETE),
    EndRule("contact", follows=("readers",), missing=DELETE),
    EndRule("contact_share", missing=DELETE),
    EndRule("organiser", follows=("is_owner", "rights"), missing=DELETE),
    EndRule("event_translator", missing=DELETE),
    EndRule("event_reviewer", missing=DELETE),
    EndRule("event_crew", missing=DELETE),
    # Of people who were erased, too.
    EndRule("translation", missing=DELETE),
    # Placeholder people that were claimed since are spared: the copy does not know the claim, so they can be claimed
    # again.
    EndRule(
        "person", clears=("may_create_events", "is_administrator"), missing=ERASED, spared=f"email LIKE '%{NOWHERE}'"
    ),
    EndRule("mail", ("key",), sets=("sent_at", "dropped_at"), missing="dropped_at = coalesce(dropped_at, :now)"),
)
SENT = (
    "UPDATE job SET state = 'done' WHERE state <> 'done' AND mail_id IN (SELECT id FROM mail WHERE sent_at IS NOT NULL)"
)
SIGNED_OUT = (
    "UPDATE session SET expires_at = :now WHERE expires_at > :now",
    "UPDATE sign_in_link SET expires_at = :now, used_at = coalesce(used_at, :now) WHERE used_at IS NULL",
)
Tombstone = dict[str, Any]
Keys = Mapping[str, Collection[tuple[Any, ...]]]


def path_beside(database: Path) -> Path:
    """Return the file of tombstones beside a SQLite database."""
    return database.with_name(f"{database.name}.tombstones")


def remember(path: Path, lines: list[Tombstone]) -> None:
    """Append to the file, which only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())


def remembered(path: Path) -> list[Tombstone]:
    """Return all tombstones; a line cut off by a crash is left out."""
    lines = []
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    return lines


def of_others(lines: list[Tombstone], known: Keys) -> list[Tombstone]:
    """Return the tombstones of rows that the former database no longer has. known: keys of its rows by table.

    For its own rows the former database is better informed, for example that a person has come back since.
    """
    return [
        line for line in lines if "table" in line and tuple(line["key"].values()) not in known.get(line["table"], ())
    ]


def unknown_in(lines: list[Tombstone]) -> list[list[str]]:
    """Return the periods of whose rows the former database knows nothing, because it was itself restored."""
    return [line["unknown"] for line in lines if "unknown" in line]
