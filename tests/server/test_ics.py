"""The calendar as other software reads it: vobject, dateutil and icalendar."""

import io
import re
import zoneinfo
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from dateutil.tz import tzical  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from server.agendas import ics, vtimezone
from server.agendas.ics import CalendarFile, CalendarOrganiser, Entry, file_bytes

CHANGED = datetime(2026, 5, 12, 6, 30, tzinfo=UTC)
NINE = datetime(2026, 5, 21, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai
ODD_ZONES = ("Africa/Cairo", "America/Nuuk", "America/Santiago", "Asia/Gaza", "Asia/Jerusalem")
SEASONAL_ZONES = ("America/New_York", "Australia/Lord_Howe", "Europe/Berlin", "Europe/Dublin", "Pacific/Auckland")
STEADY_ZONES = ("Asia/Kathmandu", "Asia/Shanghai", "Asia/Tashkent", "Europe/Moscow")


def entry(number: int = 1, **values: Any) -> Entry:
    start_at = NINE + timedelta(minutes=30 * number)
    given = {
        "uid": f"meeting-{number:032x}@duijie.example",
        "sequence": 0,
        "changed_at": CHANGED,
        "start_at": start_at,
        "end_at": start_at + timedelta(minutes=25),
        "summary": "Чжэнхай Нефтехим: 丙烷脱氢催化剂",
        "location": "Table 7, Hall B",
        "description": "Expert: Анна Петрова · Anna Petrova\nMeeting language: English; no interpreter",
        "url": "https://duijie.example/e/beilun/agenda#meeting-1",
    }
    return Entry(**{**given, **values})


def calendar(*entries: Entry, **values: Any) -> CalendarFile:
    given = {
        "tag": "ru",
        "zone": "Asia/Shanghai",
        "organiser": CalendarOrganiser("Встречи в Бэйлуне", "desk@duijie.example"),
        "entries": entries,
        "name": "Встречи в Бэйлуне",
    }
    return CalendarFile(**{**given, **values})


def events_read_by_vobject(body: bytes) -> list[dict[str, Any]]:
    return [
        {
            "uid": event.uid.value,
            "start": event.dtstart.value.astimezone(UTC),
            "end": event.dtend.value.astimezone(UTC),
            "status": event.status.value,
            "summary": event.summary.value,
        }
        for event in vobject.readOne(body.decode()).vevent_list
    ]


def properties(component: icalendar.Component) -> list[str]:
    return sorted(component.keys())


def unfolded(body: bytes) -> list[str]:
    return body.decode().replace("\r\n ", "").split("\r\n")


# The calendar as a whole ------------------------------------------------------------------------------------------


def test_the_calendar_says_who_it_is_from_and_how_often_to_ask() -> None:
    lines = unfolded(file_bytes(calendar(entry(), source="https://duijie.example/cal/secret.ics")))
    assert lines[:11] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Duijie//Duijie//EN",
        "METHOD:PUBLISH",
        "NAME;LANGUAGE=ru:Встречи в Бэйлуне",
        "X-WR-CALNAME:Встречи в Бэйлуне",
        "COLOR:teal",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "SOURCE;VALUE=URI:https://duijie.example/cal/secret.ics",
        "BEGIN:VTIMEZONE",
    ]


def test_the_calendar_itself_has_no_uid() -> None:
    read = icalendar.Calendar.from_ical(file_bytes(calendar(entry(1), entry(2), entry(3))))
    assert "UID" not in read
    assert len({event["UID"] for event in read.events}) == 3


def test_a_single_meeting_opens_no_calendar_of_its_own() -> None:
    read = icalendar.Calendar.from_ical(file_bytes(calendar(entry(), name="")))
    assert properties(read) == ["METHOD", "PRODID", "VERSION"]


def test_an_empty_calendar_is_valid() -> None:
    body = file_bytes(calendar())
    assert unfolded(body)[-3:] == ["X-PUBLISHED-TTL:PT1H", "END:VCALENDAR", ""]


# One meeting ------------------------------------------------------------------------------------------------------


