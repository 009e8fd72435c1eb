"""What an organiser promises to one participant: meetings, and a table of its own."""

from server.models import Registration, Right
from tests import factories
from tests.client import Client
from tests.server.planning import problem_of, solved
from tests.server.setting_up import at_work, words


async def test_promises_reach_the_next_plan(client: Client) -> None:
    event, here = await at_work(client, slots=3, tables=2)
    firm, expert = await factories.enterprise(event), await factories.expert(event)
    await factories.wish(firm, expert)
    [first, second] = await factories.tables_of(event)
    page = await client.get(f"{here}/parties/{firm.id}/promise")
    answer = await client.post(
        f"{here}/parties/{firm.id}/promise", data={"min_meetings": "1", "table_id": str(second.id)}
    )

    assert (page.status_code, answer.status_code) == (200, 303)
    shown = words(await client.get(f"{here}/parties/{firm.id}"))
    assert 'Promised meetings</dt><dd class="num">1' in shown
    organiser = await factories.organiser(event)
    problem = await problem_of(await solved(event, organiser.person))
    [party] = [each for each in problem["parties"] if each["id"] == f"f{firm.id}"]
    assert (party["min_meetings"], party["table"]) == (1, f"t{second.id}")
    assert first.id != second.id


async def test_a_table_belongs_to_one_participant_and_promises_keep_to_limits(client: Client) -> None:
    event, here = await at_work(client, tables=2)
    [table, other] = await factories.tables_of(event)
    await factories.enterprise(event, table_id=table.id)
    expert = await factories.expert(event, max_meetings=2)
    path = f"{here}/parties/{expert.id}/promise"

    shown = (await client.get(path)).text
    taken = await client.post(path, data={"min_meetings": "0", "table_id": str(table.id)})
    above = await client.post(path, data={"min_meetings": "3", "table_id": ""})
    foreign = await factories.tables_of(await factories.event())
    outside = await client.post(path, data={"min_meetings": "0", "table_id": str(foreign[0].id)})

    assert (f'value="{table.id}"' in shown, f'value="{other.id}"' in shown) == (False, True)
    assert [each.status_code for each in (taken, above, outside)] == [409, 409, 409]
    assert "at most 2 meetings" in words(above)
    assert 'value="3"' in above.text
    assert (await Registration.get(id=expert.id)).min_meetings == 0


async def test_two_organisers_who_promise_at_once_see_both_values(client: Client) -> None:
    event, here = await at_work(client)
    expert = await factories.expert(event)
    path = f"{here}/parties/{expert.id}/promise"
    page = await client.get(path)
    drawn = page.text.partition('name="drawn" value="')[2].partition('"')[0].replace("&#34;", '"')
    await Registration.filter(id=expert.id).update(min_meetings=2)
    answer = await client.post(path, data={"min_meetings": "4", "table_id": "", "drawn": drawn})

    assert answer.status_code == 409
    assert (await Registration.get(id=expert.id)).min_meetings == 2


async def test_promises_need_the_right_for_the_plan(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    organiser = await factories.organiser(event, rights=[Right.PEOPLE])
    await factories.signed_in(client, organiser.person)
    party = f"/e/{event.slug}/parties/{expert.id}"
    assert (await client.get(f"{party}/promise")).status_code == 403
    assert "/promise" not in (await client.get(party)).text
