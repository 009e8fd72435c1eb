"""Where vectors of texts come from, by the operator's setting: a local ONNX folder, or an endpoint as OpenAI's.

The only rooms of the engine that read a model or speak to another machine, and only where they are told to.
"""

from pathlib import Path

from matching.affinity.embedding import Embedder
from matching.embedders.endpoint import Endpoint
from matching.embedders.folder import Folder
from matching.embedders.kept import Kept

MODEL = "text-embedding-3-small"
CACHE = Path("var/embeddings.db")


def embedder(setting: str, *, model: str = MODEL, key: str = "", cache: Path = CACHE, seconds: float) -> Kept | None:
    """What MATCH_EMBED names, its vectors kept in `cache`; None for an empty setting. Nothing is loaded or asked yet.

    setting: `onnx:FOLDER` or `openai:BASE_URL`. model, key: of an endpoint. seconds: that one request may work.
    Raises ValueError for a setting of another form.
    """
    if not setting:
        return None
    kind, _, where = setting.partition(":")
    inner: Embedder
    if kind == "onnx" and where:
        inner = Folder(Path(where))
    elif kind == "openai":
        inner = Endpoint(where, model, key)
    else:
        raise ValueError("MATCH_EMBED is onnx:FOLDER or openai:BASE_URL")
    return Kept(inner, cache, seconds)


__all__ = ["CACHE", "MODEL", "Kept", "embedder"]
