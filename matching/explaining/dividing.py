"""QuickXplain: find a minimal subset that satisfies a monotone test."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def quickxplain(items: Sequence[Item], suffice: Callable[[list[Item]], bool]) -> list[Item]:
    """Return a minimal subset of the items for which `suffice` is true; earlier items are preferred.

    suffice: monotone, that is, true of every superset of a set for which it is true; true of all items. Source:
    Junker, QuickXplain (AAAI 2004).
    """

    def needed(base: list[Item], some: list[Item], *, changed: bool) -> list[Item]:
        if changed and suffice(base):
            return []
        if len(some) <= 1:
            return some
        half = len(some) // 2
        second = needed(base + some[:half], some[half:], changed=True)
        return needed(base + second, some[:half], changed=bool(second)) + second

    return needed([], list(items), changed=True)
