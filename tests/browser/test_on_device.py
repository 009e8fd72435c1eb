"""Originals that a reader does not read, translated by the browser itself.

A stand-in has the interface of the browser's own program, which would load its languages from its maker.
"""

import pytest
from playwright.async_api import Browser, expect

from tests import factories
from tests.browser.conftest import Site, Visitor, visitor
from tests.conftest import OF_PAGES

pytestmark = [pytest.mark.browser, OF_PAGES]
TITLE = "烧结钕铁硼磁体"
STAND_IN = """self.Translator = {
  availability: async (pair) =>
    `${pair.sourceLanguage} ${pair.targetLanguage}` === "zh ru" ? "downloadable" : "unavailable",
  create: async () => ({
    translate: async (text) => { if (self.fails) throw new Error("no"); return `Перевод: ${text}`; },
  }),
};"""
NONE = "delete self.Translator;"
OTHERS = """self.Translator = { availability: async () => "unavailable" };"""


async def reader_of_russian(guest: Visitor) -> str:
    event = await factories.event()
    party = await factories.expert(event, await factories.person(locale="ru"), languages=["ru"])
    firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
    await factories.need(firm, title=TITLE, text="提高磁体的矫顽力。", text_locale="zh_Hans")
    token = await factories.session(party.person)
    await guest.context.add_cookies([{"name": "session", "value": token, "url": guest.site.url}])
    return f"/e/{event.slug}/matches"


@pytest.mark.usefixtures("database")
async def test_an_original_is_translated_on_the_device_and_marked(browser: Browser, site: Site) -> None:
    async with visitor(browser, site, "ru") as guest:
        await guest.context.add_init_script(STAND_IN)
        await guest.go(await reader_of_russian(guest))
        place = guest.page.locator("[data-on-device]").first
        await guest.page.evaluate("self.fails = true")
        await place.locator("button").click()
        await expect(place.locator("[data-failed]")).to_be_visible()
        await guest.page.evaluate("self.fails = false")
        await place.locator("button").click()
        shown = place.locator(".own-words")
        await expect(shown).to_have_text(f"Перевод: {TITLE}")
        await expect(shown).to_have_attribute("lang", "ru")
        await expect(place.locator("[data-made]")).to_be_visible()
        await expect(place.locator("button")).to_be_hidden()


@pytest.mark.parametrize("program", [NONE, OTHERS])
@pytest.mark.usefixtures("database")
async def test_a_browser_that_cannot_translate_shows_no_button(browser: Browser, site: Site, program: str) -> None:
    async with visitor(browser, site, "ru") as guest:
        await guest.context.add_init_script(program)
        await guest.go(await reader_of_russian(guest))
        await expect(guest.page.locator("[data-on-device]").first).to_be_visible()
        await expect(guest.page.locator("[data-on-device] button").first).to_be_hidden()
