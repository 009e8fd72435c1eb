"""A passkey in a real browser, whose device is one of Chromium's virtual authenticators."""

import pytest
from playwright.async_api import Browser

from server.models import Passkey
from tests import factories
from tests.browser.conftest import Site, visitor

pytestmark = pytest.mark.browser

PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def host() -> str:
    """Browsers make no passkeys for addresses of numbers."""
    return "localhost"


@pytest.mark.usefixtures("database")
async def test_a_passkey_is_added_and_signs_in_on_the_next_visit(browser: Browser, site: Site) -> None:
    person = await factories.person(locale="zh_Hans")
    async with visitor(browser, site, "zh-CN", width=390) as guest:
        device = await guest.context.new_cdp_session(guest.page)
        await device.send("WebAuthn.enable")
        await device.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
        token = await factories.session(person)
        await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        await guest.go("/account")
        await guest.press("[data-passkey]")
        assert "notice=passkey_added" in guest.page.url
        assert await Passkey.filter(person_id=person.id).count() == 1
        # The same device has one key only: nothing is saved, and the page says so.
        await guest.page.locator("[data-passkey]").click()
        await guest.page.locator("#passkey-told:not(:empty)").wait_for()
        assert await Passkey.filter(person_id=person.id).count() == 1
        await guest.context.clear_cookies()
        await guest.go("/sign-in?next=/account/consents")
        await guest.press("[data-passkey]")
        assert guest.page.url == f"{site.url}/account/consents"
        guest.errors.clear()  # Chromium logs the refusal of the second key


@pytest.mark.usefixtures("database")
async def test_without_scripts_nothing_is_offered_that_needs_them(browser: Browser, site: Site) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{site.url}/sign-in")
    assert await page.locator("[data-passkey]").count() == 1
    assert not await page.locator("[data-passkey]").is_visible()
    await context.close()
