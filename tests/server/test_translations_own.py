"""Authors who write their texts in several languages on one form."""

from typing import Any

from server.models import Event, Need, Registration, Translation, TranslationState
from server.translations import texts
from tests import factories
from tests.client import Client
from tests.reading import Page, read

CHECKED, MACHINE = TranslationState.CHECKED, TranslationState.MACHINE
NEED = {
    "title": "提高烧结钕铁硼磁体的矫顽力",
    "text": "我们希望在不降低剩磁的前提下提高磁体的矫顽力，并减少重稀土的用量。",
    "topics": "mat.mag",
    "modes": "consulting",
    "confidentiality": "open",
    "budget": "open",
}
RU = {"title_in_ru": "Повысить коэрцитивную силу магнитов", "text_in_ru": "Без потери остаточной индукции."}


async def enterprise(client: Client) -> tuple[Event, Registration, str]:
    event = await factories.event()
    firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
    [person] = await factories.delegates_of(firm)
    await factories.signed_in(client, person)
    return event, firm, f"/e/{event.slug}/me/needs"


async def found(**of: Any) -> list[tuple[str, str, str, TranslationState]]:
    rows = await Translation.filter(**of).order_by("id")
    return [(each.field.value, each.locale, each.text, each.state) for each in rows]


def sent(page: Page, **changed: str) -> dict[str, Any]:
    """Return the form of a page as a person sends it with some fields changed."""
    return {**{name: values for name, values in page.fields.items() if name != "as"}, **changed}


async def test_a_need_is_posted_with_checked_translations_by_its_author(client: Client) -> None:
    _event, _firm, here = await enterprise(client)

    answer = await client.post(f"{here}/new", data={**NEED, **RU, "title_in_en": ""})

    assert answer.status_code == 303
    [need] = await Need.all()
    assert await found(need_id=need.id) == [
        ("title", "ru", RU["title_in_ru"], CHECKED),
        ("text", "ru", RU["text_in_ru"], CHECKED),
    ]
    [title, _text] = await Translation.all().order_by("id")
    assert (title.source_hash, title.author_id, title.checker_id) == (
        texts.hash_of(NEED["title"]),
        title.author_id,
        title.author_id,
    )


async def test_only_changed_translations_are_saved_again(client: Client) -> None:
    _event, _firm, here = await enterprise(client)
    await client.post(f"{here}/new", data={**NEED, **RU})
    [need] = await Need.all()
    await Translation.filter(field="text").update(state=MACHINE, engine="deepl")
    page = read(await client.get(f"{here}/{need.id}"))

    answer = await client.post(f"{here}/{need.id}", data=sent(page, title_in_ru="Магниты", title_in_en="Magnets"))

    assert page.field("text_in_ru") == RU["text_in_ru"]
    assert answer.status_code == 303
    assert await found(need_id=need.id) == [
        ("title", "ru", "Магниты", CHECKED),
        ("text", "ru", RU["text_in_ru"], MACHINE),
        ("title", "en", "Magnets", CHECKED),
    ]


async def test_a_translation_that_a_translator_changed_meanwhile_is_shown_beside_ones_own(client: Client) -> None:
    _event, _firm, here = await enterprise(client)
    await client.post(f"{here}/new", data={**NEED, **RU})
    [need] = await Need.all()
    page = read(await client.get(f"{here}/{need.id}"))
    await Translation.filter(field="title").update(text="Перевод переводчика")

    refused = await client.post(f"{here}/{need.id}", data=sent(page, title_in_ru="Мой перевод", title="新的标题和目标"))
    both = read(refused)
    kept = await client.post(f"{here}/{need.id}", data=sent(both, choose_title_in_ru="saved"))

    assert refused.status_code == 409
    assert (await Need.get(id=need.id)).title == "新的标题和目标"
    assert both.field("title_in_ru") == "Мой перевод"
    assert "Перевод переводчика" in both.by_class["meanwhile"][0]
    assert kept.status_code == 303
    assert (await found(field="title"))[0][2] == "Перевод переводчика"


async def test_faults_of_texts_in_other_languages_are_named_at_their_fields(client: Client) -> None:
    _event, _firm, here = await enterprise(client)

    answer = await client.post(
        f"{here}/new", data={**NEED, "title_in_ru": "м" * 301, "title_in_en": "x" * 301, "text_in_ru": "", "modes": ""}
    )
    script = await client.post(f"{here}/new", data={**NEED, "title_in_ru": "English words", "text_in_ja": "ignored"})

    faults = read(answer).faults
    assert {"title_in_ru", "title_in_en", "modes"} == set(faults)
    assert read(script).faults == {"title_in_ru": "此文本使用的文字不属于这种语言：Русский。"}
    assert await Need.all().count() == 0


async def test_experts_write_headline_and_offer_in_other_languages(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, text_locale="en")
    await factories.signed_in(client, expert.person)
    path = f"/e/{event.slug}/register/expert/work"
    page = read(await client.get(path))

    answer = await client.post(
        path,
        data=sent(
            page,
            full_name="Anna",
            headline_in_ru="Двигатели с постоянными магнитами",
            offer_in_zh_Hans="我设计永磁电机。",
        ),
    )

    assert (answer.status_code, read(answer).faults) == (303, {})
    assert await found(registration_id=expert.id) == [
        ("offer", "zh_Hans", "我设计永磁电机。", CHECKED),
        ("headline", "ru", "Двигатели с постоянными магнитами", CHECKED),
    ]
    assert read(await client.get(path)).field("offer_in_zh_Hans") == "我设计永磁电机。"


async def test_enterprises_describe_themselves_in_other_languages(client: Client) -> None:
    event, firm, _here = await enterprise(client)
    path = f"/e/{event.slug}/register/enterprise/profile"
    page = read(await client.get(path))

    answer = await client.post(
        path, data=sent(page, description="我们生产磁体。", description_in_ru="Делаем магниты.", full_name="王芳")
    )

    assert (answer.status_code, read(answer).faults) == (303, {})
    assert await found(registration_id=firm.id) == [("description", "ru", "Делаем магниты.", CHECKED)]
