"""Large events are scored by a process of their own, and what it files is the same for every process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from matching.affinity.constants import ENOUGH_TEXTS
from server.models import Event
from server.privacy import erasing
from server.scores.filed import ScoreFiles
from server.scores.scoring import Scorer, StillScoring
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.server.matched import enterprise_with
from tests.server.test_scores_scoring import all_anew, event_rows, expert, large, need, scores


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> Iterator[ScoreFiles]:
    made = ScoreFiles(settings.model_copy(update={"match_embed_cache": tmp_path / "vectors.db"}), least=0)
    yield made
    made.close()


@pytest.fixture
def event(database: None) -> Event:
    return Event(id=3_000_000, own_topics=[])


async def test_what_a_process_has_filed_is_found_by_the_next_one_and_is_the_same(
    event: Event, files: ScoreFiles, tmp_path: Path
) -> None:
    experts, needs = large(event)
    rows = event_rows(event, experts, needs)
    first, second, third = (Scorer(files=files) for _ in range(3))
    made = await first.known(rows)
    [path] = (tmp_path / "scores").glob("*.scores")
    written = path.stat().st_ino

    found = await second.known(rows)
    changed = event_rows(event, [expert(10, 2), *experts[1:-1]], [need(10, 3), *needs[1:]])
    at_once = await third.known(changed)

    assert scores(made) == scores(found) == await all_anew(rows)
    pairs = [(needs[at].id, experts[at + 1].id) for at in range(1, 5)]
    assert [made.explain(*pair) for pair in pairs] == [found.explain(*pair) for pair in pairs]
    assert at_once.score(11, 12) == made.score(11, 12)
    assert at_once.score(needs[4].id, 10) > made.score(needs[4].id, 10)
    assert path.stat().st_mode & 0o077 == 0
    await third.settled()
    assert path.stat().st_ino != written
    assert scores(await third.known(changed)) == await all_anew(changed)
    for each in (first, second, third):
        each.close()


async def test_a_damaged_file_is_made_again(event: Event, files: ScoreFiles, tmp_path: Path) -> None:
    rows = event_rows(event, *large(event))
    one, other = Scorer(files=files), Scorer(files=files)
    before = await one.known(rows)
    [path] = (tmp_path / "scores").glob("*.scores")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert scores(await other.known(rows)) == scores(before)
    one.close()
    other.close()


async def test_a_page_says_that_matches_are_being_calculated_and_shows_them_later(
    client: Client, app: Starlette, files: ScoreFiles
) -> None:
    event = await factories.event()
    own = await factories.expert(event, offer="Permanent magnets")
    enterprise = await enterprise_with(event, {"title": "Motors", "text": "We need permanent magnets."})
    for at in range(ENOUGH_TEXTS):
        await factories.expert(event, offer=f"Quiet pumps {at}")
    await factories.signed_in(client, own.person)
    app.state.scorer.close()
    hasty = app.state.scorer = Scorer(files=files, patience_s=0.0)

    early = await client.get(f"/e/{event.slug}/matches")
    await hasty.settled()
    later = await client.get(f"/e/{event.slug}/matches")

    assert "The matches are being calculated." in early.text
    assert 'data-refresh="2"' in early.text
    assert "The matches are being calculated." not in later.text
    assert f'id="m{enterprise.id}"' in later.text


async def test_a_page_does_not_wait_for_the_scores_of_a_large_event(event: Event, files: ScoreFiles) -> None:
    rows = event_rows(event, *large(event))
    hasty = Scorer(files=files, patience_s=0.0)

    with pytest.raises(StillScoring):
        await hasty.known(rows)
    await hasty.settled()

    assert (await hasty.known(rows)).row
    hasty.close()


async def test_deleting_an_account_deletes_the_filed_scores_of_its_events_alone(
    settings: Settings, database: None, tmp_path: Path
) -> None:
    event = await factories.event()
    leaving = await factories.expert(event)
    kept = settings.model_copy(update={"match_embed_cache": tmp_path / "vectors.db"})
    own, others = (ScoreFiles(kept)._path(f"{id}-organisers") for id in (event.id, f"{event.id}1"))
    for path in (own, others):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert await erasing.delete_account(leaving.person, kept)
    assert (own.exists(), others.exists()) == (False, True)
