"""A need from the first word to its reader: posted with a file and the delegates who have to be there, sent back,
handed in again, approved, cleared by the secrecy review, and read by an expert under an agreement.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, expect

from i18n import _, pgettext_
from server.models import Need, NeedState, WishKind
from server.needs.labels import STATES
from server.pages import NOTICES
from tests import factories
from tests.browser import walking
from tests.browser.conftest import Site
from tests.browser.walking import DESK, Walker, spoken, walker
from tests.server.hostile_files import pdf

pytestmark = walking.MARKS

WRITTEN = {
    "zh_Hans": {
        "title": "轻型电机降噪",
        "text": "电机在时速 40 至 60 公里时啸叫。希望降低转矩脉动，噪声不高于 65 dB，同时效率不低于 94 %。",
        "tried": "更换过两家供应商的磁钢，噪声只降低了 2 dB。",
        "decision_owner": "王立，技术总监",
    },
    "ru": {
        "title": "Тише тяговый двигатель",
        "text": "Двигатель свистит на скорости от 40 до 60 км/ч. Нужно снизить пульсации момента, шум не выше 65 дБ.",
        "tried": "Магниты двух других поставщиков: шум снизился только на 2 дБ.",
        "decision_owner": "Ван Ли, технический директор",
    },
    "ar": {
        "title": "محرك جر أهدأ",
        "text": "يصدر المحرك صفيرًا بين 40 و60 كم/س. نريد خفض تموج العزم، وضجيجًا لا يزيد على 65 ديسيبل.",
        "tried": "جرّبنا مغناطيسات من موردَين، فانخفض الضجيج 2 ديسيبل فقط.",
        "decision_owner": "وانغ لي، المدير التقني",
    },
}
PROOF = {
    "zh_Hans": "噪声 ≤ 65 dB，GB/T 10069",
    "ru": "Шум ≤ 65 дБ, ГОСТ 11929",
    "ar": "الضجيج ≤ 65 ديسيبل وفق ISO 1680",
}
REMARK = {"zh_Hans": "请写明试验方法。", "ru": "Назовите метод испытания."}
COLLEAGUE = {"zh_Hans": "李文", "ru": "Ли Вэнь", "ar": "لي ون"}


async def add_delegate(firm: Walker, slug: str) -> None:
    await firm.go(f"/e/{slug}/me")
    await firm.look("own-page")
    await firm.named(_("Add a delegate")).click()
    await firm.fill(email="liwen@example.com", full_name=COLLEAGUE[firm.locale])
    await firm.choose(_("Add and send an e-mail"))
    await firm.sees("liwen@example.com")
    await firm.choose(pgettext_("button", "Role and times"), nth=1)
    await firm.page.select_option('[name="role"]', "engineer")
    await firm.look("delegate")
    await firm.submit()
    await firm.sees(pgettext_("role of a delegate", "Engineer"))


async def post(firm: Walker, slug: str, folder: Path) -> None:
    """Write a need with guidance, keep it as a draft, add a file, and submit it."""
    await firm.go(f"/e/{slug}/me/needs")
    await firm.sees(_("You have not posted a need yet."))
    await firm.look("none")
    await firm.choose(pgettext_("button", "Post a need"))
    await firm.sees(_("What makes a good need"))
    await firm.look("new")
    await firm.fill(**WRITTEN[firm.locale], deadline=(datetime.now(UTC) + timedelta(days=200)).date().isoformat())
    await firm.page.press('[name="text"]', "Tab")
    await firm.page.locator(".chip.found input").first.check()
    await firm.tick("modes", "project")
    await firm.tick("budget", "500k_2m")
    await firm.tick("rights", "shared")
    await firm.page.locator('[name="delegates"]').nth(1).check()
    await firm.tick("confidentiality", "agreement")
    await firm.look("filled")
    await firm.choose(_("Save as a draft"))
    await firm.sees(NOTICES["need_saved"], STATES[NeedState.DRAFT], WRITTEN[firm.locale]["title"])
    await firm.look("draft")
    await firm.choose(pgettext_("heading", "Files"))
    (folder / "drawing.pdf").write_bytes(pdf())
    await firm.page.locator("form#other [type=file]").set_input_files(folder / "drawing.pdf")
    async with firm.page.expect_navigation():
        await firm.page.locator("form#other button.button[type=submit]").click()
    await firm.sees("drawing.pdf")
    await firm.look("files")
    await firm.choose(pgettext_("heading", "My needs"))
    await firm.choose(pgettext_("button", "Change"))
    await firm.look("change")
    await firm.choose(_("Submit for review"))
    await firm.sees(STATES[NeedState.SUBMITTED])
    await firm.look("submitted")


async def send_back(reviewer: Walker, slug: str, title: str) -> None:
    await reviewer.go(f"/e/{slug}/review")
    await reviewer.sees(title, "drawing.pdf")
    await reviewer.look("review")
    await reviewer.page.select_option('[name="field"]', "acceptance")
    await reviewer.page.fill('form[action$="/remarks"] [name="text"]', REMARK[reviewer.locale])
    await reviewer.choose(pgettext_("button", "Add a remark"))
    await reviewer.look("remarked")
    await reviewer.choose(pgettext_("button", "Send back"))
    await reviewer.sees(_("There are no needs here."))
    await reviewer.look("review-empty")


async def hand_in_again(firm: Walker, slug: str, remark: str) -> None:
    await firm.go(f"/e/{slug}/me/needs")
    await firm.sees(STATES[NeedState.RETURNED])
    await firm.look("returned-list")
    await firm.choose(pgettext_("button", "Change"))
    await firm.sees(_("A reviewer sent this need back. The remarks are beside the fields."), remark)
    await firm.look("returned")
    await firm.fill(acceptance=PROOF[firm.locale])
    await firm.choose(_("Submit for review"))
    await firm.sees(STATES[NeedState.SUBMITTED])


async def approve(reviewer: Walker, slug: str, proof: str) -> None:
    """Approve the need, which then waits for the secrecy review, and record that."""
    await reviewer.go(f"/e/{slug}/review")
    await reviewer.sees(proof)
    await reviewer.look("review-again")
    await reviewer.choose(_("Approve and publish"))
    await reviewer.page.locator('main .tabs a[href$="state=approved"]').click()
    await reviewer.sees(STATES[NeedState.APPROVED])
    await reviewer.fill(reviewer="保密办", scope="标题与全文", day=datetime.now(UTC).date().isoformat())
    await reviewer.look("approved")
    await reviewer.choose(_("Record the secrecy review"))
    await reviewer.sees(STATES[NeedState.PUBLISHED])
    await reviewer.look("published")


async def read_under_agreement(expert: Walker, slug: str, need: Need) -> None:
    """Accept the agreement by name, and read the need with that name across it."""
    await expert.go(f"/e/{slug}/matches/{need.registration_id}")
    await expert.sees(need.title)
    await expect(expert.page.locator("main")).not_to_contain_text(need.text)
    await expert.look("match")
    await expert.choose(_("Read the whole need under the confidentiality agreement"))
    await expert.sees(pgettext_("heading", "Confidentiality agreement"))
    await expert.fill(name="Зорин Пётр")
    await expert.tick("accepts", "yes")
    await expert.look("agreement")
    await expert.choose(_("Accept and read the need"))
    await expert.sees(need.text, _("Your name is on this page, so a copy can be traced to you."))
    assert "Зорин Пётр" in await expert.page.locator(".watermark span").first.inner_text()
    await expert.look("marked")


@walking.turns(("zh_Hans", DESK))
async def test_a_need_is_posted_reviewed_and_read_under_an_agreement(
    browser: Browser, site: Site, tmp_path: Path, locale: str, width: int
) -> None:
    event, turn = await walking.event(reviews_needs=True, clears_needs=True), (locale, width)
    firm_name = await factories.organisation(name="宁波衔川塑机有限公司")
    party = await factories.enterprise(event, await walking.somebody(full_name="虞景澄"), firm_name, needs=0)
    expert = await factories.expert(event, await factories.person(full_name="Зорин Пётр"), languages=["ru", "zh", "ar"])
    for by, about in ((expert, party), (party, expert)):
        await factories.wish(by, about, WishKind.LIKE)
    reviewer = (await factories.reviewer(event, await walking.somebody())).person
    [delegate] = await factories.delegates_of(party)
    async with (
        walker(browser, site, turn, "needs-enterprise", delegate) as firm,
        walker(browser, site, (spoken(locale), width), "needs-reviewer", reviewer) as reading,
        walker(browser, site, turn, "needs-expert", expert.person) as guest,
    ):
        await add_delegate(firm, event.slug)
        await post(firm, event.slug, tmp_path)
        await send_back(reading, event.slug, WRITTEN[locale]["title"])
        await hand_in_again(firm, event.slug, REMARK[spoken(locale)])
        await approve(reading, event.slug, PROOF[locale])
        await firm.go(f"/e/{event.slug}/me/needs")
        await firm.sees(STATES[NeedState.PUBLISHED])
        [need] = await factories.needs_of(party)
        assert (need.state, len(need.delegates or [])) == (NeedState.PUBLISHED, 1)
        await read_under_agreement(guest, event.slug, need)
