"""The ledger of the reception: what a guest is told of car, hotel and meals, the sheets, the escort's own page, and a
late flight that takes a slot out of the guest's availability.
"""

from datetime import datetime, timedelta

from playwright.async_api import Browser

from i18n import _, pgettext_
from server.models import CalendarEntry, CrewRole, Event, Registration
from server.pages import NOTICES
from server.plans import publishing
from tests import factories
from tests.browser import walking
from tests.browser.conftest import Site
from tests.browser.walking import PHONE, Walker, spoken, walker
from tests.server.planning import solved

pytestmark = walking.MARKS

ESCORT = {"name": "陈晓", "phone": "+86 574 5555 0101", "email": "chen@example.org"}


def at_the_venue(at: datetime) -> str:
    """Return a moment as a field for day and time has it."""
    return at.astimezone(walking.VENUE).strftime("%Y-%m-%dT%H:%M")


async def add_escort(desk: Walker, event: Event) -> None:
    await desk.go(f"/e/{event.slug}/reception")
    await desk.look("ledger")
    await desk.choose(pgettext_("label", "Escorts"))
    await desk.sees(_("There are no escorts yet."))
    await desk.fill(**ESCORT)
    await desk.look("escorts-none")
    await desk.submit()
    await desk.sees(NOTICES["saved"], ESCORT["name"])
    await desk.look("escorts")


async def enter(desk: Walker, guest: Registration, arrival: datetime) -> None:
    """Fill the guest's row of the ledger and save it."""
    await desk.choose(pgettext_("of the reception", "Enter"))
    of = f'[form="g{guest.id}"]'
    row = {
        "arrives_at": at_the_venue(arrival),
        "arrives_by": "MU 5012",
        "plate": "浙B 12345",
        "driver": "老陈 +86 574 5555 0102",
        "hotel": "海港酒店",
        "room": "1207",
        "meals": "清真",
    }
    for name, text in row.items():
        await desk.page.fill(f'{of}[name="{name}"]', text)
    await desk.page.select_option(f'{of}[name="escort_id"]', label=ESCORT["name"])
    await desk.look("row-filled")
    async with desk.page.expect_navigation():
        await desk.page.locator(f"form#g{guest.id} button.button:not([type=button])").click()
    await desk.sees(NOTICES["saved"])
    assert await desk.page.input_value(f'{of}[name="room"]') == "1207"
    await desk.look("row-saved")


async def print_sheets(desk: Walker) -> None:
    for name in ("By day", "By car", "By hotel", "By escort"):
        await desk.choose(pgettext_("of the reception", name))
        await desk.sees("海港酒店" if name != "By hotel" else "1207")
        await desk.look(f"sheet-{name.removeprefix('By ')}")
    async with desk.page.expect_download() as saved:
        await desk.named(_("Save as a spreadsheet")).first.click()
    assert (await saved.value).suggested_filename == "reception-escort.xlsx"


async def learn(guest: Walker, event: Event) -> None:
    """Read in the agenda where one stays, and who comes to the airport."""
    await guest.go(f"/e/{event.slug}/agenda")
    await guest.sees(pgettext_("heading", "Your stay"), "海港酒店", "1207", "浙B 12345", ESCORT["name"], "清真")
    await guest.look("agenda")


async def come_late(escort: Walker, event: Event, guest: Registration, arrival: datetime) -> None:
    """Enter a late flight on the escort's own page."""
    await escort.go(f"/e/{event.slug}/escorting")
    await escort.sees("海港酒店", "MU 5012")
    await escort.look("guests")
    await escort.page.locator(f'main a[href$="/reception/{guest.id}"]').click()
    await escort.fill(arrives_at=at_the_venue(arrival), arrives_by="MU 5016")
    await escort.look("guest")
    await escort.submit()
    await escort.sees(NOTICES["saved"], "MU 5016")
    await escort.look("guests-late")


@walking.turns(("zh_Hans", PHONE))
async def test_a_guest_is_received_and_a_late_flight_changes_the_availability(
    browser: Browser, site: Site, locale: str, width: int
) -> None:
    event, turn = await walking.event(), (locale, width)
    organiser = (await factories.organiser(event, await walking.somebody())).person
    guest = await factories.expert(event, await factories.person(full_name="Зорин Пётр"), text_locale="ru")
    firm = await factories.organisation(name="宁波衔川塑机有限公司")
    await factories.enterprise(event, await walking.somebody(), firm)
    helper = await factories.person(email=ESCORT["email"], full_name=ESCORT["name"])
    await factories.crew(event, CrewRole.ESCORT, helper)
    await publishing.publish(await solved(event, organiser), organiser)
    meeting = await CalendarEntry.get(expert_id=guest.id)
    assert guest.person is not None
    async with (
        walker(browser, site, (spoken(locale), width), "reception-organiser", organiser) as desk,
        walker(browser, site, turn, "reception-guest", guest.person) as reader,
        walker(browser, site, (spoken(locale), width), "reception-escort", helper) as escort,
    ):
        await add_escort(desk, event)
        await enter(desk, guest, meeting.start_at - timedelta(hours=14))
        await print_sheets(desk)
        await learn(reader, event)
        await come_late(escort, event, guest, meeting.start_at - timedelta(hours=1, minutes=30))
        stored = await Registration.get(id=guest.id)
        [slot] = [each.id for each in await factories.slots_of(event) if each.start_at == meeting.start_at]
        assert slot in guest.available and slot not in stored.available
        await desk.go(f"/e/{event.slug}/desk")
        await desk.sees(_("Propose a repair"))
        await desk.look("overview")
        await reader.page.reload()
        await reader.sees(pgettext_("meeting", "Uncertain"))
        await reader.look("agenda-late")
