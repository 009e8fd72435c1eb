"""Topics for a form to offer while somebody writes."""

from dataclasses import dataclass

import numpy as np

from matching.affinity.profiles import Place, Profile
from matching.affinity.readings import read
from matching.affinity.request import Side, Text
from matching.affinity.scheme import scheme
from matching.affinity.space import space

LEAST = 0.1  # of the strongest topic: what weighs less is not offered
AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A leaf of the scheme, its weight in (0, 1], and the words that speak for it as [start, end) in code points."""

    topic: str
    weight: float
    at: tuple[tuple[int, int], ...]


def suggest(text: str, lang: str | None = None) -> list[Suggestion]:
    """The topics of a text, the weightiest first. lang: BCP 47; None: told by the letters."""
    topics = space(scheme())
    written = Text(text, lang)
    profile = Profile(Side("", (written,)), [read(written, topics.scheme)], topics, np.ones(len(topics.ids)))
    weights = profile.topics
    strongest = float(weights.max())
    offered = [at for at in np.argsort(-weights, kind="stable").tolist() if weights[at] > LEAST * strongest]
    return [
        Suggestion(topics.ids[at], round(float(weights[at]) / strongest, 6), _places(profile, at))
        for at in offered[:AT_MOST]
    ]


def _places(profile: Profile, topic: int) -> tuple[tuple[int, int], ...]:
    places: list[Place] = [
        quote.place
        for quote in profile.quotes
        if quote.place is not None and any(other == topic for other, _ in quote.topics)
    ]
    return tuple(sorted((place.start, place.end) for place in places))
