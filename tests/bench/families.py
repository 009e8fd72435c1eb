"""Families of random events for benchmarks, of the sizes that organisers have; the same seed gives the same event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random

from matching.problem import Interpreter, Pair, Party, Problem, Slot, Table, Walk

TONGUES = ("ru", "en", "de", "uz")


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes and properties of an event.

    days: number of slots of each. half_days: most parties are present in the morning or in the afternoon only.
    stars: number of experts in half of all pairs, with the highest values. parallel, own_tables: shares of
    enterprises with two parallel meetings, and with a fixed table. halls: number, ten minutes apart. long,
    ordered: shares of pairs with two slots, and of pairs after another pair of their expert. patchy: everyone
    is present in a random 50 to 70 % of the slots. tired: interpreters have limits on meetings in total and in
    a row, and all parties have limits and minimums.
    """

    experts: int
    enterprises: int
    days: tuple[int, ...]
    tables: int
    interpreters: int
    pairs: int
    half_days: bool = False
    stars: int = field(default=0, repr=False)
    parallel: float = field(default=0.0, repr=False)
    own_tables: float = field(default=0.0, repr=False)
    halls: int = field(default=1, repr=False)
    long: float = field(default=0.0, repr=False)
    ordered: float = field(default=0.0, repr=False)
    patchy: bool = field(default=False, repr=False)
    tired: bool = field(default=False, repr=False)


_HALLS = ("east", "west", "north", "south")
_HALF_DAY = Shape(60, 150, (20,), 22, 12, 1_500, half_days=True)
_FAIR = Shape(200, 500, (24,), 80, 25, 6_000)
_EXPO = Shape(1_000, 3_000, (32,), 300, 120, 60_000)
FAMILIES: Mapping[str, Shape] = {
    "delegation": Shape(17, 60, (16,), 12, 5, 360),
    "tour": Shape(24, 90, (14, 14, 14), 12, 6, 630),
    "half-day": Shape(60, 150, (20,), 22, 6, 1_500, half_days=True),
    "half-day, more interpreters": _HALF_DAY,
    "half-day, three halls": replace(_HALF_DAY, halls=3),
    "fair": _FAIR,
    "fair, half-day": replace(_FAIR, half_days=True),
    "fair, few stars": replace(_FAIR, stars=20),
    "fair, parallel": replace(_FAIR, parallel=0.3),
    "fair, own tables": replace(_FAIR, own_tables=0.1),
    "fair, two halls": replace(_FAIR, halls=2),
    "fair, half-day, two halls": replace(_FAIR, half_days=True, halls=2),
    "fair, half-day, three halls": replace(_FAIR, half_days=True, halls=3),
    "fair, long pairs": replace(_FAIR, long=0.2),
    "fair, ordered pairs": replace(_FAIR, ordered=0.1),
    "fair, long and ordered pairs, two halls": replace(_FAIR, long=0.2, ordered=0.1, halls=2),
    "fair, patchy presence": replace(_FAIR, patchy=True),
    "fair, three days, everything at once": replace(
        _FAIR, days=(8, 8, 8), half_days=True, stars=20, parallel=0.2, own_tables=0.1, tired=True
    ),
    "expo": _EXPO,
    "expo, patchy presence": replace(_EXPO, patchy=True),
}


def event(shape: Shape, seed: int) -> Problem:
    """Return a random event of a shape. Values have four decimals; each person misses one slot in twenty."""
    # The seed contains the names of the class and its fields: another name would give other events.
    return _Event(shape, Random(f"{shape} {seed}")).problem()


def without_promises(problem: Problem) -> Problem:
    """Return the event without minimums, for methods that do not know them."""
    return replace(problem, parties=tuple(replace(party, min_meetings=0) for party in problem.parties), document=None)


