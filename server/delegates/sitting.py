"""When the delegates who are named for a need are at the event together."""

from collections.abc import Iterable
from functools import reduce

from server.models import Delegate, Need
from server.presence import Interval, common, from_json


def times_of_needs(needs: Iterable[Need], delegates: Iterable[Delegate]) -> dict[int, list[Interval]]:
    """Return by need when all delegates named for it are at the event.

    Needs that name no delegate, or only delegates without own times, are left out. delegates: of the event.
    """
    own = {(each.registration_id, each.id): from_json(each.presence) for each in delegates if each.presence is not None}
    found: dict[int, list[Interval]] = {}
    for need in needs:
        named = [(need.registration_id, id) for id in need.delegates or ()]
        limits = [own[key] for key in named if key in own]
        if limits:
            found[need.id] = list(reduce(common, limits))
    return found
