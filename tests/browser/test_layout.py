"""Layout of every page: on phone and desktop, at 320 px, at normal and double text size, and at 200 % zoom.

Nothing is wider than its window, everything that can be pressed is large enough for a thumb and shows the focus, what
is disabled says why, heading levels have no gaps, and landmarks have different names.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Error, Page, Response, ViewportSize

from i18n import interface_locales
from server.models import Event, NeedState, Person, Registration
from server.roles import Role
from server.routes import ROUTES
from server.settings import Settings
from tests import factories, uploaded, world
from tests.browser.conftest import Site, Visitor, visitor
from tests.conftest import OF_PAGES
from tests.world import World, roles_of

pytestmark = [pytest.mark.browser, OF_PAGES]

PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1280, height=900)
LOW = (ViewportSize(width=390, height=600), ViewportSize(width=640, height=360))
# A desk of 1280 px at 400 %: the width at which WCAG 1.4.10 (reflow) asks for no sideways scrolling.
NARROW = ViewportSize(width=320, height=640)
# Callers and languages: the longest words, right to left, the widest letters.
LOCALES = {
    "anonymous": "en_XA",
    "organiser": "ru",
    "expert": "ar_XB",
    "enterprise": "zh_Hans",
    "interpreter": "ru",
    "translator": "ar_XB",
    "reviewer": "en_XA",
    "leader": "zh_Hans",
    "desk_staff": "ru",
    "escort": "ar_XB",
    "administrator": "ru",
}
# Organisers open their pages, too, but see other navigation and other buttons on them.
OWN_VIEW = ("translator", "reviewer")
CALLERS = tuple(LOCALES)
MEASURE = (Path(__file__).parent / "measure.js").read_text("utf-8")
NO_PAGES = (".ics", ".svg", ".json", ".xlsx", ".graphml", ".zip", ".vcf")
NOT_HTML = ("/names/latin", "/healthz", "/readyz", "/topic-choices")


def addresses(there: World, caller: str) -> list[str]:
    """Return the caller's pages that no earlier caller can open, so that each page is checked once.

    Translators and reviewers get all pages of their role.
    """
    found = []
    for place in world.places(ROUTES):
        first = next((each for each in CALLERS if roles_of(each) & place.may), "organiser")
        is_own = caller in OWN_VIEW and roles_of(caller) & place.may and Role.SIGNED_IN not in place.may
        path = place.path(there.own)
        is_page = place.method == "GET" and not place.is_way and not path.endswith((*NO_PAGES, *NOT_HTML))
        if is_page and (first == caller or is_own):
            found.append(path)
    return sorted(set(found))


async def opened(page: Page, address: str, wait_until: Literal["load", "networkidle"] = "load") -> Response | None:
    """Open an address and return its answer, None for a file, which the browser stores and does not show."""
    try:
        return await page.goto(address, wait_until=wait_until)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return None


async def at_work(there: World, caller: str) -> World:
    """Return the world with an upload of the translator, or a need that waits for the reviewer and its remark."""
    person = there.people[caller]
    if caller == "translator" and person:
        rows: dict[str, Any] = {"sheet": await uploaded.translation_upload(there.event, person)}
    elif caller == "reviewer":
        await Event.filter(id=there.event.id).update(reviews_needs=True, clears_needs=True)
        firm = await Registration.get(id=int(there.own["enterprise"]))
        need = await factories.need(firm, state=NeedState.SUBMITTED, text_locale="en")
        rows = {"need": need, "remark": await factories.remark(need)}
    else:
        return there
    return replace(there, own={**there.own, **{name: str(row.id) for name, row in rows.items()}})


async def faults_of(guest: Visitor, path: str) -> list[str]:
    """Return the layout faults of a page."""
    page = guest.page
    await page.set_viewport_size(PHONE)
    answer = await opened(page, guest.site.url + path)
    if answer is None or answer.status >= 400 or "text/html" not in answer.headers.get("content-type", ""):
        return [] if answer is None or answer.status < 500 else [f"{path}: no page"]
    await page.evaluate(MEASURE)
    # A page with faults opens at them.
    is_lower = await page.evaluate("scrollY > 0 && !document.querySelector('[autofocus]')")
    found = ["opens further down than at its top"] if is_lower else []
    found += [f"390 {each}" for each in await page.evaluate("measure({targets: true, outline: true})")]
    await page.keyboard.press("Tab")
    found += [f"390 {each}" for each in await page.evaluate("measure({focus: true})")]
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"390 at 200 % {each}" for each in await page.evaluate("measure({})")]
    await page.evaluate("document.documentElement.style.fontSize = ''")
    for size in LOW:
        await page.set_viewport_size(size)
        found += [f"{size} {each}" for each in await page.evaluate("measure({docks: true})")]
    await page.set_viewport_size(NARROW)
    found += [f"320 {each}" for each in await page.evaluate("measure({})")]
    await page.set_viewport_size(DESK)
    found += [f"1280 {each}" for each in await page.evaluate("measure({})")]
    return [f"{path}: {each}" for each in found]


@pytest.mark.usefixtures("database")
async def test_every_page_works_with_large_text_and_has_large_buttons(
    browser: Browser, site: Site, settings: Settings
) -> None:
    there = await world.build(settings)
    found: list[str] = []
    for caller, locale in LOCALES.items():
        async with visitor(browser, site, locale.replace("_", "-"), width=390) as guest:
            if person := there.people[caller]:
                await Person.filter(id=person.id).update(locale=locale)
            if token := there.tokens.get(caller):
                await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
            for path in addresses(await at_work(there, caller), caller):
                found += await faults_of(guest, path)
            guest.errors.clear()  # statuses of pages whose object has changed meanwhile
    assert found == [], "\n".join(found)


OTHERS = [code for code in interface_locales() if code not in {*LOCALES.values(), "en"}]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("caller", ["expert", "enterprise"])
async def test_pages_of_participants_fit_a_phone_in_every_language(
    browser: Browser, site: Site, settings: Settings, caller: str
) -> None:
    there = await world.build(settings)
    person = there.people[caller]
    assert person is not None
    found: list[str] = []
    async with visitor(browser, site, "en", width=PHONE["width"]) as guest:
        await guest.context.add_cookies([{"name": "session", "value": there.tokens[caller], "url": site.url}])
        for locale in OTHERS:
            await Person.filter(id=person.id).update(locale=locale)
            for path in addresses(there, caller):
                answer = await opened(guest.page, site.url + path)
                if answer is not None and answer.ok and "text/html" in answer.headers.get("content-type", ""):
                    await guest.page.evaluate(MEASURE)
                    faults = await guest.page.evaluate("measure({targets: true})")
                    await guest.page.set_viewport_size(NARROW)
                    faults += await guest.page.evaluate("measure({})")
                    await guest.page.set_viewport_size(PHONE)
                    found += [f"{locale} {path}: {fault}" for fault in faults]
        guest.errors.clear()  # statuses of pages whose object has changed meanwhile
    assert found == [], "\n".join(found)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("locale", ["en_XA", "ar_XB"])
async def test_every_page_fits_in_longer_words_and_from_right_to_left(
    browser: Browser, site: Site, settings: Settings, locale: str
) -> None:
    there = await world.build(settings)
    found: list[str] = []
    for caller in CALLERS:
        if person := there.people[caller]:
            await Person.filter(id=person.id).update(locale=locale)
        async with visitor(browser, site, locale.replace("_", "-"), width=PHONE["width"]) as guest:
            if token := there.tokens.get(caller):
                await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
            for path in addresses(await at_work(there, caller), caller):
                found += [f"{caller} {path}: {each}" for each in await widths_exceeded(guest, path)]
            guest.errors.clear()  # statuses of pages whose object has changed meanwhile
    assert found == [], "\n".join(found)


async def widths_exceeded(guest: Visitor, path: str) -> list[str]:
    """Return where a page is wider than its window."""
    answer = await opened(guest.page, guest.site.url + path)
    if answer is None or not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
        return []
    found = []
    for size in (NARROW, PHONE, DESK):
        await guest.page.set_viewport_size(size)
        await guest.page.evaluate(MEASURE)
        found += [f"{size['width']} {each}" for each in await guest.page.evaluate("measure({})")]
    return found
