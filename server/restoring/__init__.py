"""Put a backup back: checked, migrated, with all that has ended since, and whole or not at all."""

from pathlib import Path

from server.restoring import postgres, sqlite
from server.restoring.result import Restored, RestoreError
from server.settings import Settings

__all__ = ["RestoreError", "Restored", "restore"]


async def restore(settings: Settings, archive: Path) -> Restored:
    """Put the backup in the place of the database. Raises RestoreError, also while a server runs.

    The database before is kept. What it says has ended since the backup stays so: see `tombstones`.
    """
    if settings.is_sqlite:
        return await sqlite.restore(settings, archive)
    return await postgres.restore(settings, archive)
