"""Small acts take effect on the page that is open: nothing jumps, the focus stays, and the page says what happened."""

import pytest
from playwright.async_api import Browser, Page

from server.models import Contact, ContactKind, ContactReaders, Correction, Need, Person, PresenceRequest, Registration
from tests import factories
from tests.browser.conftest import Site, Visitor, visitor
from tests.server.matched import MAGNETS, NEED_OF_MAGNETS, enterprise_with

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database")]


async def at(guest: Visitor, person: Person, path: str) -> Page:
    """Open a page as this person; answers the page, marked so that a new page can be told from it."""
    await guest.context.add_cookies(
        [{"name": "session", "value": await factories.session(person), "url": guest.site.url}]
    )
    await guest.go(path)
    await guest.page.evaluate("window.isSamePage = true")
    return guest.page


async def press(page: Page, selector: str) -> None:
    """Press a button with the keyboard and wait until the page says what happened."""
    await page.evaluate("document.getElementById('said').replaceChildren()")
    await page.locator(selector).first.focus()
    await page.keyboard.press("Enter")
    await page.locator("#said p").wait_for()
    assert await page.evaluate("window.isSamePage") is True
    assert await page.evaluate("document.activeElement !== document.body")


async def test_topics_found_in_a_text_are_added_without_a_new_page(browser: Browser, site: Site) -> None:
    event = await factories.event()
    offer = "I make permanent magnets, and I weld."
    expert = await factories.expert(
        event, await factories.person(locale="en"), offer=offer, text_locale="en", topics=["port.equipment"]
    )
    firm = await factories.enterprise(event, needs=0)
    need = await factories.need(firm, text=offer, text_locale="en", topics=["port.equipment"])
    [delegate] = await factories.delegates_of(firm)
    async with visitor(browser, site, "en", width=390) as guest:
        page = await at(guest, expert.person, f"/e/{event.slug}/me")
        number = await page.locator("#suggested button").count()
        assert number > 1
        await press(page, "#suggested button")
        assert await page.locator("#topics .badge").count() == 2
        assert await page.locator("#suggested button:focus").count() == 1
        for _left in range(number - 1):
            await press(page, "#suggested button")
        assert await page.locator("main:focus").count() == 1
        page = await at(guest, delegate, f"/e/{event.slug}/me/needs")
        await press(page, ".chip.found")
        assert await page.locator(f"#need-{need.id} .badge.firm").count() == 2
    assert len((await Registration.get(id=expert.id)).topics) == number + 1
    assert len((await Need.get(id=need.id)).topics) == 2


async def test_contacts_are_exchanged_without_a_new_page(browser: Browser, site: Site) -> None:
    event = await factories.event()
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    entry = await factories.calendar_entry(expert, firm)
    await Contact.create(
        event_id=event.id, person_id=expert.person_id, kind=ContactKind.PHONE, value="1", readers=ContactReaders.AGREED
    )
    async with visitor(browser, site, "en", width=390) as guest:
        page = await at(guest, expert.person, f"/e/{event.slug}/agenda/meeting/{entry.id}/contacts")
        await press(page, "#exchange button")
        assert await page.locator("#exchange .button.stop:focus").count() == 1
        await press(page, "#exchange button")
        assert await page.locator("#exchange .button.main:focus").count() == 1
        await page.route("**/contacts", lambda route: route.abort())
        await page.keyboard.press("Enter")
        await page.get_by_text("Not saved: there is no connection.").wait_for()
        guest.errors.clear()


async def test_answers_of_organisers_take_effect_without_a_new_page(browser: Browser, site: Site) -> None:
    event = await factories.event()
    organiser = await factories.organiser(event)
    expert = await factories.expert(event, **MAGNETS)
    firm = await enterprise_with(event, NEED_OF_MAGNETS)
    await factories.presence_request(expert)
    async with visitor(browser, site, "en") as guest:
        page = await at(guest, organiser.person, f"/e/{event.slug}/pairs/{expert.id}/{firm.id}")
        await page.fill("[name=reason]", "They know each other.")
        await press(page, "[name=kind][value=fits]")
        assert await page.locator("#reasons .badge").get_by_text("Good match").count() == 1
        assert await page.input_value("[name=reason]") == ""
        await press(page, "#assessment form.lone button")
        page = await at(guest, organiser.person, f"/e/{event.slug}/absences")
        await press(page, "#waiting .button.main")
        assert await page.locator("#waiting section").count() == 0
    assert [each.stands for each in await Correction.all()] == [None]
    assert await PresenceRequest.filter(decision=None).count() == 0
