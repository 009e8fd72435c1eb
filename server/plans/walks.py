"""The time that people need from one hall to another."""

from collections import defaultdict
from itertools import combinations, pairwise

from matching import problem as engine
from server.models import Slot
from server.rows import EventRows

NO_WALK = 0


def walks(rows: EventRows) -> tuple[engine.Walk, ...]:
    """Return the walking time between any two halls with tables; none if the event has set no time.

    Meetings that have begun stay where they are: if people had less time between two of them, so little is enough.
    """
    minutes = min(rows.event.walk_min, _shortest_change(rows))
    halls = sorted({table.hall_id for table in rows.tables})
    if minutes <= NO_WALK:
        return ()
    return tuple(engine.Walk((f"h{one}", f"h{other}"), minutes) for one, other in combinations(halls, 2))


def _shortest_change(rows: EventRows) -> float:
    """Return the fewest minutes that somebody had between begun meetings in two halls."""
    slots: dict[int, Slot] = {slot.id: slot for slot in rows.slots}
    hall = {table.id: table.hall_id for table in rows.tables}
    held: dict[tuple[str, int], list[tuple[Slot, int]]] = defaultdict(list)
    for meeting in rows.frozen:
        places = slots[meeting.slot_id], hall[meeting.table_id]
        held["party", meeting.expert_id].append(places)
        held["party", meeting.enterprise_id].append(places)
        if meeting.interpreter_id:
            held["interpreter", meeting.interpreter_id].append(places)
    gaps = [
        (later[0].start_at - earlier[0].end_at).total_seconds() / 60
        for places in held.values()
        for earlier, later in pairwise(sorted(places, key=lambda each: each[0].start_at))
        if earlier[1] != later[1]
    ]
    return min(gaps, default=float("inf"))
