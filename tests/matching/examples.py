"""Problems for tests: short literal ones, and seeded random ones in which every hard rule often binds."""

from random import Random
from typing import Any

from matching.formats.schedule import read_problem
from matching.problem import TIERS, Meeting, Problem

DAY = "2026-05-18"

Item = dict[str, Any]


def slot(name: str, start: str, end: str, date: str = DAY, **more: Any) -> Item:
    """Return a slot: `slot("s1", "09:00", "09:20")`, in Beijing time."""
    return {"id": name, "start": f"{date}T{start}:00+08:00", "end": f"{date}T{end}:00+08:00", **more}


def party(name: str, languages: str = "zh", available: str = "s1 s2 s3", **more: Any) -> Item:
    """Return a party; languages and slots are given as one string each."""
    return {"id": name, "side": "guest", "languages": languages.split(), "available": available.split(), **more}


def interpreter(name: str, languages: str = "zh ru", available: str = "s1 s2 s3", **more: Any) -> Item:
    return {"id": name, "languages": languages.split(), "available": available.split(), **more}


def pair(name: str, parties: str | None = None, value: float = 0.5, **more: Any) -> Item:
    """Return a pair; the name "ab" stands for the parties "a" and "b"."""
    return {"id": name, "parties": parties.split() if parties else list(name), "value": value, **more}


def document(**members: Any) -> Item:
    """Return a document of three adjacent slots, two tables and a party "a" with pairs "ab" and "ac".

    members: replace or add to these.
    """
    return {
        "format": "problem/1",
        "slots": [slot("s1", "09:00", "09:20"), slot("s2", "09:20", "09:40"), slot("s3", "09:40", "10:00")],
        "tables": [{"id": "t1"}, {"id": "t2"}],
        "parties": [party("a"), party("b"), party("c")],
        "pairs": [pair("ab"), pair("ac")],
    } | members


def tiny(**members: Any) -> Problem:
    """Return the problem of `document`."""
    return read_problem(document(**members))


def meet(*meetings: str) -> list[Meeting]:
    """Return meetings: `meet("ab s1 t1", "ac s2 t1 i1")` has pair, slot, table and interpreter, if any."""
    return [Meeting(*meeting.split()) for meeting in meetings]


def random_problem(
    seed: int,
    *,
    pairs: int = 6,
    slots: int = 4,
    tables: int = 3,
    interpreters: int = 2,
    lengths: bool = False,
    walk: bool = False,
    previous: bool = False,
    objective: bool = False,
) -> Problem:
    """Return a random small problem of at most the given sizes; the same arguments give the same problem.

    Most have a feasible plan. lengths: some pairs have several slots. walk: tables are in two halls. previous:
    with previous meetings, some of them no longer possible. objective: with tiers and tolerances of its own.
    Values are sixteenths, so that sums are exact.
    """
    maker = _Maker(Random(f"duijie {seed}"))
    document: Item = {"format": "problem/1", "slots": maker.slots(maker.count(2, slots))}
    document["tables"] = maker.tables(maker.rng.randint(1, tables), walk)
    document["parties"] = maker.parties()
    document["interpreters"] = maker.interpreters(maker.count(0, interpreters))
    document["pairs"] = maker.pairs(maker.count(2, pairs), lengths)
    document["pins"] = maker.pins()
    if walk:
        document["walk"] = [{"halls": ["east", "west"], "min": maker.rng.choice([5, 30, 60])}]
    if previous:
        document["previous"] = maker.previous()
    if objective:
        document["objective"] = maker.objective()
    for item in document["parties"]:
        if maker.chance(0.2):
            item["max_consecutive"] = maker.rng.choice([1, 1, 2])
    return read_problem(document)


