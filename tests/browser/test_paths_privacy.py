"""Privacy: who reads which field, contacts exchanged after a meeting, a consent withdrawn, the archive of my data, and
the end of the account.
"""

import zipfile

from playwright.async_api import Browser, expect

from i18n import _, pgettext_, tag_of
from server.models import Event, Person, Registration
from server.pages import NOTICES
from server.registrations import agreeing
from server.registrations.consents import NEEDED
from tests import factories
from tests.browser import walking
from tests.browser.conftest import Site
from tests.browser.walking import PHONE, Walker, walker

pytestmark = walking.MARKS

DEGREE = {"zh_Hans": "工学博士", "ru": "доктор технических наук", "ar": "دكتوراه في الهندسة"}
PHONES = ("+7 495 555 01 23", "+86 574 5555 0101")


async def hide_degree(expert: Walker, slug: str) -> None:
    """Choose the readers of a field, and see the profile as an enterprise does."""
    await expert.go(f"/e/{slug}/me/preview")
    await expert.sees(DEGREE[expert.locale])
    await expert.go(f"/e/{slug}/me")
    await expert.choose(_("Who sees my profile"))
    await expert.page.select_option('[name="degree"]', "nobody")
    await expert.look("visibility")
    await expert.submit()
    await expert.sees(NOTICES["saved"])
    await expert.choose(_("How enterprises see you"))
    await expect(expert.page.locator("main")).not_to_contain_text(DEGREE[expert.locale])
    await expert.look("preview")


async def give_contact(guest: Walker, slug: str, phone: str) -> None:
    await guest.go(f"/e/{slug}/me/contacts")
    await guest.fill(phone=phone)
    await guest.page.select_option('[name="phone_readers"]', "agreed")
    await guest.look("contacts")
    await guest.submit()
    await guest.sees(NOTICES["saved"])


async def exchange(first: Walker, second: Walker, slug: str, entry: int) -> None:
    """Both sides of a meeting show each other their contacts; before that, neither sees one."""
    for guest, phone in ((first, PHONES[1]), (second, PHONES[0])):
        await guest.go(f"/e/{slug}/agenda/meeting/{entry}")
        await guest.look("meeting")
        await guest.choose(pgettext_("link", "Exchange contacts"))
        await guest.look("exchange")
        await expect(guest.page.locator("main")).not_to_contain_text(phone)
        async with guest.page.expect_response("**/contacts?*"):
            await guest.named(pgettext_("link", "Exchange contacts"), "#exchange").click()
        await guest.named(_("Stop showing my contacts"), "#exchange").wait_for()
        await guest.look("agreed")
    await second.sees(PHONES[0])
    await first.page.reload()
    await first.sees(PHONES[1])
    await first.look("exchanged")


async def withdraw(expert: Walker) -> None:
    await expert.go("/account/consents")
    await expert.look("consents")
    await expert.page.locator('main a[href$="/consents/photo/withdraw"]').click()
    await expert.sees(_("Withdraw this consent?"))
    await expert.look("withdraw")
    await expert.choose(_("Withdraw the consent"))
    await expert.sees(NOTICES["consent_withdrawn"])
    await expert.look("withdrawn")


async def take_data(expert: Walker) -> None:
    """Save the archive: its page is in the reader's language and has what was written."""
    await expert.go("/account")
    async with expert.page.expect_download() as saving:
        await expert.named(_("Download my data")).first.click()
    with zipfile.ZipFile(await (await saving.value).path()) as archive:
        [name] = [each for each in archive.namelist() if each.endswith(".html")]
        page = archive.read(name).decode()
    assert f'lang="{tag_of(expert.locale)}"' in page and PHONES[0] in page


async def delete(expert: Walker, person: Person, party: Registration) -> None:
    await expert.choose(_("Delete my account"))
    await expert.sees(_("Delete your account?"))
    await expert.look("delete")
    await expert.choose(_("Delete my account"))
    await expert.sees(NOTICES["account_deleted"])
    await expert.look("deleted")
    assert not await Person.exists(email=person.email)
    assert not await Registration.filter(id=party.id, withdrawn_at=None).exists()


async def met(event: Event, locale: str) -> tuple[Registration, Person, int]:
    """Return an expert, a delegate and the meeting that both have."""
    expert = await factories.expert(
        event, await walking.somebody(full_name="Зорин Пётр"), degree=DEGREE[locale], languages=["ru", "zh", "ar"]
    )
    assert expert.person is not None
    await agreeing.record(event, expert.person, [*sorted(NEEDED), "photo"], locale=locale)
    firm = await factories.organisation(name="宁波衔川塑机有限公司")
    party = await factories.enterprise(event, await walking.somebody(full_name="虞景澄"), firm)
    entry = await factories.calendar_entry(expert, party)
    [delegate] = await factories.delegates_of(party)
    await agreeing.record(event, delegate, sorted(NEEDED), locale=locale)
    return expert, delegate, entry.id


@walking.turns(("zh_Hans", PHONE))
async def test_a_person_keeps_their_data_in_hand(browser: Browser, site: Site, locale: str, width: int) -> None:
    event, turn = await walking.event(), (locale, width)
    party, delegate, entry = await met(event, locale)
    assert party.person is not None
    async with (
        walker(browser, site, turn, "privacy-expert", party.person) as expert,
        walker(browser, site, turn, "privacy-enterprise", delegate) as firm,
    ):
        await hide_degree(expert, event.slug)
        await give_contact(expert, event.slug, PHONES[0])
        await give_contact(firm, event.slug, PHONES[1])
        await exchange(expert, firm, event.slug, entry)
        await withdraw(expert)
        await take_data(expert)
        await delete(expert, party.person, party)
