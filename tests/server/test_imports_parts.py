"""Imports of many rows: read and written in bulk, some participants in each transaction."""

from typing import Any

import pytest

from server.imports.service import AT_A_TIME
from server.models import Need, Registration
from tests.client import Client
from tests.server.importing import ENTERPRISE, EXPERT, confirmation, imported, outcome, prepared, upload, workbook
from tests.statements import Statements


def content(number: int) -> bytes:
    experts = [{**EXPERT, "email": f"e{at}@example.org"} for at in range(number)]
    firms = [{**ENTERPRISE, "email": f"f{at}@example.org", "name": f"宁波电机 {at}"} for at in range(number)]
    return workbook(experts=experts, enterprises=firms)


@pytest.mark.parametrize("number", [1, 3])
async def test_a_preview_and_an_import_take_the_same_queries_for_one_row_and_three(
    client: Client, queries: Any, number: int
) -> None:
    event = await prepared(client)
    seen: dict[str, Statements] = {}
    with queries() as seen["preview"]:
        preview = await upload(client, event, content(number))
    with queries() as seen["store"]:
        await client.post(confirmation(preview), data={"invite": "yes"})
    assert {name: len(each) for name, each in seen.items()} == {"preview": 94, "store": 125}
    assert await Registration.filter(event_id=event.id).count() == 2 * number


async def test_more_rows_than_one_transaction_takes_are_stored_once(client: Client) -> None:
    event = await prepared(client)
    every = content(AT_A_TIME + 1)
    preview = await upload(client, event, every)
    for _again in range(2):
        await client.post(confirmation(preview))
    assert (await Registration.filter(event_id=event.id).count(), await Need.all().count()) == (42, 21)
    await imported(client, event, every)
    assert outcome(await upload(client, event, every)) == ["42 experts and enterprises unchanged"]
    assert await Registration.filter(event_id=event.id).count() == 42