class _Maker:
    """Draws the arrays of a problem in the order of their references."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.ids: dict[str, list[str]] = {}

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def count(self, least: int, most: int) -> int:
        """Return a random number from least to most, most often the largest."""
        return max(self.rng.randint(least, most), self.rng.randint(least, most))

    def some(self, ids: list[str], probability: float) -> list[str]:
        return [name for name in ids if self.chance(probability)]

    def slots(self, count: int) -> list[Item]:
        """Return slots of one or two days, some of them adjacent, in random order."""
        nights = self.rng.randint(1, count) if self.chance(0.3) else count
        items, minute = [], 9 * 60
        for place in range(count):
            minute = 9 * 60 if place == nights else minute
            start, end = minute, minute + 20
            date = DAY if place < nights else "2026-05-19"
            clock = [f"{m // 60:02d}:{m % 60:02d}" for m in (start, end)]
            items.append(slot(f"s{place + 1}", clock[0], clock[1], date))
            minute = end + self.rng.choice([0, 0, 0, 10, 15, 16, 60])
        self.ids["slots"] = [item["id"] for item in items]
        self.rng.shuffle(items)
        return items

    def tables(self, count: int, walk: bool) -> list[Item]:
        items: list[Item] = [{"id": f"t{n + 1}"} for n in range(count)]
        for item in items:
            if self.chance(0.25):
                item["available"] = self.some(self.ids["slots"], 0.7)
            if walk and self.chance(0.9):
                item["hall"] = self.rng.choice(["east", "west"])
        self.ids["tables"] = [item["id"] for item in items]
        return items

    def parties(self) -> list[Item]:
        experts = [
            self._party(f"e{n + 1}", ["ru", "en", "ru en-GB", "ru", "RU", "en", "ru fr", "ru", ""])
            for n in range(self.rng.randint(1, 3))
        ]
        others = [self._party(f"q{n + 1}", ["zh", "zh-Hans EN", "ZH en", "zh"]) for n in range(self.rng.randint(2, 4))]
        self.ids["experts"] = [item["id"] for item in experts]
        self.ids["enterprises"] = [item["id"] for item in others]
        return experts + others

    def _party(self, name: str, tongues: list[str]) -> Item:
        item = party(name, self.rng.choice(tongues), " ".join(self.some(self.ids["slots"], 0.9)))
        if self.chance(0.35):
            item["max_meetings"] = self.rng.choice([0, 1, 1, 2, 2, 3, 3])
        if self.chance(0.4):
            item["min_meetings"] = self.rng.choice([1, 2, 2, 3])
        if self.chance(0.25):
            item["parallel"] = 2
        if self.chance(0.1):
            item["table"] = self.rng.choice(self.ids["tables"])
        return item

    def interpreters(self, count: int) -> list[Item]:
        items = []
        for n in range(count):
            tongues = self.rng.choice(["zh ru", "ru-RU zh en", "en zh", "zh-CN ru"])
            item = interpreter(f"i{n + 1}", tongues, " ".join(self.some(self.ids["slots"], 0.85)))
            if self.chance(0.4):
                item["max_meetings"] = self.rng.randint(1, 2)
            if self.chance(0.6):
                item["max_consecutive"] = self.rng.choice([1, 1, 2])
            items.append(item)
        self.ids["interpreters"] = [item["id"] for item in items]
        return items

    def pairs(self, count: int, lengths: bool) -> list[Item]:
        self.ids["pairs"] = [f"p{n + 1}" for n in range(count)]
        items = [self._pair(name, lengths) for name in self.ids["pairs"]]
        for item in items:
            if _leads_back(items, item):
                del item["after"]
        return items

    def _pair(self, name: str, lengths: bool) -> Item:
        sides = [self.rng.choice(self.ids["experts"]), self.rng.choice(self.ids["enterprises"])]
        if self.chance(0.15):
            sides = self.rng.sample(self.ids["enterprises"], 2)
        item = pair(name, " ".join(sides), self.rng.randint(0, 16) / 16)
        if self.chance(0.07):
            item["required"] = True
        if self.chance(0.25):
            item["allowed"] = self.some(self.ids["slots"], 0.7)
        if self.chance(0.3):
            item["after"] = [self.rng.choice([other for other in self.ids["pairs"] if other != name])]
        if lengths and self.chance(0.3):
            item["length"] = 2
        return item

    def pins(self) -> list[Item]:
        if self.chance(0.88):
            return []
        item: Item = {"pair": self.rng.choice(self.ids["pairs"]), "slot": self.rng.choice(self.ids["slots"])}
        if self.chance(0.5):
            item["table"] = self.rng.choice(self.ids["tables"])
        if self.chance(0.2) and self.ids["interpreters"]:
            item["interpreter"] = self.rng.choice(self.ids["interpreters"])
        return [item]

    def previous(self) -> list[Item]:
        return [
            {"pair": name, "slot": self.rng.choice(self.ids["slots"]), "table": self.rng.choice(self.ids["tables"])}
            for name in self.some(self.ids["pairs"], 0.6)
        ]

    def objective(self) -> list[Item]:
        tiers = self.rng.sample(TIERS, self.rng.randint(1, len(TIERS)))
        return [{"tier": tier, "tolerance": self.rng.choice([0, 0, 0.1, 0.5])} for tier in tiers]


def _leads_back(items: list[Item], item: Item) -> bool:
    """Whether an item comes after itself; each item comes after at most one other."""
    after = {each["id"]: each.get("after", [None])[0] for each in items}
    step = after[item["id"]]
    for _ in items:
        if step in (None, item["id"]):
            break
        step = after[step]
    return bool(step == item["id"])