def test_a_meeting_in_full() -> None:
    lines = unfolded(file_bytes(calendar(entry(1, sequence=2))))
    assert lines[lines.index("BEGIN:VEVENT") :] == [
        "BEGIN:VEVENT",
        "UID:meeting-00000000000000000000000000000001@duijie.example",
        "DTSTAMP:20260512T063000Z",
        "LAST-MODIFIED:20260512T063000Z",
        "SEQUENCE:2",
        "DTSTART;TZID=Asia/Shanghai:20260521T093000",
        "DTEND;TZID=Asia/Shanghai:20260521T095500",
        "SUMMARY;LANGUAGE=ru:Чжэнхай Нефтехим: 丙烷脱氢催化剂",
        "LOCATION;LANGUAGE=ru:Table 7\\, Hall B",
        "DESCRIPTION;LANGUAGE=ru:Expert: Анна Петрова · Anna Petrova\\nMeeting language: English\\; no interpreter",
        "URL:https://duijie.example/e/beilun/agenda#meeting-1",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        'ORGANIZER;CN="Встречи в Бэйлуне";LANGUAGE=ru:mailto:desk@duijie.example',
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_cancelled_meeting_stays_in_the_calendar_as_free_time() -> None:
    [event] = icalendar.Calendar.from_ical(file_bytes(calendar(entry(is_cancelled=True), alarm_min=15))).events
    assert (event["STATUS"], event["TRANSP"], event.alarms.times) == ("CANCELLED", "TRANSPARENT", [])


def test_an_alarm_is_asked_for_and_keeps_its_identity() -> None:
    bodies = [file_bytes(calendar(replace(entry(), sequence=sequence), alarm_min=15)) for sequence in (0, 1)]
    alarms = [icalendar.Calendar.from_ical(body).events[0].walk("VALARM") for body in bodies]
    assert [[alarm["UID"] for alarm in each] for each in alarms] == [
        ["meeting-00000000000000000000000000000001-alarm-15@duijie.example"]
    ] * 2
    assert (alarms[0][0]["ACTION"], alarms[0][0].decoded("TRIGGER")) == ("DISPLAY", timedelta(minutes=-15))
    assert "VALARM" not in file_bytes(calendar(entry())).decode()


def test_quotes_in_the_organisers_name_become_typographic() -> None:
    body = file_bytes(calendar(entry(), organiser=CalendarOrganiser('Форум "Бэйлунь" 6"', "desk@duijie.example")))
    event = vobject.readOne(body.decode()).vevent
    assert event.organizer.params["CN"] == ["Форум “Бэйлунь” 6”"]


# Bytes ------------------------------------------------------------------------------------------------------------


def test_the_same_agenda_is_the_same_bytes() -> None:
    one = file_bytes(calendar(entry(1), entry(2)))
    ics.file_bytes.cache_clear()
    assert file_bytes(calendar(entry(1), entry(2))) == one


def test_moving_one_meeting_changes_its_bytes_alone() -> None:
    moved = replace(entry(2), start_at=NINE + timedelta(hours=5), end_at=NINE + timedelta(hours=6), sequence=1)
    before = _pieces(file_bytes(calendar(entry(1), entry(2), entry(3))))
    after = _pieces(file_bytes(calendar(entry(1), moved, entry(3))))
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, True, False, True]


def _pieces(body: bytes) -> list[bytes]:
    """Return the calendar's head, then each VEVENT."""
    return re.split(rb"(?=BEGIN:VEVENT)", body)


# Peers ------------------------------------------------------------------------------------------------------------


def test_vobject_reads_the_same_meetings() -> None:
    held, cancelled = entry(1), entry(2, is_cancelled=True, summary="已取消：会面")
    assert events_read_by_vobject(file_bytes(calendar(held, cancelled))) == [
        {
            "uid": each.uid,
            "start": each.start_at,
            "end": each.end_at,
            "status": status,
            "summary": each.summary,
        }
        for each, status in ((held, "CONFIRMED"), (cancelled, "CANCELLED"))
    ]


def test_icalendar_writes_what_it_read() -> None:
    body = file_bytes(
        calendar(entry(1), entry(2, is_cancelled=True), source="https://x.example/cal/t.ics", alarm_min=5)
    )
    assert icalendar.Calendar.from_ical(body).to_ical(sorted=False) == body


TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from('\r\n\0\a\t\u202e\u2066\u200f\u2028\x85";:,\\^=é丙ж👩\u200d🔬'),
    ),
    max_size=200,
)
ORDINARY_LINE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*")


