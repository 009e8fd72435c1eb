"""As few as suffice, found by halves."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def least(items: Sequence[Item], suffice: Callable[[list[Item]], bool]) -> list[Item]:
    """Of items that suffice together those that do and of which none can be left out; the first ones rather.

    suffice: of a list that it holds for, it holds for each longer one.
    Source: Junker, QuickXplain (AAAI 2004).
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
