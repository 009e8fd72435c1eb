"""iCalendar files of published agendas. Equal agendas give equal bytes; changing one meeting changes one VEVENT.

RFC 5545 for the components, RFC 5546 section 3.2.1 for METHOD:PUBLISH, RFC 7986 for properties of the calendar.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Alarm, Event, vCalAddress, vText
from icalendar import Calendar as VCalendar

from i18n.text import clean_text
from server.agendas import vtimezone

PRODID = "-//Duijie//Duijie//EN"
COLOUR = "teal"
REFRESH = timedelta(hours=1)
KEPT = 256  # calendars cached as bytes, because most requests find the calendar unchanged
# All characters with the Unicode property Bidi_Control; clean_text keeps some of them for pages.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_QUOTED = re.compile('"([^"]*)"')


@dataclass(frozen=True)
class Entry:
    """A calendar entry in its reader's language. uid: of the VEVENT. Instants are aware; changed_at is LAST-MODIFIED.

    is_tentative: the meeting has become impossible as planned, and the organiser has not changed it yet.
    has_drafts: some texts are machine translations that nobody has checked.
    """

    uid: str
    sequence: int
    changed_at: datetime
    start_at: datetime
    end_at: datetime
    summary: str
    location: str
    description: str
    url: str
    is_cancelled: bool = False
    is_tentative: bool = False
    has_drafts: bool = False


@dataclass(frozen=True)
class CalendarOrganiser:
    """The organiser named in the calendar. address: e-mail."""

    name: str
    address: str


@dataclass(frozen=True)
class CalendarFile:
    """A reader's meetings at an event. tag: BCP 47 tag of the language of all texts. zone: of the venue.

    source: URL of the feed, if it is one. name: "" for a single meeting, because Outlook would open a named calendar as
    a separate calendar. alarm_min: minutes before each meeting, None for no alarm.
    """

    tag: str
    zone: str
    organiser: CalendarOrganiser
    entries: tuple[Entry, ...] = field(default=())
    name: str = ""
    source: str = ""
    alarm_min: int | None = None


@lru_cache(maxsize=KEPT)
def file_bytes(calendar: CalendarFile) -> bytes:
    """Return the calendar as text/calendar in UTF-8, with lines of at most 75 octets ending in CRLF."""
    whole = VCalendar()
    whole.add("version", "2.0")
    whole.add("prodid", PRODID)
    whole.add("method", "PUBLISH")
    if calendar.name:
        words = {"LANGUAGE": calendar.tag}
        whole.add("name", one_line(calendar.name), parameters=words)
        # The library writes unknown properties unescaped; readers expect text with escaped commas.
        whole["x-wr-calname"] = vText(one_line(calendar.name))
        whole.add("color", COLOUR)
        whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        whole.add("x-published-ttl", "PT1H")
    if calendar.source:
        whole.add("source", calendar.source, parameters={"VALUE": "URI"})
    rules = _rules(calendar)
    if rules:
        whole.add_component(vtimezone.component(calendar.zone, rules))
    zone: tzinfo = ZoneInfo(calendar.zone) if rules else UTC
    for entry in calendar.entries:
        whole.add_component(_event(entry, calendar, zone))
    # In the order of adding: the library would sort by name, but readers need VERSION first.
    return bytes(whole.to_ical(sorted=False))


def _rules(calendar: CalendarFile) -> tuple[vtimezone.Observance, ...] | None:
    """Return the yearly rules of the time zone; None if entries are in UTC."""
    instants = [instant for entry in calendar.entries for instant in (entry.start_at, entry.end_at)]
    if not instants or not vtimezone.holds(calendar.zone, instants):
        return None
    return vtimezone.observances(calendar.zone)


def _event(entry: Entry, calendar: CalendarFile, zone: tzinfo) -> Event:
    made, words = Event(), {"LANGUAGE": calendar.tag}
    made.add("uid", entry.uid)
    # DTSTAMP equals LAST-MODIFIED in published calendars (RFC 5545 section 3.8.7.2); the present time would change each
    # ETag.
    made.add("dtstamp", entry.changed_at)
    made.add("last-modified", entry.changed_at)
    made.add("sequence", entry.sequence)
    made.add("dtstart", entry.start_at.astimezone(zone))
    made.add("dtend", entry.end_at.astimezone(zone))
    texts = {
        "summary": one_line(entry.summary),
        "location": one_line(entry.location),
        "description": clean(entry.description),
    }
    for name, text in texts.items():
        if text:
            made.add(name, text, parameters=words)
    if entry.has_drafts:
        made.add("x-machine-translation", "UNCHECKED")
    made.add("url", entry.url)
    status = "TENTATIVE" if entry.is_tentative else "CONFIRMED"
    made.add("status", "CANCELLED" if entry.is_cancelled else status)
    made.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    made.add("organizer", _organizer(calendar))
    if calendar.alarm_min is not None and not entry.is_cancelled:
        made.add_component(_alarm(entry, calendar, calendar.alarm_min))
    return made


def _organizer(calendar: CalendarFile) -> vCalAddress:
    address = vCalAddress(f"mailto:{calendar.organiser.address}")
    # Parameters have no line ends, and common programs show the escapes of RFC 6868 for quotes literally.
    name = _QUOTED.sub("“\\1”", one_line(calendar.organiser.name)).replace('"', "”")
    if name:
        address.params["CN"] = name
        address.params["LANGUAGE"] = calendar.tag
    return address


def _alarm(entry: Entry, calendar: CalendarFile, minutes: int) -> Alarm:
    alarm = Alarm()
    # RFC 9074: the UID lets programs recognise an alarm that the person dismissed.
    name, at, host = entry.uid.partition("@")
    alarm.add("uid", f"{name}-alarm-{minutes}{at}{host}")
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(minutes=-minutes))
    alarm.add("description", one_line(entry.summary), parameters={"LANGUAGE": calendar.tag})
    return alarm


def clean(text: str) -> str:
    """Return the text without control characters, bidi controls and spaces at line ends."""
    visible = clean_text(_SURROGATES.sub("", _BIDI.sub("", text)))
    return "\n".join(line.rstrip() for line in visible.split("\n"))


def one_line(text: str) -> str:
    """Return the clean text on one line."""
    return " ".join(clean(text).split())
