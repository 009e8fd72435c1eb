"""A whole event as people run it: set up, register in two languages, plan, publish, agenda, calendar."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import vobject
from playwright.async_api import Browser, expect

from tests.browser.conftest import Site, Visitor, link_in, visitor

pytestmark = pytest.mark.browser
DAY = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
ORGANISER, EXPERT, ENTERPRISE = "organiser@example.org", "sokolova@example.org", "fang@example.com"


@pytest.fixture
def embed() -> str:
    """The event is matched as an installation does it."""
    return "bundled"


async def set_up(organiser: Visitor) -> None:
    """Create an event of one morning with two tables and an interpreter by the pages."""
    site = organiser.site
    await site.run("create-organiser", ORGANISER)
    await organiser.go("/sign-in")
    await organiser.fill(email=ORGANISER)
    await organiser.submit()
    await organiser.page.goto(link_in(await site.post.letter_to(ORGANISER)))
    await organiser.submit()
    await organiser.go("/events/new")
    await organiser.fill(
        name_zh_Hans="北仑对接会",
        name_ru="Встречи в Бэйлуне",
        time_zone="Asia/Shanghai",
        opens_on="2020-01-01",
        closes_on=(datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
        slug="beilun",
    )
    await organiser.submit()
    await organiser.fill(first_day=DAY, last_day=DAY, day_start="09:00", day_end="12:00")
    await organiser.submit()
    await organiser.go("/e/beilun/halls")
    await organiser.fill(name_zh_Hans="海港厅", tables="2")
    await organiser.submit()
    await organiser.go("/e/beilun/interpreters/new")
    await organiser.fill(email="ma@example.net", full_name="马晓")
    await organiser.tick("languages", "zh", "ru")
    await organiser.submit()


async def register_expert(expert: Visitor) -> None:
    """Register in Russian, which the browser asks for."""
    await expert.go("/e/beilun")
    assert await expert.page.get_attribute("html", "lang") == "ru"
    await expert.press('a[href="/e/beilun/register/expert"]')
    await expert.sign_in_by_code(EXPERT)
    await expert.fill(full_name="Соколова Елена Юрьевна")
    await expert.page.press('[name="full_name"]', "Tab")
    await expert.page.click("text=SOKOLOVA ELENA")
    await expect(expert.page.locator('[name="latin_name"]')).to_have_value("SOKOLOVA ELENA")
    await expert.page.select_option('[name="country"]', "RU")
    await expert.fill(
        time_zone="Europe/Moscow",
        affiliation="Магнитоэлектромеханический" * 6,
        headline="Постоянные магниты с меньшей долей диспрозия",
        offer="Разрабатываю спечённые постоянные магниты Nd-Fe-B с пониженным содержанием диспрозия.",
    )
    await expert.page.press('[name="offer"]', "Tab")
    await expert.page.locator(".chip.found input").first.check()
    await expert.submit()
    await expert.tick("modes", "project", "joint_lab")
    await expert.tick("languages", "ru", "en")
    await expert.page.select_option('[name="level_en"]', "basic")
    await expert.submit()
    await expert.submit()  # the journey
    await expert.page.locator("[data-tick]").first.click()
    await expert.submit()
    await expert.press("main .actions a.main")  # photo and files
    await expert.tick("purposes", "matching", "sharing", "cross_border")
    await expert.submit()
    assert expert.page.url.endswith("/e/beilun/me?notice=registered")


async def register_enterprise(enterprise: Visitor) -> None:
    """Register in Chinese, with a need that the expert's offer solves."""
    await enterprise.go("/e/beilun/register/enterprise")
    assert await enterprise.page.get_attribute("html", "lang") == "zh-Hans"
    await enterprise.sign_in_by_code(ENTERPRISE)
    await enterprise.fill(name="甬磁新材料有限公司", full_name="方慧敏")
    await enterprise.tick("languages", "zh")
    await enterprise.submit()
    await enterprise.page.locator("[data-tick]").first.click()
    await enterprise.submit()
    await enterprise.tick("purposes", "matching", "sharing", "cross_border")
    await enterprise.submit()
    await enterprise.go("/e/beilun/me/needs/new")
    await enterprise.fill(
        title="低重稀土高矫顽力烧结钕铁硼磁体",
        text="希望降低重稀土用量，在镝含量不超过 1.0 wt% 的前提下保持烧结钕铁硼永磁体的矫顽力。",
    )
    await enterprise.page.press('[name="text"]', "Tab")
    await enterprise.page.locator(".chip.found input").first.check()
    await enterprise.tick("modes", "project")
    await enterprise.tick("confidentiality", "open")
    await enterprise.submit()


async def read_reasons(reader: Visitor) -> None:
    """Open the best match: the points shown for topics add up, and nothing is wider than the page."""
    await reader.go("/e/beilun/matches")
    assert await sideways(reader) == 0
    await reader.press("ol.offers h2 a")
    account, score = reader.page.locator(".account > li"), await reader.page.locator(".score").inner_text()
    rows = [(await row.inner_text()).split() for row in await account.all()]
    whole = [int(row[-3]) for row in rows if row[-2] == "/"]
    of_topics = [int(row[-1]) for row in rows if row[-2] != "/"]
    assert (sum(whole), sum(of_topics)) == (int(score), whole[0])
    assert await sideways(reader) == 0


async def sideways(reader: Visitor) -> int:
    """Return how many pixels the page is wider than its window."""
    root = "document.documentElement"
    return int(await reader.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


async def plan_and_publish(organiser: Visitor) -> None:
    await organiser.go("/e/beilun/plans")
    await organiser.fill(seconds="5")
    await organiser.submit()
    publish = organiser.page.locator('main a[href$="/publish"]')
    await expect(publish).to_be_visible(timeout=60_000)
    await organiser.press('main a[href$="/publish"]')
    await organiser.press("main form button")


async def test_an_event_runs_from_setup_to_calendar_in_the_browser(site: Site, browser: Browser) -> None:
    async with (
        visitor(browser, site, "zh-CN") as organiser,
        visitor(browser, site, "ru-RU", width=390) as expert,
        visitor(browser, site, "zh-CN", width=320) as enterprise,
    ):
        await set_up(organiser)
        await register_expert(expert)
        await register_enterprise(enterprise)
        for reader in (expert, enterprise):
            await read_reasons(reader)
        await plan_and_publish(organiser)
        letter = await site.post.letter_to(EXPERT, containing="/e/beilun/agenda")
        assert letter["Content-Language"] == "ru"
        await expert.go("/e/beilun/agenda")
        main = expert.page.locator("main")
        await expect(main).to_contain_text("甬磁新材料有限公司")
        await expect(main).to_contain_text("低重稀土高矫顽力烧结钕铁硼磁体")
        await expect(main).to_contain_text("马晓")
        await expert.page.locator('form[action$="/feed"] button').click()
        address = await expert.page.locator('a[href^="webcal:"]').first.get_attribute("href")
    assert address is not None
    async with httpx2.AsyncClient() as calendar_program:
        feed = await calendar_program.get(address.replace("webcal:", "http:", 1))
    [event] = vobject.readOne(feed.text).vevent_list
    assert "甬磁新材料有限公司" in event.summary.value or "甬磁新材料有限公司" in event.description.value
    assert event.dtstart.value.astimezone(UTC).date().isoformat() == DAY
    assert event.status.value == "CONFIRMED"
