"""Topics for a form to offer while somebody writes."""

from dataclasses import dataclass

import numpy as np

from matching.affinity.profiles import Profiles
from matching.affinity.quotes import Quotes, quotes
from matching.affinity.request import Side, Text
from matching.affinity.scheme import Scheme, scheme
from matching.affinity.space import space
from matching.affinity.weighing import Weighing

LEAST = 0.1  # of the strongest topic: what weighs less is not offered
AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A leaf of the scheme, its weight in (0, 1], and the words that speak for it as [start, end) in code points.

    named: those among the words of the text that are a term of the topic, whole and no part of a longer term: without
    any, the topic is told by letters in common alone, as 再生 of 再生铝 (recycled aluminium) stands in regenerative
    medicine, too.
    """

    topic: str
    weight: float
    at: tuple[tuple[int, int], ...]
    named: tuple[tuple[int, int], ...] = ()


def suggest(text: str, lang: str | None = None, among: Scheme | None = None) -> list[Suggestion]:
    """The topics of a text, the weightiest first. lang: BCP 47; None: told by the letters. among: None: as shipped."""
    topics = space(among or scheme())
    alone = Profiles([Side("", (Text(text, lang),))], topics, Weighing(np.ones(len(topics.ids))))
    weights = alone.said[0]
    strongest = float(weights.max())
    offered = [at for at in np.argsort(-weights, kind="stable").tolist() if weights[at] > LEAST * strongest]
    spoken = quotes(0, alone)
    named: dict[str, set[tuple[int, int]]] = {}
    for hit in (hit for said in alone.groups[0] for reading in said.readings for hit in reading.hits):
        for topic in hit.topics:
            named.setdefault(topic, set()).add((hit.start, hit.end))
    return [
        Suggestion(
            topics.ids[at],
            round(float(weights[at]) / strongest, 6),
            _places(spoken, at),
            tuple(sorted(named.get(topics.ids[at], ()))),
        )
        for at in offered[:AT_MOST]
    ]


def _places(spoken: Quotes, topic: int) -> tuple[tuple[int, int], ...]:
    about = spoken.about[spoken.topic[spoken.about] == topic]
    places = [spoken.places[quote] for quote in spoken.quote[about].tolist()]
    return tuple(sorted((place.start, place.end) for place in places if place is not None))
