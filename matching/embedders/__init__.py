"""Sources of text vectors: a package with its weights, or what the operator chooses, a local ONNX model or an endpoint
with OpenAI's protocol.

These are the only modules of the engine that read a model or use the network, the latter only if configured.
"""

from pathlib import Path

from matching.affinity.embedding import Embedder
from matching.embedders.bundled import BundledEncoder
from matching.embedders.endpoint import EmbeddingEndpoint
from matching.embedders.folder import OnnxFolder
from matching.embedders.kept import CachedEmbedder

BUNDLED = "bundled"
OFF = "none"
MODEL = "text-embedding-3-small"
CACHE = Path("var/embeddings.db")


def embedder(
    setting: str, *, model: str = MODEL, key: str = "", cache: Path | None = CACHE, seconds: float
) -> CachedEmbedder | None:
    """Return the embedder that MATCH_EMBED configures, with a cache of vectors; None if texts are not compared.

    Nothing is loaded or requested yet. setting: `none` or empty, `bundled`, `onnx:FOLDER` or `openai:BASE_URL`. model,
    key: of an endpoint. cache: None to keep nothing. seconds: time limit of one call. Raises ValueError for a setting
    of another form.
    """
    if setting in ("", OFF):
        return None
    if setting == BUNDLED:
        return CachedEmbedder(BundledEncoder(), cache, seconds, is_local=True)
    kind, _, where = setting.partition(":")
    inner: Embedder
    if kind == "onnx" and where:
        inner = OnnxFolder(Path(where))
    elif kind == "openai":
        inner = EmbeddingEndpoint(where, model, key)
    else:
        raise ValueError("MATCH_EMBED is bundled, none, onnx:FOLDER or openai:BASE_URL")
    return CachedEmbedder(inner, cache, seconds)


__all__ = ["BUNDLED", "CACHE", "MODEL", "OFF", "CachedEmbedder", "embedder"]
