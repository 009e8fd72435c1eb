"""Delegates, departures and where a draft goes on, as pages show them, loaded."""

from server.errors import NotFound
from server.models import Delegate, Departure, Person, Registration, Side, Travel
from server.registrations.steps import STEPS, next_step


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


async def resumes_at(party: Registration, slug: str) -> str | None:
    """Return the page on which a draft goes on, or None if the registration is complete. slug: of the event.

    The journey may be left empty, but nobody skips it unseen: it suggests the slots of the step after it.
    """
    due = next_step(party)
    if due == "presence" and party.side == Side.EXPERT and not await Travel.exists(registration_id=party.id):
        due = "travel"
    steps = STEPS[Side(party.side)]
    return next((each.path(slug, Side(party.side)) for each in steps if each.name == due), None)
