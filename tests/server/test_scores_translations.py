"""A translation that a person vouches for counts as a text of the other side's language, a machine draft for less."""

from typing import Any

import pytest

from matching.affinity import PartCode
from server.models import Need, Registration, Translation, TranslationState
from server.rows import load_rows
from server.scores.scoring import Scorer
from tests import factories
from tests.server.matched import enterprise_with

OFFER = "Наносим износостойкие покрытия на режущий инструмент, фрезы и пуансоны."
WORDS = "为切削刀具、铣刀和冲头制备耐磨涂层。"
NEED = {"title": "刀具涂层", "text": "铣刀磨损太快，需要切削刀具的耐磨涂层。", "text_locale": "zh_Hans", "topics": []}


async def pair() -> tuple[Registration, Need]:
    """Return a Russian expert and a Chinese need that have no topic and no language in common."""
    event = await factories.event()
    columns: dict[str, Any] = {
        "headline": "",
        "offer": OFFER,
        "text_locale": "ru",
        "topics": [],
        "languages": ["ru"],
    }
    expert = await factories.expert(event, **columns)
    enterprise = await enterprise_with(event, NEED)
    await Registration.filter(id=enterprise.id).update(languages=["zh"])
    return expert, await Need.get(registration_id=enterprise.id)


async def by_words(expert: Registration, need: Need) -> float | None:
    """Return how alike the words of the two are, None if they have no language in common."""
    scorer = Scorer()
    known = await scorer.known(await load_rows(await expert.event))
    parts = {part.code: part.value for part in known.explain(need.id, expert.id).parts}
    scorer.close()
    return parts.get(PartCode.TEXT)


async def test_a_checked_or_human_translation_counts_as_text_of_the_other_side_and_a_draft_less(database: None) -> None:
    expert, need = await pair()
    without = await by_words(expert, need)
    await factories.translation(expert, "offer", "zh_Hans", WORDS)
    found = {}
    for state in TranslationState:
        await Translation.all().update(state=state)
        found[state] = await by_words(expert, need) or 0.0
    # As if the expert had written in Chinese.
    await Translation.all().delete()
    await Registration.filter(id=expert.id).update(offer=WORDS, text_locale="zh_Hans")

    assert without is None
    assert 0 < found[TranslationState.MACHINE] < found[TranslationState.HUMAN] == found[TranslationState.CHECKED]
    assert found[TranslationState.CHECKED] == await by_words(expert, need)


@pytest.mark.parametrize("state", list(TranslationState))
async def test_a_translation_of_an_earlier_text_does_not_count(database: None, state: TranslationState) -> None:
    expert, need = await pair()
    await factories.translation(expert, "offer", "zh_Hans", WORDS, state=state, source_hash="0" * 64)

    assert await by_words(expert, need) is None
