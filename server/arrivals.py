"""Whether people who were entered by others have come to an event themselves.

An account from another event must not be visible in the answers of an event's pages: only what a person has done since
they were entered here counts.
"""

from collections.abc import Collection
from typing import Any

from server.models import (
    Consent,
    Delegate,
    EventCrew,
    EventReviewer,
    EventTranslator,
    Interpreter,
    Organiser,
    Person,
    Registration,
)


def has_come(person: Person, row: Any) -> bool:
    """Return whether the person has signed in since the row was created, or created it themselves.

    row: of Registration, Delegate, Interpreter, Organiser, EventTranslator or EventReviewer.
    """
    return person.signed_in_at is not None and (row.proposed is None or person.signed_in_at >= row.created_at)


async def rows_of_people(event_id: int, ids: Collection[int]) -> list[Any]:
    """Return all rows of these people at the event, each with its `person`. Seven queries."""
    found = (
        Registration.filter(event_id=event_id, person_id__in=ids),
        Delegate.filter(registration__event_id=event_id, person_id__in=ids),
        Interpreter.every.filter(event_id=event_id, person_id__in=ids),
        Organiser.filter(event_id=event_id, person_id__in=ids),
        EventTranslator.filter(event_id=event_id, person_id__in=ids),
        EventReviewer.filter(event_id=event_id, person_id__in=ids),
        EventCrew.filter(event_id=event_id, person_id__in=ids),
    )
    return [row for rows in found for row in await rows.select_related("person")]


async def people_with_roles(event_id: int, ids: Collection[int]) -> tuple[dict[int, Person], set[int]]:
    """Return people with a role at the event by id, and ids of those who have come or given consent. Eight queries."""
    agreed = await Consent.filter(event_id=event_id, person_id__in=ids, withdrawn_at=None).values("person_id")
    rows = await rows_of_people(event_id, ids)
    come = {row["person_id"] for row in agreed} | {row.person_id for row in rows if has_come(row.person, row)}
    return {row.person_id: row.person for row in rows}, come
