"""Why the topics of a need and an expert meet: the pairs of quotations that carry the match."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from matching.affinity.profiles import Place, Profile, Quote
from matching.affinity.space import Matrix, Space

QUOTED = 5  # pairs of quotations for a match, at most
LEAST_SHARE = 0.05  # of the weightiest pair; what carries less is not worth a reader's time
LEAST_DROP = 0.002  # a quotation whose removal lowers the part by less carries nothing worth telling


@dataclass(frozen=True, slots=True)
class Evidence:
    """A topic of the need, one of the expert, how the second stands to the first, and the words (None: declared).

    rel: same, narrower, broader, sibling, related; or term, for a shared word, with both topics None.
    """

    need_topic: str | None
    expert_topic: str | None
    rel: str
    need_at: Place | None
    expert_at: Place | None


class _Atoms:
    """The quotations of a side that a match would miss, each with each of its topics, as columns.

    quote: the quotation; topic, weight: what it says and how much the match would miss it; place: where to show it.
    """

    def __init__(self, quotes: Sequence[Quote], drops: npt.NDArray[np.float64]) -> None:
        kept = [
            (at, topic, share * float(drops[at]), quote.place or _written(topic, quotes, drops))
            for at, quote in enumerate(quotes)
            if drops[at] > LEAST_DROP
            for topic, share in quote.topics
        ]
        self.quote = np.array([row[0] for row in kept], dtype=np.int64)
        self.topic = np.array([row[1] for row in kept], dtype=np.int64)
        self.weight = np.array([row[2] for row in kept], dtype=np.float64)
        self.place = [row[3] for row in kept]


def _written(topic: int, quotes: Sequence[Quote], drops: npt.NDArray[np.float64]) -> Place | None:
    """Where the text itself speaks of a declared topic, if its words do not count against the match."""
    found = [at for at, quote in enumerate(quotes) if quote.place and (topic, 1.0) in quote.topics and drops[at] >= 0]
    return quotes[max(found, key=lambda at: float(drops[at]))].place if found else None


def choose(need: Profile, expert: Profile, space: Space) -> tuple[Evidence, ...]:
    """The pairs of quotations that carry most, the weightiest first, each with two new topics and a new quotation.

    A quotation is chosen only where the need and the expert would be further apart without it.
    """
    base = float(need.vector @ expert.vector)
    if base < LEAST_DROP:
        return ()
    ours = _Atoms(need.quotes, base - need.without @ expert.vector)
    theirs = _Atoms(expert.quotes, base - expert.without @ need.vector)
    if not ours.quote.size or not theirs.quote.size:
        return ()
    relations, carries = _relations(space)
    carried = carries[ours.topic[:, None], theirs.topic] * (ours.weight[:, None] * theirs.weight)
    least = LEAST_SHARE * float(carried.max())
    shown: set[tuple[int, int]] = set()
    found: dict[tuple[int, int], Evidence] = {}
    for cell in np.argsort(-carried, axis=None, kind="stable").tolist():
        row, column = divmod(cell, len(theirs.topic))
        if len(found) == QUOTED or carried[row, column] <= least:
            break
        topics = int(ours.topic[row]), int(theirs.topic[column])
        quotes = {(0, int(ours.quote[row])), (1, int(theirs.quote[column]))}
        if topics not in found and not quotes <= shown:
            shown |= quotes
            names = space.ids[topics[0]], space.ids[topics[1]]
            found[topics] = Evidence(*names, str(relations[topics]), ours.place[row], theirs.place[column])
    return tuple(found.values())


@lru_cache(maxsize=4)
def _relations(space: Space) -> tuple[npt.NDArray[np.str_], Matrix]:
    """How the topic of each column stands to that of each row ("" where it does not), and how much the two carry."""
    relations = np.full(space.kernel.shape, "", dtype="<U8")
    for i, j in zip(*np.nonzero(space.kernel), strict=True):
        relations[i, j] = space.scheme.relation(space.ids[i], space.ids[j]) or ""
    return relations, np.where(relations != "", space.kernel, 0.0)
