"""Rules about who may not meet, at every door: matches, profiles, wishes, plans, published plans, late comers."""

import pytest

from server.barring import service
from server.barring.rules import RuleKind, barred, named_by, rules_of
from server.models import Event, Registration, WishKind
from server.plans import staleness
from server.plans.candidates import weigh
from server.rows import load_rows
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.matched import NEED_OF_MAGNETS, at_expert, enterprise_with
from tests.server.planning import solved


async def bar(event: Event, *names: str, kind: RuleKind = RuleKind.EACH_OTHER, parties: tuple[int, ...] = ()) -> None:
    organiser = await factories.organiser(event)
    await service.add(event, kind, reason="One group", by=organiser.person, names=names, parties=parties)


async def world(client: Client) -> tuple[Registration, Registration, str]:
    """Return an expert of an institute at the client, an enterprise of the same group, and the URL of the event."""
    expert, base = await at_expert(client, affiliation="Haitian Institute of Drives")
    firm = await enterprise_with(
        expert.event, NEED_OF_MAGNETS, organisation=await factories.organisation(name="宁波海天塑机集团有限公司")
    )
    return expert, firm, base


async def test_barred_parties_neither_see_nor_reach_each_other(client: Client) -> None:
    expert, firm, base = await world(client)
    other = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await factories.wish(expert, firm, WishKind.MUST)
    await factories.wish(firm, expert)
    await bar(expert.event, "Haitian", "海天")
    links = read(await client.get(f"{base}/matches")).links
    assert (f"{base}/matches/{firm.id}" in links, f"{base}/matches/{other.id}" in links) == (False, True)
    assert (await client.get(f"{base}/matches/{firm.id}")).status_code == 404
    answer = await client.post(f"{base}/wishes", data={"about": firm.id, "grade": "like"})
    assert answer.status_code == 404
    [delegate] = await factories.delegates_of(firm)
    await factories.signed_in(client, delegate)
    assert f"{base}/matches/{expert.id}" not in read(await client.get(f"{base}/matches")).links
    assert (await client.post(f"{base}/wishes", data={"about": expert.id, "grade": "no"})).status_code == 404


async def test_no_plan_has_a_barred_pair_and_a_plan_from_before_loses_it(client: Client) -> None:
    expert, firm, _base = await world(client)
    await factories.wish(expert, firm)
    organiser = (await factories.organiser(expert.event)).person
    plan = await solved(expert.event, organiser)
    assert await staleness.lost_of_plan(expert.event_id, plan.id) == []
    await bar(expert.event, "海天", "Haitian Institute")
    assert weigh(await load_rows(expert.event)).pairs == []
    [lost] = await staleness.lost_of_plan(expert.event_id, plan.id)
    assert lost.why is staleness.Why.BARRED


async def test_a_barred_top_wish_takes_none_of_the_limit(client: Client) -> None:
    expert, firm, base = await world(client)
    other = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await Event.filter(id=expert.event_id).update(expert_top_wishes=1)
    await factories.wish(expert, firm, WishKind.MUST)
    await bar(expert.event, "海天", "haitian")
    assert read(await client.get(f"{base}/matches")).by_class["purse"] == ["Top wishes left: 1 of 1"]
    assert (await client.post(f"{base}/wishes", data={"about": other.id, "grade": "must"})).status_code == 303


async def test_those_who_may_meet_nobody_are_barred_from_later_comers_too(client: Client) -> None:
    expert, firm, base = await world(client)
    await bar(expert.event, expert.person.full_name.upper(), kind=RuleKind.NOBODY)
    late = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    rows = await load_rows(expert.event)
    assert rows.barred.keys() == {(expert.id, firm.id), (expert.id, late.id)}
    assert "No possible partners" in read(await client.get(f"{base}/matches")).words


@pytest.mark.parametrize(
    ("name", "is_named"),
    [
        ("haitian institute", True),
        ("Institute, HAITIAN", True),
        ("institute haitian", True),
        ("Haiti", False),
        ("Drives", True),
        ("   ", False),
    ],
)
async def test_names_are_compared_by_whole_words_in_any_order_and_case(
    client: Client, name: str, is_named: bool
) -> None:
    expert, _firm, _base = await world(client)
    await bar(expert.event, name)
    [rule] = rules_of(await Event.get(id=expert.event_id))
    party = await Registration.get(id=expert.id).select_related("person", "organisation")
    assert bool(named_by(rule, [party])) is is_named


async def test_organisers_add_and_end_rules_and_see_whom_they_bar(client: Client) -> None:
    expert, firm, base = await world(client)
    await factories.signed_in(client, (await factories.organiser(expert.event, await factories.person())).person)
    page = f"{base}/meeting-rules"
    data = {"kind": "each_other", "names": "Haitian\n\n海天 ", "reason": "One group"}
    assert (await client.post(page, data=data)).headers["location"] == f"{page}?notice=saved"
    words = read(await client.get(page)).words
    assert f"Participants now: {expert.person.full_name} and {firm.organisation.name}" in words
    assert "1 pair is excluded" in words
    assert "One group" in words
    assert (
        "A rule of the organiser excludes this meeting."
        in (await client.get(f"{base}/pairs/{expert.id}/{firm.id}")).text
    )
    assert "Excluded by a rule" in (await client.get(f"{base}/parties/{expert.id}/matches")).text
    await client.post(f"{page}/1/end")
    assert (await load_rows(expert.event)).barred == {}
    assert (await client.post(f"{page}/1/end")).status_code == 404


async def test_a_pair_is_barred_on_its_page_whatever_it_is_called_later(client: Client) -> None:
    expert, firm, base = await world(client)
    await factories.signed_in(client, (await factories.organiser(expert.event, await factories.person())).person)
    answer = await client.post(f"{base}/pairs/{expert.id}/{firm.id}/bar", data={"reason": "A relative"})
    assert answer.status_code == 303
    firm.organisation.name = "Another name"
    await firm.organisation.save()
    assert (await load_rows(expert.event)).barred.keys() == {(expert.id, firm.id)}
    elsewhere = await factories.expert(await factories.event())
    assert (await client.post(f"{base}/pairs/{elsewhere.id}/{firm.id}/bar", data={"reason": "x"})).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"names": ""},
        {"names": " \n "},
        {"reason": ""},
        {"kind": "everybody"},
        {"names": "\n".join("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")},
    ],
)
async def test_rules_without_names_or_reason_are_refused(client: Client, wrong: dict[str, str]) -> None:
    expert, _firm, base = await world(client)
    await factories.signed_in(client, (await factories.organiser(expert.event, await factories.person())).person)
    data = {"kind": "each_other", "names": "A", "reason": "B", **wrong}
    assert (await client.post(f"{base}/meeting-rules", data=data)).status_code == 422
    assert (await Event.get(id=expert.event_id)).meeting_rules is None


def test_without_rules_nobody_is_barred() -> None:
    assert barred([], []) == {}


async def test_the_same_rule_is_not_added_twice(client: Client) -> None:
    expert, firm, base = await world(client)
    await factories.signed_in(client, (await factories.organiser(expert.event, await factories.person())).person)
    for _press in range(2):
        await client.post(f"{base}/pairs/{expert.id}/{firm.id}/bar", data={"reason": "A relative"})
    assert len(rules_of(await Event.get(id=expert.event_id))) == 1