class _Event:
    def __init__(self, shape: Shape, rng: Random) -> None:
        self.shape, self.rng = shape, rng
        self.days = [[self._slot(day, n) for n in range(count)] for day, count in enumerate(shape.days)]

    def problem(self) -> Problem:
        shape = self.shape
        experts = [self._party(f"e{n}", "expert", self._tongues) for n in range(shape.experts)]
        enterprises = [self._party(f"q{n}", "enterprise", self._chinese) for n in range(shape.enterprises)]
        pairs = self._pairs(experts, enterprises)
        interpreters = tuple(self._interpreter(n) for n in range(shape.interpreters))
        made = Problem(
            slots=tuple(slot for day in self.days for slot in day),
            tables=tuple(Table(f"t{n:03d}") for n in range(shape.tables)),
            parties=(*experts, *self._roomy(enterprises)),
            pairs=pairs,
            interpreters=interpreters,
        )
        return self._walked(self._tired(self._patchy(self._ordered(self._long(made)))))

    def _slot(self, day: int, n: int) -> Slot:
        start = datetime(2026, 5, 18 + day, 1, tzinfo=UTC) + timedelta(minutes=30 * n)
        return Slot(f"d{day}s{n:02d}", start, start + timedelta(minutes=25), f"day {day + 1}")

    def _presence(self, half_days: bool) -> frozenset[str]:
        slots = []
        for day in self.days:
            half = self.rng.choice(["morning", "morning", "afternoon", "afternoon", "both"]) if half_days else "both"
            middle = len(day) // 2
            slots += {"morning": day[:middle], "afternoon": day[middle:], "both": day}[half]
        return frozenset(slot.id for slot in slots if self.rng.random() > 0.05)

    def _tongues(self) -> tuple[str, ...]:
        return tuple(self.rng.sample(TONGUES, self.rng.choice([1, 2])))

    def _chinese(self) -> tuple[str, ...]:
        return ("zh", "en") if self.rng.random() < 0.2 else ("zh",)

    def _party(self, name: str, side: str, tongues: Callable[[], tuple[str, ...]]) -> Party:
        wide = side == "expert"
        most = sum(self.shape.days) // 2 + 2
        return Party(
            name,
            side,
            tongues(),
            self._presence(self.shape.half_days),
            max_meetings=self.rng.choice([None, most] if wide else [None, 4, 6]),
            min_meetings=self.rng.choice([0, 2] if wide else [0, 1]),
        )

    def _roomy(self, enterprises: list[Party]) -> list[Party]:
        """Give some enterprises two parallel meetings, and some a fixed table."""
        roomy, table = [], 0
        for party in enterprises:
            if self.shape.parallel and self.rng.random() < self.shape.parallel:
                party = replace(party, parallel=2)
            if self.shape.own_tables and self.rng.random() < self.shape.own_tables:
                party, table = replace(party, table=f"t{table:03d}"), table + 1
            roomy.append(party)
        return roomy

    def _interpreter(self, n: int) -> Interpreter:
        tongues = ("zh", *self.rng.sample(TONGUES, 2))
        rest = self.rng.choice([None, 4, 6])
        return Interpreter(f"i{n:02d}", tongues, self._presence(False), max_consecutive=rest)

    def _pairs(self, experts: list[Party], enterprises: list[Party]) -> tuple[Pair, ...]:
        every = [(one.id, two.id) for one in experts for two in enterprises]
        if not self.shape.stars:
            chosen = self.rng.sample(every, self.shape.pairs)
            return tuple(Pair(f"p{n}", parties, round(self.rng.random(), 4)) for n, parties in enumerate(chosen))
        stars = {one.id for one in experts[: self.shape.stars]}
        wanted = [parties for parties in every if parties[0] in stars]
        chosen = self.rng.sample(wanted, self.shape.pairs // 2)
        others = [parties for parties in every if parties[0] not in stars]
        chosen += self.rng.sample(others, self.shape.pairs - len(chosen))
        return tuple(
            Pair(f"p{n}", parties, round(self.rng.uniform(0.5, 1) if parties[0] in stars else self.rng.random(), 4))
            for n, parties in enumerate(chosen)
        )

    def _walked(self, made: Problem) -> Problem:
        """Return the event with its tables in several halls in turn."""
        halls = _HALLS[: self.shape.halls] if self.shape.halls > 1 else ()
        tables = tuple(replace(t, hall=halls[n % len(halls)]) for n, t in enumerate(made.tables)) if halls else ()
        return replace(
            made, tables=tables or made.tables, walk=tuple(Walk(both, 10) for both in combinations(halls, 2))
        )

    def _long(self, made: Problem) -> Problem:
        share = self.shape.long
        pairs = (replace(pair, length=2) if share and self.rng.random() < share else pair for pair in made.pairs)
        return replace(made, pairs=tuple(pairs))

    def _ordered(self, made: Problem) -> Problem:
        earlier: dict[str, list[str]] = {}
        pairs = []
        for pair in made.pairs:
            before = earlier.setdefault(pair.parties[0], [])
            if self.shape.ordered and before and self.rng.random() < self.shape.ordered:
                pair = replace(pair, after=(self.rng.choice(before),))
            before.append(pair.id)
            pairs.append(pair)
        return replace(made, pairs=tuple(pairs))

    def _patchy(self, made: Problem) -> Problem:
        if not self.shape.patchy:
            return made
        there = [self._some_slots() for _ in (*made.parties, *made.interpreters)]
        parties = (replace(party, available=slots) for party, slots in zip(made.parties, there, strict=False))
        count = len(made.parties)
        able = (replace(one, available=slots) for one, slots in zip(made.interpreters, there[count:], strict=True))
        return replace(made, parties=tuple(parties), interpreters=tuple(able))

    def _some_slots(self) -> frozenset[str]:
        share = self.rng.uniform(0.5, 0.7)
        return frozenset(slot.id for day in self.days for slot in day if self.rng.random() < share)

    def _tired(self, made: Problem) -> Problem:
        if not self.shape.tired:
            return made
        able = (
            replace(
                one,
                languages=("zh", *self.rng.sample(TONGUES, self.rng.randint(1, 3))),
                max_meetings=self.rng.choice([None, len(made.slots) // 2, len(made.slots) // 3 + 1]),
                max_consecutive=self.rng.choice([None, 1, 2, 3, 4]),
            )
            for one in made.interpreters
        )
        parties = (
            replace(
                party,
                min_meetings=self.rng.randint(0, 3) if party.side == "expert" else self.rng.choice([0, 0, 1, 2]),
                max_meetings=self.rng.choice([None, 3, 5, 8])
                if party.side == "expert"
                else self.rng.choice([None, 2, 5]),
            )
            for party in made.parties
        )
        return replace(made, interpreters=tuple(able), parties=tuple(parties))
