"""The clock that an agenda's reader lives by, for the second line under the venue's time."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.models import Person


def own_zone(person: Person, at: datetime) -> ZoneInfo | None:
    """The zone that the person set; else the country's, if all of it keeps one time at that instant; else None."""
    for zone in filter(None, (person.time_zone, zone_of_country(person.country, at))):
        try:
            return ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return None


def zone_of_country(country: str, at: datetime) -> str | None:
    """A zone of an ISO 3166 country where all of its zones show the same time at that instant; None where they differ.

    So Egypt and Germany have one, Russia and China have none.
    """
    zones = _zones_by_country().get(country.upper(), ())
    offsets = {at.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones}
    return zones[0] if len(offsets) == 1 else None


@cache
def _zones_by_country() -> Mapping[str, tuple[str, ...]]:
    """zone.tab of the time zone database: country, coordinates, zone."""
    found: dict[str, list[str]] = defaultdict(list)
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _coordinates, zone, *_comments = line.split("\t")
            found[country].append(zone)
    return {country: tuple(zones) for country, zones in found.items()}
