"""Cache of function results, limited by the total size of the inputs so that long texts cannot fill the memory."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def cache_by_size(most: int, size: Callable[..., int]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator like `functools.lru_cache` whose entries have sizes that sum to at most `most`.

    size: returns the size of a call from its arguments. Arguments are positional and hashable. A call larger
    than `most` is not cached.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        held: OrderedDict[Hashable, tuple[R, int]] = OrderedDict()
        lock = Lock()
        total = 0

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            nonlocal total
            with lock:
                if args in held:
                    held.move_to_end(args)
                    return held[args][0]
            found, weight = function(*args, **kwargs), size(*args, **kwargs)
            with lock:
                if args not in held and weight <= most:
                    held[args] = found, weight
                    total += weight
                    while total > most:
                        total -= held.popitem(last=False)[1][1]
            return found

        return call

    return decorate
