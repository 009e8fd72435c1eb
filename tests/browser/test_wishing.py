"""Wishes on a phone: three cards a screen, one tap without leaving the page, an undo, and no jump."""

import pytest
from playwright.async_api import Browser, Page

from server.models import Event, HeldForm, Registration, Session, Wish, WishKind
from server.registrations import agreeing
from server.registrations.consents import NEEDED
from tests import factories
from tests.browser.conftest import Site, visitor
from tests.server.matched import MAGNETS, NEED_OF_MAGNETS, PORTS, enterprise_with

pytestmark = pytest.mark.browser

WHOLE = """() => [...document.querySelectorAll(".offer .votes")]
    .filter((each) => each.getBoundingClientRect().bottom <= innerHeight).length"""


async def press(page: Page, card: int, answer: int) -> None:
    """Press an answer of a card and wait until the page says that it is saved."""
    async with page.expect_response("**/matches?*"):
        await page.locator(".offer").nth(card).locator(".votes button").nth(answer).click()
    await page.locator("#told button").wait_for()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("locale", ["ru", "zh-Hans", "ar"])
async def test_a_wish_takes_effect_without_leaving_the_page(browser: Browser, site: Site, locale: str) -> None:
    event = await factories.event(locales=["en", "zh_Hans", "ru", "ar"])
    expert = await factories.expert(event, await factories.person(locale=locale.replace("-", "_")), **MAGNETS)
    # Without consents a notice stands above the list.
    await agreeing.record(event, expert.person, sorted(NEEDED), locale="en")
    for need in (NEED_OF_MAGNETS, PORTS, PORTS, PORTS):
        await enterprise_with(event, need)
    await Event.filter(id=event.id).update(expert_top_wishes=2)
    async with visitor(browser, site, locale, width=390) as guest:
        token = await factories.session(expert.person)
        await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        await guest.page.set_viewport_size({"width": 390, "height": 844})
        await guest.go(f"/e/{event.slug}/matches")
        assert await guest.page.evaluate(WHOLE) >= 3
        await guest.page.evaluate("window.isSamePage = true")
        button = guest.page.locator(".offer").nth(1).locator(".votes button").first
        before = await button.bounding_box()
        await press(guest.page, 1, 0)
        assert await button.bounding_box() == before
        assert await guest.page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
        await press(guest.page, 2, 2)
        # The answers have gone with the card: the next thing to press is the undo.
        await guest.page.locator(".offer.closed button:focus").wait_for()
        assert await kinds(expert) == {WishKind.MUST, WishKind.NO}
        async with guest.page.expect_response("**/matches?*"):
            await guest.page.keyboard.press("Enter")
        await guest.page.locator(".offer.closed").wait_for(state="detached")
        assert await guest.page.evaluate("window.isSamePage") is True
        assert await kinds(expert) == {WishKind.MUST}


@pytest.mark.usefixtures("database")
async def test_a_wish_without_a_connection_or_a_session_is_not_lost_in_silence(browser: Browser, site: Site) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(locale="en"), **MAGNETS)
    await enterprise_with(event, NEED_OF_MAGNETS)
    async with visitor(browser, site, "en", width=390) as guest:
        token = await factories.session(expert.person)
        await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        await guest.go(f"/e/{event.slug}/matches")
        like = guest.page.locator(".offer .votes button").nth(1)
        await guest.page.route("**/wishes", lambda route: route.abort())
        await like.click()
        await guest.page.get_by_role("status").get_by_text("there is no connection").wait_for()
        assert await guest.page.evaluate("document.activeElement.value") == "like"
        assert [error for error in guest.errors if "ERR_FAILED" not in error] == []
        guest.errors.clear()
        await guest.page.unroute("**/wishes")
        await press(guest.page, 0, 1)
        assert await kinds(expert) == {WishKind.LIKE}
        await Session.all().delete()
        await guest.page.locator(".offer .votes button").first.click()
        await guest.page.wait_for_url("**/sign-in?*held*")
        assert await HeldForm.all().count() == 1


async def kinds(party: Registration) -> set[WishKind]:
    return {wish.kind for wish in await Wish.filter(by_id=party.id)}


async def swipe(page: Page, across: int, down: int = 0) -> None:
    """Move a finger over the screen from its middle."""
    touches = await page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.0), ("touchMove", 0.3), ("touchMove", 0.7), ("touchMove", 1.0)):
        point = {"x": 195 + share * across, "y": 300 + share * down}
        await touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    await touches.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("locale", "ahead"), [("en", -1), ("ar", 1)])
async def test_profiles_turn_by_swipe_and_by_key_with_focus_kept(
    browser: Browser, site: Site, locale: str, ahead: int
) -> None:
    event = await factories.event(locales=["en", "ar"])
    expert = await factories.expert(event, await factories.person(locale=locale), **MAGNETS)
    for need in (NEED_OF_MAGNETS, PORTS, PORTS):
        await enterprise_with(event, need)
    async with visitor(browser, site, locale, width=390) as guest:
        page = guest.page
        token = await factories.session(expert.person)
        await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        await page.emulate_media(reduced_motion="reduce")
        await guest.go(f"/e/{event.slug}/matches")
        first, second, third = [await each.get_attribute("href") for each in await page.locator(".offer h2 a").all()]
        await guest.go(str(first))
        await page.locator("[rel=next]").focus()
        await page.keyboard.press("j")
        await page.wait_for_url(f"**{second}")
        await page.wait_for_function("document.activeElement.rel === 'next' && scrollY === 0")
        like = page.locator("main button[value=like]")
        await like.focus()
        await swipe(page, 40 * ahead)
        await swipe(page, 150 * ahead, 200)
        await swipe(page, 200 * ahead)
        await page.wait_for_url(f"**{third}")
        # The script of the new page moves the focus.
        await page.wait_for_function("document.activeElement.value === 'like'")
        await swipe(page, 200 * ahead)
        await swipe(page, -200 * ahead)
        await page.wait_for_url(f"**{second}")
