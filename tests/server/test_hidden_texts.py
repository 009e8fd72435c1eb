"""Attack on hidden texts: an expert tries words in the own profile and looks for a page that changes.

Two worlds differ only in what the expert may not read. Every page of the expert is equal in both, byte for byte,
whatever the profile says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from matching.affinity.constants import ENOUGH_TEXTS
from server.agendas import feeds
from server.models import (
    Confidentiality,
    Event,
    Mode,
    Need,
    Registration,
    Side,
    Translation,
    TranslationState,
    WishKind,
)
from server.rows import EventRows
from server.scores.scoring import Scorer
from tests import factories
from tests.client import Client
from tests.server.registering import WORK
from tests.server.test_scores_scoring import EVENTS, event_rows, expert, need

VISIBLE: dict[str, Any] = {"title": "Quieter drives for cable cars", "topics": ["auto.ev"], "modes": [Mode.CONSULTING]}
WORLDS: tuple[dict[str, Any], ...] = (
    {
        "text": "Спечённые магниты Nd-Fe-B теряют диспрозий. Нужна диффузия по границам зёрен, ГОСТ Р 52956.",
        "text_locale": "ru",
        "tried": "Пробовали диспрозий и тербий.",
        "acceptance": "Коэрцитивная сила 25 кЭ.",
        "readiness": 9,
        "budget": "over_5m",
        "rights": "shared",
        "decision_owner": "Иванов, директор",
    },
    {
        "text": "码头起重机夜间噪声太大，需要降噪方案。",
        "text_locale": "zh_Hans",
        "tried": "换过起重机的减速箱。",
        "acceptance": "噪声不高于 65 dB。",
        "readiness": 2,
        "budget": "under_500k",
        "rights": "expert",
        "decision_owner": "王芳，总经理",
    },
)
HIDDEN_TOO: tuple[dict[str, Any], ...] = (
    {"title": "Магниты без диспрозия", "modes": [Mode.LICENCE]},
    {"title": "Quieter harbour cranes", "modes": [Mode.REMOTE]},
)
PROBES = (
    "Диспрозий и спечённые магниты Nd-Fe-B, диффузия по границам зёрен.",
    "我研究码头起重机的降噪方案，也做港口机械的噪声测量和减振设计。",
    "Harbour cranes, noise, cable cars, ISO 9606 and GB/T 4754.",
)
STATES = (TranslationState.CHECKED, TranslationState.MACHINE)
SEARCHES = ("диспрозий", "起重机", "магниты", "cranes", "cable", "magnetic materials")


async def world(event: Event, kind: Confidentiality) -> tuple[Registration, list[Need]]:
    """Create an enterprise with two needs of that confidentiality, and another with an open one, whose points may lie
    between.
    """
    hiding, plain = await factories.enterprise(event, needs=0), await factories.enterprise(event, needs=0)
    await factories.need(plain, title="Cranes that do not whine", text="Our harbour cranes are loud at night.")
    return hiding, [await factories.need(hiding, **VISIBLE, confidentiality=kind) for _ in range(2)]


async def fill(needs: Iterable[Need], kind: Confidentiality, at: int) -> None:
    """Set the texts that the expert may not read, as in one of the worlds; the first need has them in reverse."""
    for number, each in enumerate(needs):
        which = (at + number) % 2
        more = HIDDEN_TOO[which] if kind == Confidentiality.FIELD_ONLY else {}
        await Need.filter(id=each.id).update(**WORLDS[which], **more)
        await translate(await Need.get(id=each.id), which, [*more, "text"])


async def translate(need: Need, which: int, fields: Iterable[str]) -> None:
    """Translate the hidden texts of the need, in each world into other languages and in other states."""
    await Translation.filter(need_id=need.id).delete()
    for field in {"title", "text"} & set(fields):
        await factories.translation(need, field, "en", PROBES[2 * which], state=STATES[which])
        if which:
            await factories.translation(need, field, "uz", "Port kranlari shovqini")


async def seen(
    client: Client, base: str, enterprise: Registration, needs: Iterable[Need], feed: str
) -> Mapping[str, str]:
    """Return everything that answers the expert, by URL. feed: the expert's calendar."""
    match = f"{base}/matches/{enterprise.id}"
    places = [base, f"{base}/me", f"{base}/agenda", f"{base}/matches", match, feed]
    places += [f"{base}/matches?show={show}" for show in ("open", "wished", "agreed")]
    places += [f"{base}/matches?q={word}" for word in SEARCHES]
    places += [f"{match}?need={each.id}" for each in needs]
    answers = {place: await client.get(place) for place in places}
    assert {place: answer.status_code for place, answer in answers.items()} == dict.fromkeys(places, 200)
    return {place: answer.text for place, answer in answers.items()}


async def offer(client: Client, base: str, words: str) -> None:
    answer = await client.post(f"{base}/register/expert/work", data={**WORK, "offer": words, "topics": ["mat.mag"]})
    assert answer.status_code == 303


HIDING = [
    (Confidentiality.STAGED, None, None),
    (Confidentiality.STAGED, WishKind.MUST, None),
    (Confidentiality.FIELD_ONLY, None, None),
    (Confidentiality.FIELD_ONLY, WishKind.LIKE, WishKind.MUST),
    (Confidentiality.AGREEMENT, WishKind.LIKE, None),
    (Confidentiality.AGREEMENT, WishKind.LIKE, WishKind.MUST),
]


