"""An expert registers step by step to the end, on two devices, and asks for a change after the window."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, expect

from i18n import _, pgettext_
from server.models import Event, Registration
from server.pages import NOTICES
from tests import factories
from tests.browser import walking
from tests.browser.conftest import Site, link_in
from tests.browser.walking import DESK, PHONE, Walker, spoken, walker
from tests.server.hostile_files import pdf, picture

pytestmark = walking.MARKS

ADDRESS = "author@example.org"
# What an expert writes, by the language of the pages. others: the same headline in another language of the event.
WRITTEN = {
    "zh_Hans": {
        "full_name": "林若溪",
        "affiliation": "狮城材料研究院",
        "position": "研究员",
        "degree": "工学博士",
        "headline": "低镝烧结钕铁硼永磁体",
        "offer": "研究低镝含量的烧结钕铁硼永磁体，矫顽力在 150 °C 下保持 1.2 T 以上，已在驱动电机中验证。",
        "results": "镝用量降低 40 %\n两条中试线",
    },
    "ru": {
        "full_name": "Берестнева Ульяна Тихоновна",
        "affiliation": "Институт магнитных материалов",
        "position": "старший научный сотрудник",
        "degree": "к. т. н.",
        "headline": "Спечённые магниты с малой долей диспрозия",
        "offer": "Разрабатываю спечённые постоянные магниты Nd-Fe-B с пониженным содержанием диспрозия.",
        "results": "Доля диспрозия снижена на 40 %\nДве опытные линии",
    },
    "ar": {
        "full_name": "ليلى حسن منصور",
        "affiliation": "معهد المواد المغناطيسية",
        "position": "باحثة أولى",
        "degree": "دكتوراه في الهندسة",
        "headline": "مغناطيسات ملبدة قليلة الديسبروسيوم",
        "offer": "أطوّر مغناطيسات دائمة ملبّدة من نوع Nd-Fe-B بمحتوى أقل من الديسبروسيوم لمحركات الدفع.",
        "results": "خفض الديسبروسيوم بنسبة 40 %\nخطان تجريبيان",
    },
}
OTHER = {"zh_Hans": ("ru", WRITTEN["ru"]), "ru": ("zh_Hans", WRITTEN["zh_Hans"]), "ar": ("ru", WRITTEN["ru"])}
LATIN = {"zh_Hans": "LIN RUOXI", "ru": "BERESTNEVA ULIANA", "ar": "LAYLA HASSAN MANSOUR"}
# Of the three, none travels without a visa by the rules of the event.
COUNTRY = {"zh_Hans": "SG", "ru": "BY", "ar": "EG"}


async def enter_work(expert: Walker) -> None:
    """Fill the first step, with the headline in a second language and a topic that the page found."""
    page, said, (code, other) = expert.page, WRITTEN[expert.locale], OTHER[expert.locale]
    await expert.fill(**said)
    await page.select_option('[name="country"]', COUNTRY[expert.locale])
    await spell(expert)
    opened = page.locator(f'details:has([name="headline_in_{code}"])')
    if await opened.get_attribute("open") is None:
        await opened.locator("summary").click()
    await expert.fill(**{f"headline_in_{code}": other["headline"], f"offer_in_{code}": other["offer"]})
    await page.press('[name="offer"]', "Tab")
    await page.locator(".chip.found input").first.check()
    await page.get_by_text(expert.says(_("Saved as a draft. You can continue on another device."))).wait_for()
    await expert.look("work")
    await expert.choose(pgettext_("to the next step", "Next"))


async def spell(expert: Walker) -> None:
    """Take the suggested Latin spelling of the name; there is none for Arabic, which has no rule for passports."""
    latin = LATIN[expert.locale]
    await expert.page.press('[name="full_name"]', "Tab")
    if expert.locale == "ar":
        await expert.fill(latin_name=latin)
    else:
        await expert.page.get_by_text(latin, exact=True).click()
    await expect(expert.page.locator('[name="latin_name"]')).to_have_value(latin)


async def cooperate(expert: Walker) -> None:
    await expert.look("cooperation")
    await expert.tick("modes", "project", "joint_lab")
    await expert.tick("languages", "ru", "en")
    await expert.page.select_option('[name="level_en"]', "basic")
    await expert.choose(pgettext_("to the next step", "Next"))


async def continue_on(expert: Walker, event: Event) -> None:
    """Come to the registration again on another device, by the link of an e-mail."""
    await expert.go(f"/e/{event.slug}")
    await expert.look("event")
    await expert.choose(_("Already registered? Sign in"))
    await expert.fill(email=ADDRESS)
    await expert.look("sign-in")
    await expert.submit()
    await expert.page.goto(link_in(await expert.site.post.letter_to(ADDRESS)))
    await expert.look("link")
    await expert.submit()
    await expert.sees(_("The registration is not complete yet."))
    await expert.look("event-of-a-draft")
    await expert.choose(pgettext_("button", "Continue"))
    await expert.sees(_("Continue where you stopped. Everything that you entered is saved."))
    await expert.look("draft")
    await expert.choose(pgettext_("button", "Continue"))


async def travel(expert: Walker, event: Event) -> None:
    """Enter a journey that leaves the last slots, with help for a visa and people who come along."""
    await expert.sees(_("You probably need a visa"))
    start = (await factories.slots_of(event))[0].start_at.astimezone(walking.VENUE)
    arrival = (start - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    await expert.fill(
        arrives_at=arrival,
        arrives_by="MU 5012",
        companions="2",
        diet={"zh_Hans": "不吃花生", "ru": "Без арахиса", "ar": "بدون فول سوداني"}[expert.locale],
    )
    await expert.tick("wants_help", "yes")
    await expert.look("journey")
    await expert.choose(pgettext_("to the next step", "Next"))
    await expert.sees(_("Your journey shows which slots you can attend."))
    await expert.look("availability")
    await expert.choose(_("Tick these slots"))
    await expert.sees(_("The slots that match your journey are ticked."))
    assert await expert.page.locator('[name="available"]:checked').count() == 2
    await expert.fill(max_meetings="6")
    await expert.look("availability-ticked")
    await expert.choose(pgettext_("to the next step", "Next"))


async def upload(expert: Walker, folder: Path) -> None:
    """Add a photo, a CV and another file, each for its own readers."""
    await expert.look("files")
    for kind, name, data, readers in (
        ("photo", "portrait.png", picture("PNG"), "other_side"),
        ("cv", "cv.pdf", pdf(), "agreed"),
        ("other", "figures.pdf", pdf(b"% figures"), "organisers"),
    ):
        (folder / name).write_bytes(data)
        form = expert.page.locator(f"form#{kind}")
        await form.locator("[type=file]").set_input_files(folder / name)
        await form.locator("[name=readers]").select_option(readers)
        if await form.locator("[name=agree]").count():
            await form.locator("[name=agree]").check()
        async with expert.page.expect_navigation():
            await form.locator("button.button[type=submit]").click()
        assert not await expert.page.locator(".fault").all_inner_texts()
    await expert.sees("cv.pdf", "figures.pdf")
    await expert.look("files-added")
    await expert.choose(pgettext_("to the next step", "Next"))


async def consent(expert: Walker) -> None:
    """Check the answers, see the profile as an enterprise does, and agree."""
    said = WRITTEN[expert.locale]
    await expert.sees(_("Check your answers"), said["full_name"], said["headline"], said["affiliation"])
    await expert.look("answers")
    await expert.choose(_("How enterprises see you"))
    await expert.sees(_("The other side does not see this yet: you have not given your consent."), said["headline"])
    await expert.look("preview")
    await expert.choose(_("After both want to meet"))
    await expert.sees("cv.pdf")
    await expert.look("preview-agreed")
    await expert.page.go_back()
    await expert.page.go_back()
    await expert.tick("purposes", "matching", "sharing", "cross_border")
    await expert.choose(_("Complete the registration"))
    await expert.sees(NOTICES["registered"], said["offer"])
    await expert.look("registered")


async def ask_for_change(expert: Walker, event: Event) -> None:
    await Event.filter(id=event.id).update(registration_closes_at=datetime.now(UTC) - timedelta(minutes=1))
    await expert.choose(_("You and your work"))
    await expert.sees(_("Registration is closed. Your changes are sent to the organiser."))
    await expert.fill(position=WRITTEN[expert.locale]["position"] + " 2")
    await expert.look("work-after-the-window")
    await expert.choose(pgettext_("button", "Save"))
    await expert.sees(NOTICES["changes_asked"], _("These changes are waiting for the organiser."))
    await expert.look("change-asked")


@walking.turns(("ar", PHONE))
async def test_an_expert_registers_to_the_end(
    browser: Browser, site: Site, tmp_path: Path, locale: str, width: int
) -> None:
    event, turn = await walking.event(), (locale, width)
    await factories.visa_rule(event)
    organiser = (await factories.organiser(event, await walking.somebody())).person
    async with walker(browser, site, turn, "registering") as expert:
        await expert.go(f"/e/{event.slug}")
        await expert.look("event")
        await expert.choose(pgettext_("button", "Register as an expert"))
        await expert.look("address")
        await expert.sign_in_by_code(ADDRESS)
        await enter_work(expert)
        await cooperate(expert)
    other_width = DESK if width == PHONE else PHONE
    async with (
        walker(browser, site, (locale, other_width), "registering-again") as expert,
        walker(browser, site, (spoken(locale), width), "registering-organiser", organiser) as desk,
    ):
        await continue_on(expert, event)
        await travel(expert, event)
        await upload(expert, tmp_path)
        await consent(expert)
        await ask_for_change(expert, event)
        party = await Registration.get(event_id=event.id)
        await desk.go(f"/e/{event.slug}/changes")
        await desk.look("changes")
        await desk.page.locator('[name^="decision_"][value="granted"]').check()
        await desk.page.locator("main form button.main").click()
        await desk.sees(_("No requests are waiting."))
        await party.refresh_from_db()
        assert party.position == WRITTEN[locale]["position"] + " 2"
        await expert.page.reload()
        await expect(expert.page.locator("main")).not_to_contain_text(
            expert.says(_("These changes are waiting for the organiser."))
        )
