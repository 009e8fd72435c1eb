"""Delete bytes of files whose rows are gone."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from server.files import storing
from server.models import StoredFile


@asynccontextmanager
async def bytes_follow_rows(folder: Path, *parties: int, new: Collection[str] = ()) -> AsyncIterator[None]:
    """Delete the bytes of each file of the parties whose row is deleted meanwhile.

    new: keys of bytes just stored; they are deleted if they get no row. The act inside commits its own transaction. If
    the caller is cancelled, its transaction goes on, and nobody knows yet which rows stay: `sweep` deletes the rest.
    """
    before = {*await _keys_of(parties), *new}
    try:
        yield
    except asyncio.CancelledError:
        before = set()
        raise
    finally:
        if before:
            gone = before - await _keys_of(parties)
            await asyncio.to_thread(storing.delete, folder, gone)


async def _keys_of(parties: Collection[int]) -> set[str]:
    return {file.key for file in await StoredFile.filter(registration_id__in=list(parties)).only("key")}


async def sweep(folder: Path) -> int:
    """Delete bytes that no row has, and return how many there were."""
    known = frozenset([file.key for file in await StoredFile.all().only("key")])
    return await asyncio.to_thread(storing.sweep, folder, known)
