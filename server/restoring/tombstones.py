"""What was revoked, withdrawn or sent stays so when an older copy of the database is put back.

Before a copy takes its place, the database says what has ended: sessions, feeds, links, consents, people who left.
That is kept, one JSON object a line: in a file beside a SQLite database, in a schema of a PostgreSQL one. Of rows that
the database still has it is the newest word, for all others the lines of earlier restores count. They hold ids, hashes
and instants, no names.
"""

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.models.people import NOWHERE

ROW = ("id", "created_at")  # an id alone may be given again after a restore


@dataclass(frozen=True)
class Rule:
    """How rows of a table end. key: finds the row again.

    sets: columns that stay filled once they are. clears: columns that stay empty, or false, once they are. least: a
    column of which the smallest value stays. follows: columns that are as they were last. missing: what a row of the
    copy is given that the database before no longer had, as SQL; DELETE removes it. spared: those of which not.
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
    return ", ".join(f"{column} = ''" for column in columns)


DELETE = "delete"
# Who was erased is not deleted once more: plans that stand in the copy refer to them. Nothing is left of them to read.
ERASED = f"email = 'erased-' || id || '{NOWHERE}', {empty('full_name', 'latin_name', 'zh_name', 'country')}"
TEXTS = empty("affiliation", "position", "degree", "headline", "offer")
WITHDRAWN = f"withdrawn_at = coalesce(withdrawn_at, :now), agreed_at = NULL, proposed = NULL, {TEXTS}"
RULES = (
    Rule("session", ("token_hash",), least="expires_at", missing="expires_at = :now"),
    Rule("sign_in_link", ("token_hash",), sets=("used_at", "ended_as"), missing="expires_at = :now, used_at = :now"),
    Rule("address_change", ("confirm_hash",), sets=("stopped_at",), missing="stopped_at = :now"),
    Rule("feed_token", ("token_hash",), sets=("revoked_at",), missing="revoked_at = coalesce(revoked_at, :now)"),
    Rule("held_form", ("token_hash",), missing=DELETE),
    Rule("unclaimed", follows=("nonce",)),
    Rule("registration", sets=("withdrawn_at",), clears=("agreed_at",), missing=WITHDRAWN),
    Rule("consent", sets=("withdrawn_at",), missing="withdrawn_at = coalesce(withdrawn_at, :now)"),
    Rule("interpreter", sets=("removed_at",), missing="removed_at = coalesce(removed_at, :now), proposed = NULL"),
    Rule("delegate", missing=DELETE),
    Rule("organiser", missing=DELETE),
    # Who was claimed is deleted, too: the copy knows nothing of that, and they can be claimed again.
    Rule("person", clears=("may_create_events",), missing=ERASED, spared=f"email LIKE '%{NOWHERE}'"),
    Rule("mail", ("key",), sets=("sent_at", "dropped_at"), missing="dropped_at = coalesce(dropped_at, :now)"),
)
SENT = (
    "UPDATE job SET state = 'done' WHERE state <> 'done' AND mail_id IN (SELECT id FROM mail WHERE sent_at IS NOT NULL)"
)
SIGNED_OUT = (
    "UPDATE session SET expires_at = :now WHERE expires_at > :now",
    "UPDATE sign_in_link SET expires_at = :now, used_at = coalesce(used_at, :now) WHERE used_at IS NULL",
)
Line = dict[str, Any]
Keys = Mapping[str, Collection[tuple[Any, ...]]]


def path_beside(database: Path) -> Path:
    return database.with_name(f"{database.name}.tombstones")


def remember(path: Path, lines: list[Line]) -> None:
    """Append to the file, whose owner alone may read it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())


def remembered(path: Path) -> list[Line]:
    """All lines; one that a crash cut short is left out."""
    lines = []
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    return lines


def of_others(lines: list[Line], known: Keys) -> list[Line]:
    """The lines about rows that the database before no longer has: of its own rows it knows better, such as that
    somebody has come back since. known: keys of its rows by table.
    """
    return [
        line for line in lines if "table" in line and tuple(line["key"].values()) not in known.get(line["table"], ())
    ]


def unknown_in(lines: list[Line]) -> list[list[str]]:
    """The spans of time of whose rows the database before knows nothing, since it was put back itself."""
    return [line["unknown"] for line in lines if "unknown" in line]
