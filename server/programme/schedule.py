"""The programme as documents that other programs read: schedule JSON and XML, and schema.org.

Meetings are private: the documents have the time in which they take place, as one entry. Sources: the schedule formats
of C3VOC (https://c3voc.de/wiki/schedule), which conference apps read, and https://schema.org/Event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from i18n import Translator, pgettext_, tag_of
from server.events.showing import ProgrammeEntry, PublicFacts
from server.models import Event
from server.pages import zone_of

GENERATOR = "Duijie"
SCHEMA = "https://c3voc.de/schedule/schema.json"
SLOT = "00:05"  # unit of the times
MEETINGS = pgettext_("programme", "One-to-one meetings")


@dataclass(frozen=True)
class Programme:
    """What the documents tell. url: of the event's public page, absolute."""

    event: Event
    facts: PublicFacts
    locale: str
    url: str

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.event)

    @property
    def days(self) -> Mapping[date, Sequence[ProgrammeEntry]]:
        return self.facts.programme

    def text(self, many: Mapping[str, str]) -> str:
        """Return a text of the event in the reader's language, or in another one."""
        return Translator(self.locale).text(many)[0]

    def title(self, entry: ProgrammeEntry) -> str:
        return Translator(self.locale).translate(MEETINGS) if entry.name is None else self.text(entry.name)

    def guid(self, entry: ProgrammeEntry) -> UUID:
        """Return an id that stays when the entry is renamed; an item keeps it when it is moved, too."""
        key = f"item:{entry.item_id}" if entry.item_id else f"meetings:{entry.start_at.isoformat()}"
        return uuid5(NAMESPACE_URL, f"duijie:event:{self.event.id}:{key}")

    def local(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).isoformat()

    def clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%H:%M}"


def as_json(programme: Programme) -> dict[str, Any]:
    """Return the programme as a schedule document. Without days, dates are empty."""
    days, name = list(programme.days), programme.text(programme.event.name)
    room = _room(programme)
    return {
        "$schema": SCHEMA,
        "generator": {"name": GENERATOR},
        "schedule": {
            "url": f"{programme.url}/schedule.json",
            "version": _version(programme),
            "base_url": programme.url,
            "conference": {
                "acronym": programme.event.slug,
                "title": name,
                "start": days[0].isoformat() if days else "",
                "end": days[-1].isoformat() if days else "",
                "daysCount": len(days),
                "timeslot_duration": SLOT,
                "time_zone_name": programme.event.time_zone,
                "url": programme.url,
                "rooms": [{"name": room}] if days else [],
                "tracks": [],
                "days": [_json_day(programme, index, day, room) for index, day in enumerate(days, 1)],
            },
        },
    }


def _json_day(programme: Programme, index: int, day: date, room: str) -> dict[str, Any]:
    entries = programme.days[day]
    return {
        "index": index,
        "date": day.isoformat(),
        "day_start": programme.local(entries[0].start_at),
        "day_end": programme.local(max(entry.end_at for entry in entries)),
        "rooms": {room: [_json_entry(programme, entry, room) for entry in entries]},
    }


def _json_entry(programme: Programme, entry: ProgrammeEntry, room: str) -> dict[str, Any]:
    guid = programme.guid(entry)
    return {
        "guid": str(guid),
        "id": guid.int % 2**31,
        "date": programme.local(entry.start_at),
        "start": programme.clock(entry.start_at),
        "duration": _duration(entry.end_at - entry.start_at),
        "room": room,
        "slug": f"{programme.event.slug}-{guid.hex[:8]}",
        "url": f"{programme.url}#programme",
        "title": programme.title(entry),
        "subtitle": "",
        "language": tag_of(programme.locale),
        "track": None,
        "type": "other" if entry.item_id else "meeting",
        "abstract": "",
        "description": "",
        "recording_license": "",
        "do_not_record": True,
        "persons": [],
        "links": [],
        "attachments": [],
    }


def as_xml(programme: Programme) -> bytes:
    """Return the programme as schedule XML in UTF-8."""
    document = as_json(programme)["schedule"]
    conference = document["conference"]
    root = ElementTree.Element("schedule")
    _add(root, "generator", attributes={"name": GENERATOR})
    _add(root, "version", document["version"])
    head = _add(root, "conference")
    for name in ("acronym", "title", "start", "end", "timeslot_duration", "time_zone_name"):
        _add(head, name, conference[name])
    _add(head, "days", str(conference["daysCount"]))
    _add(head, "base_url", document["base_url"])
    for day in conference["days"]:
        told = {"index": str(day["index"]), "date": day["date"], "start": day["day_start"], "end": day["day_end"]}
        part = _add(root, "day", attributes=told)
        for name, entries in day["rooms"].items():
            room = _add(part, "room", attributes={"name": name})
            for entry in entries:
                _xml_entry(room, entry)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _xml_entry(room: ElementTree.Element, entry: Mapping[str, Any]) -> None:
    event = _add(room, "event", attributes={"guid": entry["guid"], "id": str(entry["id"])})
    texts = ("date", "start", "duration", "room", "slug", "url", "title", "subtitle", "type", "language")
    for name in (*texts, "abstract", "description"):
        _add(event, name, entry[name])
    _add(_add(event, "recording"), "optout", "true")
    for name in ("persons", "links", "attachments"):
        _add(event, name)


def _add(
    parent: ElementTree.Element, tag: str, text: str = "", attributes: Mapping[str, str] | None = None
) -> ElementTree.Element:
    found = ElementTree.SubElement(parent, tag, dict(attributes or {}))
    found.text = text or None
    return found


def as_schema_org(programme: Programme) -> dict[str, Any]:
    """Return what search engines read of an event. Without slots it has no dates."""
    event = programme.event
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "BusinessEvent",
        "name": programme.text(event.name),
        "url": programme.url,
        "inLanguage": [tag_of(locale) for locale in event.locales],
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
    }
    if event.place:
        found["location"] = {"@type": "Place", "name": programme.text(event.place)}
    if programme.facts.days:
        first, last = programme.facts.days
        found |= {"startDate": first.isoformat(), "endDate": last.isoformat()}
    entries = [entry for of_day in programme.days.values() for entry in of_day]
    found["subEvent"] = [
        {
            "@type": "Event",
            "name": programme.title(entry),
            "startDate": programme.local(entry.start_at),
            "endDate": programme.local(entry.end_at),
        }
        for entry in entries
    ]
    return found


def _room(programme: Programme) -> str:
    return programme.text(programme.event.place) or programme.text(programme.event.name)


def _version(programme: Programme) -> str:
    """Return a version that changes with the entries."""
    entries = [entry for of_day in programme.days.values() for entry in of_day]
    told = "|".join(f"{programme.title(each)}{each.start_at.isoformat()}{each.end_at.isoformat()}" for each in entries)
    return uuid5(NAMESPACE_URL, told).hex[:12]


def _duration(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
