"""The hash chain of an event's activity log: whoever changes, removes or inserts an entry breaks all hashes after it.

Entries get their seals a moment after they are stored, not in the transaction of the act: acts of a fair's thousand
people would otherwise wait for one another at the last hash.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from server.db import atomic, lock, rows_of
from server.models import AuditEntry, AuditSeal, Event

START = "0" * 64  # stands for the hash before the first entry
BATCH = 500
COLUMNS = ("id", "created_at", "event_id", "person_id", "role", "party_id", "act", "about", "about_id")
UNSEALED = """SELECT DISTINCT event_id FROM audit_entry AS entry
    WHERE NOT EXISTS (SELECT 1 FROM audit_seal WHERE entry_id = entry.id)"""


def hash_of(before: str, entry: Mapping[str, Any]) -> str:
    """Return the hash of an entry as 64 hex digits. before: the hash before it. entry: COLUMNS, and perhaps more."""
    values = [str(entry[name].isoformat()) if name == "created_at" else entry[name] for name in COLUMNS]
    return hashlib.sha256((before + json.dumps(values, ensure_ascii=True, separators=(",", ":"))).encode()).hexdigest()


async def seal_all() -> int:
    """Seal the entries of all events that have none yet; return how many. Safe to run several times at once."""
    return sum([await seal(row[0]) for row in await rows_of(UNSEALED)])


async def seal(event_id: int) -> int:
    """Seal the entries of an event, in batches; return how many."""
    total = 0
    while number := await _seal_some(event_id):
        total += number
    return total


@atomic
async def _seal_some(event_id: int) -> int:
    if await lock(Event, event_id) is None:
        return 0
    entries: Sequence[Mapping[str, Any]] = (
        await AuditEntry.filter(event_id=event_id, seal=None).order_by("id").limit(BATCH).values(*COLUMNS)
    )
    last = await AuditSeal.filter(event_id=event_id).order_by("-position").first()
    position, before = (last.position, last.hash) if last else (0, START)
    seals = []
    for entry in entries:
        position, before = position + 1, hash_of(before, entry)
        seals.append(AuditSeal(event_id=event_id, entry_id=entry["id"], position=position, hash=before))
    await AuditSeal.bulk_create(seals)
    return len(seals)


async def first_fault(event_id: int) -> int | None:
    """Return the first position at which the chain of an event does not hold, or None if all of it does.

    A removed entry leaves a gap in the positions, a changed one another hash. One query for each BATCH of entries.
    """
    position, before = 0, START
    while True:
        found = AuditSeal.filter(event_id=event_id, position__gt=position).order_by("position").limit(BATCH)
        rows = await found.values("position", "hash", **{name: f"entry__{name}" for name in COLUMNS})
        for row in rows:
            if row["position"] != position + 1 or row["hash"] != hash_of(before, row):
                return position + 1
            position, before = row["position"], row["hash"]
        if len(rows) < BATCH:
            return None
