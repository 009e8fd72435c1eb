"""Accounts: an organiser is invited and given rights; an address is changed from both mailboxes, a session is ended,
and a passkey takes the place of the code.
"""

import re

import pytest
from playwright.async_api import Browser

from i18n import _, pgettext_
from server.models import Organiser, Passkey, Person, Right
from server.pages import NOTICES
from tests import factories
from tests.browser import test_passkeys, walking
from tests.browser.conftest import Site, code_in, link_in, text_of
from tests.browser.walking import DESK, Turn, Walker, spoken, walker

pytestmark = walking.MARKS

BROWSER = ("Chrome", "Linux")
COLLEAGUE, OLD, NEW = "colleague@example.org", "old@example.org", "new@example.org"


@pytest.fixture
def host() -> str:
    """Browsers make no passkeys for addresses of numbers."""
    return "localhost"


async def invite(owner: Walker, slug: str) -> None:
    """Add an organiser who may see people, and nothing else."""
    await owner.go(f"/e/{slug}/organisers")
    await owner.fill(email=COLLEAGUE)
    await owner.page.select_option('[name="mail_locale"]', owner.locale)
    for right in (Right.PLAN, Right.EMAILS, Right.LIVE, Right.REPORTS):
        await owner.page.uncheck(f'[name="rights"][value="{right}"]', force=True)
    await owner.look("organisers")
    await owner.submit()
    await owner.sees(COLLEAGUE)
    await owner.look("organiser-added")


async def accept(colleague: Walker, slug: str) -> None:
    """Come by the e-mail, and find the pages of the rights that one has."""
    await colleague.page.goto(link_in(await colleague.site.post.letter_to(COLLEAGUE)))
    await colleague.look("invited")
    await colleague.submit()
    await colleague.look("overview")
    await colleague.go(f"/e/{slug}/experts")
    assert await colleague.page.locator(f'header a[href="/e/{slug}/plans"]').count() == 0
    await colleague.page.goto(f"{colleague.site.url}/e/{slug}/plans")
    await colleague.sees(pgettext_("right of an organiser", "Plan"))
    await colleague.look("right-needed")
    colleague.errors.clear()  # the status of that page


async def give_right(owner: Walker, colleague: Walker, slug: str) -> None:
    await owner.choose(pgettext_("button", "Change the rights"))
    await owner.tick("rights", Right.PLAN)
    await owner.look("rights")
    await owner.submit()
    await colleague.page.reload()
    await colleague.look("plans")
    assert set((await Organiser.get(person__email=COLLEAGUE)).rights.split()) == {Right.PEOPLE, Right.PLAN}


async def sign_in(guest: Walker, address: str, name: str) -> None:
    """Sign in by the code of an e-mail, after a wrong one."""
    await guest.go("/sign-in?next=/account")
    await guest.look(f"{name}-sign-in")
    await guest.fill(email=address)
    await guest.submit()
    code = code_in(await guest.site.post.letter_to(address))
    await guest.fill(code=f"{(int(code) + 1) % 10**6:06}")
    async with guest.page.expect_navigation():
        await guest.page.locator("main form button.main").first.click()
    await guest.look(f"{name}-wrong-code")
    guest.errors.clear()  # the status of that page
    await guest.fill(code=code)
    await guest.submit()
    assert guest.page.url.endswith("/account")
    await guest.look(f"{name}-account")


async def change_address(guest: Walker) -> None:
    """Ask for a new address, and agree from the old mailbox and from the new one."""
    await guest.fill(email=NEW)
    await guest.choose(_("Change the address"))
    await guest.sees(NOTICES["address_asked"], _("Your change of address is waiting"))
    await guest.look("address-asked")
    await guest.page.goto(await link_to(guest, OLD, "agree"))
    await guest.look("address-old")
    await guest.submit()
    await guest.sees(NOTICES["address_agreed"])
    await guest.look("address-agreed")
    await guest.page.goto(await link_to(guest, NEW, "confirm"))
    await guest.look("address-new")
    await guest.submit()
    await guest.sees(NOTICES["address_changed"])
    await guest.look("address-changed")


async def link_to(guest: Walker, address: str, act: str) -> str:
    letter = await guest.site.post.letter_to(address, containing=f"/account/email/{act}/")
    found = re.search(rf"https?://\S+/account/email/{act}/\S+", text_of(letter))
    assert found
    return found[0]


async def end_other_session(guest: Walker, elsewhere: Walker) -> None:
    await elsewhere.go("/account")
    await guest.go("/account")
    await guest.look("two-sessions")
    await guest.page.locator('form[action$="/end"] button').click()
    await guest.sees(NOTICES["session_ended"])
    await elsewhere.page.reload()
    await elsewhere.sees(_("You do not need a password. We send you an e-mail with a link and a code."))


async def use_passkey(guest: Walker, person: Person) -> None:
    """Add a passkey of this device, sign out, and sign in with it."""
    device = await guest.context.new_cdp_session(guest.page)
    await device.send("WebAuthn.enable")
    await device.send("WebAuthn.addVirtualAuthenticator", {"options": test_passkeys.PHONE})
    await guest.choose(_("Add a passkey"))
    await guest.sees(NOTICES["passkey_added"])
    await guest.look("passkey")
    assert await Passkey.filter(person_id=person.id).count() == 1
    await guest.page.locator("header details.menu summary").last.click()
    await guest.choose(pgettext_("button", "Sign out"), within="header")
    await guest.look("signed-out")
    await guest.go("/sign-in?next=/account")
    await guest.choose(_("Sign in with a passkey"))
    await guest.sees(NEW)


async def organise(browser: Browser, site: Site, turn: Turn) -> None:
    """Walk from the invitation of an organiser to the rights that the owner gives."""
    event = await walking.event()
    person = (await factories.organiser(event, await walking.somebody())).person
    async with (
        walker(browser, site, turn, "accounts-owner", person) as owner,
        walker(browser, site, turn, "accounts-colleague") as colleague,
    ):
        await invite(owner, event.slug)
        await accept(colleague, event.slug)
        await give_right(owner, colleague, event.slug)


@walking.turns(("ar", DESK))
async def test_accounts_are_invited_given_rights_moved_to_an_address_and_opened_by_a_passkey(
    browser: Browser, site: Site, locale: str, width: int
) -> None:
    await organise(browser, site, (spoken(locale), width))
    person = await walking.somebody(email=OLD, locale=locale)
    await factories.expert(await walking.event(), person)
    async with (
        walker(browser, site, (locale, width), "accounts", names=BROWSER) as guest,
        walker(browser, site, (locale, width), "accounts-elsewhere", names=BROWSER) as elsewhere,
    ):
        await sign_in(guest, OLD, "old")
        await change_address(guest)
        await sign_in(guest, NEW, "new")
        await person.refresh_from_db()
        token = await factories.session(person)
        await elsewhere.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        await end_other_session(guest, elsewhere)
        await use_passkey(guest, person)
