"""Delegates and departures as pages show them, loaded."""

from server.errors import NotFound
from server.models import Delegate, Departure, Person, Registration


async def delegates_of(party: Registration) -> list[Delegate]:
    """Return the delegates of an enterprise in the order of their coming, each with the person."""
    return await Delegate.filter(registration_id=party.id).select_related("person").order_by("id")


async def first_delegate_of(party: Registration) -> Delegate | None:
    """Return the enterprise's first delegate, or None."""
    return await Delegate.filter(registration_id=party.id).order_by("id").select_related("person").first()


async def delegate_at(party: Registration, id: int) -> Delegate:
    """Return one of the enterprise's delegates. Raises NotFound."""
    found = await Delegate.filter(id=id, registration_id=party.id).select_related("person").first()
    if found is None:
        raise NotFound
    return found


async def delegate_row(party: Registration, person: Person) -> Delegate:
    """Return what makes the person a delegate of the enterprise."""
    return await Delegate.get(registration_id=party.id, person_id=person.id)


async def last_taking_out(party: Registration) -> Departure | None:
    """Return the latest departure of the whole party that an organiser caused."""
    return await Departure.filter(registration_id=party.id, is_whole=True, by_organiser=True).order_by("-id").first()
