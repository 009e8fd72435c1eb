"""Score how well a need and an expert match, with reasons: topics, words, modes, languages, readiness."""

from matching.affinity.answering import answer, pair_document
from matching.affinity.embedding import Embedder, EmbeddingError
from matching.affinity.encoding import Meaning
from matching.affinity.evidence import Evidence
from matching.affinity.fit import (
    Fix,
    MissingCode,
    MissingItem,
    PairScore,
    PartCode,
    PartScore,
    Scores,
    score,
    score_all,
)
from matching.affinity.profiles import TextSpan
from matching.affinity.request import MODES, Expert, Need, Request, RequestText, read_request
from matching.affinity.scheme import Scheme, SchemeError, Topic, load, scheme
from matching.affinity.suggesting import Suggestion, suggest
from matching.affinity.totals import Totals
from matching.affinity.wishes import BestNeed, Wish, best_need, pair_value

__all__ = [
    "MODES",
    "BestNeed",
    "Embedder",
    "EmbeddingError",
    "Evidence",
    "Expert",
    "Fix",
    "Meaning",
    "MissingCode",
    "MissingItem",
    "Need",
    "PairScore",
    "PartCode",
    "PartScore",
    "Request",
    "RequestText",
    "Scheme",
    "SchemeError",
    "Scores",
    "Suggestion",
    "TextSpan",
    "Topic",
    "Totals",
    "Wish",
    "answer",
    "best_need",
    "load",
    "pair_document",
    "pair_value",
    "read_request",
    "scheme",
    "score",
    "score_all",
    "suggest",
]
