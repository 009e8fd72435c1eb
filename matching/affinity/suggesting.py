"""Suggest topics for a text while it is being entered in a form."""

from dataclasses import dataclass

import numpy as np

from matching.affinity.profiles import Profiles
from matching.affinity.quotes import Quotes, quotes
from matching.affinity.request import NeedOrExpert, RequestText
from matching.affinity.scheme import Scheme, scheme
from matching.affinity.space import space
from matching.affinity.weighing import Weighing

LEAST = 0.1  # least weight of a suggestion, relative to the strongest topic
AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Suggested leaf of the scheme. weight: in (0, 1]. at: [start, end) of the words that indicate it.

    named: those of the words that are a complete term of the topic. If there are none, the topic is suggested
    by n-grams only, as 再生 in 再生铝 (recycled aluminium) also occurs in regenerative medicine.
    """

    topic: str
    weight: float
    at: tuple[tuple[int, int], ...]
    named: tuple[tuple[int, int], ...] = ()


def suggest(text: str, lang: str | None = None, among: Scheme | None = None) -> list[Suggestion]:
    """Return the topics of a text, heaviest first.

    lang: BCP 47, or None to detect it. among: scheme, by default the shipped one.
    """
    topics = space(among or scheme())
    alone = Profiles([NeedOrExpert("", (RequestText(text, lang),))], topics, Weighing(np.ones(len(topics.ids))))
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
