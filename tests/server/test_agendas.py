"""Agendas as their owners and organisers see them."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from babel.dates import format_date

from server.models import (
    CalendarEntry,
    Confidentiality,
    Event,
    Meeting,
    Need,
    Person,
    Plan,
    Registration,
    Slot,
)
from tests import factories
from tests.client import Client

LAST_WEEK = datetime.now(UTC) - timedelta(days=7)


class Lines(HTMLParser):
    """The texts of each line of the agenda, as a screen reader reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "ol" and ("class", "agenda") in attrs:
            self.is_inside = True
        elif tag == "li" and self.is_inside:
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        self.is_inside = self.is_inside and tag != "ol"

    def handle_data(self, data: str) -> None:
        if self.is_inside and self.lines:
            self.lines[-1] = " ".join(f"{self.lines[-1]} {data}".split())


def agenda_lines(html: str) -> list[str]:
    parser = Lines()
    parser.feed(html)
    return parser.lines


def notice(html: str) -> list[str]:
    """Return the sentences of the page's notice about changes."""
    found = re.search(r'<div class="notice".*?</div>\s*</div>', html, re.DOTALL)
    return re.findall(r"<p>(.*?)</p>", re.sub(r"\u2068|\u2069", "", found[0])) if found else []


async def meeting(
    event: Event, expert: Registration | None = None, title: str = "Quiet motor", **values: Any
) -> CalendarEntry:
    """Create a meeting of the expert (or a new one) with a new enterprise about a need with that title."""
    enterprise = await factories.enterprise(event, needs=0)
    need = await factories.need(enterprise, title=title)
    return await factories.calendar_entry(
        expert or await factories.expert(event), enterprise, **{"need": need, "changed_at": LAST_WEEK, **values}
    )


async def page_of(client: Client, person: Person, path: str) -> str:
    await factories.signed_in(client, person)
    answer = await client.get(path)
    assert answer.status_code == 200
    return answer.text


# Who sees what ----------------------------------------------------------------------------------------------------


async def test_an_agenda_is_its_owners(client: Client) -> None:
    event = await factories.event()
    outsider = await factories.expert(await factories.event())
    anonymous = await client.get(f"/e/{event.slug}/agenda")
    foreign = await (await factories.signed_in(client, outsider.person)).get(f"/e/{event.slug}/agenda")
    assert (anonymous.status_code, anonymous.headers["location"]) == (
        303,
        f"/sign-in?next=%2Fe%2F{event.slug}%2Fagenda",
    )
    assert foreign.status_code == 404


