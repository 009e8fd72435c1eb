"""Restore a backup: checked, migrated, with everything ended that has ended since, completely or not at all."""

from pathlib import Path

from server.restoring import postgres, sqlite
from server.restoring.result import Restored, RestoreError
from server.settings import Settings

__all__ = ["RestoreError", "Restored", "restore"]


async def restore(settings: Settings, archive: Path) -> Restored:
    """Replace the database by the backup. Raises RestoreError, also while a server runs.

    The former database is kept. What has ended since the backup by its rows stays ended: see `tombstones`.
    """
    if settings.is_sqlite:
        return await sqlite.restore(settings, archive)
    return await postgres.restore(settings, archive)
