"""What is kept too long goes by the schedule: counted first, deleted at night, numbers and meetings stay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from server import db
from server.barring import service as barring
from server.barring.rules import RuleKind
from server.models import (
    AddressChange,
    CalendarEntry,
    Consent,
    Delegate,
    Event,
    Interpreter,
    Mail,
    Need,
    Organisation,
    Person,
    Registration,
    Session,
    Slot,
    Translation,
    Wish,
)
from server.privacy import retention
from server.privacy.inventory import RULES
from server.privacy.periods import SET, Period, days_in
from server.settings import Settings
from tests import factories

DAYS = days_in(None)
NOW = datetime.now(UTC)


async def ended(event: Event, days: int) -> None:
    """Move the event so that it ended so many days ago."""
    at = datetime.now(UTC) - timedelta(days=days)
    await Event.filter(id=event.id).update(registration_closes_at=at)
    for slot in await Slot.filter(event_id=event.id):
        await Slot.filter(id=slot.id).update(start_at=at - timedelta(minutes=30, seconds=slot.id), end_at=at)


async def an_event() -> Event:
    """Return an event in which everything that is kept for a time has a row."""
    event = await factories.event()
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    await factories.interpreter(event)
    await factories.wish(expert, firm)
    await factories.translation(expert, "offer", "ru", "Двигатели")
    await factories.calendar_entry(expert, firm)
    await factories.mail(event, expert.person, sent_at=NOW)
    await Consent.create(
        person=expert.person, event=event, purpose="photo", version="1", text_hash="x", locale="en", given_at=NOW
    )
    return event


def numbers(found: Any) -> dict[str, int]:
    return {each.table: each.number for each in found if each.number}


async def test_nothing_goes_before_its_time(database: None) -> None:
    await ended(await an_event(), DAYS[Period.PARTICIPATION] - 2)
    assert numbers(await retention.counted(DAYS)) == {}
    assert await retention.enforce(DAYS) == {}


async def test_after_its_time_an_event_has_numbers_and_meetings_only(database: None) -> None:
    old, new = await an_event(), await an_event()
    await ended(old, DAYS[Period.PARTICIPATION] + 2)
    counted = numbers(await retention.counted(DAYS))
    done = await retention.enforce(DAYS)
    expected = {
        **{"wish": 1, "need": 1, "translation": 1, "delegate": 1, "participation": 2},
        **{"registration": 2, "organisation": 1, "interpreter": 1},
    }
    assert counted == expected
    assert done.keys() <= expected.keys()
    assert numbers(await retention.counted(DAYS)) == {}
    for event, left in ((old, 0), (new, 1)):
        here = {"event_id": event.id}
        assert await Wish.filter(**here).count() == left
        assert await Translation.filter(**here).count() == left
        assert await Need.filter(registration__event_id=event.id).count() == left
        assert await Delegate.filter(registration__event_id=event.id).count() == left
        assert await CalendarEntry.filter(**here).count() == 1
        parties = await Registration.filter(**here).select_related("person", "organisation")
        assert [each.takes_part for each in parties] == [True, True]
        experts = [each for each in parties if each.person is not None]
        assert [(each.person.is_erased, bool(each.offer)) for each in experts] == [(not left, bool(left))]
        assert await Organisation.filter(registrations__event_id=event.id, name="").count() == 1 - left
        assert await Interpreter.filter(**here).count() == left
    assert await Mail.filter(template="left").count() == 0


async def test_consents_outlive_the_rest(database: None) -> None:
    event = await an_event()
    await ended(event, DAYS[Period.PARTICIPATION] + 2)
    await retention.enforce(DAYS)
    assert await Consent.filter(purpose="photo").count() == 1
    await ended(event, DAYS[Period.CONSENTS] + 2)
    await retention.enforce(DAYS)
    assert await Consent.all().count() == 0


async def test_old_e_mails_go_once_their_event_is_over(database: None) -> None:
    over, to_come = await factories.event(), await factories.event()
    await ended(over, 1)
    person = await factories.person()
    for event in (over, to_come):
        await factories.mail(event, person, sent_at=NOW)
        await factories.mail(event, person)  # waits
    await Mail.create(key="sign-in:1", to_address="a@b.org", locale="en", template="sign_in", values={}, sent_at=NOW)
    await Mail.all().update(created_at=NOW - timedelta(days=DAYS[Period.MESSAGES] + 1))
    assert await retention.enforce(DAYS) == {"mail": 2}
    assert sorted((each.event_id, each.sent_at is None) for each in await Mail.all()) == [
        (over.id, True),
        (to_come.id, False),
        (to_come.id, True),
    ]


async def test_idle_accounts_go_unless_they_take_part(database: None) -> None:
    long_ago = NOW - timedelta(days=DAYS[Period.ACCOUNT] + 1)
    idle, active, lately = [await factories.person() for _ in range(3)]
    creator = await factories.person(may_create_events=True)
    await factories.organiser(await factories.event(), active)
    reviewer = (await factories.reviewer(await factories.event())).person
    await Person.all().update(created_at=long_ago)
    await Person.filter(id=lately.id).update(signed_in_at=NOW)
    assert await retention.enforce(DAYS) == {"person": 1}
    assert {each.id for each in await Person.all()} == {active.id, lately.id, creator.id, reviewer.id}
    assert idle.id not in {each.person_id for each in await Session.all()}


async def test_nothing_goes_in_the_month_after_the_upgrade(database: None, caplog: pytest.LogCaptureFixture) -> None:
    person = await factories.person()
    await Person.all().update(created_at=NOW - timedelta(days=DAYS[Period.ACCOUNT] + 1))
    assert (await retention.nightly(DAYS), await Person.filter(id=person.id).count()) == ({}, 1)
    assert "1 person" in caplog.text
    await db.rows_of("UPDATE tortoise_migrations SET applied_at = '2020-01-01 00:00:00+00:00'")
    assert (await retention.nightly(DAYS), await Person.filter(id=person.id).count()) == ({"person": 1}, 0)


async def test_records_of_address_changes_go(database: None) -> None:
    person = await factories.person()
    await AddressChange.create(
        person=person, old_email="a@b.org", new_email="c@d.org", confirm_hash="c", stop_hash="s", expires_at=NOW
    )
    await AddressChange.all().update(created_at=NOW - timedelta(days=DAYS[Period.ADDRESSES] + 1))
    assert await retention.enforce(DAYS) == {"address_change": 1}


async def test_every_table_with_a_set_period_is_reached(database: None) -> None:
    reached = {(each.table, each.period) for each in await retention.due(DAYS)}
    # The table of events is not about people, but for the names in its rules.
    about_people = {(rule.table, rule.period) for rule in RULES if rule.period in SET}
    # The day of passport data is one that each event sets.
    others = {("event", Period.PARTICIPATION), ("passport", Period.PASSPORTS)}
    others.add(("invitation_host", Period.PARTICIPATION))
    assert reached == about_people | others


async def test_counting_changes_nothing(database: None) -> None:
    await ended(await an_event(), DAYS[Period.PARTICIPATION] + 2)
    before = await Registration.all().count(), await Wish.all().count()
    found = await retention.counted(DAYS)
    assert (await Registration.all().count(), await Wish.all().count()) == before
    assert {each.table: each.days for each in found}["wish"] == DAYS[Period.PARTICIPATION]


@pytest.mark.parametrize(
    "text", ["[days]\nwishes = 3", "[days]\nconsents = 0", "[days]\nconsents = 'x'", "[other]\na = 1"]
)
def test_a_file_with_other_names_or_numbers_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "retention.toml"
    path.write_text(text)
    with pytest.raises(ValidationError, match="whole numbers"):
        Settings(retention=path)


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "retention.toml"
    path.write_text("[days]\nmessages = 30\n")
    assert Settings(retention=path).days_kept == {**DAYS, Period.MESSAGES: 30}


async def test_names_in_rules_about_meetings_go_with_the_participants(database: None) -> None:
    event, later = await factories.event(), await factories.event()
    for each in (event, later):
        by = (await factories.organiser(each)).person
        await barring.add(each, RuleKind.NOBODY, reason="A relative of Wang Wei", names=["Wang Wei"], by=by)
    await ended(event, DAYS[Period.PARTICIPATION] + 1)
    assert (await retention.enforce(DAYS))["event"] == 1
    kept = {each.id: bool(each.meeting_rules) for each in await Event.all()}
    assert kept == {event.id: False, later.id: True}
    assert await retention.enforce(DAYS) == {}
