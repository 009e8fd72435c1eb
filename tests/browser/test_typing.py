"""Forms in a browser: Enter, reloading, another language, and the focus when there are faults."""

import pytest
from playwright.async_api import Browser, expect

from server.models import Need, NeedState, Person, Translation, TranslationState
from tests import factories
from tests.browser.conftest import Site, Visitor, visitor

pytestmark = pytest.mark.browser


async def sign_in(guest: Visitor, person: Person) -> None:
    token = await factories.session(person)
    await guest.context.add_cookies([{"name": "session", "value": token, "url": guest.site.url}])


async def delegate_at_a_need(guest: Visitor) -> tuple[Need, str]:
    event = await factories.event()
    party = await factories.enterprise(event, await factories.person(locale="en"), needs=1)
    [need] = await factories.needs_of(party)
    [delegate] = await factories.delegates_of(party)
    await sign_in(guest, delegate)
    return need, f"/e/{event.slug}/me/needs/{need.id}"


@pytest.mark.usefixtures("database")
async def test_enter_saves_a_published_need_and_leaves_it_published(browser: Browser, site: Site) -> None:
    async with visitor(browser, site, "en") as guest:
        need, path = await delegate_at_a_need(guest)
        await guest.go(path)
        await guest.fill(title="Saved by the Enter key")
        async with guest.page.expect_navigation():
            await guest.page.press('[name="title"]', "Enter")
        await need.refresh_from_db()
        assert (need.title, need.state) == ("Saved by the Enter key", NeedState.PUBLISHED)


@pytest.mark.usefixtures("database")
async def test_typed_text_survives_a_reload_and_a_change_of_language(browser: Browser, site: Site) -> None:
    async with visitor(browser, site, "en") as guest:
        need, path = await delegate_at_a_need(guest)
        await guest.go(path)
        before = await guest.page.input_value('[name="text"]')
        await guest.fill(title="Not saved yet", text="Typed and not sent, long enough for a need.")
        await guest.page.reload()
        await expect(guest.page.locator('[name="title"]')).to_have_value("Not saved yet")
        await guest.page.click("header details.menu summary")
        async with guest.page.expect_navigation():
            await guest.page.click('header form[action="/language"] button[value="ru"]')
        assert await guest.page.get_attribute("html", "lang") == "ru"
        await expect(guest.page.locator('[name="title"]')).to_have_value("Not saved yet")
        await guest.page.click("[data-draft] button")
        await expect(guest.page.locator('[name="text"]')).to_have_value(before)
        await guest.page.reload()
        await expect(guest.page.locator('[name="text"]')).to_have_value(before)
        await need.refresh_from_db()
        assert need.title != "Not saved yet"


@pytest.mark.usefixtures("database")
async def test_the_summary_of_faults_gets_the_focus_and_names_the_fields(browser: Browser, site: Site) -> None:
    async with visitor(browser, site, "en") as guest:
        _need, path = await delegate_at_a_need(guest)
        await guest.go(path)
        await guest.fill(title="", text="short")
        async with guest.page.expect_navigation():
            await guest.page.click("main form button.main")
        assert (await guest.page.title()).startswith("Error: ")
        assert await guest.page.evaluate("document.activeElement.id") == "faults"
        lines = await guest.page.locator("#faults li").all_inner_texts()
        assert [line.partition(":")[0] for line in lines] == ["Title", "Technical goal"]
        guest.errors.clear()  # the console has the answer's own status


@pytest.mark.usefixtures("database")
async def test_topics_load_when_their_field_is_opened_and_a_draft_keeps_the_ticked_ones(
    browser: Browser, site: Site
) -> None:
    async with visitor(browser, site, "en") as guest:
        need, path = await delegate_at_a_need(guest)
        await guest.go(path)
        chosen = guest.page.locator('[name="topics"][value="mat.steel"]')
        await expect(chosen).to_have_count(0)
        await guest.page.locator('[data-topics-name="topics"] [data-topics-of="mat"] summary').click()
        await chosen.check()
        await guest.page.reload()
        await expect(chosen).to_be_checked()
        await expect(guest.page.locator('label:has([value="mat.steel"])')).not_to_contain_text("mat.steel")
        await guest.submit()
        await need.refresh_from_db()
        assert "mat.steel" in need.topics


@pytest.mark.usefixtures("database")
async def test_a_translator_goes_from_text_to_text_by_keys(browser: Browser, site: Site) -> None:
    async with visitor(browser, site, "en") as guest:
        event = await factories.event()
        firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
        need = await factories.need(firm, title="磁体", text="提高矫顽力。", text_locale="zh_Hans")
        await sign_in(guest, (await factories.translator(event, await factories.person(locale="en"))).person)
        await guest.go(f"/e/{event.slug}/translations/title/{need.id}/ru?kind=need")
        await guest.page.keyboard.type("Магниты")
        async with guest.page.expect_navigation():
            await guest.page.keyboard.press("Control+Enter")
        await expect(guest.page.locator(".said")).to_have_text("提高矫顽力。")
        await guest.page.click("[data-insert] >> nth=0")
        inserted = await guest.page.input_value('[name="text"]')
        async with guest.page.expect_navigation():
            await guest.page.keyboard.press("Control+Shift+Enter")
        rows = await Translation.filter(need_id=need.id).order_by("id")
        assert [(each.text, each.state) for each in rows] == [
            ("Магниты", TranslationState.HUMAN),
            (inserted, TranslationState.CHECKED),
        ]
        assert inserted


@pytest.mark.usefixtures("database")
async def test_a_registration_is_kept_while_it_is_typed(browser: Browser, site: Site) -> None:
    event = await factories.event()
    person = await factories.person(locale="en")
    path = f"/e/{event.slug}/register/expert/work"
    async with visitor(browser, site, "en", width=390) as phone, visitor(browser, site, "en") as laptop:
        await sign_in(phone, person)
        await phone.go(path)
        await phone.fill(headline="Begun on a phone")
        await phone.page.get_by_text("You can continue on another device.").wait_for()
        await sign_in(laptop, person)
        await laptop.go(path)
        await expect(laptop.page.locator('[name="headline"]')).to_have_value("Begun on a phone")
        async with laptop.page.expect_navigation():
            await laptop.page.get_by_role("button", name="Discard the entries").first.click()
        await expect(laptop.page.locator('[name="headline"]')).to_have_value("")
