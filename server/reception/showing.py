"""Read models of the ledger. Reads only, with fixed numbers of queries."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from i18n import formats
from server.db import rows_of
from server.delegations.showing import leader_of
from server.models import Delegation, DelegationMember, Escort, Event, Reception, Registration, Side, Travel
from server.names import shown_name
from server.pages import zone_of
from server.visible import for_organisers

PAGE = 30
# Agendas are polled, and most experts have neither: the ORM takes twenty times as long to say so.
HAS_STAY = """SELECT EXISTS (SELECT 1 FROM reception WHERE registration_id = ?1)
    OR EXISTS (SELECT 1 FROM delegation_member WHERE registration_id = ?1)"""


class By(StrEnum):
    """What the guests of one sheet have in common."""

    DAY = "day"
    CAR = "car"
    HOTEL = "hotel"
    ESCORT = "escort"


@dataclass(frozen=True)
class Guest:
    """An expert with journey and reception; rows that do not exist are empty and not stored.

    escort: None if none is chosen. delegation: {locale: text}, empty for an expert who is in none.
    """

    party: Registration
    name: str
    travel: Travel
    reception: Reception
    escort: Escort | None
    delegation: dict[str, str]


@dataclass(frozen=True)
class GuestsPage:
    """A page of the ledger. number: from 1. total: of guests. hotels, plates, drivers: entered so far, to choose."""

    guests: Sequence[Guest]
    number: int
    total: int
    hotels: Sequence[str]
    plates: Sequence[str]
    drivers: Sequence[str]

    @property
    def is_last(self) -> bool:
        return self.number * PAGE >= self.total


@dataclass(frozen=True)
class SheetLine:
    """A line of a sheet. at, is_arrival: only in sheets by day: when the guest arrives (or departs)."""

    guest: Guest
    at: datetime | None = None
    is_arrival: bool = False


@dataclass(frozen=True)
class Sheet:
    """The guests of one day, car, hotel or escort. title: "" for those of whom it is not entered yet.

    about: driver of the car or phone number of the escort, else "".
    """

    title: str
    about: str
    lines: Sequence[SheetLine]


@dataclass(frozen=True)
class Stay:
    """What a guest is told. delegation: None for an expert who is in none. leader: name, "" if none is known."""

    reception: Reception
    escort: Escort | None
    delegation: Delegation | None
    leader: str


async def guests_of(event: Event, locale: str) -> Sequence[Guest]:
    """Return all experts who take part, by arrival, then name. Four queries."""
    there = Registration.present(event.id, side=Side.EXPERT)
    parties = await there.order_by("id").select_related("person")
    of_event = {"registration__event_id": event.id}
    journeys = {row.registration_id: row for row in await Travel.filter(**of_event)}
    receptions = {row.registration_id: row for row in await Reception.filter(**of_event).select_related("escort")}
    members = await DelegationMember.filter(**of_event).select_related("delegation")
    delegations = {row.registration_id: row.delegation.name for row in members}
    found = [
        _guest(
            for_organisers(party),
            journeys.get(party.id),
            receptions.get(party.id),
            delegations.get(party.id, {}),
            locale,
        )
        for party in parties
    ]
    return sorted(found, key=lambda each: (each.travel.arrives_at is None, each.travel.arrives_at, each.name))


def _guest(
    party: Registration, travel: Travel | None, row: Reception | None, delegation: dict[str, str], locale: str
) -> Guest:
    travel, kept = travel or Travel(registration_id=party.id), row or Reception(registration_id=party.id)
    return Guest(party, shown_name(party, locale), travel, kept, row.escort if row else None, delegation)


async def guests_page(event: Event, number: int, locale: str) -> GuestsPage:
    """Return a page of the ledger. Four queries."""
    found = await guests_of(event, locale)
    number = min(number, max(1, -(-len(found) // PAGE)))
    kept = [each.reception for each in found]
    return GuestsPage(
        found[(number - 1) * PAGE : number * PAGE],
        number,
        len(found),
        *(sorted({getattr(row, name) for row in kept} - {""}) for name in ("hotel", "plate", "driver")),
    )


async def guest_of(party: Registration, locale: str) -> Guest:
    """Return one guest; `person` is loaded. Two queries."""
    travel = await Travel.get_or_none(registration_id=party.id)
    row = await Reception.filter(registration_id=party.id).select_related("escort").first()
    return _guest(party, travel, row, {}, locale)


async def own_stay(party: Registration | None, locale: str) -> Stay | None:
    """Return what an expert is told about the stay, or None if nothing is entered (one query then, else three)."""
    if party is None or party.side != Side.EXPERT:
        return None
    [[is_known]] = await rows_of(HAS_STAY, party.id)
    if not is_known:
        return None
    own: Any = await Registration.get(id=party.id).select_related("reception__escort", "membership__delegation")
    row, member = own.reception, own.membership
    is_entered = row and any((row.hotel, row.room, row.plate, row.driver, row.meals, row.escort_id))
    if member is None and not is_entered:
        return None
    delegation = member.delegation if member else None
    leader = await leader_of(delegation, locale) if delegation else ""
    return Stay(row or Reception(registration_id=party.id), row.escort if row else None, delegation, leader)


async def escorts_of(event: Event) -> Sequence[Escort]:
    """Return the escorts of the event by name. One query."""
    return await Escort.filter(event_id=event.id).order_by("name", "id")


# Sheets -----------------------------------------------------------------------------------------------------------


def sheets(guests: Sequence[Guest], by: By, event: Event, locale: str) -> Sequence[Sheet]:
    """Return the guests in sheets by day, car, hotel or escort; guests of whom it is not entered come last."""
    if by is By.DAY:
        return list(_by_day(guests, zone_of(event), locale))
    keys: dict[By, Callable[[Guest], tuple[str, str]]] = {
        By.CAR: lambda each: (each.reception.plate, each.reception.driver),
        By.HOTEL: lambda each: (each.reception.hotel, ""),
        By.ESCORT: lambda each: (each.escort.name, each.escort.phone) if each.escort else ("", ""),
    }
    found: dict[str, list[Guest]] = defaultdict(list)
    about: dict[str, str] = {}
    for guest in guests:
        title, more = keys[by](guest)
        found[title].append(guest)
        about[title] = about.get(title) or more
    titles = sorted(found, key=lambda title: (not title, title))
    return [Sheet(title, about[title], [SheetLine(guest) for guest in found[title]]) for title in titles]


def _by_day(guests: Sequence[Guest], zone: ZoneInfo, locale: str) -> Iterator[Sheet]:
    days: dict[date, list[SheetLine]] = defaultdict(list)
    unknown = []
    for guest in guests:
        legs = ((guest.travel.arrives_at, True), (guest.travel.departs_at, False))
        for at, is_arrival in legs:
            if at is not None:
                days[at.astimezone(zone).date()].append(SheetLine(guest, at, is_arrival))
        if guest.travel.arrives_at is None:
            unknown.append(SheetLine(guest, None, True))
    for day in sorted(days):
        lines = sorted(days[day], key=lambda line: (line.at, line.guest.name))
        yield Sheet(formats.full_date(day, locale), "", lines)
    if unknown:
        yield Sheet("", "", unknown)
