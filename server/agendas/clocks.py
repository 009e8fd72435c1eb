"""The reader's home time zone, shown below the time at the venue."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.models import Person


def own_zone(person: Person, at: datetime) -> ZoneInfo | None:
    """Return the person's time zone: as set, else of their country if it has only one time then, else None."""
    for zone in filter(None, (person.time_zone, zone_of_country(person.country, at))):
        try:
            return ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return None


def zone_of_country(country: str, at: datetime) -> str | None:
    """Return a time zone of an ISO 3166 country if all its zones have the same time at that instant, else None.

    Egypt and Germany have one, Russia and China do not.
    """
    zones = _zones_of(country.upper())
    return zones[0].key if len({at.astimezone(zone).utcoffset() for zone in zones}) == 1 else None


@cache
def _zones_of(country: str) -> tuple[ZoneInfo, ...]:
    """Return the zones of a country, held: `ZoneInfo` itself holds eight, and reads the files of others each time."""
    return tuple(ZoneInfo(zone) for zone in _zones_by_country().get(country, ()))


@cache
def _zones_by_country() -> Mapping[str, tuple[str, ...]]:
    """Return zones by country from zone.tab of the time zone database (country, coordinates, zone)."""
    found: dict[str, list[str]] = defaultdict(list)
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _coordinates, zone, *_comments = line.split("\t")
            found[country].append(zone)
    return {country: tuple(zones) for country, zones in found.items()}
