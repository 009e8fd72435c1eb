"""Two entries of one expert: noticed across scripts, merged with a preview, undone for a day."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.models import (
    ContactShare,
    Event,
    FieldReaders,
    FileKind,
    FileReaders,
    Invitation,
    Passport,
    Registration,
    StoredFile,
    Translation,
    Travel,
    TwinMerge,
    Wish,
    WishKind,
)
from server.twins import finding, likeness
from tests import factories
from tests.client import Client
from tests.server.importing import prepared

ALIKE = [
    ("Петрова Анна Сергеевна", "PETROVA ANNA"),
    ("Анна Петрова", "彼得罗娃·安娜"),
    ("Sergey Ivanov", "谢尔盖·伊万诺夫"),
    ("Юлия Кузнецова", "Julia Kuznetsova"),
    ("Дмитрий Чернов", "德米特里·切尔诺夫"),
    ("李伟", "Wei Li"),
]
DIFFERENT = [
    ("Петрова Анна Сергеевна", "Иванова Анна Сергеевна"),
    ("李伟", "王伟"),
    ("Анна", "Anna"),
    ("Петров Андрей", "彼得罗娃·安娜"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_of_one_person_are_alike_in_all_scripts(one: str, other: str) -> None:
    assert likeness.pairs({1: [one], 2: [other]}, {1: "RU", 2: ""}) == [(1, 2)]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_of_two_people_are_not_alike(one: str, other: str) -> None:
    assert likeness.pairs({1: [one], 2: [other]}, {1: "", 2: ""}) == []


def test_people_of_two_countries_are_no_twins() -> None:
    assert likeness.pairs({1: ["Anna Petrova"], 2: ["Анна Петрова"]}, {1: "RU", 2: "KZ"}) == []


async def two(client: Client) -> tuple[Event, Registration, Registration]:
    """Create two entries of one expert: one with an address, and one from a spreadsheet with a wish and a journey."""
    event = await prepared(client)
    kept = await factories.expert(event, await factories.person(full_name="Анна Петрова"), position="")
    nowhere = await factories.person(email="anna@unclaimed.invalid")
    said = {"full_name": "彼得罗娃·安娜", "country": "RU"}
    joined = await factories.expert(event, nowhere, proposed=said, position="Chief", headline="Other")
    firm = await factories.enterprise(event)
    await factories.wish(joined, firm, WishKind.MUST)
    await Travel.create(registration=joined, arrives_by="SU 208")
    return event, kept, joined


async def test_twins_are_merged_after_a_preview_and_the_merge_is_undone(client: Client) -> None:
    event, kept, joined = await two(client)
    path = f"/e/{event.slug}/twins"
    assert "/twins" in (await client.get(f"/e/{event.slug}/desk")).text

    preview = await client.get(f"{path}/{kept.id}/{joined.id}")
    merged = await client.post(f"{path}/{kept.id}/{joined.id}")

    assert "Chief" in preview.text and "Filled" in preview.text and merged.status_code == 303
    after, gone = await Registration.get(id=kept.id), await Registration.get(id=joined.id)
    assert (after.position, after.headline, gone.withdrawn_at is None) == ("Chief", kept.headline, False)
    assert [wish.by_id for wish in await Wish.all()] == [(await Travel.get()).registration_id] == [kept.id]
    assert await finding.pairs_of(event) == []
    [made] = await TwinMerge.all()
    await Registration.filter(id=kept.id).update(headline="Changed since")

    undone = await client.post(f"{path}/merges/{made.id}/undo")

    back, again = await Registration.get(id=kept.id), await Registration.get(id=joined.id)
    assert (undone.status_code, back.position, back.headline) == (303, "", "Changed since")
    assert again.withdrawn_at is None and [wish.by_id for wish in await Wish.all()] == [joined.id]
    assert await finding.pairs_of(event) == [(kept.id, joined.id)]
    assert (await client.post(f"{path}/merges/{made.id}/undo")).status_code == 404


async def test_what_does_not_move_is_named_in_the_preview_and_stays(client: Client) -> None:
    event, kept, joined = await two(client)
    await Registration.filter(id=joined.id).update(readers={"position": FieldReaders.NOBODY})
    kept_wish, firm = await factories.enterprise(event), await factories.enterprise(event)
    for party in (kept, joined):
        await factories.wish(party, kept_wish, WishKind.MUST)
        await Invitation.create(registration=party)
    await factories.translation(joined, "position", "ru", "Главный")
    await factories.translation(joined, "headline", "ru", "Другое")
    await Passport.create(registration=joined, sealed="x", key_id="k")
    await ContactShare.create(event=event, by=firm, about=joined)
    whose: dict[str, Any] = {
        "event": event,
        "registration": joined,
        "readers": FileReaders.OTHER_SIDE,
        "size": 1,
        "digest": "0" * 64,
    }
    await StoredFile.create(**whose, kind=FileKind.PHOTO, name="a.png", media_type="image/png", key="k" * 32)

    path = f"/e/{event.slug}/twins"
    preview = await client.get(f"{path}/{kept.id}/{joined.id}")
    await client.post(f"{path}/{kept.id}/{joined.id}")

    assert "belong to one account" in preview.text
    assert _rows(preview.text) == {
        **{"Wishes": (1, 1), "Journey": (1, 0), "Invitation": (0, 1), "Files": (0, 1), "Translations": (1, 1)},
        **{"Passport data": (0, 1), "Agreed exchanges of contacts": (0, 1)},
    }
    assert (await Registration.get(id=kept.id)).readers == {"position": "nobody"}
    moved = {row.field: row.registration_id for row in await Translation.all()}
    assert moved == {"position": kept.id, "headline": joined.id}
    for model in (Passport, StoredFile):
        assert [row.registration_id for row in await model.all()] == [joined.id]
    await client.post(f"{path}/merges/{(await TwinMerge.get()).id}/undo")
    assert {row.registration_id for row in await Translation.all()} == {joined.id}


def _rows(page: str) -> dict[str, tuple[int, int]]:
    """Return how many rows of each kind move and stay, as the preview says."""
    table = page[page.index('id="moves"') :]
    found = re.findall(r"<tr><td>([^<]+)</td><td[^>]*>(?:<bdi>)?(\d+)\D+?<td[^>]*>(?:<bdi>)?(\d+)", table)
    return {label: (int(moving), int(staying)) for label, moving, staying in found}


async def test_the_entry_with_the_address_has_to_stay(client: Client) -> None:
    event, kept, joined = await two(client)
    answer = await client.post(f"/e/{event.slug}/twins/{joined.id}/{kept.id}")
    assert answer.status_code == 409 and await TwinMerge.all().count() == 0


async def test_people_who_were_told_apart_are_no_pair_any_more(client: Client) -> None:
    event, kept, joined = await two(client)
    path = f"/e/{event.slug}/twins/{kept.id}/{joined.id}"
    assert (await client.post(f"{path}/apart")).status_code == 303
    assert (await client.post(f"{path}/apart")).status_code == 303
    assert await finding.pairs_of(event) == [] and (await client.post(path)).status_code == 409


async def test_a_merge_is_undone_for_a_day_only(client: Client) -> None:
    event, kept, joined = await two(client)
    path = f"/e/{event.slug}/twins"
    await client.post(f"{path}/{kept.id}/{joined.id}")
    await client.post(f"{path}/{kept.id}/{joined.id}")
    [made] = await TwinMerge.all()
    assert f"/merges/{made.id}/undo" in (await client.get(path)).text
    await TwinMerge.filter(id=made.id).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert (await client.post(f"{path}/merges/{made.id}/undo")).status_code == 404
    assert "/undo" not in (await client.get(path)).text
