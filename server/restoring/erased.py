"""Accounts that were deleted since a backup are deleted from it again before it is put into use."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from tortoise.context import TortoiseContext

from server import db
from server.privacy import erasing
from server.restoring.tombstones import Tombstone
from server.settings import Settings

Erased = tuple[int, datetime]


def lines_of(erased: Iterable[Erased]) -> list[Tombstone]:
    """Return deleted accounts as tombstones: id of the row and when it was created."""
    return [{"erased": [id, made_at.isoformat()]} for id, made_at in erased]


def erased_in(lines: Iterable[Tombstone]) -> Iterator[Erased]:
    """Yield the deleted accounts among the tombstones."""
    for line in lines:
        if "erased" in line:
            id, made_at = line["erased"]
            yield id, datetime.fromisoformat(made_at)


def read(rows: Iterable[Any]) -> list[Erased]:
    """Return rows of the table of deletions, whose instants SQLite has as texts."""
    found = [(int(id), datetime.fromisoformat(at) if isinstance(at, str) else at) for id, at in rows]
    return [(id, at if at.tzinfo else at.replace(tzinfo=UTC)) for id, at in found]


async def erase_again(settings: Settings, erased: Iterable[Erased]) -> int:
    """Delete these accounts from a database that nobody uses yet; return how many it had."""
    async with TortoiseContext() as context:
        await context.init(config=db.config(settings))
        return await erasing.erase_again(erased)
