"""What the meetings of an e-mail about a published plan are about, in the reader’s language."""

import pytest

from server.letters.composing import compose
from server.models import (
    Confidentiality,
    Event,
    Interpreter,
    Mail,
    Meeting,
    Need,
    Person,
    Registration,
    TranslationState,
)
from server.plans import publishing
from server.settings import Settings
from tests import factories
from tests.server.test_plans_publish import planned

NEED, HEADLINE = "降低齿轮箱噪声", "Синтез катализаторов"


async def published(expert: Registration, firm: Registration, need: Need | None) -> dict[int | None, list[str]]:
    """Publish one meeting; return by person the sentences of the e-mail after the first, which says when and where."""
    event = await Event.get(id=expert.event_id)
    organiser = (await factories.organiser(event)).person
    [slot], [table] = await factories.slots_of(event), await factories.tables_of(event)
    plan = await planned(event, organiser, (expert, firm, slot, table))
    interpreter = await Interpreter.filter(event_id=event.id).first()
    await Meeting.filter(plan_id=plan.id).update(
        need_id=need.id if need else None, interpreter_id=interpreter.id if interpreter else None
    )
    await publishing.publish(plan, organiser)
    mails = await Mail.filter(template="published")
    return {each.person_id: each.values["added"][0]["said"][1:] for each in mails}


async def two(locale: str, **need: object) -> tuple[Registration, Registration, Need, Person]:
    """Return a Russian expert, a Chinese enterprise with one need, and its delegate; everybody reads `locale`."""
    event = await factories.event(slots=1, tables=1)
    expert = await factories.expert(event, headline=HEADLINE, text_locale="ru", languages=["ru", "en"])
    firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans", languages=["zh", "en"])
    made = await factories.need(firm, **{"title": NEED, "text_locale": "zh_Hans", **need})
    [delegate] = await factories.delegates_of(firm)
    await Person.all().update(locale=locale)
    return expert, firm, made, delegate


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        (TranslationState.CHECKED, ""),
        (TranslationState.HUMAN, " [Перевод, не проверен]"),
        (TranslationState.MACHINE, " [Машинный перевод, не проверен]"),
    ],
)
async def test_an_expert_reads_the_title_of_the_need_in_their_language(
    database: None, settings: Settings, state: TranslationState, mark: str
) -> None:
    expert, firm, need, _delegate = await two("ru")
    await factories.translation(need, "title", "ru", "Снизить шум редуктора", state=state)
    told = await published(expert, firm, need)
    message = compose(await Mail.get(person_id=expert.person_id, template="published"), settings)
    assert told[expert.person_id] == [f"Предмет встречи: Снизить шум редуктора{mark}"]
    assert message["X-Machine-Translation"] == ("unchecked" if state is TranslationState.MACHINE else None)


async def test_a_title_without_translation_names_its_language(database: None) -> None:
    expert, firm, need, _delegate = await two("ru")
    told = await published(expert, firm, need)
    assert told[expert.person_id] == [f"Предмет встречи: {NEED} [Перевода пока нет: китайский]"]


async def test_a_title_that_changed_since_its_translation_says_so(database: None) -> None:
    expert, firm, need, _delegate = await two("ru")
    await factories.translation(need, "title", "ru", "Снизить шум", source_hash="0" * 64)
    told = await published(expert, firm, need)
    assert told[expert.person_id] == ["Предмет встречи: Снизить шум [Перевод прежнего текста]"]


async def test_an_enterprise_reads_its_need_and_what_the_expert_works_on(database: None) -> None:
    expert, firm, need, delegate = await two("zh_Hans")
    await factories.translation(expert, "headline", "zh_Hans", "催化剂合成", state=TranslationState.MACHINE)
    told = await published(expert, firm, need)
    assert told[delegate.id] == [f"洽谈内容：{NEED}", "专家的专业方向：催化剂合成【机器翻译（未校对）】"]


async def test_an_interpreter_reads_both(database: None) -> None:
    expert, firm, need, _delegate = await two("ru")
    interpreter = await factories.interpreter(await Event.get(id=expert.event_id))
    await Person.filter(id=interpreter.person_id).update(locale="ru")
    told = await published(expert, firm, need)
    assert told[interpreter.person_id] == [
        f"Предмет встречи: {NEED}",
        f"Чем занимается эксперт: {HEADLINE}",
    ]


async def test_a_confidential_need_is_told_by_its_topics(database: None) -> None:
    secret = {"confidentiality": Confidentiality.FIELD_ONLY, "is_released": True, "topics": ["mat.mag"]}
    expert, firm, need, delegate = await two("en", **secret)
    told = await published(expert, firm, need)
    assert (told[expert.person_id], NEED in "".join(told[expert.person_id])) == (["Topics: magnetic materials"], False)
    assert NEED in "".join(told[delegate.id])


async def test_nothing_is_told_of_an_enterprise_that_has_not_agreed(database: None) -> None:
    expert, firm, need, _delegate = await two("ru")
    await Registration.filter(id=firm.id).update(agreed_at=None)
    told = await published(expert, firm, need)
    assert told.get(expert.person_id, []) == []
