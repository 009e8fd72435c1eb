"""What has been read of events, kept in memory until it changes.

Every statement that changes an event raises a counter in its transaction (`EventChange`), so that one small query tells
whether what a process remembers is still right, whichever process has changed it. What is remembered
is shared by all readers: never change it.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from tortoise.connection import get_connection

from server.db import CONNECTION, SEEN, in_atomic, rows_of
from server.models import Part

MAX_ROWS = 100_000  # rows that one process remembers at most; about 200 MB
# The first reading of so many rows of a whole event is not looked at by the garbage collector any more: a collection of
# all objects of a large event would hold every request for half a second. Not later readings, and none for one reader,
# because what is garbage at that moment stays as well.
LARGE = 1_000
Counts = Mapping[Part, int]
WHOLE = tuple(Part)  # the whole event
T = TypeVar("T")


@dataclass
class _Remembered:
    """Something read at these counts, or for another basis. weight: in rows."""

    at: Hashable
    reading: "asyncio.Future[Any]"
    weight: int = 0


@dataclass
class _Memory:
    """What a process remembers of one database, least recently used first."""

    readings: dict[Hashable, _Remembered] = field(default_factory=dict)

    def find(self, key: Hashable, at: Hashable) -> "asyncio.Future[Any] | None":
        known = self.readings.pop(key, None)
        if known is None or known.at != at or known.reading.get_loop() is not asyncio.get_running_loop():
            return None
        self.readings[key] = known
        return known.reading

    def keep(self, key: Hashable, at: Hashable, reading: "asyncio.Future[Any]") -> None:
        self.readings[key] = _Remembered(at, reading)

    def weigh(self, key: Hashable, reading: "asyncio.Future[Any]", weight: int) -> None:
        """Note how many rows something has, and forget what was not used for longest if that is too much."""
        known = self.readings.get(key)
        if known is not None and known.reading is reading:
            known.weight = weight
        total = sum(each.weight for each in self.readings.values())
        for oldest in list(self.readings)[:-1]:
            if total <= MAX_ROWS:
                break
            total -= self.readings.pop(oldest).weight

    def forget(self, key: Hashable, reading: "asyncio.Future[Any]") -> None:
        known = self.readings.get(key)
        if known is not None and known.reading is reading:
            del self.readings[key]


# Of each event loop: whoever has waited for a reading goes on when it is their turn, see `_in_turn`.
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
# By connection, so that two applications in one process share nothing.
_memories: WeakKeyDictionary[Any, _Memory] = WeakKeyDictionary()


COUNTS = "SELECT part, SUM(number) FROM event_change WHERE event_id = ?1 GROUP BY part"
COUNTS_AT = """SELECT event.id, part, SUM(number)
    FROM event LEFT JOIN event_change ON event_change.event_id = event.id
    WHERE event.slug = ?1 GROUP BY event.id, part"""


async def counts_of(event_id: int) -> Counts:
    """Return how often each part of an event has changed. One query, none if this request has seen them."""
    seen = SEEN.get()
    if seen and event_id in seen and not in_atomic():
        counts: Counts = seen[event_id]
        return counts
    return summed(await rows_of(COUNTS, event_id))


def summed(rows: Iterable[Any]) -> Counts:
    """Return counts from rows of parts and numbers."""
    numbers = {row[0]: int(row[1]) for row in rows if row[0] is not None}
    return {part: numbers.get(part, 0) for part in Part}


async def seen_by_request(slug: str) -> tuple[int, Counts] | None:
    """Return the id of the event with this slug and its counts, or None. One query.

    For requests that only read: the rest of this task, and what it starts, takes the event as of now and asks for no
    counts again, until a transaction has begun.
    """
    rows = await rows_of(COUNTS_AT, slug)
    if not rows:
        return None
    event_id, counts = rows[0][0], summed((row[1], row[2]) for row in rows)
    see(event_id, counts)
    return event_id, counts


def see(event_id: int, counts: Counts) -> None:
    """Take an event as of these counts for the rest of this task; see `seen_by_request`."""
    SEEN.set({event_id: counts})


async def remembered(
    event_id: int,
    name: Hashable,
    parts: Collection[Part],
    read: Callable[[], Awaitable[T]],
    *,
    counts: Counts | None = None,
    weigh: Callable[[T], int] = lambda _found: 1,
) -> T:
    """Return what `read` returns, read again only if these parts of the event have changed. One query if not, none if
    this request has seen the counts.

    name: of what is read; a tuple with everything else that it depends on, if it is not of the whole event. counts: if
    the caller knows them, then no query. weigh: how many rows it has. Readers who ask at once wait for one reading. In
    a transaction it is always read: its own changes may still be undone.
    """
    if in_atomic():
        return await read()
    # Before reading: what is newer than its counts is only read once more.
    now = counts or await counts_of(event_id)
    return await _remembered(event_id, name, tuple(now[part] for part in parts), read, weigh)


async def remembered_for(
    event_id: int,
    name: Hashable,
    basis: Hashable,
    read: Callable[[], Awaitable[T]],
    *,
    weigh: Callable[[T], int] = lambda _found: 1,
) -> T:
    """Return what `read` returns, read again only for another `basis`, which stands for everything that it depends on.

    For what depends on a small part of what is counted, or on more than that. In a transaction it is always read, as by
    `remembered`.
    """
    if in_atomic():
        return await read()
    return await _remembered(event_id, name, basis, read, weigh)


def put(event_id: int, name: Hashable, parts: Collection[Part], found: Any, counts: Counts) -> None:
    """Remember what has just been made true by a change; as `remembered` would read it at these counts."""
    known = asyncio.get_running_loop().create_future()
    known.set_result(found)
    memory = _memories.setdefault(get_connection(CONNECTION), _Memory())
    memory.keep((event_id, name), tuple(counts[part] for part in parts), known)


async def _remembered(
    event_id: int, name: Hashable, at: Hashable, read: Callable[[], Awaitable[T]], weigh: Callable[[T], int]
) -> T:
    key = event_id, name
    memory = _memories.setdefault(get_connection(CONNECTION), _Memory())
    is_first = isinstance(name, str) and key not in memory.readings
    reading = memory.find(key, at)
    if reading is None:
        reading = asyncio.ensure_future(read())
        memory.keep(key, at, reading)
        reading.add_done_callback(lambda done: _note(memory, key, done, weigh, is_first=is_first))
    if reading.done():
        known: T = reading.result()
        return known
    # A reader who goes away does not end the reading of others.
    found: T = await asyncio.shield(reading)
    await _in_turn()
    return found


async def _in_turn() -> None:
    """Go on in a step of the loop in which nobody else does who has waited for the same.

    After a change, everybody who asks waits for one reading. If all went on at once, the loop would render all their
    pages before it does anything else.
    """
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        await asyncio.sleep(0)


def _note(
    memory: _Memory, key: Hashable, reading: "asyncio.Future[T]", weigh: Callable[[T], int], *, is_first: bool
) -> None:
    if reading.cancelled() or reading.exception() is not None:
        memory.forget(key, reading)
    else:
        weight = weigh(reading.result())
        memory.weigh(key, reading, weight)
        if is_first and weight >= LARGE:
            gc.freeze()


ADD_UP = """WITH closed AS (
        DELETE FROM event_change WHERE writer <> 0 AND writer NOT IN (SELECT pid FROM pg_stat_activity)
        RETURNING event_id, part, number
    )
    INSERT INTO event_change (event_id, part, writer, number)
    SELECT event_id, part, 0, sum(number) FROM closed GROUP BY event_id, part
    ON CONFLICT (event_id, part, writer) DO UPDATE SET number = event_change.number + excluded.number"""


async def add_up() -> None:
    """Add up the counters of closed connections, so that there are few rows to sum. On SQLite there are none."""
    connection = get_connection(CONNECTION)
    if connection.capabilities.dialect != "sqlite":
        await connection.execute_query(ADD_UP)
