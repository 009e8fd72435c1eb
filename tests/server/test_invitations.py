"""Invitations for visas: what is missing is named first, and the files have every field in both languages."""

import asyncio
from typing import Any

import pytest

from server.invitations import child, limits, service
from server.models import (
    Event,
    Invitation,
    InvitationHost,
    Passport,
    PassportRead,
    Person,
    Registration,
    TranslationState,
)
from server.privacy import erasing
from tests import factories, sealed
from tests.client import Client
from tests.documents import docx_page, docx_text, pdf_characters, pdf_pages
from tests.reading import read

HOST: dict[str, Any] = {
    "organisation_zh_Hans": "宁波市北仑区人才服务中心",
    "organisation_en": "Beilun Talent Office",
    "organisation_ru": "Бюро талантов Бэйлуня",
    "address_zh_Hans": "宁波市北仑区四明山路700号",
    "address_en": "700 Simingshan Road, Beilun",
    "address_ru": "Бэйлунь, ул. Сыминшань, 700",
    "contact_zh_Hans": "王建军",
    "contact_en": "Wang Jianjun",
    "contact_ru": "Ван Цзяньцзюнь",
    "signatory_zh_Hans": "陈丽，主任",
    "signatory_en": "Chen Li, Director",
    "signatory_ru": "Чэнь Ли, директор",
    "purpose_zh_Hans": "技术洽谈",
    "purpose_en": "Technical talks",
    "purpose_ru": "Технические переговоры",
    "places_zh_Hans": "宁波、杭州",
    "places_en": "Ningbo, Hangzhou",
    "places_ru": "Нинбо, Ханчжоу",
    "costs_zh_Hans": "由邀请方承担",
    "costs_en": "The host bears all costs",
    "costs_ru": "Все расходы несёт принимающая сторона",
    "phone": "+86 574 8678 0000",
    "email": "host@example.org",
}
GUEST: dict[str, Any] = {
    "employer_zh_Hans": "北方研究所",
    "employer_en": "Northern Institute",
    "employer_ru": "Северный институт",
    "position_zh_Hans": "高级研究员",
    "position_en": "Senior researcher",
    "position_ru": "Старший научный сотрудник",
    "first_day": "2026-05-20",
    "last_day": "2026-05-24",
    "entries": "double",
    "companions": "Petrov Ilya",
}
HOSTILE = '#read("letter.typ") $x$ <b>*_`\\ "]})'


async def drafting(client: Client, **person: Any) -> tuple[Event, Registration]:
    """Sign an organiser in who drafts the invitation of an expert."""
    event = await factories.event(name={"en": "Beilun talks", "zh_Hans": "北仑洽谈会", "ru": "Переговоры в Бэйлуне"})
    about = {"latin_name": "ORLOVA ANNA", "country": "RU", **person}
    expert = await factories.expert(event, await factories.person(**about))
    await factories.signed_in(client, (await factories.organiser(event)).person)
    return event, expert


async def test_missing_fields_are_named_before_a_file_can_be_made(client: Client) -> None:
    event, expert = await drafting(client, latin_name="")
    path = f"/e/{event.slug}/parties/{expert.id}/invitation"
    await client.post(path, data={**GUEST, "employer_ru": "", "last_day": ""})
    page = read(await client.get(path))
    for each in ("Full name as in the passport", "Employer — Russian", "Date of departure", "Telephone of the host"):
        assert each in page.words
    assert "Nationality" not in page.words and f"{path}/file" not in (await client.get(path)).text
    refused = await client.post(f"{path}/file", data={"pair": "ru-en", "kind": "docx"})
    assert refused.status_code == 409


