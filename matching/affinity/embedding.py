"""What turns texts into vectors, wherever the vectors come from."""

from collections.abc import Sequence
from typing import Protocol

from matching.affinity.space import Matrix
from matching.errors import EmbeddingError


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def model(self) -> str:
        """Name of the model and of everything else that changes its vectors. Raises EmbeddingError if there is none."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row of finite numbers per text; zeros for a text without content. Raises EmbeddingError."""


__all__ = ["Embedder", "EmbeddingError"]
