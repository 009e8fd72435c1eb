"""The language model that compares texts, if the operator has set one, and whether it fails."""

import logging
from collections.abc import Sequence

from matching import affinity, embedders
from matching.affinity.space import Matrix
from server.settings import Settings

SECONDS = 20.0  # seconds that one scoring may spend on new texts; the other texts wait for the next scoring
log = logging.getLogger(__name__)


def opened(settings: Settings) -> embedders.CachedEmbedder | None:
    """Return the configured embedder, or None for an empty MATCH_EMBED. Nothing is loaded yet."""
    return embedders.embedder(
        settings.match_embed,
        model=settings.match_embed_model,
        key=settings.match_embed_key,
        cache=settings.match_embed_cache,
        seconds=SECONDS,
    )


def is_failing(embedder: embedders.CachedEmbedder | None) -> bool:
    """Return whether the latest scores were computed without the model although it is on."""
    return embedder is not None and bool(embedder.fault)


def likeness(
    needs: Sequence[affinity.Need], experts: Sequence[affinity.Expert], embedder: affinity.Embedder | None
) -> Matrix | None:
    """Return the similarities of needs and experts by the model, or None. Takes long.

    None if embeddings are off or fail: scores are computed without them, and the organiser is told.
    """
    try:
        return None if embedder is None else affinity.similarity(needs, experts, embedder)
    except affinity.EmbeddingError as error:
        log.warning("scored without embeddings: %s", error)
        return None
