"""A timetable that is changed by hand, by keyboard alone: pick, walk through the places, put down, undo."""

import pytest
from playwright.async_api import Browser, Page

from server.hand import service as hand
from server.models import Meeting, Plan
from tests import factories
from tests.browser.conftest import Site, visitor
from tests.server.planning import solved

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement.value ?? document.activeElement.id"


async def place_of(plan: Plan) -> tuple[int, int]:
    row = await Meeting.get(plan_id=plan.id, expert_id=1, enterprise_id=2)
    return row.slot_id, row.table_id


async def press(page: Page, key: str) -> None:
    """Press a key and wait for the answer of the server."""
    async with page.expect_response("**/hand*"):
        await page.keyboard.press(key)
    await page.locator("#bench:not([aria-busy='true'])").wait_for()


@pytest.mark.usefixtures("database")
async def test_a_meeting_is_moved_by_keyboard_alone(browser: Browser, site: Site) -> None:
    event = await factories.event(slots=3, tables=2)
    organiser = (await factories.organiser(event)).person
    for _number in range(2):
        await factories.expert(event)
        await factories.enterprise(event)
    draft = await hand.begin(await solved(event, organiser), organiser)
    assert await place_of(draft) == (2, 2)
    async with visitor(browser, site, "en", width=1280) as guest:
        page, token = guest.page, await factories.session(organiser)
        await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        await guest.go(f"/e/{event.slug}/plans/{draft.id}/hand")
        await page.evaluate("window.isSamePage = true")
        await page.locator("#m-e1-f2").focus()
        await press(page, " ")
        # The focus is at the best place, and arrows walk through places that can be taken only.
        await page.wait_for_function(f"{FOCUSED} === 's2.t1'")
        await page.keyboard.press("ArrowUp")
        assert await page.evaluate(FOCUSED) == "s1.t1"
        await page.keyboard.press("ArrowRight")
        assert await page.evaluate(FOCUSED) == "s1.t2"
        await press(page, "p")
        await page.wait_for_function(f"{FOCUSED} === 'm-e1-f2'")
        assert await place_of(draft) == (1, 2)
        await press(page, "Enter")
        await press(page, "Escape")
        await page.wait_for_function(f"{FOCUSED} === 'm-e1-f2'")
        await press(page, "Control+z")
        await page.locator(".list li", has_text="Undone.").wait_for()
        assert await place_of(draft) == (2, 2)
        # Without a connection nothing is done, and one sentence says so.
        await page.route("**/hand*", lambda route: route.abort())
        await page.keyboard.press("Control+Shift+z")
        await page.locator("[data-offline]:visible").wait_for()
        assert await place_of(draft) == (2, 2)
        assert await page.evaluate("window.isSamePage") is True
        assert [error for error in guest.errors if "ERR_FAILED" not in error] == []
        guest.errors.clear()