async def test_before_publication_the_page_says_what_will_come(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    html = await page_of(client, expert.person, f"/e/{event.slug}/agenda")
    assert "There is no agenda yet." in html
    assert agenda_lines(html) == []


async def test_an_expert_sees_time_subject_enterprise_and_place(client: Client) -> None:
    event = await factories.event()
    person = await factories.person(locale="en", time_zone="Europe/Moscow")
    expert = await factories.expert(event, person)
    organisation = await factories.organisation(name="澄海石化科技", latin_name="Chenghai Petrochemical")
    enterprise = await factories.enterprise(event, organisation=organisation)
    await Need.filter(registration_id=enterprise.id).update(title="丙烷脱氢催化剂", text_locale="zh_Hans")
    await factories.calendar_entry(expert, enterprise)
    await factories.published(event)
    html = await page_of(client, person, f"/e/{event.slug}/agenda")
    assert agenda_lines(html) == [
        "09:00 04:00 your time 30 mins 丙烷脱氢催化剂 Not translated yet: Chinese "
        # Hidden unless the browser can translate.
        "Translate on this device Machine draft made on this device, unchecked "
        "This browser could not translate the text. "
        "Chenghai Petrochemical · 澄海石化科技 Table 1 , Hall 1 Meeting language: English; no interpreter "
        "Add to your calendar"
    ]
    assert '<bdi class="voice" lang="zh-Hans">丙烷脱氢催化剂</bdi>' in html
    assert '<bdi lang="zh-Hans" class="voice whole">澄海石化科技</bdi>' in html


async def test_an_enterprise_sees_the_expert_in_chinese_beside_the_original(client: Client) -> None:
    event = await factories.event()
    person = await factories.person(full_name="Анна Петрова", latin_name="Anna Petrova", zh_name="安娜·彼得罗娃")
    expert = await factories.expert(event, person, affiliation="Институт", position="")
    enterprise = await factories.enterprise(event)
    [delegate] = await factories.delegates_of(enterprise)
    await factories.calendar_entry(expert, enterprise)
    await factories.published(event)
    [line] = agenda_lines(await page_of(client, delegate, f"/e/{event.slug}/agenda"))
    assert "安娜·彼得罗娃 · Анна Петрова · Институт" in line


async def test_an_interpreter_sees_both_sides_and_both_languages(client: Client) -> None:
    event = await factories.event()
    somebody = await factories.person(locale="en", full_name="Ma Xiao")
    interpreter = await factories.interpreter(event, somebody)
    expert = await factories.expert(event, languages=["ru"])
    enterprise = await factories.enterprise(event, languages=["zh"])
    await factories.calendar_entry(expert, enterprise, interpreter=interpreter)
    await factories.published(event)
    [line] = agenda_lines(await page_of(client, somebody, f"/e/{event.slug}/agenda"))
    assert f"{expert.person.full_name} · Institute of Electric Drives {enterprise.organisation.name}" in line
    assert "M Interpreting: Russian ⇄ Chinese" in line


@pytest.mark.parametrize(
    ("kept", "shown"), [(Confidentiality.STAGED, "Canary alloy"), (Confidentiality.FIELD_ONLY, "Confidential 30 mins")]
)
async def test_a_confidential_need_shows_its_field_alone(client: Client, kept: Confidentiality, shown: str) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(locale="en"))
    entry = await meeting(event, expert, "Canary alloy")
    await factories.published(event)
    await Need.filter(id=entry.need_id).update(confidentiality=kept)
    organiser = await factories.organiser(event)
    own = await page_of(client, expert.person, f"/e/{event.slug}/agenda")
    printed = await page_of(client, organiser.person, f"/e/{event.slug}/agenda/{expert.id}")
    is_shown = kept is Confidentiality.STAGED
    assert shown in agenda_lines(own)[0]
    # Pages that organisers print are for the party.
    assert ["Canary" in html for html in (own, printed)] == [is_shown, is_shown]


async def test_organisers_see_the_agenda_of_each_party_and_interpreter(client: Client) -> None:
    event = await factories.event()
    organiser, interpreter = await factories.organiser(event), await factories.interpreter(event)
    entry = await meeting(event, title="Quiet motor", interpreter=interpreter)
    await factories.published(event)
    await factories.signed_in(client, organiser.person)
    base = f"/e/{event.slug}/agenda"
    paths = [f"{base}/{entry.expert_id}", f"{base}/{entry.enterprise_id}", f"{base}/interpreter/{interpreter.id}"]
    pages = [await client.get(path) for path in paths]
    files = [await client.get(f"{path}.ics") for path in paths]
    assert [[("Quiet motor" in line) for line in agenda_lines(page.text)] for page in pages] == [[True]] * 3
    assert [len(icalendar.Calendar.from_ical(file.text).events) for file in files] == [1, 1, 1]
    # Only the owner sees the URL.
    assert [("/cal/" in page.text, "/feed" in page.text) for page in pages] == [(False, False)] * 3


async def test_objects_of_other_events_and_roles_are_not_found(client: Client) -> None:
    event, other = await factories.event(), await factories.event()
    organiser, expert = await factories.organiser(event), await factories.expert(event)
    stranger, interpreter = await factories.expert(other), await factories.interpreter(other)
    base = f"/e/{event.slug}/agenda"
    theirs = [f"{base}/{stranger.id}", f"{base}/{stranger.id}.ics", f"{base}/interpreter/{interpreter.id}"]
    missing = [f"{base}/{2**40}", f"{base}/interpreter/{2**31 - 1}.ics"]
    await factories.signed_in(client, organiser.person)
    as_organiser = [(await client.get(path)).status_code for path in [base, *theirs, *missing]]
    await factories.signed_in(client, expert.person)
    as_expert = [(await client.get(path)).status_code for path in [f"{base}/{expert.id}", f"{base}/{expert.id}.ics"]]
    assert (as_organiser, as_expert) == ([404] * 6, [404] * 2)


