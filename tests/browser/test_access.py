"""Access for all: each page by the rules of WCAG 2.2 AA that axe-core can check, and light enough for a weak network.

Pages are checked in Chinese, Russian and Arabic, on a phone and on a desk, in light and in dark colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, product
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, ViewportSize

from server.models import Person
from server.settings import Settings
from tests import world
from tests.browser.conftest import Site, Visitor, visitor
from tests.browser.test_layout import CALLERS, DESK, PHONE, addresses, at_work, opened
from tests.conftest import OF_PAGES

pytestmark = [
    pytest.mark.browser,
    OF_PAGES,
]

LOCALES = ("zh_Hans", "ru", "ar")
WAYS = tuple(product((PHONE, DESK), ("light", "dark")))
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
# Of a first view, compressed, with styles, scripts and pictures.
MOST_BYTES = 100_000
MOST_REQUESTS = 10
Way = tuple[ViewportSize, str]


@dataclass
class Transfer:
    """What a page transfers when nothing of it is kept yet."""

    requests: int = 0
    size: int = 0

    def count(self, finished: dict[str, Any]) -> None:
        self.requests += 1
        self.size += int(finished["encodedDataLength"])


def lines_of(violation: dict[str, Any]) -> list[str]:
    """Return a line for each element that breaks a rule."""
    return [
        f"{violation['id']}: {node['html'][:150]} | {' '.join(node['failureSummary'].split())[:300]}"
        for node in violation["nodes"]
    ]


async def violations(page: Page, ways: Sequence[Way]) -> list[str]:
    """Return what axe finds on the open page in each width and colour scheme."""
    await page.evaluate(AXE_SCRIPT)
    found = []
    for size, scheme in ways:
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        results = await page.evaluate("rules => axe.run(document, rules)", RULES)
        found += [f"{size['width']} {scheme} {line}" for each in results["violations"] for line in lines_of(each)]
    return found


async def faults_of(guest: Visitor, path: str, ways: Sequence[Way], transfer: Transfer) -> list[str]:
    """Return what is wrong with a page, none for what is no page."""
    transfer.requests = transfer.size = 0
    answer = await opened(guest.page, guest.site.url + path, wait_until="networkidle")
    if answer is None or not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
        return []
    found = []
    if transfer.size > MOST_BYTES or transfer.requests > MOST_REQUESTS:
        found.append(f"{transfer.size} bytes in {transfer.requests} requests")
    return [f"{path}: {each}" for each in found + await violations(guest.page, ways)]


async def faults_of_pages(
    browser: Browser, site: Site, settings: Settings, caller: str, turns: Sequence[tuple[str, Sequence[Way]]]
) -> list[str]:
    """Return the faults of the caller's pages; each page takes the next language and ways of `turns`."""
    there = await at_work(await world.build(settings), caller)
    person = there.people[caller]
    found: list[str] = []
    async with visitor(browser, site, "zh-CN", width=PHONE["width"]) as guest:
        if token := there.tokens.get(caller):
            await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        network, transfer = await guest.context.new_cdp_session(guest.page), Transfer()
        await network.send("Network.enable")
        await network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        network.on("Network.loadingFinished", transfer.count)
        for path, (locale, ways) in zip(addresses(there, caller), cycle(turns), strict=False):
            if person:
                await Person.filter(id=person.id).update(locale=locale)
            found += [f"{locale} {fault}" for fault in await faults_of(guest, path, ways, transfer)]
        guest.errors.clear()  # statuses of pages whose object has changed meanwhile
    return found


@pytest.mark.usefixtures("database")
async def test_every_page_is_light_and_keeps_the_rules_of_access(
    browser: Browser, site: Site, settings: Settings
) -> None:
    """Each page once; width, colours and language change from page to page. `make soak` tries all of each page."""
    turns = [(locale, (way,)) for way in WAYS for locale in LOCALES]
    found = [
        f"{caller} {fault}"
        for caller in CALLERS
        for fault in await faults_of_pages(browser, site, settings, caller, turns)
    ]
    assert found == [], "\n".join(found)


@pytest.mark.soak
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("caller", "locale"), list(product(CALLERS, LOCALES)))
async def test_every_page_keeps_the_rules_of_access_in_each_language_width_and_scheme(
    browser: Browser, site: Site, settings: Settings, caller: str, locale: str
) -> None:
    found = await faults_of_pages(browser, site, settings, caller, [(locale, WAYS)])
    assert found == [], "\n".join(found)


async def test_pale_text_small_buttons_and_fields_without_names_are_found(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content(
        "<html lang=zh><title>t</title><main><p style='color: #bbb'>pale</p><input type=text>"
        "<button style='padding: 0; font-size: 6px'>a</button><button style='padding: 0; font-size: 6px'>b</button>"
    )
    found = " ".join(await violations(page, [(PHONE, "light")]))
    assert all(rule in found for rule in ("color-contrast", "target-size", "label")), found
