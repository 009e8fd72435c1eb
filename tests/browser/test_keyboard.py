"""The keyboard alone: menus, questions and forms, with the focus where one expects it."""

import pytest
from playwright.async_api import Browser, Page, expect

from server.models import Registration
from tests import factories
from tests.browser.conftest import Site, visitor

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database")]


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _press in range(200):
        await page.keyboard.press("Tab")
        if await page.locator(f"{selector}:focus").count():
            return
    pytest.fail(f"the keyboard does not reach {selector}")


async def test_a_registration_is_begun_by_keyboard(browser: Browser, site: Site) -> None:
    event = await factories.event()
    person = await factories.person(locale="en", full_name="", country="")
    async with visitor(browser, site, "en", width=390) as guest:
        page, token = guest.page, await factories.session(person)
        await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        await guest.go(f"/e/{event.slug}")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("main")).to_be_focused()
        await tab_to(page, "a[href$='/register/expert']")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/register/expert/work")
        texts = {
            "full_name": "Anna Berg",
            "affiliation": "Institute",
            "headline": "Magnets",
            "offer": "I make permanent magnets.",
        }
        for name, text in list(texts.items())[:1]:
            await tab_to(page, f"[name={name}]")
            await page.keyboard.type(text)
        await tab_to(page, "[name=country]")
        await page.keyboard.type("Germany")
        for name, text in list(texts.items())[1:]:
            await tab_to(page, f"[name={name}]")
            await page.keyboard.type(text)
        # Leaving the text asks for its topics.
        await page.keyboard.press("Tab")
        await page.locator(".chip.found input").first.wait_for()
        await tab_to(page, ".chip.found input")
        await page.keyboard.press("Space")
        await tab_to(page, ".actions button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/register/expert/cooperation")
    party = await Registration.get()
    assert (party.headline, party.affiliation) == ("Magnets", "Institute")


async def test_menus_and_questions_give_the_focus_back(browser: Browser, site: Site) -> None:
    event = await factories.event()
    firm = await factories.enterprise(event, needs=1)
    [delegate] = await factories.delegates_of(firm)
    async with visitor(browser, site, "en") as guest:
        page, token = guest.page, await factories.session(delegate)
        await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        await guest.go(f"/e/{event.slug}/me/needs")
        await tab_to(page, ".menu summary")
        await page.keyboard.press("Enter")
        await tab_to(page, ".menu[open] li button")
        await page.keyboard.press("Escape")
        await expect(page.locator(".menu summary").first).to_be_focused()
        await tab_to(page, "a[data-confirm]")
        await page.keyboard.press("Enter")
        await expect(page.locator("dialog button[autofocus]")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.locator("a[data-confirm]")).to_be_focused()
        assert await page.locator("dialog").count() == 0
