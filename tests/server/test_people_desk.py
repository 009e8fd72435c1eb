"""The people's desk: one table of both sides with conditions, sort orders and one participant beside it."""

from server.models import Event, Registration
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.test_desk import at_desk


async def a_table(client: Client) -> tuple[Event, str, Registration, list[Registration]]:
    """Return an event with an expert and three enterprises; the first of them has a wish, the last is a draft."""
    event, base = await at_desk(client)
    expert = await factories.expert(event)
    firms = [await factories.enterprise(event) for _ in range(3)]
    await factories.wish(firms[0], expert)
    await Registration.filter(id=firms[2].id).update(registered_at=None)
    return event, f"{base}/participants", expert, firms


async def ids(client: Client, address: str) -> list[int]:
    found = read(await client.get(address))
    return [int(link.rpartition("/")[2]) for link in found.links if "/parties/" in link]


async def test_conditions_are_met_together_and_each_can_be_taken_off(client: Client) -> None:
    _event, table, expert, firms = await a_table(client)
    both = f"{table}?state=registered&state=no-wishes&state=strange"
    assert await ids(client, both) == [expert.id, firms[1].id]
    assert await ids(client, f"{both}&side=enterprise") == [firms[1].id]
    found = read(await client.get(both))
    assert {f"{table}?state=registered", f"{table}?state=no-wishes"} <= set(found.links)


async def test_several_columns_sort_and_an_unknown_one_is_left_out(client: Client) -> None:
    _event, table, expert, firms = await a_table(client)
    names = {firm.id: name for firm, name in zip(firms, ("Gamma", "alpha", "Beta"), strict=True)}
    for firm in firms:
        await type(firm.organisation).filter(id=firm.organisation_id).update(name=names[firm.id], latin_name="")
    sorted_by = [await ids(client, f"{table}?sort={order}") for order in ("side,-name", "-wishes,side,name,nothing")]
    assert sorted_by[0] == [firms[0].id, firms[2].id, firms[1].id, expert.id]
    assert sorted_by[1] == [firms[0].id, firms[1].id, firms[2].id, expert.id]


async def test_a_heading_reverses_its_column_and_can_be_added_to_the_others(client: Client) -> None:
    _event, table, _expert, _firms = await a_table(client)
    page = (await client.get(f"{table}?sort=name")).text
    assert f'href="{table}?sort=-name"' in page and 'aria-sort="ascending"' in page
    assert f'href="{table}?sort=-wishes" data-add="{table}?sort=name%2C-wishes"' in page


async def test_beside_the_table_stands_what_is_missing_with_the_way_to_the_next(client: Client) -> None:
    _event, table, expert, firms = await a_table(client)
    await Registration.filter(id=expert.id).update(headline="", offer="")
    page = read(await client.get(f"{table}?open={expert.id}"))
    elsewhere = read(await client.get(f"{table}?open=999999"))
    assert "One line about the person" in page.words and "Organisation" not in page.by_class["lacking"]
    assert f"{table}?open={firms[0].id}#beside" in page.links
    assert "One line about the person" not in elsewhere.words
