"""Decisions of organisers about two registrations that may be of one firm or one expert, for both sides alike."""

from collections.abc import Sequence
from typing import Any

from server.models import Person, Registration, SameName


def pair_of(one: int, other: int) -> tuple[int, int]:
    """Return two registration ids in the order of a SameName row."""
    return min(one, other), max(one, other)


async def decision(one: Registration, other: Registration) -> SameName | None:
    """Return the organiser's decision about the two registrations, or None."""
    first, second = pair_of(one.id, other.id)
    return await SameName.get_or_none(one_id=first, other_id=second)


async def decide(one: Registration, other: Registration, by: Person, *, kept: Registration | None) -> SameName:
    """Store that the two are one, of which kept stays, or (None) that they are different. Call inside a transaction."""
    first, second = pair_of(one.id, other.id)
    return await SameName.create(
        event_id=one.event_id, one_id=first, other_id=second, kept_id=kept and kept.id, by_id=by.id
    )


def filled(kept: Registration, joined: Registration, groups: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return the columns that kept takes over from joined: those of each group in which kept has nothing."""
    empty = (group for group in groups if not any(getattr(kept, name) for name in group))
    return {name: getattr(joined, name) for group in empty for name in group if getattr(joined, name)}
