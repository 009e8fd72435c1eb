"""Vectors from a model in a local folder, laid out like an export of sentence-transformers.

The folder contains `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`. If present,
`1_Pooling/config.json` says how token vectors are pooled, and `sentence_bert_config.json` after how many tokens
a text is cut.
"""

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from matching.affinity.space import Matrix
from matching.errors import EmbeddingError

TOKENS = 512  # tokens of a text, if the folder gives no number
KNOWN_INPUTS = frozenset({"input_ids", "attention_mask", "token_type_ids"})


@dataclass(frozen=True)
class _Loaded:
    """Loaded model. pools_first: the vector of the first token stands for the text, else the mean over all tokens."""

    session: Any
    tokenizer: Any
    inputs: tuple[str, ...]
    pools_first: bool
    model: str


class OnnxFolder:
    """Folder with a model; it is read on first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loading = threading.Lock()

    @property
    def model(self) -> str:
        """`onnx:` and a digest of the files, so that vectors of different models are never mixed.

        Raises EmbeddingError if the folder contains no model.
        """
        return self._loaded.model

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row per text. Raises EmbeddingError."""
        loaded = self._loaded
        try:
            coded = loaded.tokenizer.encode_batch(list(texts))
            given = {
                "input_ids": np.array([code.ids for code in coded], dtype=np.int64),
                "attention_mask": np.array([code.attention_mask for code in coded], dtype=np.int64),
                "token_type_ids": np.array([code.type_ids for code in coded], dtype=np.int64),
            }
            output = loaded.session.run(None, {name: given[name] for name in loaded.inputs})
        except Exception as error:  # both libraries raise exceptions of many types
            raise EmbeddingError(f"the model could not read a text: {error}") from error
        vectors = _pooled(output, given["attention_mask"], pools_first=loaded.pools_first)
        if not np.isfinite(vectors).all():
            raise EmbeddingError("the model made a vector that is none")
        return vectors

    @property
    def _loaded(self) -> _Loaded:
        with self._loading:  # loaded once, by the first thread
            return self._once

    @cached_property
    def _once(self) -> _Loaded:
        try:
            return _load(self._folder)
        except ImportError as error:
            raise EmbeddingError(f"{error.name} is not installed: see requirements/embedding.txt") from error
        except EmbeddingError:
            raise
        except Exception as error:
            raise EmbeddingError(f"{self._folder} contains no readable model: {error}") from error


def _load(folder: Path) -> _Loaded:
    """Load model and tokenizer from a folder. Raises EmbeddingError, ImportError, and errors of both libraries."""
    import onnxruntime
    import tokenizers

    model = next((path for path in (folder / "model.onnx", folder / "onnx" / "model.onnx") if path.is_file()), None)
    words = folder / "tokenizer.json"
    if model is None or not words.is_file():
        raise EmbeddingError(f"{folder} contains no model.onnx and tokenizer.json")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    inputs = tuple(given.name for given in session.get_inputs())
    if not {"input_ids"} <= set(inputs) <= KNOWN_INPUTS:
        raise EmbeddingError(f"the model takes {', '.join(inputs)}, not token ids")
    tokenizer = tokenizers.Tokenizer.from_file(str(words))
    tokenizer.enable_truncation(int(_json_value(folder / "sentence_bert_config.json", "max_seq_length", TOKENS)))
    padding = tokenizer.padding or {"pad_id": 0, "pad_token": "[PAD]"}
    tokenizer.enable_padding(**{**padding, "length": None})
    digest = hashlib.sha256()
    pooling = folder / "1_Pooling" / "config.json"
    for path in (model, words, pooling):
        digest.update(path.read_bytes() if path.is_file() else b"")
    pools_first = bool(_json_value(pooling, "pooling_mode_cls_token", False))
    return _Loaded(session, tokenizer, inputs, pools_first, f"onnx:{digest.hexdigest()[:16]}")


def _json_value(path: Path, name: str, otherwise: Any) -> Any:
    """Return a value of a JSON file that may be missing."""
    return json.loads(path.read_text("utf-8")).get(name, otherwise) if path.is_file() else otherwise


def _pooled(output: Sequence[Any], mask: Any, *, pools_first: bool) -> Matrix:
    """Return one vector per text: the model's own, else that of the first token or the mean of all tokens."""
    whole = next((array for array in output if array.ndim == 2 and len(array) == len(mask)), None)
    if whole is not None:
        return np.asarray(whole, dtype=float)
    tokens = next((array for array in output if array.ndim == 3 and array.shape[:2] == mask.shape), None)
    if tokens is None:
        raise EmbeddingError("the model answers neither a vector for each text nor one for each token")
    if pools_first:
        return np.asarray(tokens[:, 0], dtype=float)
    held = mask[:, :, None]
    return np.asarray((tokens * held).sum(axis=1) / np.maximum(held.sum(axis=1), 1), dtype=float)