async def test_an_agenda_takes_the_same_queries_however_long_it_is(client: Client, queries: Any) -> None:
    counts = []
    for number in (1, 3):
        event = await factories.event()
        expert = await factories.expert(event)
        for slot in (await factories.slots_of(event))[:number]:
            await meeting(event, expert, slot=slot)
        await factories.published(event)
        await factories.signed_in(client, expert.person)
        for _ in range(2):
            with queries() as seen:
                await client.get(f"/e/{event.slug}/agenda")
            counts.append(len(seen))
    # Few if nothing has changed.
    assert counts == [39, 4, 39, 4]


async def test_hostile_names_stay_text(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(full_name="<script>alert(1)</script>"))
    await meeting(event, expert, "\"><img src=x onerror='alert(1)'>")
    await factories.published(event)
    html = await page_of(client, expert.person, f"/e/{event.slug}/agenda")
    assert [found in html for found in ("<script>alert", "<img")] == [False, False]


# Files ------------------------------------------------------------------------------------------------------------


async def test_the_download_is_a_calendar_with_a_name(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(locale="ru"))
    await meeting(event, expert)
    await factories.signed_in(client, expert.person)
    answer = await client.get(f"/e/{event.slug}/agenda.ics")
    read = icalendar.Calendar.from_ical(answer.text)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="agenda-{event.slug}.ics"'
    # Files are passed on to others; the feed's URL is not in them.
    assert (str(read["X-WR-CALNAME"]), "SOURCE" in read) == ("Дни встреч", False)


