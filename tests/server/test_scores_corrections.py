"""Organisers' assessments: used at once in matches and plans, shown, stored, and taken back."""

from typing import Any

import pytest

from server.models import Correction, CorrectionKind, Event, Registration, WishKind
from server.plans import snapshot
from server.rows import load_rows
from server.scores import corrections, service
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.planning import solved

TABLETS: dict[str, Any] = {"title": "A tablet", "text": "Tablets that dissolve fast.", "topics": ["bio.drug"]}


async def at_desk(client: Client) -> tuple[Event, str]:
    """Return an event whose organiser is at the client, and its URL."""
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    return event, f"/e/{event.slug}"


async def three(event: Event) -> tuple[Registration, Registration, Registration]:
    """Create an expert on motors, an enterprise that needs motors, and one that needs tablets."""
    near, far = await factories.enterprise(event), await factories.enterprise(event, needs=0)
    await factories.need(far, **TABLETS)
    return await factories.expert(event), near, far


async def order_of(client: Client, base: str, party: Registration) -> list[str]:
    return read(await client.get(f"{base}/parties/{party.id}/matches")).by_class["item"]


def name(enterprise: Registration) -> str:
    return str(enterprise.organisation.name)


async def test_assessing_a_match_changes_the_ranking_at_once_and_back(client: Client) -> None:
    event, base = await at_desk(client)
    expert, near, far = await three(event)
    pair = f"{base}/pairs/{expert.id}/{far.id}"

    before = await order_of(client, base, expert)
    answer = await client.post(pair, data={"kind": "fits", "reason": "They wrote to each other"})
    after = await order_of(client, base, expert)
    await client.post(pair, data={"kind": ""})

    assert (answer.status_code, answer.headers["location"]) == (303, f"{pair}?notice=correction_saved")
    assert (before, after) == ([name(near), name(far)], [name(far), name(near)])
    assert await order_of(client, base, expert) == before


async def test_confirmed_pairs_come_before_all_others(client: Client) -> None:
    event, base = await at_desk(client)
    told: dict[str, Any] = {"topics": ["auto.ev", "mech.motor", "mat.mag"], "modes": ["consulting"]}
    expert, far = await factories.expert(event, seniority=1.0, **told), await factories.enterprise(event, needs=0)
    near = await factories.enterprise(event, needs=0)
    await factories.need(near, title=expert.headline, text=expert.offer, **told)

    await client.post(f"{base}/pairs/{expert.id}/{far.id}", data={"kind": "fits"})

    [score] = read(await client.get(f"{base}/pairs/{expert.id}/{near.id}")).by_class["score"]
    assert int(score) > 90
    assert await order_of(client, base, expert) == [name(far), name(near)]


async def test_the_assessment_is_a_part_of_the_score_and_parts_add_up(client: Client) -> None:
    event, base = await at_desk(client)
    expert, _near, far = await three(event)
    await client.post(f"{base}/pairs/{expert.id}/{far.id}", data={"kind": "fits"})
    page = read(await client.get(f"{base}/pairs/{expert.id}/{far.id}"))
    [account], [score] = page.by_class["account"], page.by_class["score"]
    words = account.split()
    parts = [(int(a), int(b)) for a, slash, b in zip(words, words[1:], words[2:], strict=False) if slash == "/"]
    assert account.startswith("Organiser’s assessment 90 / 90")
    assert (sum(reached for reached, _ in parts), sum(most for _, most in parts)) == (int(score), 100)
    assert "Organiser’s assessment: good match" in page.words


async def test_the_parties_see_that_the_organiser_recommends_but_not_why(client: Client) -> None:
    event, base = await at_desk(client)
    expert, _near, far = await three(event)
    await client.post(f"{base}/pairs/{expert.id}/{far.id}", data={"kind": "fits", "reason": "CANARY"})
    await factories.signed_in(client, expert.person)
    listed, why = [await client.get(f"{base}/matches{path}") for path in ("", f"/{far.id}")]
    assert read(listed).by_class["item"][0] == TABLETS["title"]
    assert ["Recommended by the organiser" in read(page).words for page in (listed, why)] == [True, True]
    assert "CANARY" not in listed.text + why.text


