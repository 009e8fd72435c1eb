"""Wishes end with the need: past its deadline a need counts nowhere, until the enterprise extends it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.models import Event, Need, NeedState, Registration, Wish, WishKind
from server.needs.ending import ends_at, has_ended
from server.plans import staleness
from server.rows import load_rows
from server.wishes import service
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server import planning
from tests.server.test_needs import FILLED

YESTERDAY = datetime.now(UTC).date() - timedelta(days=2)
LATER = date(2090, 1, 1)
ENDED = "The deadline of the need has passed. This wish no longer counts."


async def ended_pair(**event: object) -> tuple[Registration, Registration, Need]:
    """Return an expert with a top wish about an enterprise, and its only need, which is past its deadline."""
    at = await factories.event(**event)  # type: ignore[arg-type]
    expert = await factories.expert(at, await factories.person(locale="en"))
    enterprise = await factories.enterprise(at)
    [need] = await factories.needs_of(enterprise)
    await Need.filter(id=need.id).update(deadline=YESTERDAY)
    await factories.wish(expert, enterprise, WishKind.MUST)
    return expert, enterprise, await Need.get(id=need.id)


def test_a_need_counts_to_the_end_of_its_day_at_the_venue() -> None:
    event = Event(time_zone="Asia/Shanghai")
    need = Need(deadline=date(2026, 5, 1), state=NeedState.PUBLISHED)
    assert [has_ended(need, date(2026, 5, day)) for day in (1, 2)] == [False, True]
    assert ends_at(need, event) == datetime(2026, 5, 1, 16, tzinfo=UTC)
    assert ends_at(Need(), event) is None
    assert not has_ended(Need(deadline=date(2026, 5, 1), state=NeedState.SUBMITTED), date(2026, 6, 1))


async def test_plans_have_neither_the_need_nor_the_wish_until_the_deadline_is_later(database: None) -> None:
    expert, enterprise, need = await ended_pair()
    event = await Event.get(id=expert.event_id)

    rows = await load_rows(event)
    before = list(rows.needs), dict(rows.counting_wishes), rows.without_object
    await Need.filter(id=need.id).update(deadline=LATER)
    rows = await load_rows(event)

    assert before == ([], {}, frozenset({enterprise.id}))
    assert [each.id for each in rows.needs] == [need.id]
    assert (dict(rows.counting_wishes), rows.without_object) == (
        {(expert.id, enterprise.id): WishKind.MUST},
        frozenset(),
    )


async def test_a_need_ends_as_time_goes_by(database: None) -> None:
    _expert, _enterprise, need = await ended_pair()
    event = await Event.get(id=(await Registration.get(id=need.registration_id)).event_id)
    day = datetime.combine(YESTERDAY, datetime.min.time(), UTC)
    assert [len((await load_rows(event, day + timedelta(days=n))).needs) for n in (0, 1, 0)] == [1, 0, 1]


@pytest.mark.parametrize("path", ["matches", "matches/{id}"])
async def test_who_wished_is_told_and_the_enterprise_undoes_it_with_a_later_deadline(
    client: Client, other: Client, path: str
) -> None:
    expert, enterprise, need = await ended_pair(locales=["en"])
    base = f"/e/{expert.event.slug}"
    [delegate] = await factories.delegates_of(enterprise)
    await type(delegate).filter(id=delegate.id).update(locale="en")
    await factories.signed_in(client, expert.person)
    await factories.signed_in(other, delegate)

    told = read(await client.get(f"{base}/{path.format(id=enterprise.id)}")).words
    own = read(await other.get(f"{base}/me/needs")).words
    unscored = read(await other.get(f"{base}/{path.format(id=expert.id)}")).words
    await other.post(f"{base}/me/needs/{need.id}", data={**FILLED, "deadline": LATER.isoformat()})
    again = read(await client.get(f"{base}/{path.format(id=enterprise.id)}")).words

    assert "The deadline of the need has passed, so there is nothing to compare." in told
    assert "Choose a later deadline to see the score." in unscored
    assert (ENDED in told, ENDED in again) == (True, False)
    assert "Experts do not see this need any more" in own
    assert "Experts do not see this need any more" not in read(await other.get(f"{base}/me/needs")).words
    assert (await Wish.get(by_id=expert.id)).kind == WishKind.MUST


async def test_an_experts_top_wish_is_free_again_and_an_enterprises_is_not(database: None) -> None:
    expert, enterprise, _need = await ended_pair(expert_top_wishes=1, enterprise_top_wishes=1)
    another = await factories.enterprise(expert.event)
    second = await factories.expert(expert.event)
    await factories.wish(enterprise, expert, WishKind.MUST)

    await service.wish(expert, another.id, WishKind.MUST)

    assert await Wish.filter(by_id=expert.id, kind=WishKind.MUST).count() == 2
    with pytest.raises(service.NoTopWishLeft):
        await service.wish(enterprise, second.id, WishKind.MUST)


async def test_a_planned_meeting_is_impossible_from_the_end_of_its_need_on(database: None) -> None:
    expert, enterprise, need = await ended_pair()
    await Need.filter(id=need.id).update(deadline=datetime.now(UTC).date() + timedelta(days=5))
    plan = await planning.solved(expert.event, (await factories.organiser(expert.event)).person)

    now = datetime.now(UTC)
    lost = [await staleness.lost_of_plan(plan.event_id, plan.id, now=now + timedelta(days=n)) for n in (0, 7)]

    assert [[(each.why, each.who) for each in found] for found in lost] == [
        [],
        [(staleness.Why.NEED_GONE, f"f{enterprise.id}")],
    ]
