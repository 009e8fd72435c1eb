"""Why the topics of a need and an expert meet: the pairs of quotations that carry the match."""

from dataclasses import dataclass

import numpy as np

from matching.affinity.profiles import Place
from matching.affinity.quotes import Quotes
from matching.affinity.space import Indices, Space, Vector

QUOTED = 5  # pairs of quotations for a match, at most
LEAST_SHARE = 0.05  # of the weightiest pair; what carries less is not worth a reader's time
CONSIDERED = 16  # mentions of a side, the weightiest, among which the pairs are sought


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


class _Mentions:
    """The mentions of topics on one side that a match would miss, the weightiest first, as columns.

    quote: the quotation; topic, amount: what it says; kept: whether the match would fall without each quotation. Those
    that tell a reader nothing by themselves are left out.
    """

    def __init__(self, quotes: Quotes, towards: Vector, own: float) -> None:
        self.quotes = quotes
        self.kept = quotes.losses(towards, own) > 0
        about = quotes.about[self.kept[quotes.quote[quotes.about]]]
        about = about[~quotes.lone[quotes.quote[about]]]
        weight = quotes.full[about] * towards[quotes.topic[about]]
        if len(about) > CONSIDERED:
            heavy = np.argsort(-weight, kind="stable")[:CONSIDERED]
            about, weight = about[heavy], weight[heavy]
        about = about[weight > 0]
        self.quote: Indices = quotes.quote[about]
        self.topic: Indices = quotes.topic[about]
        self.amount: Vector = quotes.full[about]

    def place(self, at: int) -> Place | None:
        """Where to show a mention: its words; for a declared topic, words that say it, if the match needs them."""
        quote = int(self.quote[at])
        found = self.quotes.places[quote]
        if found is not None:
            return found
        others = np.flatnonzero((self.quotes.topic == self.topic[at]) & self.kept[self.quotes.quote])
        written = [other for other in others.tolist() if self.quotes.places[self.quotes.quote[other]] is not None]
        telling = [other for other in written if not self.quotes.lone[self.quotes.quote[other]]]
        best = max(telling, key=lambda other: (float(self.quotes.full[other]), -other), default=None)
        return None if best is None else self.quotes.places[self.quotes.quote[best]]


def choose(
    need: Quotes, expert: Quotes, seen: tuple[Vector, Vector], own: tuple[float, float], space: Space
) -> list[Evidence]:
    """The pairs of quotations that carry most, the weightiest first, each with two new topics and a new quotation.

    seen: how much each topic counts to the expert, and to the need. own: what of the match comes from the need's own
    texts, and from the expert's.
    A quotation is chosen only where the match would be worth less without it, alone or with all the others.
    """
    ours, theirs = _Mentions(need, seen[0], own[0]), _Mentions(expert, seen[1], own[1])
    if not ours.quote.size or not theirs.quote.size:
        return []
    carried = space.kinship[ours.topic[:, None], theirs.topic] * (ours.amount[:, None] * theirs.amount)
    order = np.argsort(-carried, axis=None, kind="stable")
    weight = carried.ravel()[order]
    order = order[weight > LEAST_SHARE * weight[0]]
    topics = list(
        zip(
            ours.topic[order // len(theirs.topic)].tolist(),
            theirs.topic[order % len(theirs.topic)].tolist(),
            strict=True,
        )
    )
    shown: set[tuple[int, int]] = set()
    found: dict[tuple[int, int], Evidence] = {}
    for cell, pair in zip(order.tolist(), topics, strict=True):
        row, column = divmod(cell, len(theirs.topic))
        quotes = {(0, int(ours.quote[row])), (1, int(theirs.quote[column]))}
        if pair in found or quotes <= shown:
            continue
        shown |= quotes
        names = space.ids[pair[0]], space.ids[pair[1]]
        found[pair] = Evidence(*names, str(space.relation[pair]), ours.place(row), theirs.place(column))
        if len(found) == QUOTED:
            break
    return list(found.values())
