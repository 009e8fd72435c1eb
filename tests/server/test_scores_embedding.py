"""The language model in the server: its effect, and what people see while it fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from matching import affinity
from matching.affinity.constants import ENOUGH_TEXTS, FLOOR
from matching.embedders import kept
from server import jobs
from server.models import Event, JobKind, Plan, Side
from server.plans import service, snapshot
from server.rows import EventRows, load_rows
from server.scores import embedding, scoring
from server.scores.scoring import Scorer
from server.scores.wording import WITHOUT_EMBEDDING
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.endpoint import FakeEndpoint, endpoint
from tests.reading import tidy
from tests.server.planning import scores_of
from tests.server.registering import expert_up_to_consent, visitor


@pytest.fixture
def there() -> Iterator[FakeEndpoint]:
    with endpoint() as found:
        yield found


@pytest.fixture
def scorer(settings: Settings, there: FakeEndpoint, tmp_path: Path) -> Iterator[Scorer]:
    """Return a scorer that uses the endpoint."""
    values = {"match_embed": f"openai:{there.url}", "match_embed_cache": tmp_path / "vectors.db"}
    made = Scorer(embedding.opened(settings.model_copy(update=values)))
    yield made
    made.close()


@pytest.fixture
def failing(there: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> FakeEndpoint:
    """Return a scorer whose endpoint fails; it is asked again at every view."""
    monkeypatch.setattr(kept, "REST_S", 0.0)
    there.answer = lambda asked: (500, b"")
    return there


async def two_sides() -> Event:
    """Create a need and an offer that share a meaning of the endpoint, but no word and no topic."""
    event = await factories.event(least_value=0.0)
    await factories.expert(event, headline="", offer="магнит", text_locale="ru", topics=[])
    enterprise = await factories.enterprise(event, needs=0)
    await factories.need(enterprise, title="磁", text="磁", text_locale="zh_Hans", topics=[])
    return event


def own_texts(there: FakeEndpoint) -> list[str]:
    """Return the texts that were sent, without topic labels, of which the mean of each language is made."""
    topics = affinity.scheme()
    labels = {topics.label(leaf, lang) for leaf in topics.leaves for lang in ("ru", "zh")}
    return sorted(text for text in there.texts if text not in labels)


async def scored(event: Event, scorer: Scorer) -> float:
    """Return the score of the only pair as pages of matches show it."""
    known = await scorer.known(await load_rows(event))
    [need], [expert] = known.row, known.column
    return known.score(need, expert)


def planned(rows: EventRows, scorer: Scorer) -> float:
    """Return the score of the only pair as a plan has it."""
    [pair] = snapshot.take(rows, embedder=scorer.embedder).scores.values()
    return float(pair["score"])


async def test_meaning_raises_the_score_of_pages_and_plans_alike(
    database: None, there: FakeEndpoint, scorer: Scorer
) -> None:
    event, other = await two_sides(), Scorer()

    page, plan = await scored(event, scorer), planned(await load_rows(event), scorer)
    without = await scored(event, other)
    other.close()

    assert page == pytest.approx(plan)
    assert page > without
    assert own_texts(there) == ["магнит", "磁\n磁"]  # once each, though both have scored


async def test_a_plan_and_a_preview_of_its_rules_are_scored_with_it(
    client: Client, app: Starlette, there: FakeEndpoint, scorer: Scorer
) -> None:
    event = await two_sides()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    app.state.scorer.close()
    app.state.scorer = scorer

    await client.post(f"/e/{event.slug}/plans", data={"seconds": "1"})
    plan, job = await Plan.get(event_id=event.id), await jobs.claim((JobKind.SOLVE,))
    assert job is not None
    await service.begin_solving(job)
    await service.take(job, plan, scorer.embedder)
    await client.post(f"/e/{event.slug}/plans/rules", data={"least_points": "0", "as": "preview"})

    [pair] = (await scores_of(plan)).values()
    assert pair["score"] == pytest.approx(await scored(event, scorer))
    assert own_texts(there) == ["магнит", "磁\n磁"]


async def test_while_it_fails_scores_are_lexical_and_organisers_are_told(
    database: None, failing: FakeEndpoint, scorer: Scorer
) -> None:
    event = await two_sides()
    lexical = await scored(event, scorer)

    assert scorer.is_failing
    assert planned(await load_rows(event), scorer) == pytest.approx(max(lexical, FLOOR))


async def test_when_it_works_again_scores_and_pages_know_at_once(
    database: None, there: FakeEndpoint, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "REST_S", 0.0)
    well, there.answer = there.answer, lambda asked: (500, b"")
    event = await two_sides()
    before = await scored(event, scorer)

    there.answer = well
    after = await scored(event, scorer)

    assert after > before
    assert not scorer.is_failing


async def test_the_organisers_page_of_who_fits_says_that_the_model_is_missing(
    client: Client, app: Starlette, failing: FakeEndpoint, scorer: Scorer
) -> None:
    event = await two_sides()
    app.state.scorer.close()
    app.state.scorer = scorer
    await factories.signed_in(client, (await factories.organiser(event)).person)
    [expert] = (await load_rows(event)).of(Side.EXPERT)

    pages = [await client.get(f"/e/{event.slug}/{path}") for path in (f"parties/{expert.id}/matches", "plans")]

    assert [WITHOUT_EMBEDDING.msgid in tidy(page.text) for page in pages] == [True, True]


async def test_whoever_consents_reads_where_texts_go(client: Client, app: Starlette) -> None:
    event, _person = await visitor(client)
    await expert_up_to_consent(client, event)
    path, sentence = (
        f"/e/{event.slug}/register/expert/consent",
        "my texts are sent to a language model",
    )
    here = await client.get(path)
    settings: Settings = app.state.settings
    app.state.settings = settings.model_copy(update={"match_embed": "openai:https://models.example/v1"})

    elsewhere = await client.get(path)

    assert [sentence in tidy(page.text) for page in (here, elsewhere)] == [False, True]


async def test_views_of_many_texts_do_not_wait_for_an_encoder_that_is_not_ready(
    database: None, there: FakeEndpoint, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "REST_S", 0.0)
    monkeypatch.setattr(scoring, "AGAIN_S", 0.0)
    well, there.answer = there.answer, lambda asked: (500, b"")
    event = await two_sides()
    for number in range(ENOUGH_TEXTS):
        await factories.expert(event, headline=f"Pump {number}", offer="Quiet pumps for ships.")
    rows = await load_rows(event)
    first = await scorer.known(rows)
    there.answer = well
    # Answered from what is kept, while the encoder is asked again behind the view.
    shown = [await scorer.known(rows) for _ in range(2)]
    await scorer.settled()
    after = await scorer.known(rows)
    assert shown[1] is first
    assert after is not first
    assert not scorer.is_failing
