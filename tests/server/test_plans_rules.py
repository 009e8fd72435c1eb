"""The page of planning rules, and the preview of their effect."""

import pytest

from server.models import Confidentiality, Event, Meeting, Slot, WishKind
from server.plans import rules
from server.plans.values import PlanRules
from server.rows import load_rows
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.planning import problem_of, solved

TYPED = {"least_points": "50", "expert_max_meetings": "3", "enterprise_max_meetings": "", "serves_every_need": "yes"}


async def at_rules(client: Client) -> tuple[Event, str]:
    """Create an event with two experts and two enterprises, whose organiser is at the client."""
    event = await factories.event()
    for _ in range(2):
        await factories.expert(event)
        await factories.enterprise(event)
    await factories.signed_in(client, (await factories.organiser(event)).person)
    return event, f"/e/{event.slug}/plans/rules"


async def rules_of(event: Event) -> tuple[float, int | None, int | None, bool]:
    await event.refresh_from_db()
    return event.least_value, event.expert_max_meetings, event.enterprise_max_meetings, event.serves_every_need


async def test_rules_are_saved_and_shown(client: Client) -> None:
    event, path = await at_rules(client)
    assert await rules_of(event) == (0.35, None, None, False)
    first = read(await client.get(path))
    assert (first.field("least_points"), first.field("expert_max_meetings")) == ("35", "")

    answer = await client.post(path, data=TYPED)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?notice=saved")
    assert await rules_of(event) == (0.5, 3, None, True)
    page = read(await client.get(path))
    assert (page.field("least_points"), page.field("serves_every_need")) == ("50", "yes")
    plans = read(await client.get(f"/e/{event.slug}/plans"))
    assert "Pairs without a wish are planned if their value is at least 50 points." in plans.words


@pytest.mark.parametrize(
    ("field", "value"),
    [("least_points", "101"), ("least_points", ""), ("expert_max_meetings", "0"), ("enterprise_max_meetings", "many")],
)
async def test_invalid_rules_are_refused(client: Client, field: str, value: str) -> None:
    event, path = await at_rules(client)
    answer = await client.post(path, data={**TYPED, field: value})
    assert (answer.status_code, list(read(answer).faults)) == (422, [field])
    assert await rules_of(event) == (0.35, None, None, False)


async def test_a_preview_saves_nothing(client: Client) -> None:
    event, path = await at_rules(client)
    answer = await client.post(path, data={**TYPED, "least_points": "100", "as": "preview"})
    page = read(answer)
    assert answer.status_code == 200
    assert "Effect of the rules you entered" in page.words
    assert "2 enterprises have a need but no possible pair" in page.words
    assert page.field("least_points") == "100"
    assert await rules_of(event) == (0.35, None, None, False)


async def test_two_organisers_see_each_others_rules(client: Client) -> None:
    event, path = await at_rules(client)
    drawn = read(await client.get(path)).field("drawn")
    await Event.filter(id=event.id).update(least_value=0.2, expert_max_meetings=7)
    typed = {"least_points": "35", "expert_max_meetings": "", "enterprise_max_meetings": "4", "drawn": str(drawn)}

    await client.post(path, data=typed)
    assert await rules_of(event) == (0.2, 7, 4, False)

    answer = await client.post(path, data={**typed, "least_points": "60"})
    assert answer.status_code == 409
    assert "20" in read(answer).words
    assert await rules_of(event) == (0.2, 7, 4, False)


