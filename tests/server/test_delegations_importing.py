"""Imports and exports of a delegation: what its leader reaches, and that an export can be imported again."""

import io

import httpx2
import pytest
from python_calamine import CalamineWorkbook

from i18n import Translator
from server.imports.columns import ALL, COLUMNS
from server.models import (
    ActOnBehalf,
    Delegation,
    DelegationMember,
    Event,
    ImportUpload,
    Level,
    Mail,
    Person,
    Registration,
    Side,
)
from tests import factories
from tests.client import Client
from tests.server.importing import EXPERT, confirmation, faults, followed, outcome, workbook

SECOND = {**EXPERT, "email": "", "full_name": "Ли Вэй", "languages": "ru (basic), en (C1)", "max_meetings": "3"}


async def upload(client: Client, event: Event, delegation: Delegation, content: bytes) -> httpx2.Response:
    files = [("files", ("members.xlsx", content))]
    path = f"/e/{event.slug}/delegations/{delegation.id}/import"
    return await followed(client, await client.post(path, files=files))


async def led(client: Client) -> tuple[Event, Delegation, Person]:
    """Create a delegation; its leader is at the client."""
    event, leader = await factories.event(), await factories.person()
    await factories.organiser(event)
    delegation = await factories.delegation(event, leader)
    await factories.signed_in(client, leader)
    return event, delegation, leader


async def test_a_leader_imports_members_who_are_invited_directly_or_through_the_leader(client: Client) -> None:
    event, delegation, leader = await led(client)

    preview = await upload(client, event, delegation, workbook(Experts=[EXPERT, SECOND]))
    stored = await client.post(confirmation(preview), data={"invite": "yes"})

    assert stored.headers["location"] == f"/e/{event.slug}/delegations/{delegation.id}?notice=imported"
    assert await DelegationMember.filter(delegation_id=delegation.id).count() == 2
    sent = {each.to_address: each.values.get("through") for each in await Mail.filter(template="invited")}
    assert sent == {"anna@example.org": None, leader.email: "Ли Вэй"}
    page = await client.get(f"/e/{event.slug}/delegations/{delegation.id}")
    assert "/claim/" in page.text and (await client.get(f"/e/{event.slug}/import")).status_code == 404
    assert await ActOnBehalf.filter(act="imported_by_leader", organiser_id=leader.id).count() == 2


async def test_a_leader_reaches_only_the_own_delegation(client: Client) -> None:
    event, delegation, _leader = await led(client)
    other = await factories.expert(event, await factories.person(email="anna@example.org"), proposed={"full_name": "A"})
    firm = {"name": "宁波电机有限公司", "email": "li@example.org", "full_name": "李伟", "languages": "中文"}

    preview = await upload(client, event, delegation, workbook(Experts=[EXPERT], Enterprises=[firm]))

    assert [line[0] for line in faults(preview)] == ["2", "2"]
    assert (await Registration.get(id=other.id)).headline == other.headline
    assert await DelegationMember.all().count() == 0 and await Registration.all().count() == 1


async def test_an_upload_is_found_only_where_it_was_made(client: Client) -> None:
    event, delegation, leader = await led(client)
    await factories.organiser(event, leader)
    await upload(client, event, delegation, workbook(Experts=[EXPERT]))
    [made] = await ImportUpload.all()
    other = await factories.delegation(event)
    here = await client.get(f"/e/{event.slug}/delegations/{delegation.id}/import/{made.id}")
    there = await client.get(f"/e/{event.slug}/import/{made.id}")
    elsewhere = await client.get(f"/e/{event.slug}/delegations/{other.id}/import/{made.id}")
    assert (here.status_code, there.status_code, elsewhere.status_code) == (200, 404, 404)


@pytest.mark.parametrize("locale", ["zh_Hans", "ru", "en"])
async def test_an_export_imported_again_changes_nothing(client: Client, locale: str) -> None:
    event, delegation, _leader = await led(client)
    slots = await factories.slots_of(event)
    await client.post(confirmation(await upload(client, event, delegation, workbook(Experts=[EXPERT, SECOND]))))
    second = await Registration.get(max_meetings=3)
    assert second.levels == {"ru": Level.BASIC, "en": Level.FLUENT} and len(second.available) == len(slots)
    export = f"/e/{event.slug}/delegations/{delegation.id}/members.xlsx?in={locale}"

    exported = await client.get(export)
    preview = await upload(client, event, delegation, exported.content)
    await Registration.filter(id=second.id).update(available=[], presence=[])
    again = await client.get(export)
    never_there = await upload(client, event, delegation, again.content)

    assert availability(exported) == [Translator(locale).translate(ALL)] * 2
    assert faults(preview) == []
    assert outcome(preview) == ["2 experts and enterprises unchanged"]
    # Somebody without any slot does not get all of them.
    assert availability(again)[1] == "—"
    assert [fault[2:] for fault in faults(never_there)] == [("—", "Choose at least one option.")]


def availability(exported: httpx2.Response) -> list[str]:
    """Return the cells of the slots in the rows of an export."""
    place = [column.name for column in COLUMNS[Side.EXPERT]].index("available")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(exported.content)).get_sheet_by_index(0).to_python()
    return [str(row[place]) for row in rows[1:]]
