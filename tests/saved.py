"""A database and its stored files as they once were, to be restored as often as wanted.

To fill a database through the models takes a second or more, to restore it a few hundredths.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from server import db, memory
from server.settings import Settings
from tests.databases import FILLED, TABLES

# Rows of a table as one text, which PostgreSQL reads back as they were, to the last digit.
ROWS = "SELECT array_agg(each)::text AS rows FROM {table} each"
NUMBERS = """SELECT string_agg(format('SELECT setval(%L, %s, %L)', format('%I', sequencename),
    COALESCE(last_value, start_value), last_value IS NOT NULL), ';') AS script FROM pg_sequences
WHERE schemaname = 'public'"""


@dataclass(frozen=True)
class Saved:
    """rows: a database in memory (SQLite), or a script that empties the tables and fills them (PostgreSQL). files: what
    was stored, by path in FILES_DIR.
    """

    rows: sqlite3.Connection | str
    files: dict[Path, bytes]

    @classmethod
    async def of(cls, settings: Settings) -> "Saved":
        """Save the open database of these settings, in which nothing may be running."""
        folder = settings.files_dir
        files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        return cls(_copied(settings) if settings.is_sqlite else await _script(), files)

    async def restore(self, settings: Settings) -> None:
        """Put this in place of all that the open database of the settings has, which may be another than was saved."""
        if isinstance(self.rows, sqlite3.Connection):
            with closing(sqlite3.connect(db.sqlite_path(settings))) as live:
                self.rows.backup(live)
        else:
            async with in_transaction(db.CONNECTION) as connection:
                await connection.execute_script(self.rows)
        # What was read at the same counts of changes may be of other rows.
        memory._memories.clear()
        self._restore_files(settings.files_dir)

    def _restore_files(self, folder: Path) -> None:
        for path in folder.rglob("*"):
            if path.is_file() and path.relative_to(folder) not in self.files:
                path.unlink()
        for path, content in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)


def _copied(settings: Settings) -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(sqlite3.connect(db.sqlite_path(settings))) as live:
        live.backup(kept)
    return kept


async def _script() -> str:
    """Return SQL that gives all tables the rows that they have now, and new rows the numbers that come next."""
    connection = get_connection(db.CONNECTION)
    tables = [row[0] for row in await db.rows_of(TABLES)]
    # Neither triggers nor references.
    script = ["SET LOCAL session_replication_role = replica"]
    for table in tables:
        if table in FILLED:
            continue
        script.append(f"DELETE FROM {table}")
        [[rows]] = await db.rows_of(ROWS.format(table=table))
        if rows is not None:
            quoted = rows.replace("'", "''")
            script.append(f"INSERT INTO {table} SELECT * FROM unnest('{quoted}'::{table}[])")
    [numbers] = await connection.execute_query_dict(NUMBERS)
    return ";".join((*script, numbers["script"]))