async def test_the_preview_counts_the_effect_of_rules(database: None) -> None:
    event = await factories.event(slots=2, tables=1)
    expert, _other = await factories.expert(event), await factories.expert(event)
    near, away = await factories.enterprise(event), await factories.enterprise(event, available=[])
    secret = await factories.enterprise(event, needs=0)
    await factories.need(secret, confidentiality=Confidentiality.STAGED)
    await factories.wish(expert, near, WishKind.MUST)

    shown = rules.preview(await load_rows(event), PlanRules(least_value=0.0))
    strict = rules.preview(await load_rows(event), PlanRules(least_value=1.0, expert_max_meetings=1))

    assert (shown.wished, shown.unwished, shown.untold, shown.apart) == (1, 1, 2, 2)
    assert shown.as_set == rules.RuleEffect(pairs=2, meetings=2, unserved=2)
    assert [party.id for party in shown.unserved] == [away.id, secret.id]
    assert strict.as_set == rules.RuleEffect(pairs=1, meetings=1, unserved=2)
    assert strict.without_least == rules.RuleEffect(pairs=2, meetings=2, unserved=2)
    assert dict(shown.by_points)[0] == shown.wished + shown.unwished == shown.as_set.pairs
    assert [pairs for _points, pairs in shown.by_points] == sorted((p for _s, p in shown.by_points), reverse=True)


async def test_experts_have_no_more_meetings_in_a_row_than_the_rule_says(client: Client) -> None:
    event = await factories.event(slots=3, tables=1)
    expert, organiser = await factories.expert(event), (await factories.organiser(event)).person
    for _ in range(3):
        await factories.wish(expert, await factories.enterprise(event), WishKind.MUST)
    await factories.signed_in(client, organiser)
    path = f"/e/{event.slug}/plans/rules"

    before = await solved(event, organiser)
    await client.post(path, data={**TYPED, "expert_max_consecutive": "1", "enterprise_max_consecutive": ""})
    after = await solved(event, organiser)

    assert read(await client.get(path)).field("expert_max_consecutive") == "1"
    assert [await Meeting.filter(plan_id=plan.id).count() for plan in (before, after)] == [3, 2]
    first, last = [slot.id for slot in await Slot.filter(event_id=event.id).order_by("start_at")][::2]
    held = [each.slot_id for each in await Meeting.filter(plan_id=after.id).order_by("slot__start_at")]
    assert held == [first, last]


async def test_those_who_limit_the_number_of_meetings_are_named(client: Client) -> None:
    event = await factories.event(slots=3, tables=2)
    one = await factories.expert(event, max_meetings=1)
    for _ in range(3):
        await factories.wish(one, await factories.enterprise(event), WishKind.MUST)
    await factories.signed_in(client, (await factories.organiser(event)).person)

    shown = rules.preview(await load_rows(event), PlanRules(least_value=1.0))
    page = read(
        await client.post(f"/e/{event.slug}/plans/rules", data={**TYPED, "least_points": "100", "as": "preview"})
    )

    assert (shown.as_set.meetings, [party.id for party in shown.limiting]) == (1, [one.id])
    assert "1 participant limits the number of meetings" in page.words


async def test_where_there_are_few_tables_nobody_limits_the_number_of_meetings(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    for _ in range(2):
        await factories.wish(await factories.expert(event), await factories.enterprise(event), WishKind.MUST)

    assert rules.preview(await load_rows(event), PlanRules.of(event)).limiting == []


@pytest.mark.parametrize("size", [1, 3])
async def test_the_page_takes_a_fixed_number_of_queries(client: Client, queries: object, size: int) -> None:
    event, path = await at_rules(client)
    for _ in range(size):
        await factories.enterprise(event)
    with queries() as seen:  # type: ignore[operator]
        await client.get(path)
    assert len(seen) == 23


async def test_people_get_the_time_that_they_need_from_one_hall_to_another(client: Client) -> None:
    event = await factories.event(slots=2, halls=2, tables=1)
    organiser = (await factories.organiser(event)).person
    await factories.signed_in(client, organiser)
    expert = await factories.expert(event)
    tables = await factories.tables_of(event)
    for table in tables:
        firm = await factories.enterprise(event, table_id=table.id)
        await factories.wish(expert, firm)
        await factories.wish(firm, expert)
    at_once = await solved(event, organiser)
    await client.post(f"/e/{event.slug}/plans/rules", data={**TYPED, "walk_min": "15"})
    apart = await solved(event, organiser)

    assert [await Meeting.filter(plan_id=plan.id).count() for plan in (at_once, apart)] == [2, 1]
    halls = [f"h{table.hall_id}" for table in tables]
    assert (await problem_of(apart))["walk"] == [{"halls": halls, "min": 15}]
