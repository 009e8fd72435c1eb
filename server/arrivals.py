"""Whether people whom somebody entered at an event have come there themselves.

That somebody has an account from elsewhere is not to be seen from how an event's pages answer: what counts is what they
have done since they were entered here.
"""

from collections.abc import Collection
from typing import Any

from server.models import Consent, Delegate, Interpreter, Organiser, Person, Registration


def has_come(person: Person, row: Any) -> bool:
    """Whether the person has signed in since the row of theirs was written, or wrote it themselves.

    row: of Registration, Delegate, Interpreter or Organiser.
    """
    return person.signed_in_at is not None and (row.proposed is None or person.signed_in_at >= row.created_at)


async def rows_of(event_id: int, ids: Collection[int]) -> list[Any]:
    """What these people are at the event, each row with its `person`. Four queries."""
    found = (
        Registration.filter(event_id=event_id, person_id__in=ids),
        Delegate.filter(registration__event_id=event_id, person_id__in=ids),
        Interpreter.every.filter(event_id=event_id, person_id__in=ids),
        Organiser.filter(event_id=event_id, person_id__in=ids),
    )
    return [row for rows in found for row in await rows.select_related("person")]


async def standing(event_id: int, ids: Collection[int]) -> tuple[dict[int, Person], set[int]]:
    """Those of the people who are something at the event, by id, and who of them has come or agreed. Five queries."""
    agreed = await Consent.filter(event_id=event_id, person_id__in=ids, withdrawn_at=None).values("person_id")
    rows = await rows_of(event_id, ids)
    come = {row["person_id"] for row in agreed} | {row.person_id for row in rows if has_come(row.person, row)}
    return {row.person_id: row.person for row in rows}, come
