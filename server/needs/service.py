"""Posting needs. Each public function is one transaction."""

from collections.abc import Mapping
from typing import Any

from i18n import _
from server.db import atomic, lock
from server.errors import Refused
from server.models import Need, NeedState, Registration
from server.models.registrations import MAX_NEEDS
from server.profiles import MAX_TOPICS


class TooManyNeeds(Refused):
    """An enterprise posts a handful of needs, not a catalogue."""

    def __init__(self) -> None:
        super().__init__(_("An enterprise posts at most %(number)s needs. Withdraw one first.", number=MAX_NEEDS))


@atomic
async def post(registration: Registration, values: Mapping[str, Any]) -> Need:
    """A new need of the enterprise. values: columns of Need. Raises TooManyNeeds.

    The same title and text again are the same need, so that a form sent twice leaves one.
    """
    await lock(Registration, registration.id)
    standing = Need.filter(registration_id=registration.id).exclude(state=NeedState.WITHDRAWN)
    same = await standing.filter(title=values["title"], text=values["text"]).first()
    if same is not None:
        return await _changed(same, values)
    if await standing.count() >= MAX_NEEDS:
        raise TooManyNeeds
    return await Need.create(registration_id=registration.id, **values)


@atomic
async def change(need: Need, values: Mapping[str, Any]) -> Need:
    """values: columns of Need. Words that stay the same stay in the language in which they were written."""
    return await _changed(need, values)


async def _changed(need: Need, values: Mapping[str, Any]) -> Need:
    values = dict(values)
    if (need.title, need.text) == (values.get("title", need.title), values.get("text", need.text)):
        values["text_locale"] = need.text_locale
    await need.update_from_dict(values).save()
    return need


@atomic
async def add_topic(need: Need, topic: str) -> None:
    """One more of the need's topics, where there is room."""
    await lock(Registration, need.registration_id)
    await need.refresh_from_db(fields=["topics"])
    if topic not in need.topics and len(need.topics) < MAX_TOPICS:
        await need.update_from_dict({"topics": [*need.topics, topic]}).save()


@atomic
async def withdraw(need: Need) -> None:
    """Out of sight and out of the next plan; meetings that are published for it stand until then."""
    await Need.filter(id=need.id).update(state=NeedState.WITHDRAWN)
