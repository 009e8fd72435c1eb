"""An event's own topics: added, offered in forms, used in matching and reasons, removed."""

from typing import Any

import pytest

from matching.affinity import scheme
from server.errors import Refused
from server.models import Event, Registration
from server.schemes import scheme_of
from server.topics import service
from server.topics.values import TopicValues
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registering import WORK, visitor

TYPED: dict[str, Any] = {
    "label_zh_Hans": "超滑材料",
    "label_en": "Superlubric materials",
    "terms_zh_Hans": "超滑\n结构超滑，固体超滑",
    "terms_en": "superlubricity",
    "parent": "mat.functional",
    "related": ["mat.mag"],
}


async def at_setup(client: Client) -> tuple[Event, str]:
    """Return an event whose organiser is at the client, and the URL of its topics."""
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    return event, f"/e/{event.slug}/topics"


async def entries(event: Event) -> list[dict[str, Any]]:
    return (await Event.get(id=event.id)).own_topics or []


async def test_a_topic_is_added_with_a_new_id(client: Client) -> None:
    event, base = await at_setup(client)
    answer = await client.post(f"{base}/new", data=TYPED)
    [entry] = await entries(event)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{base}?notice=saved")
    assert entry.pop("id").startswith("mat.own")
    assert entry == {
        "parent": "mat.functional",
        "labels": {"zh": "超滑材料", "ru": "Superlubric materials", "en": "Superlubric materials"},
        "terms": {"zh": ["超滑", "结构超滑", "固体超滑"], "ru": ["superlubricity"], "en": ["superlubricity"]},
        "related": ["mat.mag"],
    }
    page = read(await client.get(base))
    assert ("Superlubric materials" in page.words, "functional materials" in page.words) == (True, True)


async def test_a_changed_topic_keeps_its_id(client: Client) -> None:
    event, base = await at_setup(client)
    await client.post(f"{base}/new", data=TYPED)
    [before] = await entries(event)
    form = read(await client.get(f"{base}/{before['id']}"))
    assert (form.field("label_en"), form.field("terms_en"), form.field("parent")) == (
        "Superlubric materials",
        "superlubricity",
        "mat.functional",
    )
    await client.post(f"{base}/{before['id']}", data={**TYPED, "label_en": "Superlubricity at rest"})
    [after] = await entries(event)
    assert (after["id"], after["labels"]["en"]) == (before["id"], "Superlubricity at rest")


@pytest.mark.parametrize(
    ("typed", "field", "fault"),
    [
        ({"label_en": "", "label_zh_Hans": ""}, "label_zh_Hans", "Enter a text in at least one language."),
        ({"label_en": "Magnetic materials"}, "label_en", "A topic with this name already exists."),
        ({"label_ru": "магнитные материалы"}, "label_ru", "A topic with this name already exists."),
        ({"label_en": "x" * 101}, "label_en", "This text can have at most 100 characters. Now: 101."),
        (
            {"terms_en": "", "terms_zh_Hans": "超滑材料"},
            "terms_zh_Hans",
            "Enter at least one keyword that differs from the name.",
        ),
        ({"terms_en": ",".join(map(str, range(61)))}, "terms_en", "Enter at most 60 keywords."),
        ({"terms_en": "y" * 101}, "terms_en", f"“{'y' * 40}…” is too long for a keyword."),
        ({"parent": ""}, "parent", "Choose one of the options."),
        ({"parent": "mat.mag"}, "parent", "Choose one of the options."),
        ({"parent": "none.such"}, "parent", "Choose one of the options."),
        ({"related": ["none.such"]}, "related", "This topic does not exist: “none.such”."),
        ({"related": list(scheme().leaves[:9])}, "related", "Choose at most 8 options."),
    ],
)
async def test_each_fault_stands_by_its_field_and_what_was_typed_stays(
    client: Client, typed: dict[str, Any], field: str, fault: str
) -> None:
    event, base = await at_setup(client)
    answer = await client.post(f"{base}/new", data={**TYPED, **typed})
    page = read(answer)
    assert (answer.status_code, page.faults) == (422, {field: fault})
    assert page.field("terms_zh_Hans") == typed.get("terms_zh_Hans", TYPED["terms_zh_Hans"])
    assert await entries(event) == []


async def test_all_faults_are_told_at_once(client: Client) -> None:
    _event, base = await at_setup(client)
    answer = await client.post(f"{base}/new", data={"label_en": "magnetic materials", "terms_en": "y" * 200})
    assert set(read(answer).faults) == {"label_en", "terms_en", "parent"}


async def test_a_topic_keeps_to_its_field(client: Client) -> None:
    event, base = await at_setup(client)
    topic = await factories.own_topic(event)
    answer = await client.post(f"{base}/{topic}", data={**TYPED, "parent": "port"})
    assert (answer.status_code, list(read(answer).faults)) == (422, ["parent"])
    assert [entry["parent"] for entry in await entries(event)] == ["mat.functional"]