@pytest.mark.parametrize(("pair", "other"), [("zh-en", "ru"), ("ru-en", "zh_Hans")])
async def test_the_files_have_every_field_in_both_languages(client: Client, pair: str, other: str) -> None:
    event, expert = await drafting(client)
    path = f"/e/{event.slug}/parties/{expert.id}/invitation"
    await client.post(f"/e/{event.slug}/invitations", data=HOST)
    await client.post(path, data=GUEST)
    asked = {"pair": pair, "kind": "docx"}
    docx = await client.post(f"{path}/file", data=asked)
    pdf = await client.post(f"{path}/file", data={**asked, "kind": "pdf"})
    assert (docx.status_code, pdf.status_code, pdf.content[:5]) == (200, 200, b"%PDF-")
    assert "attachment" in pdf.headers["content-disposition"] and "no-store" in pdf.headers["cache-control"]
    text = docx_text(docx.content)
    typed = {**HOST, **GUEST}
    for name, value in typed.items():
        if name not in ("first_day", "last_day", "entries"):
            assert (value in text) != name.endswith(f"_{other}"), name
    labels = {
        "zh-en": (
            "护照",
            "ORLOVA ANNA",
            "俄罗斯",
            "2026年5月20日",
            "2026年5月24日",
            "两次",
            "北仑洽谈会",
            "签",
            "被邀请人",
        ),
        "ru-en": (
            "паспорт",
            "ORLOVA ANNA",
            "Россия",
            "20 мая 2026",
            "24 мая 2026",
            "Двукратная",
            "Переговоры в Бэйлуне",
        ),
    }
    for each in (*labels[pair], "20 May 2026", "24 May 2026", "Russia", "Two", "Official seal", "Beilun talks"):
        assert each in text, each
    assert [round(side.mm) for side in docx_page(docx.content)] == [210, 297]
    assert pdf_pages(pdf.content) == 1
    # The PDF is made of the same words, and draws each of their characters.
    drawn = pdf_characters(pdf.content)
    assert {each for each in text if not each.isspace() and each != "_"} - drawn.keys() == set()
    assert [each for each, glyphs in drawn.items() if 0 in glyphs] == []


async def test_hostile_words_stay_words(client: Client) -> None:
    event, expert = await drafting(client, latin_name=HOSTILE)
    path = f"/e/{event.slug}/parties/{expert.id}/invitation"
    await client.post(f"/e/{event.slug}/invitations", data={**HOST, "address_en": HOSTILE, "costs_ru": HOSTILE})
    await client.post(path, data={**GUEST, "employer_en": HOSTILE, "companions": HOSTILE})
    made = {kind: await client.post(f"{path}/file", data={"pair": "ru-en", "kind": kind}) for kind in ("docx", "pdf")}
    assert docx_text(made["docx"].content).count(HOSTILE) == 5
    drawn = pdf_characters(made["pdf"].content)
    assert (made["pdf"].status_code, set(HOSTILE) - {" "} - drawn.keys()) == (200, set())


async def test_passport_data_is_in_a_file_for_a_logged_reason_only(client: Client, other: Client) -> None:
    event, expert = await drafting(client)
    await sealed.passport(expert)
    await sealed.invitation(expert, has_passport=True)
    await factories.signed_in(other, expert.person)
    path = f"/e/{event.slug}/parties/{expert.id}/invitation"
    asked = {"pair": "ru-en", "kind": "docx"}
    without = await client.post(f"{path}/file", data=asked)
    given = await client.post(f"{path}/file", data={**asked, "reason": "For the visa"})
    [row] = await PassportRead.all()
    assert (without.status_code, [*read(without).faults], row.reason) == (422, ["reason"], "For the visa")
    assert sealed.DATA.number in docx_text(given.content) and "18 August 1988" in docx_text(given.content)
    own = await other.get(f"/e/{event.slug}/me/invitation/ru-en/docx")
    assert sealed.DATA.number in docx_text(own.content) and await PassportRead.all().count() == 1
    # Once the data is deleted there is a place to write it by hand.
    await Passport.all().delete()
    later = docx_text((await client.post(f"{path}/file", data=asked)).content)
    assert sealed.DATA.number not in later and "____" in later


