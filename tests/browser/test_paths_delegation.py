"""A delegation: its leader imports the members, one of whom has no address; two entries of one person are merged and
parted again; the leader takes the members home as a spreadsheet.
"""

from pathlib import Path

from playwright.async_api import Browser

from i18n import _, pgettext_
from server.models import DelegationMember, Event, Registration
from server.pages import NOTICES
from tests import factories
from tests.browser import walking
from tests.browser.conftest import Site, link_in
from tests.browser.walking import PHONE, Walker, spoken, walker
from tests.server.importing import EXPERT, workbook

pytestmark = walking.MARKS

LEADER, MEMBER = "leader@example.org", "anna@example.org"
# Of the entry in Latin letters, of the sheet and of its columns.
NAMES = ("Anna", "Petrova", "Experts", *EXPERT)
LEADS = {"zh_Hans": "林若溪", "ru": "Соколова Елена", "ar": "ليلى حسن"}
WITH_ADDRESS = {**EXPERT, "affiliation": "Институт электропривода"}
WITHOUT = {**EXPERT, "email": "", "full_name": "Зорин Пётр", "headline": "Тихие редукторы", "languages": "ru"}


async def name_leader(desk: Walker, event: Event) -> None:
    """Add a delegation and name its leader by address."""
    await desk.go(f"/e/{event.slug}/delegations")
    await desk.sees(_("There are no delegations yet."))
    await desk.look("none")
    await desk.choose(pgettext_("button", "Add a delegation"))
    await desk.fill(name_zh_Hans="托木斯克代表团", name_ru="Делегация из Томска", name_ar="وفد تومسك")
    await desk.page.select_option('[name="country"]', "RU")
    await desk.fill(programme="参观港口\n晚宴")
    await desk.look("new")
    await desk.choose(pgettext_("button", "Save"))
    await desk.sees(NOTICES["saved"], _("This delegation has no leader."))
    await desk.look("without-leader")


async def invite_leader(desk: Walker, locale: str) -> None:
    await desk.fill(leader_email=LEADER, leader_name=LEADS[locale])
    await desk.page.select_option('[name="mail_locale"]', locale)
    await desk.choose(_("Name this leader"))
    await desk.sees(LEADS[locale])
    await desk.look("with-leader")


async def lead(leader: Walker) -> None:
    """Come by the link of the e-mail and agree to the work."""
    await leader.page.goto(link_in(await leader.site.post.letter_to(LEADER)))
    await leader.submit()
    await leader.look("first-page")
    await leader.choose(pgettext_("link", "Read and agree"))
    await leader.look("consent")
    await leader.tick("purposes", "working")
    await leader.choose(pgettext_("button", "Save"))
    await leader.sees(_("This delegation has no members yet."))
    await leader.look("empty")


async def bring_members(leader: Walker, folder: Path) -> None:
    """Import two members, and read what the page says of the one without an address."""
    await leader.choose(pgettext_("button", "Import a spreadsheet"))
    await leader.look("import")
    (folder / "members.xlsx").write_bytes(workbook(Experts=[WITH_ADDRESS, WITHOUT]))
    await leader.page.locator('[name="files"]').set_input_files(folder / "members.xlsx")
    await leader.choose(_("Check the file"))
    await leader.sees(_("Import this data?"))
    await leader.look("preview")
    await leader.tick("invite", "yes")
    await leader.choose(pgettext_("button", "Import"))
    await leader.sees(NOTICES["imported"], "Зорин Пётр", _("No e-mail address yet"), _("No consent yet"))
    await leader.look("members")


async def confirm(member: Walker, link: str) -> None:
    """Take over the own registration by its link, in the member's language, and agree."""
    await member.page.goto(link)
    await member.sees(_("The organiser entered you under the name below."), "Зорин Пётр")
    await member.look("claim")
    await member.fill(email="zorin@example.org")
    await member.choose(pgettext_("claim", "Continue"))
    await member.page.goto(link_in(await member.site.post.letter_to("zorin@example.org")))
    await member.submit()
    await member.look("claim-signed-in")
    await member.choose(_("This is me: take over the registration"))
    await member.sees(_("Your consent is still needed."))
    await member.look("own-page")
    await member.choose(_("Read and agree"))
    await member.look("agree")
    await member.tick("purposes", "matching", "sharing", "cross_border")
    await member.submit()
    await member.look("agreed")


async def merge_and_undo(desk: Walker, event: Event, kept: Registration) -> None:
    """Merge two entries of one person that stand in two scripts, and take it back."""
    await desk.go(f"/e/{event.slug}/delegations")
    await desk.choose(_("Experts who may be entered twice"))
    await desk.sees("Anna Petrova", "Анна Петрова")
    await desk.look("twins")
    await desk.page.locator(f'main a[href$="/twins/{kept.id}/{await other_of(kept)}"]').click()
    await desk.sees(_("Merge these two entries?"))
    await desk.look("merge")
    await desk.choose(_("Merge the entries"))
    await desk.sees(_("Merged within the last day"))
    await desk.look("merged")
    assert await Registration.filter(event_id=event.id, withdrawn_at=None).count() == 2
    await desk.choose(_("Undo the merge"))
    await desk.sees("Anna Petrova")
    await desk.look("parted")
    assert await Registration.filter(event_id=event.id, withdrawn_at=None).count() == 3


async def other_of(kept: Registration) -> int:
    [other] = await Registration.filter(event_id=kept.event_id, person__email=MEMBER)
    return other.id


async def export(leader: Walker) -> None:
    await leader.page.reload()
    await leader.sees(pgettext_("status", "Consent given"))
    await leader.look("members-agreed")
    async with leader.page.expect_download() as saved:
        await leader.page.locator('main a[href$="members.xlsx?in=ru"]').click()
    assert (await saved.value).suggested_filename.endswith(".xlsx")


@walking.turns(("ru", PHONE))
async def test_a_delegation_is_imported_confirmed_and_merged(
    browser: Browser, site: Site, tmp_path: Path, locale: str, width: int
) -> None:
    event, turn = await walking.event(), (locale, width)
    organiser = (await factories.organiser(event, await walking.somebody())).person
    twin = await factories.expert(
        event, await factories.person(full_name="Anna Petrova"), affiliation="Томский институт", text_locale="ru"
    )
    async with (
        walker(browser, site, (spoken(locale), width), "delegation-organiser", organiser, names=NAMES) as desk,
        walker(browser, site, turn, "delegation-leader", names=NAMES) as leader,
        walker(browser, site, turn, "delegation-member") as member,
    ):
        await name_leader(desk, event)
        await invite_leader(desk, locale)
        await lead(leader)
        await bring_members(leader, tmp_path)
        link = await leader.page.locator("code.long").inner_text()
        await confirm(member, link)
        await merge_and_undo(desk, event, twin)
        await export(leader)
    assert await DelegationMember.all().count() == 2
