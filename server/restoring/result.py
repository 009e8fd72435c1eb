"""The result of a restore."""

from dataclasses import dataclass
from pathlib import Path

from server import migrating


class RestoreError(Exception):
    """Nothing was restored; unless the text says otherwise the database is unchanged."""


@dataclass(frozen=True)
class Restored:
    """kept: where the former database is: a file, a schema name, or None if there was none.

    ended: number of rows that stay ended. is_sure: the former database was readable and grew from the backup's
    database, so that everything revoked since is known.
    """

    kept: Path | str | None
    ended: int
    is_sure: bool


def refuse_newer(archive: Path, applied: set[str]) -> None:
    """Raise RestoreError if the archive has migrations that this version lacks. applied: the archive's migrations."""
    if unknown := sorted(applied - migrating.known()):
        raise RestoreError(f"{archive} was made by a newer version of this program, which knows {', '.join(unknown)}.")
