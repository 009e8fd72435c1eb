"""Results kept by how much text they were made of, so that long texts cannot fill the memory as many short ones do."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def kept(most: int, size: Callable[..., int]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As `functools.lru_cache`, for as many results as their sizes add up to. size: of a call, from its arguments.

    The arguments are positional and hashable. What alone is greater than `most` is not kept.
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
