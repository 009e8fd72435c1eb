"""Topics are loaded into a form on demand: pages stay light, and ticked topics stay ticked."""

import gzip

import pytest

from matching.affinity import scheme
from server.models import Event
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registering import WORK, visitor

MOST_BYTES = 12_000


async def forms_with_topics(client: Client) -> tuple[Event, list[str]]:
    """Return the pages that offer topics, for a person who may open all of them."""
    event = await factories.event()
    party = await factories.enterprise(event)
    [delegate] = await factories.delegates_of(party)
    await factories.organiser(event, delegate)
    await factories.signed_in(client, delegate)
    base = f"/e/{event.slug}"
    return event, [f"{base}/me/needs/new", f"{base}/topics/new"]


async def test_a_form_comes_without_the_topics_and_is_light(client: Client) -> None:
    event, _person = await visitor(client)
    work = f"/e/{event.slug}/register/expert/work"
    for locale in ("zh-CN", "ru", "en"):
        page = await client.get(work, headers={"accept-language": locale})
        assert 'value="mat.mag"' not in page.text
        assert len(gzip.compress(page.content)) < MOST_BYTES
    _event, addresses = await forms_with_topics(client)
    for address in addresses:
        page = await client.get(address)
        assert 'value="mat.mag"' not in page.text
        assert len(gzip.compress(page.content)) < MOST_BYTES


@pytest.mark.parametrize("locale", ["ru", "zh_Hans", "en"])
async def test_all_topics_of_the_event_have_an_address_in_each_language(client: Client, locale: str) -> None:
    event, _addresses = await forms_with_topics(client)
    answer = await client.get(f"/e/{event.slug}/topic-choices?lang={locale}")
    found = {id: label for topics in answer.json().values() for id, label in topics}
    assert found == {leaf: scheme().label(leaf, locale) for leaf in scheme().leaves}
    assert answer.headers["cache-control"].startswith("private")
    again = await client.get(
        f"/e/{event.slug}/topic-choices?lang={locale}", headers={"if-none-match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_nobody_gets_the_topics_without_signing_in(client: Client) -> None:
    event = await factories.event()
    assert (await client.get(f"/e/{event.slug}/topic-choices?lang=ru")).status_code == 303


async def test_without_a_script_a_button_shows_every_topic_and_keeps_what_is_typed(client: Client) -> None:
    event, _person = await visitor(client)
    work = f"/e/{event.slug}/register/expert/work"
    folded = await client.get(work)
    assert '<button class="button" name="as" value="topics"' in folded.text
    shown = await client.post(work, data={**WORK, "as": "topics"})
    page = read(shown)
    assert (shown.status_code, page.faults) == (200, {})
    assert page.field("offer") == WORK["offer"]
    assert sorted(page.fields["topics"]) == sorted(WORK["topics"])
    for leaf in scheme().leaves:
        assert shown.text.count(f'value="{leaf}"') == 1, leaf


async def test_every_topic_is_shown_in_needs_and_own_topics_too(client: Client) -> None:
    _event, addresses = await forms_with_topics(client)
    for address, name in zip(addresses, ("must_topics", "related"), strict=True):
        shown = await client.post(address, data={"as": "topics", name: ["mat.mag"], "title": "T", "label_en": "L"})
        assert shown.status_code == 200
        assert read(shown).fields[name] == ["mat.mag"]
        assert f'name="{name}" value="auto.ev"' in shown.text


async def test_ticked_topics_stand_in_a_form_that_has_faults(client: Client) -> None:
    event, _person = await visitor(client)
    answer = await client.post(f"/e/{event.slug}/register/expert/work", data={**WORK, "headline": ""})
    assert answer.status_code == 422
    assert sorted(read(answer).fields["topics"]) == sorted(WORK["topics"])