@given(summary=TEXTS, location=TEXTS, description=TEXTS, name=TEXTS)
def test_no_text_breaks_out_of_its_property(summary: str, location: str, description: str, name: str) -> None:
    plain = file_bytes(calendar(entry(), name="n", organiser=CalendarOrganiser("n", "desk@duijie.example")))
    hostile = entry(summary=f"s{summary}", location=f"l{location}", description=f"d{description}")
    body = file_bytes(
        calendar(hostile, name=f"n{name}", organiser=CalendarOrganiser(f"n{name}", "desk@duijie.example"))
    )
    read, expected = (icalendar.Calendar.from_ical(each) for each in (body, plain))
    assert [properties(part) for part in read.walk()] == [properties(part) for part in expected.walk()]
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    assert all(ORDINARY_LINE.fullmatch(line) for line in body.decode().split("\r\n"))
    [event] = read.events
    assert [str(event[key]) for key in ("SUMMARY", "LOCATION", "DESCRIPTION")] == [
        ics.one_line(hostile.summary),
        ics.one_line(hostile.location),
        ics.clean(hostile.description),
    ]
    assert str(read["NAME"]) == ics.one_line(f"n{name}")


@given(text=TEXTS)
def test_vobject_reads_any_text_as_it_was_cleaned(text: str) -> None:
    [read] = events_read_by_vobject(file_bytes(calendar(entry(summary=f"s{text}"))))
    assert read["summary"] == ics.one_line(f"s{text}")


def test_control_characters_and_spaces_at_line_ends_are_removed() -> None:
    assert ics.clean(" a\u202eb\x07\u2067c  \r\nd\t \ud800\n") == "abc\nd"


# Time zones -------------------------------------------------------------------------------------------------------

YEAR = [datetime(2026, 1, 1, 3, 30, tzinfo=UTC) + timedelta(days=9 * n) for n in range(41)]


@pytest.mark.parametrize("zone", [*SEASONAL_ZONES, *STEADY_ZONES])
def test_dateutil_reads_from_the_vtimezone_what_the_zone_says(zone: str) -> None:
    rules = vtimezone.observances(zone)
    assert rules is not None
    whole = icalendar.Calendar()
    whole.add_component(vtimezone.component(zone, rules))
    read = tzical(io.StringIO(whole.to_ical().decode())).get(zone)
    walls = [instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for instant in YEAR]
    assert [wall.replace(tzinfo=read).astimezone(UTC) for wall in walls] == YEAR


@pytest.mark.parametrize("zone", [*SEASONAL_ZONES, *STEADY_ZONES, *ODD_ZONES, "UTC"])
def test_vobject_reads_the_instants_of_a_whole_year(zone: str) -> None:
    entries = [entry(n, start_at=at, end_at=at + timedelta(minutes=20)) for n, at in enumerate(YEAR)]
    read = events_read_by_vobject(file_bytes(calendar(*entries, zone=zone)))
    assert [(event["start"], event["end"]) for event in read] == [(each.start_at, each.end_at) for each in entries]


def test_every_zone_with_a_yearly_rule_agrees_with_zoneinfo_for_years() -> None:
    years = [datetime(2027, 1, 1, 12, tzinfo=UTC) + timedelta(days=9 * n) for n in range(120)]
    zones = sorted(zoneinfo.available_timezones() - {"Factory", "localtime"})
    usual = [zone for zone in zones if vtimezone.observances(zone) is not None]
    assert {zone for zone in zones if zone not in usual} >= set(ODD_ZONES)
    # Morocco may change its clocks during Ramadan, which is not a yearly rule; its meetings are then written in UTC.
    moroccan = {"Africa/Casablanca", "Africa/El_Aaiun"}
    assert {zone for zone in usual if not vtimezone.holds(zone, years)} <= moroccan
    assert len(usual) > 550


@pytest.mark.parametrize("zone", [*ODD_ZONES, "UTC"])
def test_a_zone_without_a_yearly_rule_is_written_in_utc(zone: str) -> None:
    body = file_bytes(calendar(entry(), zone=zone)).decode()
    assert ("VTIMEZONE" in body, "TZID" in body, "DTSTART:20260521T013000Z" in body) == (False, False, True)


def test_a_time_that_clocks_show_twice_is_written_in_utc() -> None:
    # 01:30 UTC on the last Sunday of October is the second 02:30 in Berlin.
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    late = entry(start_at=second, end_at=second + timedelta(minutes=20))
    [read] = events_read_by_vobject(file_bytes(calendar(late, zone="Europe/Berlin")))
    assert (read["start"], read["end"]) == (late.start_at, late.end_at)


def test_winter_is_standard_time_in_dublin_too() -> None:
    rules = vtimezone.observances("Europe/Dublin")
    assert rules is not None
    parts = vtimezone.component("Europe/Dublin", rules).subcomponents
    assert {part.name: str(part["TZNAME"]) for part in parts} == {"STANDARD": "GMT", "DAYLIGHT": "IST"}
