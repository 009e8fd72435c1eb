"""What decides whether the meetings of plans are possible, as a digest of rows.

Most changes of an event touch no meeting of a plan: somebody registers, or wishes for somebody else. To read these
rows and to compare their digest takes a tenth of the time of finding impossible meetings again.
"""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from typing import Any

from server.db import rows_of
from server.memory import Counts
from server.models import CorrectionKind, Part

# Parties with a table of their own keep others away from it, whether they have meetings or not. Names count because of
# rules about who may not meet.
PARTIES = """SELECT id, side, languages, levels, available, max_meetings, parallel, table_id,
        registered_at IS NULL, withdrawn_at IS NULL, affiliation, proposed,
        (SELECT full_name || ';' || latin_name || ';' || zh_name FROM person WHERE person.id = person_id),
        (SELECT name || ';' || latin_name FROM organisation WHERE organisation.id = organisation_id)
    FROM registration
    WHERE event_id = ?1 AND (
        table_id IS NOT NULL
        OR id IN (SELECT expert_id FROM meeting WHERE plan_id IN ({plans}))
        OR id IN (SELECT enterprise_id FROM meeting WHERE plan_id IN ({plans}))
    )
    ORDER BY id"""
NEEDS = """SELECT id, registration_id, state, deadline, confidentiality, is_released, delegates
    FROM need
    WHERE registration_id IN (SELECT enterprise_id FROM meeting WHERE plan_id IN ({plans}))
    ORDER BY id"""
DELEGATES = """SELECT id, registration_id, presence
    FROM delegate
    WHERE presence IS NOT NULL
        AND registration_id IN (SELECT enterprise_id FROM meeting WHERE plan_id IN ({plans}))
    ORDER BY id"""
WISHES = """SELECT wish.id, by_id, about_id, kind
    FROM meeting JOIN wish ON by_id = expert_id AND about_id = enterprise_id
    WHERE plan_id IN ({plans})
    UNION
    SELECT wish.id, by_id, about_id, kind
    FROM meeting JOIN wish ON by_id = enterprise_id AND about_id = expert_id
    WHERE plan_id IN ({plans})
    ORDER BY 1"""
UNFIT = "SELECT expert_id, enterprise_id FROM correction WHERE event_id = ?1 AND stands AND kind = ?2 ORDER BY id"
INTERPRETERS = """SELECT id, languages, available, max_meetings, max_consecutive, removed_at IS NULL
    FROM interpreter WHERE event_id = ?1 ORDER BY id"""


async def touched(event_id: int, plan_ids: Collection[int], counts: Counts) -> str:
    """Return a digest of everything on which it depends whether the meetings of these plans are possible.

    counts: of the event. Six queries.
    """
    plans = ", ".join(map(str, plan_ids)) or "0"
    read = [
        await rows_of(PARTIES.format(plans=plans), event_id),
        await rows_of(NEEDS.format(plans=plans)),
        await rows_of(DELEGATES.format(plans=plans)),
        await rows_of(WISHES.format(plans=plans)),
        await rows_of(UNFIT, event_id, CorrectionKind.UNFIT.value),
        await rows_of(INTERPRETERS, event_id),
    ]
    return await asyncio.to_thread(_digest, (counts[Part.GRID], counts[Part.PUBLISHED]), read)


def _digest(counted: tuple[int, ...], read: Sequence[Sequence[Any]]) -> str:
    found = hashlib.sha256(repr(counted).encode())
    for rows in read:
        found.update(repr([tuple(row) for row in rows]).encode("utf-8", "surrogatepass"))
    return found.hexdigest()