async def test_a_pair_that_does_not_fit_leaves_recommendations(client: Client) -> None:
    event, base = await at_desk(client)
    expert, near, far = await three(event)
    await client.post(f"{base}/pairs/{expert.id}/{near.id}", data={"kind": "unfit"})
    listed = read(await client.get(f"{base}/parties/{expert.id}/matches"))
    assert listed.by_class["item"] == [name(far), name(near)]
    assert "Organiser’s assessment: not a match" in listed.words
    await factories.signed_in(client, expert.person)
    page = read(await client.get(f"{base}/matches"))
    assert page.by_class["item"] == [TABLETS["title"]]
    assert "The organiser does not plan this meeting." in read(await client.get(f"{base}/matches/{near.id}")).words


async def test_whoever_wished_for_a_pair_is_told_that_it_is_not_planned(client: Client) -> None:
    event, base = await at_desk(client)
    expert, near, _far = await three(event)
    await factories.wish(expert, near, WishKind.MUST)
    await client.post(f"{base}/pairs/{expert.id}/{near.id}", data={"kind": "unfit"})
    await factories.signed_in(client, expert.person)
    page = read(await client.get(f"{base}/matches?show=wished"))
    assert (len(page.by_class["item"]), "Not planned by the organiser" in page.words) == (1, True)


async def scores_of(event: Event) -> dict[str, dict[str, Any]]:
    return snapshot.take(await load_rows(event)).scores


async def test_plans_follow_assessments(database: None) -> None:
    event = await factories.event(least_value=0.0)
    organiser = (await factories.organiser(event)).person
    expert, near, far = await three(event)
    raised = f"e{expert.id}-f{far.id}"
    before = (await scores_of(event))[raised]["score"]
    await service.save_assessment(expert, far, CorrectionKind.FITS, reason="", by=organiser)
    await service.save_assessment(expert, near, CorrectionKind.UNFIT, reason="", by=organiser)

    found = await scores_of(event)

    assert found.keys() == {raised}
    assert found[raised]["score"] == pytest.approx(0.9 + 0.1 * before)
    parts = found[raised]["parts"]
    assert sum(part["weight"] * part["value"] for part in parts) == pytest.approx(found[raised]["score"], abs=1e-8)
    assert parts[0]["code"] == corrections.PART


async def test_an_assessment_alone_makes_a_pair_a_candidate(database: None) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    expert, silent = await factories.expert(event), await factories.enterprise(event, needs=0)
    before = await scores_of(event)
    await service.save_assessment(expert, silent, CorrectionKind.FITS, reason="", by=organiser)
    found = await scores_of(event)
    assert (before, found[f"e{expert.id}-f{silent.id}"]["score"]) == ({}, 0.9)


async def test_a_veto_outweighs_the_organisers_word(database: None) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    expert, near, _far = await three(event)
    await factories.wish(near, expert, WishKind.NO)
    await service.save_assessment(expert, near, CorrectionKind.FITS, reason="", by=organiser)
    assert f"e{expert.id}-f{near.id}" not in await scores_of(event)


async def test_a_pair_of_a_plan_leads_to_its_reasons(client: Client) -> None:
    event, base = await at_desk(client)
    expert, near, _far = await three(event)
    plan = await solved(event, (await factories.organiser(event)).person)
    page = read(await client.get(f"{base}/plans/{plan.id}/pairs/e{expert.id}-f{near.id}"))
    assert f"{base}/pairs/{expert.id}/{near.id}" in page.links


# What is kept -----------------------------------------------------------------------------------------------------


async def test_every_assessment_is_stored_with_author_time_and_reason(client: Client) -> None:
    event, base = await at_desk(client)
    expert, near, _far = await three(event)
    pair = f"{base}/pairs/{expert.id}/{near.id}"
    for kind, reason in (("unfit", "Competitors"), ("fits", "They talked"), ("", "")):
        await client.post(pair, data={"kind": kind, "reason": reason})
    kept = await Correction.filter(expert_id=expert.id).order_by("id").values_list("kind", "reason", "stands")
    assert kept == [("unfit", "Competitors", None), ("fits", "They talked", None)]
    page = read(await client.get(pair))
    assert ["2 earlier assessments" in page.words, "Competitors" in page.words, "Undone:" in page.words] == [True] * 3


async def test_repeating_an_assessment_changes_nothing(client: Client) -> None:
    event, base = await at_desk(client)
    expert, near, _far = await three(event)
    for _ in range(2):
        await client.post(f"{base}/pairs/{expert.id}/{near.id}", data={"kind": "fits"})
    assert await Correction.all().count() == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"kind": "maybe"}, "kind"), ({}, "kind"), ({"kind": "fits", "reason": "x" * 301}, "reason")],
)
async def test_an_invalid_assessment_is_explained_and_the_reason_stays(
    client: Client, sent: dict[str, str], field: str
) -> None:
    event, base = await at_desk(client)
    expert, near, _far = await three(event)
    answer = await client.post(f"{base}/pairs/{expert.id}/{near.id}", data={"reason": "kept", **sent})
    page = read(answer)
    assert (answer.status_code, page.field("reason")) == (422, sent.get("reason", "kept"))
    assert "1 entry needs to be corrected" in page.words
    assert (field in page.faults) == (field == "reason")
    assert await Correction.all().count() == 0


