"""The embedder of this process, if the operator has set one, and whether it fails: open it once, as the database."""

import logging

from matching import affinity, embedders
from matching.affinity.space import Matrix
from server.settings import Settings

SECONDS = 20.0  # that one scoring may spend on new texts; the rest of them waits for the next
log = logging.getLogger(__name__)


class _Process:
    embedder: embedders.Kept | None = None


def connect(settings: Settings) -> None:
    """Nothing is loaded or asked yet. An empty MATCH_EMBED turns embeddings off."""
    _Process.embedder = embedders.embedder(
        settings.match_embed,
        model=settings.match_embed_model,
        key=settings.match_embed_key,
        cache=settings.match_embed_cache,
        seconds=SECONDS,
    )


def current() -> embedders.Kept | None:
    """None where embeddings are off."""
    return _Process.embedder


def is_failing() -> bool:
    """The latest scores were made without, though embeddings are on."""
    return _Process.embedder is not None and bool(_Process.embedder.fault)


def likeness(asked: affinity.Request) -> Matrix | None:
    """What the model finds each need and expert to share. Long work.

    None where embeddings are off, and where they fail: scores do without, and an organiser is told.
    """
    try:
        return None if (found := current()) is None else affinity.similarity(asked.needs, asked.experts, found)
    except affinity.EmbeddingError as error:
        log.warning("scored without embeddings: %s", error)
        return None
