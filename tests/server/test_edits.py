"""Two people edit one object: no change is lost without being shown."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import edits
from server.models import Event, Need
from server.values import Values
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.reading import read

LEAF = st.sampled_from(["", "a", "b", "c"])
ROWS = st.fixed_dictionaries(
    {"title": LEAF, "topics": st.lists(st.sampled_from(["x", "y"]), unique=True),
     "name": st.dictionaries(st.sampled_from(["ru", "zh", "en"]), st.sampled_from(["a", "b", "c"]))}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RowValues(Values):
    title: str
    topics: list[str]
    name: dict[str, str]


def leaves(row: dict[str, Any]) -> dict[str, Any]:
    """Return the values as a person sees them: a missing language is an empty field, and choices have no order."""
    texts = {f"name.{code}": row["name"].get(code, "") for code in ("ru", "zh", "en")}
    return {"title": row["title"], "topics": sorted(row["topics"]), **texts}


@given(drawn=ROWS, saved=ROWS, typed=ROWS)
def test_changes_of_two_people_are_merged_or_both_shown(
    drawn: dict[str, Any], saved: dict[str, Any], typed: dict[str, Any]
) -> None:
    """Rule of merging: a field changed by one has that value; a field changed by both is a conflict."""
    before, now, mine = leaves(drawn), leaves(saved), leaves(typed)
    clashing = {key for key in mine if before[key] != mine[key] and before[key] != now[key] and mine[key] != now[key]}
    edit = edits.edit_of({"drawn": edits.drawn_from(drawn)})
    try:
        written = edit.merged(RowValues(**typed), RowValues(**saved)).columns()
    except edits.EditConflict as conflict:
        assert set(conflict.saved) == clashing
        return
    assert clashing == set()
    result = leaves({**saved, **written})
    assert result == {key: mine[key] if mine[key] != before[key] else now[key] for key in mine}


@given(drawn=ROWS, saved=ROWS, typed=ROWS)
def test_a_choice_settles_each_conflict(drawn: dict[str, Any], saved: dict[str, Any], typed: dict[str, Any]) -> None:
    """Shown again with what is saved, the form is saved as the person chose: theirs, or what stood there."""
    edit = edits.edit_of({"drawn": edits.drawn_from(drawn)})
    try:
        edit.merged(RowValues(**typed), RowValues(**saved))
    except edits.EditConflict as conflict:
        form = conflict.form({})
        kept = {f"choose_{name}": "saved" for name in form.saved}
        chosen = edits.edit_of({"drawn": form.drawn, **kept}).merged(RowValues(**typed), RowValues(**saved))
        result = leaves(chosen.values.columns())
        assert all(result[key] == leaves(saved)[key] for key in conflict.saved)
        sent_again = edits.edit_of({"drawn": form.drawn}).merged(RowValues(**typed), RowValues(**saved))
        mine = leaves({**saved, **sent_again.columns()})
        before = leaves(drawn)
        left_alone = {key for key, value in leaves(typed).items() if value == before[key]}
        assert mine == {**leaves(typed), **{key: leaves(saved)[key] for key in left_alone}}


async def delegates_at_a_need(client: Client, other: Client) -> tuple[Need, str]:
    """Return two delegates of an enterprise, each with a browser, and the URL of its need."""
    event = await factories.event()
    party = await factories.enterprise(event, needs=1)
    [first] = await factories.delegates_of(party)
    second = await factories.delegate(party)
    await factories.signed_in(client, first)
    await factories.signed_in(other, second.person)
    [need] = await factories.needs_of(party)
    return need, f"/e/{event.slug}/me/needs/{need.id}"


async def test_changes_to_different_fields_are_both_kept(client: Client, other: Client) -> None:
    need, path = await delegates_at_a_need(client, other)
    first, second = (await client.get(path)).text, (await other.get(path)).text
    await client.post(path, data=filled(first, "title", text="A new text of the first delegate, long enough."))
    answer = await other.post(path, data=filled(second, "title", deadline="2031-05-01"))
    assert answer.status_code == 303
    await need.refresh_from_db()
    assert (need.text, str(need.deadline)) == ("A new text of the first delegate, long enough.", "2031-05-01")


async def test_the_same_field_is_shown_twice_and_the_person_chooses(client: Client, other: Client) -> None:
    need, path = await delegates_at_a_need(client, other)
    first, second = (await client.get(path)).text, (await other.get(path)).text
    await client.post(path, data=filled(first, "title", title="What the first wrote"))
    refused = await other.post(path, data=filled(second, "title", title="What the second wrote"))
    assert refused.status_code == 409
    shown = read(refused).words
    assert "What the first wrote" in shown
    assert 'value="What the second wrote"' in refused.text

    await other.post(path, data=filled(refused.text, "title", choose_title="saved"))
    await need.refresh_from_db()
    assert need.title == "What the first wrote"
    await other.post(path, data=filled(refused.text, "title"))
    await need.refresh_from_db()
    assert need.title == "What the second wrote"


async def test_place_and_description_of_an_event_do_not_undo_each_other(client: Client, other: Client) -> None:
    event = await factories.event()
    path = f"/e/{event.slug}/settings"
    for browser in (client, other):
        organiser = await factories.organiser(event)
        await factories.signed_in(browser, organiser.person)
    first, second = (await client.get(path)).text, (await other.get(path)).text
    assert (await client.post(path, data=filled(first, "slug", place_en="Hall of the people"))).status_code == 303
    assert (await other.post(path, data=filled(second, "slug", description_ru="Встречи"))).status_code == 303
    saved = await Event.get(id=event.id)
    assert (saved.place["en"], saved.description["ru"]) == ("Hall of the people", "Встречи")


@pytest.mark.parametrize("field", ["opens_at", "name_ru"])
async def test_a_conflict_in_the_settings_shows_what_is_saved(client: Client, other: Client, field: str) -> None:
    event = await factories.event()
    path = f"/e/{event.slug}/settings"
    for browser in (client, other):
        organiser = await factories.organiser(event)
        await factories.signed_in(browser, organiser.person)
    first, second = (await client.get(path)).text, (await other.get(path)).text
    mine, theirs = ("07:11", "08:22") if field == "opens_at" else ("Моё", "Ваше")
    await client.post(path, data=filled(first, "slug", **{field: mine}))
    refused = await other.post(path, data=filled(second, "slug", **{field: theirs}))
    assert refused.status_code == 409
    assert mine in read(refused).words
    assert f'value="{theirs}"' in refused.text
    assert (await other.post(path, data=filled(refused.text, "slug"))).status_code == 303


async def test_a_hall_that_one_renames_and_another_enlarges_is_both(client: Client, other: Client) -> None:
    event = await factories.event()
    [hall] = await factories.halls_of(event)
    path = f"/e/{event.slug}/halls/{hall.id}"
    for browser in (client, other):
        organiser = await factories.organiser(event)
        await factories.signed_in(browser, organiser.person)
    first, second = (await client.get(path)).text, (await other.get(path)).text
    await client.post(path, data=filled(first, "tables", name_ru="Зал"))
    await other.post(path, data=filled(second, "tables", tables="5"))
    await hall.refresh_from_db()
    assert (hall.name["ru"], len(await factories.tables_of(event))) == ("Зал", 5)


async def test_two_steps_of_one_registration_and_a_colleague_lose_nothing(client: Client, other: Client) -> None:
    """One delegate changes the description while another changes position and languages."""
    event = await factories.event()
    party = await factories.enterprise(event, await factories.person(full_name="王芳"))
    [first] = await factories.delegates_of(party)
    second = await factories.delegate(party, await factories.person(full_name="李明"))
    await factories.signed_in(client, first)
    await factories.signed_in(other, second.person)
    path = f"/e/{event.slug}/register/enterprise/profile"
    one, two = (await client.get(path)).text, (await other.get(path)).text
    assert (await client.post(path, data=filled(one, "description", description="We make pumps"))).status_code == 303
    changed = filled(two, "description", position="Head of research", languages=["zh", "ru"])
    assert (await other.post(path, data=changed)).status_code == 303
    await party.refresh_from_db()
    await party.fetch_related("organisation")
    await second.refresh_from_db()
    assert (party.organisation.description, second.position) == ("We make pumps", "Head of research")
    assert sorted(party.languages) == ["ru", "zh"]


async def test_ticks_and_limits_that_two_people_save_are_both_kept(client: Client, other: Client) -> None:
    event = await factories.event(slots=3)
    slots = [slot.id for slot in await factories.slots_of(event)]
    party = await factories.enterprise(event)
    [first] = await factories.delegates_of(party)
    await factories.signed_in(client, first)
    await factories.signed_in(other, (await factories.delegate(party)).person)
    path = f"/e/{event.slug}/register/enterprise/presence"
    one, two = (await client.get(path)).text, (await other.get(path)).text
    ticks = [str(slot) for slot in slots[:2]]
    assert (await client.post(path, data=filled(one, "max_meetings", available=ticks))).status_code == 303
    assert (await other.post(path, data=filled(two, "max_meetings", max_meetings="2"))).status_code == 303
    await party.refresh_from_db()
    assert (party.available, party.max_meetings) == (slots[:2], 2)


async def test_slots_that_two_organisers_cut_differently_are_compared(client: Client, other: Client) -> None:
    """Even different fields: the slots are cut from all of them at once."""
    event = await factories.event(slots=0)
    path = f"/e/{event.slug}/slots"
    for browser in (client, other):
        organiser = await factories.organiser(event)
        await factories.signed_in(browser, organiser.person)
    days = {"first_day": "2031-05-20", "last_day": "2031-05-20"}
    await client.post(path, data=filled((await client.get(path)).text, "length_min", **days))
    one, two = (await client.get(path)).text, (await other.get(path)).text
    assert (await client.post(path, data=filled(one, "length_min", length_min="30"))).status_code == 303
    refused = await other.post(path, data=filled(two, "length_min", last_day="2031-05-21"))
    assert refused.status_code == 409
    assert filled(refused.text, "length_min")["length_min"] == ["20"]
    answer = await other.post(path, data=filled(refused.text, "length_min", choose_length_min="saved"))
    assert answer.status_code == 303
    await event.refresh_from_db()
    assert (event.grid["length_min"], event.grid["last_day"]) == ("30", "2031-05-21")


@pytest.mark.parametrize("drawn", ["", "[]", '"title"', '{"title": 1}', "[" * 80_000, '{"a":' * 80_000, "9" * 9000])
def test_an_invalid_hidden_field_counts_as_missing(drawn: str) -> None:
    assert edits.edit_of({"drawn": drawn}).drawn is None