@pytest.mark.parametrize(("kind", "own", "theirs"), HIDING)
async def test_no_page_of_an_expert_depends_on_what_the_expert_may_not_read(
    client: Client, kind: Confidentiality, own: WishKind | None, theirs: WishKind | None
) -> None:
    event = await factories.event()
    attacker = await factories.expert(event)
    hiding, needs = await world(event, kind)
    # A meeting that takes place shows a staged need to the expert.
    await factories.calendar_entry(attacker, hiding, is_cancelled=kind == Confidentiality.STAGED)
    for by, about, wish in ((attacker, hiding, own), (hiding, attacker, theirs)):
        if wish is not None:
            await factories.wish(by, about, wish)
    await factories.signed_in(client, attacker.person)
    base, renewed = f"/e/{event.slug}", await feeds.renew(event, attacker.person, client.settings)
    feed = feeds.address_of(renewed, client.settings)
    for words in PROBES:
        await offer(client, base, words)
        worlds = []
        for at in range(2):
            await fill(needs, kind, at)
            worlds.append(await seen(client, base, hiding, needs, feed))
        assert worlds[0] == worlds[1]


async def test_a_reader_who_may_read_the_text_is_scored_by_it(client: Client) -> None:
    event = await factories.event()
    reader = await factories.expert(event, offer=PROBES[0], text_locale="ru")
    hiding, needs = await world(event, Confidentiality.STAGED)
    await factories.wish(reader, hiding)
    await factories.wish(hiding, reader)
    await factories.signed_in(client, reader.person)
    worlds = []
    for at in range(2):
        await fill(needs, Confidentiality.STAGED, at)
        worlds.append((await client.get(f"/e/{event.slug}/matches/{hiding.id}?need={needs[0].id}")).text)
    assert ("диспрозий" in worlds[0], worlds[0] == worlds[1]) == (True, False)


async def test_the_enterprise_and_organisers_see_scores_of_the_whole_text(client: Client) -> None:
    event = await factories.event()
    await factories.expert(event, offer=PROBES[0], text_locale="ru")
    hiding, needs = await world(event, Confidentiality.FIELD_ONLY)
    await fill(needs, Confidentiality.FIELD_ONLY, 0)
    [delegate] = await factories.delegates_of(hiding)
    organiser = await factories.organiser(event)
    [party] = await Registration.filter(event_id=event.id, side=Side.EXPERT)
    for person, address in (
        (delegate, f"/e/{event.slug}/matches/{party.id}?need={needs[0].id}"),
        (organiser.person, f"/e/{event.slug}/pairs/{party.id}/{hiding.id}?need={needs[0].id}"),
    ):
        await factories.signed_in(client, person)
        assert "<mark>диспрозий</mark>" in (await client.get(address)).text.casefold()


# Among many -------------------------------------------------------------------------------------------------------


def large(words: str) -> EventRows:
    """Create so many participants that their texts decide which words are rare. words: of needs that are not open."""
    hidden = {"text": words, "confidentiality": Confidentiality.STAGED, "registration_id": 2}
    needs = [need(10 + at, at // 2) for at in range(ENOUGH_TEXTS + 10)]
    for each in needs[1:60]:
        each.update_from_dict(hidden)
    other = Registration(id=2, side=Side.ENTERPRISE, languages=["zh"])
    event = Event(id=next(EVENTS), own_topics=[])
    rows = event_rows(event, [expert(10 + at, at) for at in range(ENOUGH_TEXTS + 10)], needs)
    now = datetime.now(UTC)
    for party in (other, *rows.parties):
        party.registered_at = party.agreed_at = now
    return replace(rows, parties=(other, *rows.parties))


async def scored(
    scorer: Scorer, rows: EventRows, reader: Registration, needs: Iterable[int]
) -> dict[tuple[int, int], float]:
    known = await scorer.known_to(rows, reader)
    return {(each, column): known.score(each, column) for each in needs for column in known.column}


async def test_no_score_among_many_depends_on_what_its_reader_may_not_read(scorer: Scorer, database: None) -> None:
    worlds = []
    for each in WORLDS:
        rows = large(each["text"])
        enterprise, reader, every = rows.parties[1], rows.parties[2], [need.id for need in rows.needs]
        other = expert(rows.parties[-1].id, 2)
        other.registered_at = other.agreed_at = datetime.now(UTC)
        changed = replace(rows, parties=(*rows.parties[:-1], other))
        worlds.append(
            [
                await scored(scorer, rows, reader, every),
                await scored(scorer, rows, enterprise, [rows.needs[0].id, rows.needs[-1].id]),
                await scored(scorer, changed, reader, every),
            ]
        )
        await scorer.settled()
    assert worlds[0] == worlds[1]


async def test_parties_without_consent_affect_no_score(scorer: Scorer, database: None) -> None:
    rows = large(WORLDS[0]["text"])
    alone = replace(rows, event=Event(id=next(EVENTS), own_topics=[]), parties=rows.parties[:-60])
    for party in rows.parties[-60:]:
        party.agreed_at = None
    reader, every = rows.parties[2], [need.id for need in rows.needs]
    assert await scored(scorer, rows, reader, every) == await scored(scorer, alone, reader, every)


async def test_an_enterprise_is_scored_by_its_whole_text_among_many(scorer: Scorer, database: None) -> None:
    worlds = [large(each["text"]) for each in WORLDS]
    own = [await scored(scorer, rows, rows.parties[0], [rows.needs[1].id]) for rows in worlds]
    assert own[0] != own[1]
