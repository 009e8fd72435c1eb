"""The language model that compares texts, if the operator has set one, and whether it fails."""

import logging
from collections.abc import Sequence

from matching import affinity, embedders
from matching.affinity.space import Matrix
from server.settings import Settings

SECONDS = 20.0  # that one scoring may spend on new texts; the rest of them waits for the next
log = logging.getLogger(__name__)


def opened(settings: Settings) -> embedders.CachedEmbedder | None:
    """The embedder that the operator has set; None for an empty MATCH_EMBED. Nothing is loaded or asked yet."""
    return embedders.embedder(
        settings.match_embed,
        model=settings.match_embed_model,
        key=settings.match_embed_key,
        cache=settings.match_embed_cache,
        seconds=SECONDS,
    )


def is_failing(embedder: embedders.CachedEmbedder | None) -> bool:
    """Whether the latest scores were made without, though embeddings are on."""
    return embedder is not None and bool(embedder.fault)


def likeness(
    needs: Sequence[affinity.Need], experts: Sequence[affinity.Expert], embedder: affinity.Embedder | None
) -> Matrix | None:
    """What the model finds each need and expert to share. Long work.

    None where embeddings are off, and where they fail: scores do without, and an organiser is told.
    """
    try:
        return None if embedder is None else affinity.similarity(needs, experts, embedder)
    except affinity.EmbeddingError as error:
        log.warning("scored without embeddings: %s", error)
        return None
