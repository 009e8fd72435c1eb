"""The language of a page: address, account, cookie, browser, event. Public pages name their addresses by language."""

import re

import pytest

from tests import factories
from tests.client import Client


async def language_of(client: Client, path: str, **headers: str) -> str:
    answer = await client.get(path, headers=headers)
    found = re.search(r'<html lang="([^"]+)"', answer.text)
    assert found is not None
    return found[1]


async def test_the_address_decides_before_the_account(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, await factories.person(locale="zh_Hans"))

    assert await language_of(client, f"/e/{event.slug}") == "zh-Hans"
    assert await language_of(client, f"/e/{event.slug}?lang=ru") == "ru"


@pytest.mark.parametrize("tag", ["zh_Hans", "xx", "", "ru'"])
async def test_an_address_with_an_unknown_language_changes_nothing(client: Client, tag: str) -> None:
    event = await factories.event()

    assert await language_of(client, f"/e/{event.slug}?lang={tag}", **{"accept-language": "ru"}) == "ru"


async def test_a_visitor_whose_language_is_not_offered_reads_the_events_first(client: Client) -> None:
    event = await factories.event(locales=["ru", "en"])

    assert await language_of(client, f"/e/{event.slug}", **{"accept-language": "is"}) == "ru"
    assert await language_of(client, "/", **{"accept-language": "is"}) == "en"


async def test_a_public_page_names_its_address_in_each_language(client: Client) -> None:
    event = await factories.event()
    page = (await client.get(f"/e/{event.slug}?lang=ru")).text
    links = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page))

    assert links["zh-Hans"] == f"http://testserver/e/{event.slug}?lang=zh-Hans"
    assert links["x-default"] == f"http://testserver/e/{event.slug}"
    assert all([await language_of(client, links[tag]) == tag for tag in links if tag != "x-default"])


async def test_the_language_menu_leaves_the_language_of_the_address(client: Client) -> None:
    event = await factories.event()
    page = (await client.get(f"/e/{event.slug}?lang=ru")).text

    assert f'<input type="hidden" name="next" value="/e/{event.slug}">' in page
