"""What the organisers' pages of the desk show, loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.desk.listing import PAGE
from server.desk.service import standing_wishes
from server.files import showing as files
from server.files.showing import ShownFiles
from server.memory import remembered
from server.models import Consent, Delegate, Event, Need, Part, Registration, Slot, Travel, Wish
from server.needs import showing as needs
from server.registrations import showing as registrations
from server.travel import service as travel


@dataclass(frozen=True)
class PartyDetails:
    """What belongs to a party. wishes: by the party, each with whom it is about. consents: those that stand.

    files: of the party and of its needs.
    """

    delegates: Sequence[Delegate]
    needs: Sequence[Need]
    wishes: Sequence[Wish]
    consents: Sequence[Consent]
    files: ShownFiles
    travel: Travel


@dataclass(frozen=True)
class WishesPage:
    """One page of the list of wishes, each with both parties. total: on all pages."""

    wishes: Sequence[Wish]
    total: int


async def days_of(event: Event) -> tuple[date, date] | None:
    """Return the venue's days of the first and of the last slot, None without slots. No query if remembered."""

    async def read() -> tuple[date, date] | None:
        first = await Slot.filter(event_id=event.id).order_by("start_at").first()
        last = await Slot.filter(event_id=event.id).order_by("-start_at").first()
        return (first.day, last.day) if first and last else None

    return await remembered(event.id, "days", [Part.GRID], read)


async def details_of(party: Registration) -> PartyDetails:
    """Return everything about a party. Six queries."""
    delegates = await registrations.delegates_of(party)
    people = [party.person_id] if party.person_id else [each.person_id for each in delegates]
    consents = Consent.filter(event_id=party.event_id, person_id__in=people, withdrawn_at=None)
    wishes = Wish.filter(by_id=party.id).select_related("about__person", "about__organisation")
    return PartyDetails(
        delegates=delegates,
        needs=await needs.needs_of(party),
        wishes=await wishes.order_by("kind", "id"),
        consents=await consents.select_related("person"),
        files=await files.all_of([party.id]),
        travel=await travel.travel_of(party),
    )


async def wishes_page(event: Event, number: int) -> WishesPage:
    """Return a page of the wishes of participants about participants. number: from 1. Two queries."""
    standing = standing_wishes(event)
    relations = [f"{side}__{name}" for side in ("by", "about") for name in ("person", "organisation")]
    rows = standing.order_by("id").offset((number - 1) * PAGE).limit(PAGE)
    return WishesPage(await rows.select_related(*relations), await standing.count())
