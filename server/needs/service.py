"""Posting needs. Each public function is one transaction."""

from collections.abc import Mapping
from typing import Any

from i18n import _
from server.db import atomic, lock
from server.errors import Refused
from server.models import Need, NeedState, Registration
from server.models.registrations import MAX_NEEDS


class TooManyNeeds(Refused):
    """An enterprise posts a handful of needs, not a catalogue."""

    def __init__(self) -> None:
        super().__init__(_("An enterprise posts at most %(number)s needs. Withdraw one first.", number=MAX_NEEDS))


@atomic
async def post(registration: Registration, values: Mapping[str, Any]) -> Need:
    """A new need of the enterprise. values: columns of Need. Raises TooManyNeeds."""
    await lock(Registration, registration.id)
    standing = Need.filter(registration_id=registration.id).exclude(state=NeedState.WITHDRAWN)
    if await standing.count() >= MAX_NEEDS:
        raise TooManyNeeds
    return await Need.create(registration_id=registration.id, **values)


@atomic
async def change(need: Need, values: Mapping[str, Any]) -> None:
    """values: columns of Need."""
    await need.update_from_dict(dict(values)).save()


@atomic
async def withdraw(need: Need) -> None:
    """Out of sight and out of the next plan; meetings that are published for it stand until then."""
    await Need.filter(id=need.id).update(state=NeedState.WITHDRAWN)
