"""Rows of an event as a problem, and a result as rows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from matching.affinity import pair_value
from matching.affinity.constants import FLOOR
from matching.formats.schedule import read_problem
from server.models import Claim, ClaimKind, Event, Meeting, NeedState, PlenaryItem, Registration, WishKind
from server.plans import publishing, snapshot
from server.rows import load_rows
from server.scores.asking import request_of
from tests import factories
from tests.server.planning import solved


async def document(event: Event, *, keep: bool = False) -> dict[str, Any]:
    return snapshot.take(await load_rows(event), keep=keep).document


async def test_the_rows_become_a_problem(database: None) -> None:
    event = await factories.event(slots=2, tables=2)
    one, two = await factories.slots_of(event)
    table, own = await factories.tables_of(event)
    expert = await factories.expert(event, available=[two.id], max_meetings=3, min_meetings=1)
    enterprise = await factories.enterprise(event, table=own, parallel=2)
    interpreter = await factories.interpreter(event, max_consecutive=4)

    taken = snapshot.take(await load_rows(event))

    pair = f"e{expert.id}-f{enterprise.id}"
    day = one.day.isoformat()
    assert taken.document == {
        "format": "problem/1",
        "slots": [
            {"id": f"s{one.id}", "start": f"{day}T09:00:00+08:00", "end": f"{day}T09:30:00+08:00", "day": day},
            {"id": f"s{two.id}", "start": f"{day}T09:30:00+08:00", "end": f"{day}T10:00:00+08:00", "day": day},
        ],
        "tables": [
            {"id": f"t{table.id}", "hall": f"h{table.hall_id}"},
            {"id": f"t{own.id}", "hall": f"h{own.hall_id}"},
        ],
        "parties": [
            {
                "id": f"e{expert.id}",
                "side": "expert",
                "languages": ["ru", "en"],
                "available": [f"s{two.id}"],
                "max_meetings": 3,
                "min_meetings": 1,
            },
            {
                "id": f"f{enterprise.id}",
                "side": "enterprise",
                "languages": ["zh", "en"],
                "available": [f"s{one.id}", f"s{two.id}"],
                "parallel": 2,
                "table": f"t{own.id}",
            },
        ],
        "pairs": [
            {
                "id": pair,
                "parties": [f"e{expert.id}", f"f{enterprise.id}"],
                "value": taken.scores[pair]["value"],
            }
        ],
        "interpreters": [
            {
                "id": f"i{interpreter.id}",
                "languages": ["ru", "zh"],
                "available": [f"s{one.id}", f"s{two.id}"],
                "max_consecutive": 4,
            }
        ],
    }
    assert read_problem(taken.document).document == taken.document


async def test_drafts_and_those_who_withdrew_take_no_part(database: None) -> None:
    event, now = await factories.event(), datetime.now(UTC)
    there, company = await factories.expert(event), await factories.enterprise(event)
    await factories.expert(event, registered_at=None)
    await factories.enterprise(event, withdrawn_at=now)

    parties = (await document(event))["parties"]

    assert [party["id"] for party in parties] == [f"e{there.id}", f"f{company.id}"]


async def test_a_plenary_item_closes_the_slots_that_it_overlaps(database: None) -> None:
    event = await factories.event(slots=3)
    first, second, third = await factories.slots_of(event)
    expert = await factories.expert(event)
    await PlenaryItem.create(
        event=event, name={"en": "Visit"}, start_at=second.start_at, end_at=third.start_at, side="expert"
    )

    made = await document(event)

    assert [slot["id"] for slot in made["slots"]] == [f"s{first.id}", f"s{third.id}"]
    assert made["parties"] == [
        {
            "id": f"e{expert.id}",
            "side": "expert",
            "languages": ["ru", "en"],
            "available": [f"s{first.id}", f"s{third.id}"],
        }
    ]


async def test_a_pair_has_the_score_of_its_best_need_and_lists_the_others(database: None) -> None:
    event = await factories.event()
    expert, enterprise = await factories.expert(event), await factories.enterprise(event, needs=0)
    far = await factories.need(enterprise, topics=["bio.drug"], title="A tablet", text="Tablets that dissolve.")
    near = await factories.need(enterprise)
    await factories.need(enterprise, state=NeedState.DRAFT)

    found = snapshot.take(await load_rows(event)).scores[f"e{expert.id}-f{enterprise.id}"]

    assert found["need"] == near.id
    assert [other[0] for other in found["others"]] == [far.id]
    assert found["score"] > found["others"][0][1]
    assert sum(part["weight"] * part["value"] for part in found["parts"]) == pytest.approx(found["score"], abs=1e-8)


@pytest.mark.parametrize(
    ("of_expert", "of_enterprise"),
    [(None, None), (WishKind.LIKE, None), (None, WishKind.MUST), (WishKind.MUST, WishKind.LIKE)],
)
async def test_wishes_make_the_value_of_a_pair(
    database: None, of_expert: WishKind | None, of_enterprise: WishKind | None
) -> None:
    event = await factories.event()
    expert, enterprise = await factories.expert(event), await factories.enterprise(event)
    if of_expert:
        await factories.wish(expert, enterprise, of_expert)
    if of_enterprise:
        await factories.wish(enterprise, expert, of_enterprise)

    taken = snapshot.take(await load_rows(event))

    found = taken.scores[f"e{expert.id}-f{enterprise.id}"]
    assert found["wishes"] == [of_expert, of_enterprise]
    assert found["value"] == pair_value(found["score"], of_enterprise, of_expert)
    assert [pair["value"] for pair in taken.document["pairs"]] == [found["value"]]


@pytest.mark.parametrize("is_experts", [True, False])
async def test_a_veto_of_either_side_leaves_no_pair(database: None, is_experts: bool) -> None:
    event = await factories.event()
    expert, enterprise = await factories.expert(event), await factories.enterprise(event)
    by, about = (expert, enterprise) if is_experts else (enterprise, expert)
    await factories.wish(by, about, WishKind.NO)
    await factories.wish(about, by, WishKind.MUST)

    taken = snapshot.take(await load_rows(event))

    assert (taken.document["pairs"], taken.scores) == ([], {})


async def test_an_enterprise_without_needs_meets_whom_somebody_wishes_it_to_meet(database: None) -> None:
    event = await factories.event()
    wished, _other = await factories.expert(event), await factories.expert(event)
    enterprise = await factories.enterprise(event, needs=0)
    await factories.wish(wished, enterprise)

    pairs = (await document(event))["pairs"]

    assert [pair["id"] for pair in pairs] == [f"e{wished.id}-f{enterprise.id}"]
    assert pairs[0]["value"] == pair_value(FLOOR, None, WishKind.LIKE)


async def test_a_topic_that_has_left_the_scheme_is_passed_over(database: None) -> None:
    event = await factories.event()
    await factories.expert(event, topics=["auto.ev", "alchemy.gold"])

    request = request_of(await load_rows(event))

    assert [expert["topics"] for expert in request["experts"]] == [["auto.ev"]]


async def test_what_is_published_is_told_to_the_presets_that_keep_it_without_those_who_withdrew(database: None) -> None:
    event = await factories.event(slots=1, tables=2)
    organiser = (await factories.organiser(event)).person
    [slot] = await factories.slots_of(event)
    for _ in range(2):
        await factories.wish(await factories.expert(event), await factories.enterprise(event))
    plan = await solved(event, organiser)
    await publishing.publish(plan, organiser)
    gone, kept = await Meeting.filter(plan_id=plan.id).order_by("expert_id")
    await Registration.filter(id=gone.expert_id).update(withdrawn_at=datetime.now(UTC))

    made = await document(event, keep=True)

    assert made["previous"] == [
        {"pair": f"e{kept.expert_id}-f{kept.enterprise_id}", "slot": f"s{slot.id}", "table": f"t{kept.table_id}"}
    ]
    assert f"e{gone.expert_id}" not in {party["id"] for party in made["parties"]}
    assert not [pair for pair in made["pairs"] if f"e{gone.expert_id}" in pair["parties"]]
    assert read_problem(made).document == made


async def test_a_result_becomes_meetings_with_claims(database: None) -> None:
    event = await factories.event(slots=1, tables=2)
    organiser = (await factories.organiser(event)).person
    [slot] = await factories.slots_of(event)
    experts = [await factories.expert(event, languages=["ru"]), await factories.expert(event)]
    enterprise = await factories.enterprise(event, parallel=2)
    interpreter = await factories.interpreter(event)
    [need] = await factories.needs_of(enterprise)

    plan = await solved(event, organiser)

    meetings = await Meeting.filter(plan_id=plan.id).order_by("expert_id")
    assert [(m.expert_id, m.enterprise_id, m.need_id, m.slot_id, m.interpreter_id) for m in meetings] == [
        (experts[0].id, enterprise.id, need.id, slot.id, interpreter.id),
        (experts[1].id, enterprise.id, need.id, slot.id, None),
    ]
    claims = {(c.kind, c.resource_id, c.seat) for c in await Claim.filter(plan_id=plan.id, slot_id=slot.id)}
    tables = {(ClaimKind.TABLE, table.id, 0) for table in await factories.tables_of(event)}
    assert claims == {
        *tables,
        (ClaimKind.INTERPRETER, interpreter.id, 0),
        (ClaimKind.PARTY, experts[0].id, 0),
        (ClaimKind.PARTY, experts[1].id, 0),
        (ClaimKind.PARTY, enterprise.id, 0),
        (ClaimKind.PARTY, enterprise.id, 1),
    }


@pytest.mark.parametrize("size", [1, 3])
async def test_loading_takes_the_same_queries_whatever_the_size(database: None, queries: Any, size: int) -> None:
    event = await factories.event(slots=size)
    for _ in range(size):
        await factories.wish(await factories.expert(event), await factories.enterprise(event))
        await factories.interpreter(event)

    with queries() as seen:
        rows = await load_rows(event)
        snapshot.take(rows)
    with queries() as seen_again:
        await load_rows(event)

    assert (len(seen), len(seen_again)) == (13, 1)
