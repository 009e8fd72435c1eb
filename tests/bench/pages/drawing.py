"""Draw an event of some size at random: who takes part, what they offer and need, and whom they wish to meet.

Everything is invented, and the same size gives the same event. No database is needed.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from matching.affinity import Scheme, scheme
from server.models import BudgetBand, Confidentiality, Level, Mode, WishKind
from tests.bench.pages import words

MISSED = 0.05  # share of slots that somebody misses
MODES = list(Mode)


@dataclass(frozen=True)
class Size:
    """Sizes of an event. days: number of slots of each. fields: number of fields of the topic scheme that it covers."""

    experts: int
    enterprises: int
    days: tuple[int, ...]
    tables: int
    interpreters: int
    fields: int

    @property
    def name(self) -> str:
        return f"{self.experts}x{self.enterprises}"

    @property
    def slots(self) -> int:
        return sum(self.days)


SIZES = {
    size.name: size
    for size in (
        Size(17, 40, (14,), 12, 5, 3),
        Size(200, 500, (12, 12), 80, 25, 10),
        Size(1_000, 3_000, (16, 16), 300, 120, 21),
    )
}


@dataclass(frozen=True)
class Somebody:
    """A person. latin, zh: spellings of the name, "" if not stated."""

    full_name: str
    latin: str
    zh: str
    country: str
    locale: str


@dataclass(frozen=True)
class DrawnNeed:
    """A need of an enterprise, with columns of the table of needs."""

    columns: dict[str, Any]


@dataclass(frozen=True)
class DrawnParty:
    """An expert (one person) or an enterprise. slots: numbers of those in which the party can meet.

    columns: of the table of registrations. firm: name, Latin name and description of an enterprise.
    """

    people: Sequence[Somebody]
    slots: Sequence[int]
    columns: dict[str, Any]
    firm: tuple[str, str, str] | None = None
    needs: Sequence[DrawnNeed] = ()

    @property
    def topics(self) -> list[str]:
        found = [*self.columns.get("topics", ()), *(topic for need in self.needs for topic in need.columns["topics"])]
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class DrawnInterpreter:
    person: Somebody
    languages: Sequence[str]
    slots: Sequence[int]


@dataclass(frozen=True)
class DrawnWish:
    """A wish. of_expert: whose it is. by, about: numbers of the two parties on their sides."""

    of_expert: bool
    by: int
    about: int
    kind: WishKind


@dataclass(frozen=True)
class DrawnEvent:
    size: Size
    experts: Sequence[DrawnParty]
    enterprises: Sequence[DrawnParty]
    interpreters: Sequence[DrawnInterpreter]
    wishes: Sequence[DrawnWish]


def draw(size: Size, seed: int = 1) -> DrawnEvent:
    """Return an event of this size; equal sizes and seeds give equal events."""
    drawer = _Drawer(size, Random(f"{size.name} {seed}"))
    experts = [drawer.expert(number) for number in range(size.experts)]
    enterprises = [drawer.enterprise(number) for number in range(size.enterprises)]
    interpreters = [drawer.interpreter(number) for number in range(size.interpreters)]
    wishes = [*drawer.wishes(True, experts, enterprises), *drawer.wishes(False, enterprises, experts)]
    return DrawnEvent(size, experts, enterprises, interpreters, wishes)


class _Drawer:
    def __init__(self, size: Size, chance: Random) -> None:
        self.size, self.chance = size, chance
        self.scheme: Scheme = scheme()
        self.by_field: dict[str, list[str]] = defaultdict(list)
        fields = set(chance.sample(self.scheme.fields, min(size.fields, len(self.scheme.fields))))
        for leaf in self.scheme.leaves:
            if (field := leaf.partition(".")[0]) in fields:
                self.by_field[field].append(leaf)

    def expert(self, number: int) -> DrawnParty:
        tongue = self.chance.choices(list(words.EXPERTS), weights=(6, 1, 2, 1))[0]
        own, writes = words.EXPERTS[tongue], "ru" if tongue in ("ru", "uz") else "en"
        topics = self._topics(self.chance.randint(2, 4))
        languages = list(dict.fromkeys((tongue, *self.chance.choice((("en",), (), ("ru",))))))
        town = self.chance.choice(words.TOWNS[tongue])
        columns = {
            "affiliation": words.INSTITUTES[tongue].format(self._label(topics[0], writes), town),
            "position": self.chance.choice(("Professor", "Senior researcher", "Head of laboratory")),
            "degree": self.chance.choice(words.DEGREES),
            "headline": self._label(topics[0], writes),
            "offer": "\n".join(self._said(line, topics, writes) for line in words.OFFERS[writes]),
            "text_locale": writes,
            "topics": topics,
            "modes": self._modes(),
            "languages": languages,
            "levels": {languages[0]: Level.FLUENT, **dict.fromkeys(languages[1:], Level.WORKING)},
            "readiness": self.chance.choice((None, 3, 5, 7)),
            "max_meetings": self.chance.choice((None, self.size.slots // 2 + 2)),
        }
        return DrawnParty([self._person(own)], self._presence(), columns)

    def enterprise(self, number: int) -> DrawnParty:
        main = self._topics(3)
        at, kind = number % len(words.FIRMS), number // len(words.FIRMS)
        name = f"{self._label(main[0], 'zh')[:6]}{words.FIRMS[at]}{words.KINDS[number % len(words.KINDS)]}"
        place = f"（{number + 1}号）" if kind else ""
        languages = ["zh", "en"] if self.chance.random() < 0.2 else ["zh"]
        people = [self._person(words.CHINESE) for _ in range(self.chance.choice((1, 1, 2)))]
        columns = {
            "languages": languages,
            "levels": {languages[0]: Level.FLUENT, **dict.fromkeys(languages[1:], Level.WORKING)},
            "text_locale": "zh_Hans",
            "parallel": len(people) if self.chance.random() < 0.3 else 1,
            "max_meetings": self.chance.choice((None, 4, 6)),
        }
        needs = [self._need(main) for _ in range(self.chance.choice((1, 1, 2, 2, 3)))]
        about = self._said(words.NEEDS[1], main, "zh")
        firm = f"{name}{place}", f"{words.FIRMS_LATIN[at]} {number + 1}", about
        return DrawnParty(people, self._presence(), columns, firm, needs)

    def interpreter(self, number: int) -> DrawnInterpreter:
        languages = ["zh", *self.chance.sample(list(words.EXPERTS), 2)] if number % 3 else ["zh", "ru"]
        return DrawnInterpreter(self._person(words.EXPERTS["ru"]), languages, self._presence())

    def wishes(self, of_expert: bool, who: Sequence[DrawnParty], others: Sequence[DrawnParty]) -> list[DrawnWish]:
        """Return wishes: most people wish for a few with a topic in common, and some exclude one."""
        by_topic: dict[str, list[int]] = defaultdict(list)
        for about, other in enumerate(others):
            for topic in other.topics:
                by_topic[topic].append(about)
        found = []
        for by, party in enumerate(who):
            near = sorted({about for topic in party.topics for about in by_topic[topic]})
            if self.chance.random() > 0.75 or not near:
                continue
            liked = self.chance.sample(near, min(len(near), self.chance.randint(2, 6)))
            kinds = [WishKind.MUST, *[WishKind.LIKE] * (len(liked) - 1)]
            if len(liked) > 2 and self.chance.random() < 0.3:
                kinds[-1] = WishKind.NO
            found += [DrawnWish(of_expert, by, about, kind) for about, kind in zip(liked, kinds, strict=True)]
        return found

    def _need(self, among: Sequence[str]) -> DrawnNeed:
        topics = self.chance.sample(among, self.chance.randint(1, 2))
        return DrawnNeed(
            {
                "title": self._said(self.chance.choice(words.TITLES), topics, "zh")[:200],
                "text": "".join(self._said(line, topics, "zh") for line in words.NEEDS),
                "text_locale": "zh_Hans",
                "topics": topics,
                "modes": self._modes(),
                "readiness": self.chance.choice((None, 4, 6, 8)),
                "budget": self.chance.choice(list(BudgetBand)),
                "confidentiality": Confidentiality.STAGED if self.chance.random() < 0.1 else Confidentiality.OPEN,
            }
        )

    def _person(self, tongue: words.Tongue) -> Somebody:
        given, family = self.chance.randrange(len(tongue.given)), self.chance.randrange(len(tongue.families))
        if tongue is words.CHINESE:
            name = tongue.families[family] + tongue.given[given]
            return Somebody(name, "", name, tongue.country, tongue.locale)
        latin = f"{tongue.latin_given[given]} {tongue.latin_families[family]}" if tongue.latin_given else ""
        return Somebody(f"{tongue.given[given]} {tongue.families[family]}", latin, "", tongue.country, tongue.locale)

    def _presence(self) -> list[int]:
        """Return the numbers of slots; a quarter of the people is there for half of each day only."""
        half = self.chance.choice(("morning", "afternoon", *["whole"] * 6))
        found, first = [], 0
        for count in self.size.days:
            start = first + count // 2 if half == "afternoon" else first
            end = first + count // 2 if half == "morning" else first + count
            found += [slot for slot in range(start, end) if self.chance.random() > MISSED]
            first += count
        return found or [0]

    def _topics(self, number: int) -> list[str]:
        leaves = self.by_field[self.chance.choice(list(self.by_field))]
        return self.chance.sample(leaves, min(number, len(leaves)))

    def _modes(self) -> list[str]:
        return [mode.value for mode in self.chance.sample(MODES, self.chance.randint(1, 3))]

    def _label(self, topic: str, language: str) -> str:
        return self.scheme.label(topic, language)

    def _said(self, line: str, topics: Sequence[str], language: str) -> str:
        topic = self.scheme.topics[self.chance.choice(topics)]
        terms = [self.chance.choice(topic.terms[language]) for _ in range(3)]
        return line.format(self._label(topic.id, language), *terms, self.chance.randint(3, 40))
