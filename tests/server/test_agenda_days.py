"""The layout of an agenda's day, and the time zone shown."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from server.agendas.clocks import own_zone, zone_of_country
from server.agendas.days import Day, DayLineKind, Frame, agenda_days
from server.agendas.meetings import MeetingRole, ShownMeeting
from server.models import Person, PlenaryItem, Slot
from server.translations.reading import Written

VENUE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 5, 21)


def at(clock: str) -> datetime:
    return datetime.combine(DAY, time.fromisoformat(clock), VENUE).astimezone(UTC)


def slot(start: str, end: str) -> Slot:
    return Slot(start_at=at(start), end_at=at(end), day=DAY)


def shown(start: str, end: str, table: int = 1, is_cancelled: bool = False) -> ShownMeeting:
    return ShownMeeting(
        id=1,
        uid="meeting-1",
        start_at=at(start),
        end_at=at(end),
        is_cancelled=is_cancelled,
        title=Written("Quiet motor", "en", "Quiet motor", "en"),
        topics=(),
        is_confidential=False,
        counterparts=(),
        table=table,
        hall=Written("", "en", "", "en"),
        interpreter=None,
        is_own_interpreting=False,
        languages=(),
    )


SLOTS = [slot("09:00", "09:20"), slot("09:25", "09:45"), slot("09:50", "10:10"), slot("10:15", "10:35")]


def frame(*items: PlenaryItem, pause: tuple[time, time] | None = None) -> Frame:
    return Frame(VENUE, SLOTS, items, pause)


def lines_of(day: Day) -> list[tuple[str, str, str]]:
    return [
        (line.kind, f"{line.start_at.astimezone(VENUE):%H:%M}", f"{line.end_at.astimezone(VENUE):%H:%M}")
        for line in day.lines
    ]


def test_free_time_reaches_from_one_meeting_to_the_next() -> None:
    [day] = agenda_days(frame(), [shown("09:00", "09:20"), shown("10:15", "10:35", table=2)], {MeetingRole.EXPERT})
    assert lines_of(day) == [
        (DayLineKind.MEETING, "09:00", "09:20"),
        (DayLineKind.FREE, "09:20", "10:15"),
        (DayLineKind.MEETING, "10:15", "10:35"),
    ]
    assert (day.meetings, day.breaks, day.tables) == (2, 1, 2)


def test_meetings_in_neighbouring_slots_leave_nothing_free() -> None:
    [day] = agenda_days(frame(), [shown("09:00", "09:20"), shown("09:25", "09:45")], {MeetingRole.EXPERT})
    assert (lines_of(day)[1][0], day.breaks) == (DayLineKind.MEETING, 0)


def test_a_plenary_item_splits_free_time_but_does_not_count_as_a_break() -> None:
    item = PlenaryItem(name={"en": "Address"}, start_at=at("09:45"), end_at=at("09:50"), side="")
    [day] = agenda_days(frame(item), [shown("09:00", "09:20"), shown("10:15", "10:35")], {MeetingRole.EXPERT})
    assert lines_of(day)[1:-1] == [
        (DayLineKind.FREE, "09:20", "09:45"),
        (DayLineKind.PLENARY, "09:45", "09:50"),
        (DayLineKind.FREE, "09:50", "10:15"),
    ]
    assert day.breaks == 1


def test_a_cancelled_meeting_takes_no_time_and_counts_nowhere() -> None:
    [day] = agenda_days(
        frame(), [shown("09:00", "09:20"), shown("09:25", "09:45", 2, is_cancelled=True)], {MeetingRole.EXPERT}
    )
    assert (day.meetings, day.breaks, day.tables, len(day.lines)) == (1, 0, 1, 2)


@pytest.mark.parametrize(("part", "kinds"), [(MeetingRole.EXPERT, [DayLineKind.PLENARY]), (MeetingRole.ENTERPRISE, [])])
def test_a_plenary_item_of_one_side_is_not_shown_to_the_other(part: MeetingRole, kinds: list[DayLineKind]) -> None:
    item = PlenaryItem(name={"en": "Visit"}, start_at=at("14:00"), end_at=at("16:00"), side="expert")
    assert [line.kind for day in agenda_days(frame(item), [], {part}) for line in day.lines] == kinds


def test_the_midday_break_is_shown_between_meetings_unless_an_item_covers_it() -> None:
    pause = (time(9, 21), time(10, 14))
    lunch = PlenaryItem(name={"en": "Lunch"}, start_at=at("09:30"), end_at=at("10:00"), side="")
    both = [shown("09:00", "09:20"), shown("10:15", "10:35")]
    days = [
        agenda_days(frame(pause=pause), both, {MeetingRole.EXPERT}),
        agenda_days(frame(pause=pause), both[:1], {MeetingRole.EXPERT}),
        agenda_days(frame(lunch, pause=pause), both, {MeetingRole.EXPERT}),
    ]
    assert [[line.kind for line in day.lines].count(DayLineKind.PAUSE) for [day] in days] == [1, 0, 0]


# Clocks -----------------------------------------------------------------------------------------------------------

MAY, JANUARY = datetime(2026, 5, 21, tzinfo=UTC), datetime(2026, 1, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "zone"),
    [("EG", "Africa/Cairo"), ("DE", "Europe/Berlin"), ("UZ", "Asia/Samarkand"), ("RU", None), ("XX", None), ("", None)],
)
def test_a_country_with_one_time_zone_gives_the_home_time(country: str, zone: str | None) -> None:
    assert zone_of_country(country, MAY) == zone


@pytest.mark.parametrize(
    ("set_by_person", "country", "zone"),
    [("Europe/Samara", "EG", "Europe/Samara"), ("", "EG", "Africa/Cairo"), ("No/Where", "EG", "Africa/Cairo")],
)
def test_the_zone_in_the_account_goes_before_the_countrys(set_by_person: str, country: str, zone: str) -> None:
    found = own_zone(Person(time_zone=set_by_person, country=country), JANUARY)
    assert found is not None
    assert found.key == zone
