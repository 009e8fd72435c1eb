"""The sentence encoder or language model that compares texts, and whether it fails."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace

from matching import affinity, embedders
from matching.affinity.encoding import encoded_strings
from server.registrations import comparing
from server.rows import EventRows
from server.settings import Settings

SECONDS = 20.0  # seconds that one scoring may spend on new texts; the other texts wait for the next scoring
BUNDLED_S = 3.0  # the same of the bundled encoder, which goes on by itself: about a thousand passages
PATIENT_S = 300.0
log = logging.getLogger(__name__)


def opened(settings: Settings, *, is_patient: bool = False) -> embedders.CachedEmbedder | None:
    """Return the configured embedder, or None if MATCH_EMBED turns it off. Nothing is loaded yet.

    is_patient: no page waits, so that it may take as long as it needs.
    """
    seconds = BUNDLED_S if settings.match_embed == embedders.BUNDLED else SECONDS
    made = embedders.embedder(
        settings.match_embed,
        model=settings.match_embed_model,
        key=settings.match_embed_key,
        cache=settings.match_embed_cache,
        seconds=PATIENT_S if is_patient else seconds,
    )
    if made is not None:
        made.host = settings.texts_go_to
    return made


def is_failing(embedder: embedders.CachedEmbedder | None) -> bool:
    """Return whether the latest scores were computed without the model although it is on."""
    return embedder is not None and bool(embedder.fault)


def meaning(
    needs: Sequence[affinity.Need], experts: Sequence[affinity.Expert], embedder: affinity.Embedder | None
) -> affinity.Meaning | None:
    """Return what the texts of needs and experts mean by the encoder, or None. Takes long.

    None if there is no encoder or it fails: scores are computed without it, and the organiser is told.
    """
    try:
        return None if embedder is None else affinity.Meaning(needs, experts, embedder)
    except affinity.EmbeddingError as error:
        log.warning("scored without embeddings: %s", error)
        return None


def is_ready(
    needs: Sequence[affinity.Need], experts: Sequence[affinity.Expert], embedder: embedders.CachedEmbedder
) -> bool:
    """Make and keep the vectors of all texts; return whether that worked, so that another process finds them."""
    try:
        embedder.make(encoded_strings([*needs, *experts]))
    except affinity.EmbeddingError as error:
        log.warning("scored without embeddings: %s", error)
        return False
    return True


async def withholding(rows: EventRows, embedder: affinity.Embedder | None) -> EventRows:
    """Return the rows with the parties of whom no text may go to the embedder. Three queries if it is elsewhere."""
    host = host_of(embedder)
    return replace(rows, private=await comparing.withheld_from(rows.event.id, host)) if host else rows


def host_of(embedder: affinity.Embedder | None) -> str:
    """Return the host to which an embedder sends texts, "" if they stay on this machine."""
    return str(getattr(embedder, "host", ""))


def private_in(rows: EventRows, embedder: affinity.Embedder | None) -> Collection[int]:
    """Return the parties of whom no text goes to the embedder: all, if nobody has looked who agrees."""
    if not host_of(embedder):
        return ()
    return {party.id for party in rows.parties} if rows.private is None else rows.private
