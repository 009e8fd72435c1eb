"""The demo's people and needs from people.yaml; availability and wishes are drawn at random from a seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from server.models import WishKind

FILE = Path(__file__).parent / "people.yaml"
# Probabilities of availability for people without a stated one.
PRESENCE = {"all": 0.35, "morning": 0.3, "afternoon": 0.25, "late": 0.1}
LATE_SLOTS = 2  # slots missed at the beginning by people who come late
SHARE_OF_WISHERS = 0.75


@dataclass(frozen=True)
class Delegation:
    """The contents of the file as plain values."""

    organiser: Mapping[str, Any]
    event: Mapping[str, Any]
    interpreters: Sequence[Mapping[str, Any]]
    experts: Sequence[Mapping[str, Any]]
    enterprises: Sequence[Mapping[str, Any]]

    @property
    def translator(self) -> Mapping[str, Any]:
        """The interpreter who also checks translations."""
        return self.interpreters[1]

    @property
    def reviewer(self) -> Mapping[str, Any]:
        """The interpreter who also reviews needs."""
        return self.interpreters[2]


def read() -> Delegation:
    """Return the contents of people.yaml."""
    return Delegation(**load(FILE))


def load(path: Path) -> dict[str, Any]:
    """Return the contents of a file of the demo."""
    # The C loader is ten times as fast and equally safe; some builds of the package lack it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    return found


def draw_presence(who: Mapping[str, Any], slots: Sequence[int], noon: int, chance: random.Random) -> list[int]:
    """Return available slot ids. slots: in order. noon: number of slots before lunch."""
    drawn = chance.choices(list(PRESENCE), weights=list(PRESENCE.values()))[0]
    return {
        "all": list(slots),
        "morning": list(slots[:noon]),
        "afternoon": list(slots[noon:]),
        "late": list(slots[LATE_SLOTS:]),
    }[who.get("presence", drawn)]


def draw_wishes(
    who: Mapping[str, Any], others: Sequence[Mapping[str, Any]], chance: random.Random
) -> list[tuple[int, WishKind]]:
    """Return (index into others, kind): most people wish for a few with similar topics, and exclude one.

    People with many similar others get many wishes.
    """
    if chance.random() > SHARE_OF_WISHERS:
        return []
    near = sorted(range(len(others)), key=lambda i: (-_nearness(who, others[i]) - chance.random(), i))
    liked = near[: chance.randint(2, 6)]
    wishes = [(i, WishKind.MUST if n == 0 else WishKind.LIKE) for n, i in enumerate(liked)]
    if chance.random() < 0.3:
        wishes.append((near[len(liked) + chance.randrange(4)], WishKind.NO))
    return wishes


def topics_of(who: Mapping[str, Any]) -> set[str]:
    """Return the ids of all topics of a person or enterprise in the file."""
    own = set(who.get("topics", ()))
    return own.union(*(need["topics"] for need in who.get("needs", ())))


def _nearness(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    mine, theirs = topics_of(one), topics_of(other)
    same_field = {topic.split(".")[0] for topic in mine} & {topic.split(".")[0] for topic in theirs}
    return 3 * len(mine & theirs) + len(same_field)
