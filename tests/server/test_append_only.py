"""Records of organisers' acts stay as written, whoever writes to the table."""

from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from server import behalf
from server.db import atomic
from server.models import ActOnBehalf, Event, Interpreter, Person, Registration
from tests import factories


async def acted() -> tuple[Event, Person, Registration, Interpreter]:
    """Return records of an organiser's changes to an expert's profile and to an interpreter."""
    event = await factories.event()
    organiser = await factories.person()
    party, interpreter = await factories.expert(event), await factories.interpreter(event)
    await behalf.note(event.id, organiser, "profile", party=party)
    await behalf.note(event.id, organiser, "interpreter", interpreter=interpreter)
    return event, organiser, party, interpreter


async def acts() -> list[tuple[Any, ...]]:
    return list(await ActOnBehalf.all().order_by("id").values_list("act", "organiser_id"))


@pytest.mark.parametrize(
    "values", [{"act": "withdrawn"}, {"organiser_id": None}, {"registration_id": None}, {"event_id": 2}]
)
async def test_no_row_is_changed(database: None, values: dict[str, Any]) -> None:
    _event, organiser, _party, _interpreter = await acted()
    await factories.event()

    with pytest.raises(IntegrityError, match="append-only"):
        await ActOnBehalf.filter(act="profile").update(**values)

    assert await acts() == [("profile", organiser.id), ("interpreter", organiser.id)]


async def test_no_row_is_removed(database: None) -> None:
    _event, organiser, _party, _interpreter = await acted()

    with pytest.raises(IntegrityError, match="append-only"):
        await ActOnBehalf.all().delete()

    assert await acts() == [("profile", organiser.id), ("interpreter", organiser.id)]


async def test_the_row_of_an_organiser_who_is_erased_stays_without_them(database: None) -> None:
    _event, organiser, _party, _interpreter = await acted()

    await organiser.delete()

    assert await acts() == [("profile", None), ("interpreter", None)]


async def test_a_row_is_deleted_with_its_party(database: None) -> None:
    event, organiser, party, interpreter = await acted()

    await atomic(interpreter.delete)()
    assert await acts() == [("profile", organiser.id)]
    await party.delete()
    assert await acts() == []
    await behalf.note(event.id, organiser, "profile", party=await factories.expert(event))
    await event.delete()
    assert await acts() == []
