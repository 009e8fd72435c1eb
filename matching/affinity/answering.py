"""Turn an `affinity-request/1` document into an `affinity-result/1` document."""

from typing import Any

from matching.affinity.embedding import Embedder, EmbeddingError
from matching.affinity.encoding import Meaning
from matching.affinity.evidence import Evidence
from matching.affinity.fit import PairScore, Scores
from matching.affinity.request import read_request

FORMAT = "affinity-result/1"
VERSION = "topics-12"  # version of the formula; raise it when the same request may score otherwise
NO_EMBEDDING = {"code": "no_embedding", "fix": "operator"}  # not a `MissingCode`, because it is not about the pair


def answer(request: dict[str, Any], top: int | None = None, embedder: Embedder | None = None) -> dict[str, Any]:
    """Return the result document of a request document: for each need its best `top` experts, or all if None.

    The same request always gives the same document. With an embedder, `version` names its model. If the
    embedder fails, the scores are made without it and every pair says so. Raises DocumentError with every fault
    of the request.
    """
    asked = read_request(request)
    meaning, version, lacking = None, VERSION, []
    if embedder is not None:
        try:
            meaning = Meaning(asked.needs, asked.experts, embedder)
            version = f"{VERSION}+{embedder.model}"
        except EmbeddingError:
            lacking = [NO_EMBEDDING]
    scores = Scores(asked.needs, asked.experts, asked.interpreters, meaning=meaning)
    pairs = [
        pair_document(scores.explain(row, column))
        for row in range(len(asked.needs))
        for column in scores.best(row, top)
    ]
    for pair in pairs:
        pair["missing"] += lacking
    return {"format": FORMAT, "version": version, "pairs": pairs}


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