async def test_a_list_brings_back_to_the_line_that_was_pressed(client: Client) -> None:
    event, base = await at_desk(client)
    expert, near, _far = await three(event)
    here = f"{base}/parties/{expert.id}/matches#m{near.id}"
    answer = await client.post(f"{base}/pairs/{expert.id}/{near.id}", data={"kind": "fits", "next": here})
    assert answer.headers["location"] == here.replace("#", "?notice=correction_saved#")
    outside = {"kind": "", "next": "//elsewhere.example"}
    assert (await client.post(f"{base}/pairs/{expert.id}/{near.id}", data=outside)).headers["location"].startswith("/?")


async def test_only_organisers_of_the_event_can_assess(client: Client) -> None:
    event, base = await at_desk(client)
    expert, near, _far = await three(event)
    elsewhere = await factories.enterprise(await factories.event())
    wrong = [f"{expert.id}/{elsewhere.id}", f"{near.id}/{expert.id}", f"{expert.id}/{2**31}"]
    statuses = [(await client.post(f"{base}/pairs/{two}", data={"kind": "fits"})).status_code for two in wrong]
    await factories.signed_in(client, (await factories.organiser(await factories.event())).person)
    statuses.append((await client.post(f"{base}/pairs/{expert.id}/{near.id}", data={"kind": "fits"})).status_code)
    assert (statuses, await Correction.all().count()) == ([404] * 4, 0)


# All of them ------------------------------------------------------------------------------------------------------


async def test_what_stands_is_listed_with_its_way_back(client: Client) -> None:
    event, base = await at_desk(client)
    expert, near, far = await three(event)
    await client.post(f"{base}/pairs/{expert.id}/{near.id}", data={"kind": "unfit", "reason": "Competitors"})
    await client.post(f"{base}/pairs/{expert.id}/{far.id}", data={"kind": "fits"})
    page = read(await client.get(f"{base}/corrections"))
    listed = [link for link in page.links if "/pairs/" in link]
    assert listed == [f"{base}/pairs/{expert.id}/{far.id}", f"{base}/pairs/{expert.id}/{near.id}"]
    assert "Competitors" in page.words
    sent = {"kind": "", "next": f"{base}/corrections"}
    for other in (near, far):
        await client.post(f"{base}/pairs/{expert.id}/{other.id}", data=sent)
    assert "There are no assessments yet." in read(await client.get(f"{base}/corrections")).words


@pytest.mark.parametrize("number", [1, 3])
async def test_the_list_takes_the_same_queries_for_one_and_three(client: Client, queries: Any, number: int) -> None:
    event, base = await at_desk(client)
    organiser, expert = (await factories.organiser(event)).person, await factories.expert(event)
    for _ in range(number):
        await service.save_assessment(
            expert, await factories.enterprise(event), CorrectionKind.FITS, reason="", by=organiser
        )
    with queries() as seen:
        await client.get(f"{base}/corrections")
    assert len(seen) == 13


# The ranking for organisers ---------------------------------------------------------------------------------------


async def test_an_organiser_reads_confidential_needs_and_searches_them(client: Client) -> None:
    event, base = await at_desk(client)
    expert, _near, far = await three(event)
    secret = await factories.enterprise(event, needs=0)
    await factories.need(secret, title="SECRET", confidentiality="field_only")
    listed = read(await client.get(f"{base}/parties/{expert.id}/matches"))
    found = read(await client.get(f"{base}/parties/{expert.id}/matches?q=secret"))
    assert ("SECRET" in listed.words, found.by_class["item"]) == (True, [name(secret)])
    [by_enterprise] = read(await client.get(f"{base}/parties/{far.id}/matches")).by_class["item"]
    assert by_enterprise == expert.person.full_name


async def test_an_empty_ranking_says_so(client: Client) -> None:
    event, base = await at_desk(client)
    expert = await factories.expert(event)
    words = read(await client.get(f"{base}/parties/{expert.id}/matches")).words
    assert "No possible partners have registered yet." in words
    draft = await factories.expert(event, registered_at=None)
    assert (await client.get(f"{base}/parties/{draft.id}/matches")).status_code == 404