async def test_a_single_meeting_is_added_to_the_open_calendar(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    mine, another = await meeting(event, expert), await meeting(event)
    await factories.signed_in(client, expert.person)
    answer = await client.get(f"/e/{event.slug}/agenda/meeting/{mine.id}.ics")
    refused = await client.get(f"/e/{event.slug}/agenda/meeting/{another.id}.ics")
    read = icalendar.Calendar.from_ical(answer.text)
    assert ([str(each["UID"]) for each in read.events], "X-WR-CALNAME" in read) == ([f"{mine.uid}@testserver"], False)
    assert refused.status_code == 404


# What the version in force changed --------------------------------------------------------------------------------


async def two_versions(event: Event) -> tuple[Plan, Plan]:
    before = await factories.published(event, published_at=LAST_WEEK)
    return before, await factories.published(event)


async def held_before(plan: Plan, entry: CalendarEntry, slot: Slot, **values: Any) -> Meeting:
    pair = {"expert_id": entry.expert_id, "enterprise_id": entry.enterprise_id, "need_id": entry.need_id}
    return await Meeting.create(
        plan=plan, slot=slot, value=1, **{**pair, "table_id": entry.table_id, "interpreter_id": None, **values}
    )


async def test_a_moved_meeting_is_shown_with_old_and_new_time(client: Client) -> None:
    event = await factories.event()
    [_nine, half_past, ten, *_] = await factories.slots_of(event)
    [first_table, second_table] = await factories.tables_of(event)
    expert = await factories.expert(event, await factories.person(locale="en"))
    before, now = await two_versions(event)
    moved = await meeting(event, expert, slot=ten, table=second_table, changed_at=now.published_at)
    await held_before(before, moved, half_past, table_id=first_table.id)
    html = await page_of(client, expert.person, f"/e/{event.slug}/agenda")
    name = (await Registration.get(id=moved.enterprise_id).select_related("organisation")).organisation.name
    assert notice(html) == [
        f"{name}: the meeting moved from 09:30 to 10:00.",
        f"{name}: the meeting moved from table 1 to table 2.",
        "Nothing else has changed.",
    ]
    assert agenda_lines(html)[0].startswith("10:00 Time changed 30 mins")


async def test_new_and_cancelled_meetings_are_marked(client: Client) -> None:
    event = await factories.event()
    [nine, half_past, *_] = await factories.slots_of(event)
    expert = await factories.expert(event, await factories.person(locale="en"))
    before, now = await two_versions(event)
    lost = await meeting(event, expert, slot=nine, is_cancelled=True, changed_at=now.published_at)
    await held_before(before, lost, nine)
    await meeting(event, expert, slot=half_past, changed_at=now.published_at)
    html = await page_of(client, expert.person, f"/e/{event.slug}/agenda")
    day = f"{format_date(nine.day, 'long', 'en_GB')}, "
    assert [sentence.partition(": ")[2] for sentence in notice(html)] == [
        f"the meeting at {day}09:00 is cancelled.",
        f"new meeting at {day}09:30.",
        "",
    ]
    assert [line[:15] for line in agenda_lines(html)] == ["09:00 Cancelled", "09:30 New 30 mi"]


async def test_meetings_cancelled_by_earlier_versions_are_not_marked(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await two_versions(event)
    await meeting(event, expert, is_cancelled=True, changed_at=LAST_WEEK)
    html = await page_of(client, expert.person, f"/e/{event.slug}/agenda")
    assert (agenda_lines(html), notice(html)) == ([], [])


async def test_the_first_version_changes_nothing(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    plan = await factories.published(event)
    await meeting(event, expert, changed_at=plan.published_at)
    assert notice(await page_of(client, expert.person, f"/e/{event.slug}/agenda")) == []


async def test_a_change_of_interpreter_names_the_new_one(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(locale="en"))
    interpreter = await factories.interpreter(event, await factories.person(locale="en", full_name="Ma Xiao"))
    before, now = await two_versions(event)
    entry = await meeting(event, expert, interpreter=interpreter, changed_at=now.published_at)
    await held_before(before, entry, (await factories.slots_of(event))[0])
    [sentence, _rest] = notice(await page_of(client, expert.person, f"/e/{event.slug}/agenda"))
    assert sentence.endswith(": Ma Xiao. Before, the meeting had no interpreter.")
    [sentence, _rest] = notice(await page_of(client, interpreter.person, f"/e/{event.slug}/agenda"))
    assert ": new meeting at " in sentence


async def test_a_change_of_interpreter_names_the_former_one(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(locale="en"))
    names = [await factories.person(full_name=name) for name in ("Ma Xiao", "Li Wei")]
    one, other = [await factories.interpreter(event, person) for person in names]
    before, now = await two_versions(event)
    entry = await meeting(event, expert, interpreter=other, changed_at=now.published_at)
    slot = (await factories.slots_of(event))[0]
    await held_before(before, entry, slot)
    await Meeting.filter(plan_id=before.id).update(interpreter_id=one.id)
    [sentence, _rest] = notice(await page_of(client, expert.person, f"/e/{event.slug}/agenda"))
    assert sentence.endswith(": Li Wei. Interpreter before: Ma Xiao")


# The second clock ---------------------------------------------------------------------------------------------------


async def test_no_home_time_is_shown_if_it_equals_the_venues(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(locale="en", time_zone="Asia/Singapore"))
    await meeting(event, expert)
    await factories.published(event)
    [line] = agenda_lines(await page_of(client, expert.person, f"/e/{event.slug}/agenda"))
    assert line.startswith("09:00 30 mins Quiet motor")


async def test_the_home_time_names_its_day_if_that_differs(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(locale="en", time_zone="America/Los_Angeles"))
    entry = await meeting(event, expert)
    await factories.published(event)
    [line] = agenda_lines(await page_of(client, expert.person, f"/e/{event.slug}/agenda"))
    home = entry.start_at.astimezone(ZoneInfo("America/Los_Angeles"))
    assert line.startswith(f"09:00 {home:%H:%M} your time {home:%a} {home.day} {home:%b}")
