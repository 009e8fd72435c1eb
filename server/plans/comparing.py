"""Plans side by side: which meetings differ, who gains and who loses."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from server.models import Meeting, Plan

Pair = tuple[int, int]  # keys of expert and enterprise


class Seat(NamedTuple):
    """Where a plan puts a meeting, by keys."""

    slot_id: int
    table_id: int
    interpreter_id: int | None


class Changed(StrEnum):
    """What becomes of a pair's meeting, compared with another plan."""

    SAME = "same"
    GAINED = "gained"
    LOST = "lost"
    MOVED = "moved"  # another time
    RESEATED = "reseated"  # another table or interpreter at the same time


@dataclass(frozen=True)
class Version:
    """The meetings of a plan. values: of the pairs that meet."""

    plan: Plan
    seats: Mapping[Pair, Seat]
    values: Mapping[Pair, float]


@dataclass(frozen=True)
class Difference:
    """A pair that does not meet in the same way in all versions. seats: in each of them, None for no meeting."""

    pair: Pair
    seats: Sequence[Seat | None]


@dataclass(frozen=True)
class Sway:
    """What a participant gains, or loses if less than 0: value of meetings, and their number before and after."""

    party_id: int
    value: float
    before: int
    after: int


async def versions_of(plans: Sequence[Plan]) -> list[Version]:
    """Return plans with their meetings, in the order given. One query."""
    columns = ("plan_id", "expert_id", "enterprise_id", "slot_id", "table_id", "interpreter_id", "value")
    rows = await Meeting.filter(plan_id__in=[plan.id for plan in plans]).order_by("id").values_list(*columns)
    seats: dict[int, dict[Pair, Seat]] = {plan.id: {} for plan in plans}
    values: dict[int, dict[Pair, float]] = {plan.id: {} for plan in plans}
    for plan_id, expert, enterprise, slot, table, interpreter, value in rows:
        seats[plan_id][expert, enterprise] = Seat(slot, table, interpreter)
        values[plan_id][expert, enterprise] = value
    return [Version(plan, seats[plan.id], values[plan.id]) for plan in plans]


def changed(before: Seat | None, after: Seat | None) -> Changed:
    """Return what becomes of a meeting."""
    if before == after:
        return Changed.SAME
    if before is None:
        return Changed.GAINED
    if after is None:
        return Changed.LOST
    return Changed.MOVED if before.slot_id != after.slot_id else Changed.RESEATED


def differences(versions: Sequence[Version]) -> list[Difference]:
    """Return the pairs that do not meet in the same way in all versions, by expert and enterprise."""
    pairs = sorted(set().union(*(version.seats for version in versions)))
    found = (Difference(pair, [version.seats.get(pair) for version in versions]) for pair in pairs)
    return [each for each in found if len(set(each.seats)) > 1]


def counted(found: Sequence[Difference], place: int) -> Mapping[Changed, int]:
    """Return how many meetings of the version at this place differ from the first version, by what becomes of them."""
    return Counter(changed(each.seats[0], each.seats[place]) for each in found)


def affected(found: Sequence[Difference], place: int) -> set[int]:
    """Return the participants with a meeting that differs between the first version and the one at this place."""
    return {party for each in found if each.seats[0] != each.seats[place] for party in each.pair}


def sways(before: Version, after: Version) -> list[Sway]:
    """Return whose value or number of meetings changes, the greatest gain first, the greatest loss last."""
    value: dict[int, float] = defaultdict(float)
    was, becomes = Counter[int](), Counter[int]()
    for version, sign, number in ((before, -1, was), (after, 1, becomes)):
        for pair, worth in version.values.items():
            for party in pair:
                value[party] += sign * worth
                number[party] += 1
    found = [Sway(party, round(amount, 6), was[party], becomes[party]) for party, amount in value.items()]
    moving = [each for each in found if each.value or each.before != each.after]
    return sorted(moving, key=lambda each: (-each.value, each.party_id))


def grouped(found: Sequence[Difference], keys: Callable[[Difference], set[int]]) -> Mapping[int, list[Difference]]:
    """Return the differences under each key that they have, such as the slots in which they are."""
    groups: dict[int, list[Difference]] = defaultdict(list)
    for each in found:
        for key in keys(each):
            groups[key].append(each)
    return groups