async def test_the_expert_downloads_it_once_it_is_released(client: Client, other: Client) -> None:
    event, expert = await drafting(client)
    await factories.signed_in(other, expert.person)
    await sealed.invitation(expert, released_at=None)
    path, own = f"/e/{event.slug}/parties/{expert.id}/invitation", f"/e/{event.slug}/me"
    seen = []
    for act in ("hold", "release", "hold"):
        await client.post(f"{path}/{act}")
        link = "/me/invitation/zh-en/pdf" in (await other.get(f"{own}/travel")).text
        seen.append((link, (await other.get(f"{own}/invitation/zh-en/docx")).status_code))
    assert seen == [(False, 404), (True, 200), (False, 404)]
    unknown = [await other.get(f"{own}/invitation/{rest}") for rest in ("zh-en/exe", "xx/pdf", "..%2f/pdf")]
    assert [answer.status_code for answer in unknown] == [404] * 3


async def test_a_first_draft_has_what_the_profile_says(client: Client) -> None:
    event, expert = await drafting(client)
    await Registration.filter(id=expert.id).update(affiliation="Север", position="Инженер", text_locale="ru")
    party = await Registration.get(id=expert.id)
    await factories.translation(party, "affiliation", "en", "The North")
    # An authority reads the file, so a draft or a translation of an earlier text is not proposed.
    await factories.translation(party, "affiliation", "zh_Hans", "北方", source_hash="earlier")
    await factories.translation(party, "position", "zh_Hans", "工程师", state=TranslationState.MACHINE)
    made = await service.invitation_of(event, await Registration.get(id=expert.id).select_related("person"))
    slots = await factories.slots_of(event)
    assert (made.employer, made.position) == ({"ru": "Север", "en": "The North"}, {"ru": "Инженер"})
    assert made.first_day == slots[0].day and not await Invitation.all().exists()


async def test_two_organisers_change_different_fields(client: Client) -> None:
    event, expert = await drafting(client)
    await sealed.invitation(expert)
    path = f"/e/{event.slug}/parties/{expert.id}/invitation"
    form = read(await client.get(path))
    await Invitation.all().update(companions="Petrov Ilya")
    sent = {name: values[0] for name, values in form.fields.items()}
    answer = await client.post(path, data={**sent, "employer_en": "Another firm"})
    row = await Invitation.get()
    assert (answer.status_code, row.companions, row.employer["en"]) == (303, "Petrov Ilya", "Another firm")


async def test_a_crowd_of_files_at_once(database: None) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(latin_name="ORLOVA ANNA", country="RU"))
    await sealed.invitation(expert)
    party = await Registration.get(id=expert.id).select_related("person")
    contents = await service.contents_of(event, party, await Invitation.get())
    files = await asyncio.gather(*(service.made(contents, "zh-en", "docx") for _number in range(3)))
    assert all(file[:2] == b"PK" for file in files)


@pytest.mark.parametrize(
    ("languages", "installed", "fonts"),
    [
        (["ru", "en"], ["Noto Serif"], ["Noto Serif"]),
        (["zh", "en"], ["Noto Serif", "Noto Sans CJK SC"], ["Noto Serif", "Noto Sans CJK SC"]),
        (["zh", "en"], ["Noto Serif"], None),
        (["ru", "en"], [], None),
    ],
)
def test_missing_fonts_are_noticed(languages: list[str], installed: list[str], fonts: list[str] | None) -> None:
    if fonts is not None:
        assert child.fonts_for(languages, installed) == fonts
        return
    with pytest.raises(child.NoFonts):
        child.fonts_for(languages, installed)


async def test_without_fonts_the_page_says_which_packages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(*_asked: object) -> tuple[int, bytes]:
        return limits.NO_FONTS, b""

    event, expert = await drafting(client)
    await sealed.invitation(expert)
    monkeypatch.setattr("server.confined.answer_of", answer)
    said = await client.post(
        f"/e/{event.slug}/parties/{expert.id}/invitation/file", data={"pair": "zh-en", "kind": "pdf"}
    )
    assert said.status_code == 503 and "fonts-noto-cjk" in read(said).words


async def test_erasing_deletes_the_invitation(database: None) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await sealed.invitation(expert)
    await erasing.erase(await Person.get(id=expert.person_id))
    assert (await Invitation.all().count(), await InvitationHost.all().count()) == (0, 1)
