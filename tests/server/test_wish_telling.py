"""E-mails about mutual wishes: both sides, their language, once for each pair, not at night, and not after an undo."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.barring import service as barring
from server.barring.rules import RuleKind
from server.letters.composing import compose
from server.models import Event, Job, JobState, Mail, Need, NeedState, Person, Registration, WishKind
from server.quiet import wakes
from server.wishes import service
from server.worker import Worker
from tests import factories
from tests.client import Client


async def world() -> tuple[Registration, Registration]:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(locale="ru", time_zone="Europe/Moscow"))
    return expert, await factories.enterprise(event)


async def told() -> list[tuple[str, int | None]]:
    """Return template and recipient of the e-mails about wishes."""
    return [(mail.template, mail.person_id) for mail in await Mail.filter(template="agreed").order_by("id")]


async def test_both_sides_are_told_once_in_their_language(client: Client) -> None:
    expert, firm = await world()
    second = await factories.delegate(firm)
    await service.wish(expert, firm.id, WishKind.LIKE)
    assert await told() == []
    await service.wish(firm, expert.id, WishKind.MUST)
    [first, _second] = await factories.delegates_of(firm)
    people = {expert.person.id, first.id, second.person.id}
    assert {person for _template, person in await told()} == people
    await service.wish(firm, expert.id, WishKind.LIKE)
    assert len(await told()) == 3
    mails = {mail.person_id: compose(mail, client.settings) for mail in await Mail.filter(template="agreed")}
    assert f"/matches/{firm.id}" in str(mails[expert.person.id])
    assert mails[expert.person.id]["Subject"].startswith("Взаимное пожелание: ")
    assert mails[first.id]["Subject"].startswith("双方都想谈：")


async def test_an_undo_takes_back_what_waits(client: Client) -> None:
    expert, firm = await world()
    await service.wish(expert, firm.id, WishKind.LIKE)
    await service.wish(firm, expert.id, WishKind.LIKE)
    await service.wish(firm, expert.id, None)
    assert (await told(), await Job.all().count()) == ([], 0)
    await service.wish(firm, expert.id, WishKind.LIKE)
    assert len(await told()) == 2


async def test_what_is_sent_is_neither_taken_back_nor_sent_again(client: Client) -> None:
    expert, firm = await world()
    await service.wish(expert, firm.id, WishKind.LIKE)
    await service.wish(firm, expert.id, WishKind.LIKE)
    [sent, running] = await Mail.filter(template="agreed").order_by("id")
    await Mail.filter(id=sent.id).update(sent_at=datetime.now(UTC))
    await Job.filter(mail_id=sent.id).update(state=JobState.DONE)
    await Job.filter(mail_id=running.id).update(state=JobState.RUNNING)
    for kind in (WishKind.NO, WishKind.LIKE):
        await service.wish(firm, expert.id, kind)
    assert [mail.id for mail in await Mail.filter(template="agreed").order_by("id")] == [sent.id, running.id]


async def test_an_event_can_switch_these_e_mails_off(client: Client) -> None:
    expert, firm = await world()
    await Event.filter(id=expert.event_id).update(tells_mutual_wishes=False)
    await service.wish(expert, firm.id, WishKind.LIKE)
    await service.wish(firm, expert.id, WishKind.LIKE)
    assert await told() == []


async def test_e_mails_wait_for_the_morning_where_the_person_is(client: Client) -> None:
    expert, firm = await world()
    now = datetime.now(UTC)
    # Zones in which it is three in the night, and three in the afternoon.
    night, noon = (f"Etc/GMT{-((hour - now.hour + 12) % 24 - 12):+d}" for hour in (3, 15))
    await Person.filter(id=expert.person.id).update(time_zone=night)
    [delegate] = await factories.delegates_of(firm)
    await Person.filter(id=delegate.id).update(time_zone=noon)
    await service.wish(expert, firm.id, WishKind.LIKE)
    await service.wish(firm, expert.id, WishKind.LIKE)
    jobs = {job.mail.person_id: job.run_after for job in await Job.all().select_related("mail")}
    assert jobs[expert.person.id].astimezone(ZoneInfo(night)).strftime("%H:%M") == "08:00"
    assert jobs[expert.person.id] - now < timedelta(hours=6)
    assert timedelta(0) < jobs[delegate.id] - now < timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "due"),
    [("07:59", "08:00"), ("08:00", "08:00"), ("20:59", "20:59"), ("21:00", "08:00 next"), ("00:10", "08:00")],
)
def test_quiet_hours_end_at_eight(at: str, due: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    wall = datetime.fromisoformat(f"2026-05-21T{at}").replace(tzinfo=zone)
    found = wakes(wall.astimezone(UTC), zone).astimezone(zone)
    assert f"{found:%H:%M}{' next' if found.date() > wall.date() else ''}" == due


async def test_of_two_sides_that_wish_at_once_the_later_one_tells(client: Client) -> None:
    for _round in range(5):
        expert, firm = await world()
        await asyncio.gather(service.wish(expert, firm.id, WishKind.LIKE), service.wish(firm, expert.id, WishKind.LIKE))
        assert await Mail.filter(template="agreed", event_id=expert.event_id).count() == 2


@pytest.mark.parametrize("change", ["rule", "withdrawn", "needs"])
async def test_an_e_mail_that_waits_is_not_sent_once_the_two_will_not_meet(client: Client, change: str) -> None:
    expert, firm = await world()
    await factories.need(firm)
    await service.wish(expert, firm.id, WishKind.LIKE)
    await service.wish(firm, expert.id, WishKind.LIKE)
    if change == "rule":
        organiser = await factories.organiser(expert.event)
        parties = [expert.id, firm.id]
        await barring.add(expert.event, RuleKind.EACH_OTHER, reason="One group", by=organiser.person, parties=parties)
    elif change == "withdrawn":
        await Registration.filter(id=firm.id).update(withdrawn_at=datetime.now(UTC))
    else:
        await Need.filter(registration_id=firm.id).update(state=NeedState.WITHDRAWN)
    await Job.all().update(run_after=datetime.now(UTC))
    await Worker(client.settings).send_emails()
    assert await Mail.filter(template="agreed", dropped_at=None).count() == 0
    assert await Mail.exclude(sent_at=None).count() == 0
