"""Matches, scores and reasons are the same in every interface language; only their texts differ."""

import re
from typing import Any, NamedTuple

from i18n import interface_locales
from server.models import Event, Registration, Side
from tests import factories
from tests.client import Client
from tests.reading import read

LOCALES = list(interface_locales(pseudo=True))
EXPERTS: list[dict[str, Any]] = [
    {
        "headline": "Спечённые магниты с малой долей диспрозия",
        "offer": "Разрабатываю спечённые постоянные магниты Nd-Fe-B. Умею лазерную сварку.",
        "text_locale": "ru",
        "topics": ["mat.mag"],
        "readiness": 5,
        "languages": ["ru", "en"],
    },
    {
        "headline": "Quiet cranes",
        "offer": "I build harbour cranes that are quiet at night.",
        "topics": ["port.equipment"],
    },
]
NEEDS: list[dict[str, Any]] = [
    {
        "title": "低重稀土高矫顽力烧结钕铁硼磁体",
        "text": "我司为新能源汽车驱动电机供应烧结钕铁硼永磁体。希望降低重稀土用量。激光焊接工艺。",
        "text_locale": "zh_Hans",
        "topics": ["mat.mag"],
        "readiness": 7,
    },
    {"title": "Quieter cranes", "text": "Our harbour cranes are loud at night.", "topics": ["port.equipment"]},
    {"title": "Таблетки", "text": "Нужны быстрорастворимые таблетки.", "text_locale": "ru", "topics": ["bio.drug"]},
]


class Shown(NamedTuple):
    """The parts of a page that must not depend on its language."""

    order: list[str]
    numbers: list[str]
    quotes: list[str]
    signs: list[str]


async def shown(client: Client, address: str) -> Shown:
    html = (await client.get(address)).text
    main = html[html.index("<main") : html.index("</main>")]
    numbers = (
        r'class="points num">.*?(\d+|—)(?:</span>)?</[bp]>|class="score">(\d+)|<span[^>]*>(\d+(?: / \d+)?)</span></li>'
    )
    return Shown(
        order=re.findall(r'<h2 class="item[^>]*><a href="([^"]+)"', main),
        numbers=["".join(found) for found in re.findall(numbers, main, re.DOTALL)],
        quotes=re.findall(r"<blockquote[^>]*>.*?</blockquote>", main),
        signs=re.findall(r'class="(?:relation|tenon|rel of-[a-z]+)" aria-hidden="true">(.)<', main),
    )


async def in_every_locale(client: Client, address: str) -> list[Shown]:
    found = []
    for locale in LOCALES:
        await client.post("/language", data={"to": locale, "next": "/"})
        found.append(await shown(client, address))
    return found


async def event_of_all() -> tuple[Event, list[Registration], list[Registration]]:
    event = await factories.event()
    experts = [await factories.expert(event, **values) for values in EXPERTS]
    enterprises = [await factories.enterprise(event, needs=0, languages=["zh"]) for _ in NEEDS]
    for enterprise, values in zip(enterprises, NEEDS, strict=True):
        await factories.need(enterprise, **values)
    return event, experts, enterprises


async def test_an_experts_matches_and_reasons_are_the_same_in_every_language(client: Client) -> None:
    event, [magnets, _cranes], enterprises = await event_of_all()
    base = f"/e/{event.slug}"
    await factories.signed_in(client, magnets.person)
    first, *others = await in_every_locale(client, f"{base}/matches")
    assert first.order[0] == f"{base}/matches/{enterprises[0].id}"
    assert (len(first.order), len(first.numbers), others) == (3, 3, [first] * (len(LOCALES) - 1))
    for enterprise in enterprises:
        first, *others = await in_every_locale(client, f"{base}/matches/{enterprise.id}")
        assert (len(first.numbers) > 3, others) == (True, [first] * (len(LOCALES) - 1))
    assert len((await shown(client, f"{base}/matches/{enterprises[0].id}")).quotes) >= 2


async def test_an_enterprises_matches_and_reasons_are_the_same_in_every_language(client: Client) -> None:
    event, [magnets, cranes], [enterprise, *_rest] = await event_of_all()
    base = f"/e/{event.slug}"
    await factories.signed_in(client, (await factories.delegates_of(enterprise))[0])
    for address in ("matches", f"matches/{magnets.id}", f"matches/{cranes.id}"):
        first, *others = await in_every_locale(client, f"{base}/{address}")
        assert (bool(first.numbers), others) == (True, [first] * (len(LOCALES) - 1))


async def test_an_organisers_correction_counts_the_same_in_every_language_and_is_taken_back_in_any(
    client: Client,
) -> None:
    event, [magnets, _cranes], [near, _far, tablets] = await event_of_all()
    base = f"/e/{event.slug}"
    await factories.signed_in(client, (await factories.organiser(event)).person)
    ranking, pair = f"{base}/parties/{magnets.id}/matches", f"{base}/pairs/{magnets.id}/{tablets.id}"
    before = await in_every_locale(client, ranking)
    await client.post("/language", data={"to": "zh_Hans", "next": "/"})
    await client.post(pair, data={"kind": "fits", "reason": "他们谈过"})
    raised = [await in_every_locale(client, address) for address in (ranking, pair)]
    await client.post("/language", data={"to": "ru", "next": "/"})
    await client.post(f"{base}/pairs/{magnets.id}/{near.id}", data={"kind": "unfit"})
    set_aside = await in_every_locale(client, ranking)
    for other in (tablets, near):
        await client.post(f"{base}/pairs/{magnets.id}/{other.id}", data={"kind": ""})

    def places(found: Shown) -> list[int]:
        return [int(link.rpartition("/")[2]) for link in found.order]

    assert [len({repr(found) for found in each}) for each in (before, *raised, set_aside)] == [1, 1, 1, 1]
    assert (places(before[0])[0], places(raised[0][0])[0]) == (near.id, tablets.id)
    assert int(raised[0][0].numbers[0]) >= 90 > int(before[0].numbers[-1])
    assert places(set_aside[0])[-1] == near.id
    assert await in_every_locale(client, ranking) == before


async def test_an_assessment_is_visible_to_all_three_at_once_and_can_be_taken_back(
    client: Client,
) -> None:
    event, [magnets, _cranes], [_near, _far, tablets] = await event_of_all()
    base = f"/e/{event.slug}"
    organiser = (await factories.organiser(event)).person
    [delegate] = await factories.delegates_of(tablets)
    readers = {
        Side.EXPERT: (magnets.person, f"{base}/matches/{tablets.id}"),
        Side.ENTERPRISE: (delegate, f"{base}/matches/{magnets.id}"),
        None: (organiser, f"{base}/parties/{tablets.id}/matches"),
    }

    async def scores() -> list[str]:
        found = []
        for person, address in readers.values():
            await factories.signed_in(client, person)
            found.append((await shown(client, address)).numbers[0])
        return found

    async def say(kind: str) -> None:
        await factories.signed_in(client, organiser)
        await client.post(f"{base}/pairs/{magnets.id}/{tablets.id}", data={"kind": kind})

    before = await scores()
    await say("fits")
    raised = await scores()
    await say("")
    after = await scores()
    await factories.signed_in(client, organiser)
    history = read(await client.get(f"{base}/pairs/{magnets.id}/{tablets.id}")).words
    assert ([int(points) >= 90 for points in raised], after) == ([True] * 3, before)
    assert "1 earlier assessment" in history
