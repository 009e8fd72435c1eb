"""Wishes: cards, a budget of top wishes that gives one back, an undo, profiles turned by key and by swipe, a wish of
both sides and its e-mail, and the organiser's nudge for those who have not answered.
"""

from playwright.async_api import Browser

from i18n import _, formats, pgettext_
from server.models import Event, Mail, Registration, Wish, WishKind
from server.pages import NOTICES
from server.registrations import agreeing
from server.registrations.consents import NEEDED
from tests import factories
from tests.browser import walking
from tests.browser.conftest import Site
from tests.browser.test_wishing import kinds, press, swipe
from tests.browser.walking import PHONE, Walker, spoken, walker
from tests.server.matched import MAGNETS, NEED_OF_MAGNETS, PORTS, enterprise_with

pytestmark = walking.MARKS

TOP = 2
FIRMS = ("甬磁新材料有限公司", "海曙港机有限公司", "镇海起重有限公司", "北仑码头装备有限公司")


async def left(guest: Walker, number: int) -> None:
    """Expect how many top wishes are left."""
    shown = {"left": formats.number(number, guest.locale), "all": formats.number(TOP, guest.locale)}
    await guest.sees(pgettext_("label", "Top wishes left: %(left)s of %(all)s", **shown), within="#purse")


async def mark(guest: Walker, slug: str) -> None:
    """Spend the budget, let a third top wish take the place of another, and undo an answer."""
    await guest.go(f"/e/{slug}/matches")
    await left(guest, 2)
    await guest.look("cards")
    await press(guest.page, 0, 0)
    await press(guest.page, 1, 0)
    await left(guest, 0)
    await guest.look("budget-spent")
    await press(guest.page, 2, 0)
    await left(guest, 0)
    await guest.look("instead")
    await press(guest.page, 3, 2)
    await guest.sees(pgettext_("wish", "Not interested"))
    await guest.look("not-interested")
    async with guest.page.expect_response("**/matches?*"):
        await guest.page.locator(".offer.closed button").click()
    await guest.page.locator(".offer.closed").wait_for(state="detached")


async def turn_profiles(guest: Walker) -> None:
    """Go from profile to profile by a key, and by a swipe on a phone."""
    page = guest.page
    first, second, third = [await each.get_attribute("href") for each in await page.locator(".offer h2 a").all()][:3]
    await page.emulate_media(reduced_motion="reduce")
    await guest.go(str(first))
    await guest.look("profile")
    await page.keyboard.press("j")
    await page.wait_for_url(f"**{second}")
    if guest.width == PHONE:
        await swipe(page, 250 if guest.locale == "ar" else -250)
    else:
        await page.keyboard.press("ArrowLeft" if guest.locale == "ar" else "ArrowRight")
    await page.wait_for_url(f"**{third}")
    await guest.look("third-profile")


async def agree(firm: Walker, slug: str, expert: Registration) -> None:
    """Answer as the enterprise that the expert wants to meet; both are told."""
    await firm.go(f"/e/{slug}/matches")
    await firm.sees(_("Wants to meet you"))
    await firm.look("wanted")
    await press(firm.page, 0, 1)
    await firm.sees(_("Both want to meet"))
    await firm.look("mutual")
    # The e-mail waits, because a wish can be undone.
    assert await Mail.filter(template="agreed", person_id=expert.person_id).exists()


async def nudge(desk: Walker, slug: str) -> None:
    """Remind those who have no wishes yet."""
    await desk.go(f"/e/{slug}/wish-settings")
    await desk.sees(_("Participants without wishes"))
    await desk.look("settings")
    await desk.page.locator('form[action$="/remind"] button').click()
    await desk.sees(NOTICES["reminded"])
    await desk.look("reminded")


@walking.turns(("ru", PHONE))
async def test_wishes_are_marked_undone_mutual_and_asked_for(
    browser: Browser, site: Site, locale: str, width: int
) -> None:
    event, turn = await walking.event(), (locale, width)
    await Event.filter(id=event.id).update(expert_top_wishes=TOP, tells_mutual_wishes=True)
    expert = await factories.expert(event, await factories.person(full_name="Соколова Елена"), **MAGNETS)
    assert expert.person is not None
    await agreeing.record(event, expert.person, sorted(NEEDED), locale="en")
    needs = (NEED_OF_MAGNETS, PORTS, PORTS, PORTS)
    firms = [
        await enterprise_with(
            event, need, person=await walking.somebody(), organisation=await factories.organisation(name=name)
        )
        for name, need in zip(FIRMS, needs, strict=True)
    ]
    organiser = (await factories.organiser(event, await walking.somebody())).person
    async with (
        walker(browser, site, turn, "wishes-expert", expert.person, names=("Quieter", "cranes")) as guest,
        walker(browser, site, (spoken(locale), width), "wishes-organiser", organiser) as desk,
    ):
        await mark(guest, event.slug)
        assert await kinds(expert) == {WishKind.MUST, WishKind.LIKE}
        await turn_profiles(guest)
        wish = await Wish.filter(by_id=expert.id, kind=WishKind.MUST).first()
        assert wish is not None
        wanted = next(firm for firm in firms if firm.id == wish.about_id)
        [delegate] = await factories.delegates_of(wanted)
        async with walker(browser, site, turn, "wishes-enterprise", delegate) as firm:
            await agree(firm, event.slug, expert)
        await guest.go(f"/e/{event.slug}/matches?show=wished")
        await guest.sees(_("Both want to meet"))
        await guest.look("both")
        await nudge(desk, event.slug)
