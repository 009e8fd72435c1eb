"""Whose texts may go to a language model on another host, which compares them."""

from typing import Any

from server.models import Consent, Delegate, Registration
from server.registrations.consents import EMBEDDING, embedding_at


async def withheld_from(event_id: int, host: str) -> frozenset[int]:
    """Return the parties of whom nobody agrees that texts go to the host. Three queries."""
    version = embedding_at(host).version
    rows = Consent.filter(event_id=event_id, purpose=EMBEDDING, version=version, withdrawn_at=None)
    people: set[Any] = set(await rows.values_list("person_id", flat=True))
    parties = await Registration.filter(event_id=event_id).values_list("id", "person_id")
    delegates = await Delegate.filter(registration__event_id=event_id).values_list("registration_id", "person_id")
    agreed = {id for id, person_id in [*parties, *delegates] if person_id in people}
    return frozenset(id for id, _person_id in parties if id not in agreed)
