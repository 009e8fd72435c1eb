"""Turn an `affinity-request/1` document into an `affinity-result/1` document."""

from collections.abc import Iterator
from typing import Any

from matching.affinity.embedding import Embedder, EmbeddingError
from matching.affinity.encoding import Meaning
from matching.affinity.evidence import Evidence
from matching.affinity.fit import PairScore, Scores
from matching.affinity.request import read_request

FORMAT = "affinity-result/1"
VERSION = "topics-12"  # version of the formula; raise it when the same request may score otherwise
NO_EMBEDDING = {"code": "no_embedding", "fix": "operator"}  # not a `MissingCode`, because it is not about the pair


class Answer:
    """The scores that a request asks for. pairs: their number. needs: the number of needs.

    top: how many experts for each need, best first; None for all. With an embedder, `version` names its model. If the
    embedder fails, the scores are made without it and every pair says so. Raises DocumentError with every fault of the
    request.
    """

    def __init__(self, request: dict[str, Any], top: int | None = None, embedder: Embedder | None = None) -> None:
        asked = read_request(request)
        meaning, self._version, self._lacking = None, VERSION, []
        if embedder is not None:
            try:
                meaning = Meaning(asked.needs, asked.experts, embedder)
                self._version = f"{VERSION}+{embedder.model}"
            except EmbeddingError:
                self._lacking = [NO_EMBEDDING]
        self._scores = Scores(asked.needs, asked.experts, asked.interpreters, meaning=meaning)
        self._top = top
        self.needs = len(asked.needs)
        self.pairs = self.needs * min(len(asked.experts), len(asked.experts) if top is None else top)

    def head(self) -> dict[str, Any]:
        """Return the members of the result document before its pairs."""
        return {"format": FORMAT, "version": self._version}

    def pairs_of(self, need: int) -> Iterator[dict[str, Any]]:
        """Yield a need's pairs in the form of the result document, best first."""
        for column in self._scores.best(need, self._top):
            pair = pair_document(self._scores.explain(need, column))
            pair["missing"] += self._lacking
            yield pair

    def document(self) -> dict[str, Any]:
        """Return the result document."""
        return {**self.head(), "pairs": [pair for need in range(self.needs) for pair in self.pairs_of(need)]}


def answer(request: dict[str, Any], top: int | None = None, embedder: Embedder | None = None) -> dict[str, Any]:
    """Return the result document of a request document; see `Answer`. The same request gives the same document."""
    return Answer(request, top, embedder).document()


def pair_document(pair: PairScore) -> dict[str, Any]:
    """Return a pair in the form of the result document."""
    return {
        "need": pair.need,
        "expert": pair.expert,
        "score": pair.score,
        "parts": [
            {
                "code": str(part.code),
                "weight": part.weight,
                "value": part.value,
                "evidence": [_evidence(evidence) for evidence in part.evidence],
            }
            for part in pair.parts
        ],
        "missing": [
            {"code": str(missing.code), "fix": str(missing.fix)} | ({"topic": missing.topic} if missing.topic else {})
            for missing in pair.missing
        ],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "need_topic": evidence.need_topic,
        "expert_topic": evidence.expert_topic,
        "rel": evidence.rel,
        "need_at": list(evidence.need_at) if evidence.need_at else None,
        "expert_at": list(evidence.expert_at) if evidence.expert_at else None,
    }
