"""What comes of restoring."""

from dataclasses import dataclass
from pathlib import Path

from server import migrating


class RestoreError(Exception):
    """Nothing was restored; unless the text says otherwise the database is as it was."""


@dataclass(frozen=True)
class Restored:
    """kept: where the database before lies: a file, the name of a schema, or None where there was none.

    ended: rows that stay ended. is_sure: the database before could be read and has grown from what the backup holds,
    so that what was revoked since is known.
    """

    kept: Path | str | None
    ended: int
    is_sure: bool


def refuse_newer(archive: Path, applied: set[str]) -> None:
    """applied: the migrations that the archive has seen. Raises RestoreError."""
    if unknown := sorted(applied - migrating.known()):
        raise RestoreError(f"{archive} was made by a newer version of this program, which knows {', '.join(unknown)}.")
