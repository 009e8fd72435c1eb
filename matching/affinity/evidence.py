"""Choose the pairs of quotations that show why the topics of a need and an expert match."""

from dataclasses import dataclass

import numpy as np

from matching.affinity.profiles import TextSpan
from matching.affinity.quotes import Quotes
from matching.affinity.space import Indices, TopicSpace, Vector

QUOTED = 5  # most pairs of quotations for a match
LEAST_SHARE = 0.05  # least weight of a shown pair, relative to the heaviest pair
CONSIDERED = 16  # only so many of the heaviest mentions of each side are compared


@dataclass(frozen=True, slots=True)
class Evidence:
    """Reason of a match: a topic of the need, a topic of the expert, their relation, and the words of each.

    rel: same, narrower, broader, sibling or related, of the expert's topic to the need's; or term for a shared
    word or two similar passages, with both topics None. need_at, expert_at: the words, None for a declared topic.
    """

    need_topic: str | None
    expert_topic: str | None
    rel: str
    need_at: TextSpan | None
    expert_at: TextSpan | None


class _Mentions:
    """Mentions of topics on one side that the match depends on, heaviest first, as arrays.

    quote: number of each quotation. topic, amount: what it says. kept: for each quotation whether the match is
    worth less without it. Quotations that tell a reader nothing are left out.
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
        self.topic: Indices = quotes.topic[about]
        self.quote: list[int] = quotes.quote[about].tolist()
        self.amount: Vector = quotes.full[about]

    def place(self, at: int) -> TextSpan | None:
        """Return the words to show for a mention; for a declared topic, words of the texts that name it, or None."""
        found = self.quotes.places[self.quote[at]]
        if found is not None:
            return found
        others = np.flatnonzero((self.quotes.topic == self.topic[at]) & self.kept[self.quotes.quote])
        written = [other for other in others.tolist() if self.quotes.places[self.quotes.quote[other]] is not None]
        telling = [other for other in written if not self.quotes.lone[self.quotes.quote[other]]]
        best = max(telling, key=lambda other: (float(self.quotes.full[other]), -other), default=None)
        return None if best is None else self.quotes.places[self.quotes.quote[best]]


def choose(
    need: Quotes, expert: Quotes, seen: tuple[Vector, Vector], own: tuple[float, float], space: TopicSpace
) -> list[Evidence]:
    """Return the pairs of quotations that contribute most, heaviest first.

    seen: weight of each topic on the expert's side, and on the need's. own: part of the match from the need's
    own texts, and from the expert's. Each pair has a new pair of topics and at least one new quotation. A
    quotation is chosen only if the match is worth less without it, alone and together with the others.
    """
    ours, theirs = _Mentions(need, seen[0], own[0]), _Mentions(expert, seen[1], own[1])
    if not ours.quote or not theirs.quote:
        return []
    carried = space.kinship[ours.topic[:, None], theirs.topic] * (ours.amount[:, None] * theirs.amount)
    order = np.argsort(-carried, axis=None, kind="stable")
    weight = carried.ravel()[order]
    order = order[weight > LEAST_SHARE * weight[0]]
    named = ours.topic.tolist(), theirs.topic.tolist()
    shown: tuple[set[int], set[int]] = (set(), set())
    found: dict[tuple[int, int], Evidence] = {}
    for cell in order.tolist():
        row, column = divmod(cell, len(theirs.quote))
        pair, quote = (named[0][row], named[1][column]), (ours.quote[row], theirs.quote[column])
        if pair in found or (quote[0] in shown[0] and quote[1] in shown[1]):
            continue
        shown[0].add(quote[0])
        shown[1].add(quote[1])
        names = space.ids[pair[0]], space.ids[pair[1]]
        found[pair] = Evidence(*names, str(space.relation[pair]), ours.place(row), theirs.place(column))
        if len(found) == QUOTED:
            break
    return list(found.values())
