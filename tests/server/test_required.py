"""Meetings that an organiser requires: in every new plan, unless a side does not want them."""

from server.models import Correction, PlanState, WishKind
from tests import factories
from tests.client import Client
from tests.server.planning import problem_of, result_of, solved
from tests.server.setting_up import at_work, words


async def test_a_required_meeting_is_in_the_plan_before_better_ones(client: Client) -> None:
    event, here = await at_work(client, slots=1, tables=1)
    expert = await factories.expert(event)
    wished, mayor = await factories.enterprise(event), await factories.enterprise(event, needs=0)
    await factories.wish(expert, wished, WishKind.MUST)
    await factories.wish(wished, expert, WishKind.MUST)
    answer = await client.post(f"{here}/pairs/{expert.id}/{mayor.id}", data={"kind": "required", "reason": "the mayor"})
    organiser = await factories.organiser(event)
    plan = await solved(event, organiser.person)

    assert answer.status_code == 303
    problem, result = await problem_of(plan), await result_of(plan)
    pair = f"e{expert.id}-f{mayor.id}"
    assert [each["id"] for each in problem["pairs"] if each.get("required")] == [pair]
    assert [each["pair"] for each in result["meetings"]] == [pair]
    assert "Has to meet" in words(await client.get(f"{here}/corrections"))


async def test_two_required_meetings_in_one_slot_are_named_as_the_conflict(client: Client) -> None:
    event, here = await at_work(client, slots=1, tables=2)
    expert = await factories.expert(event)
    for _ in range(2):
        firm = await factories.enterprise(event)
        await client.post(f"{here}/pairs/{expert.id}/{firm.id}", data={"kind": "required"})
    organiser = await factories.organiser(event)
    plan = await solved(event, organiser.person)

    assert plan.state == PlanState.INFEASIBLE
    page = words(await client.get(f"{here}/plans/{plan.id}"))
    assert "The meeting of this pair is required." in page
    assert "Do not require this meeting" in page


async def test_nobody_is_made_to_meet_whom_they_do_not_want(client: Client) -> None:
    event, here = await at_work(client)
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    await factories.wish(firm, expert, WishKind.NO)
    refused = await client.post(f"{here}/pairs/{expert.id}/{firm.id}", data={"kind": "required", "reason": "please"})

    assert refused.status_code == 409
    assert "One side is not interested in this meeting." in words(refused)
    assert 'value="please"' in refused.text
    assert not await Correction.exists()