# Where it counts --------------------------------------------------------------------------------------------------


async def test_forms_of_the_event_offer_it_and_take_it_and_others_do_not(client: Client) -> None:
    event, _person = await visitor(client)
    topic = await factories.own_topic(event)
    work = f"/e/{event.slug}/register/expert/work"
    offered = (await client.get(f"/e/{event.slug}/topic-choices?lang=ru")).json()
    assert topic in [id for id, _label in offered["mat"]]
    assert topic in (await client.post(work, data={"as": "topics"})).text
    taken = await client.post(work, data={**WORK, "topics": [topic]})
    elsewhere = await factories.event()
    refused = await client.post(f"/e/{elsewhere.slug}/register/expert/work", data={**WORK, "topics": [topic]})
    assert (taken.status_code, refused.status_code) == (303, 422)
    [made] = await Registration.filter(event_id=event.id)
    assert made.topics == [topic]


@pytest.mark.parametrize(("asked", "found"), [(True, ["mat.own1"]), (False, [])])
async def test_an_own_topic_is_suggested_for_texts_of_its_event(client: Client, asked: bool, found: list[str]) -> None:
    event = await factories.event()
    await factories.own_topic(event)
    sent = {"text": "Мы измеряем сверхскользкость", **({"event": event.slug} if asked else {})}
    topics = (await client.post("/topics/suggest", json=sent)).json()["topics"]
    assert [each["value"] for each in topics if ".own" in each["value"]] == found


async def test_matching_and_reasons_use_an_own_topic_at_once(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(
        event, headline="Сверхскользкость", offer="Изучаю сверхскользкость графита.", text_locale="ru", topics=[]
    )
    enterprise = await factories.enterprise(event, needs=0)
    await factories.need(enterprise, title="结构超滑", text="寻求结构超滑方案。", text_locale="zh_Hans", topics=[])
    await factories.signed_in(client, expert.person)
    address = f"/e/{event.slug}/matches/{enterprise.id}"
    before = read(await client.get(address))
    await factories.own_topic(event)
    after = read(await client.get(address))
    assert int(after.by_class["score"][0]) > int(before.by_class["score"][0])
    assert "Same topic: superlubric materials" in after.words
    assert after.by_class["gist"][0].startswith("Topics of both sides: superlubric materials.")
    found = read(await client.get(f"/e/{event.slug}/matches?q=superlubricity"))
    assert len(found.by_class["item"]) == 1


async def test_a_removed_topic_is_taken_from_whoever_chose_it(client: Client) -> None:
    event, base = await at_setup(client)
    topic = await factories.own_topic(event, related=["mat.mag"])
    await factories.own_topic(event, id="mat.own2", labels=dict.fromkeys(("zh", "ru", "en"), "Other"), related=[topic])
    expert = await factories.expert(event, topics=[topic, "mat.mag"])
    enterprise = await factories.enterprise(event, needs=0)
    await factories.need(enterprise, topics=[topic], must_topics=[topic])
    page = read(await client.get(f"{base}/{topic}/remove"))
    assert "This topic will be removed from 2 profiles and needs." in page.words
    await client.post(f"{base}/{topic}/remove")
    await expert.refresh_from_db()
    [need] = await factories.needs_of(enterprise)
    assert (expert.topics, need.topics, need.must_topics) == (["mat.mag"], [], [])
    assert [(each["id"], each["related"]) for each in await entries(event)] == [("mat.own2", [])]
    assert (await client.get(f"{base}/{topic}")).status_code == 404


async def test_a_topic_that_no_longer_fits_the_scheme_does_not_stop_the_event(database: None) -> None:
    event = await factories.event()
    await factories.own_topic(event, parent="mat.gone")
    await factories.own_topic(event, id="mat.own2", labels=dict.fromkeys(("zh", "ru", "en"), "Other"))
    assert [topic for topic in scheme_of(event).topics if ".own" in topic] == ["mat.own2"]


async def test_the_number_of_own_topics_is_limited(client: Client) -> None:
    event, base = await at_setup(client)
    nothing = {"parent": "none.such", "labels": {}, "terms": {}, "related": []}
    many = [{"id": f"mat.own{n}", **nothing} for n in range(service.MAX_OWN)]
    await Event.filter(id=event.id).update(own_topics=many)
    with pytest.raises(Refused):
        await service.add(event, TopicValues(parent="mat.functional", labels={}, terms={}, related=[]))
    assert (await client.get(f"{base}/mat.nobody")).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
async def test_the_list_takes_the_same_queries_for_one_and_three(client: Client, queries: Any, number: int) -> None:
    event, base = await at_setup(client)
    for at in range(number):
        labels = dict.fromkeys(("zh", "ru", "en"), f"Topic {at}")
        await factories.own_topic(event, id=f"mat.own{at}", labels=labels)
    with queries() as seen:
        await client.get(base)
    assert len(seen) == 13
