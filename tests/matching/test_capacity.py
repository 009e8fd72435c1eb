"""Upper bounds on meetings, against every choice of pairs."""

from itertools import combinations, product
from random import Random

from matching.capacity import most_meetings


def by_hand(pairs: list[tuple[str, str]], most: dict[str, int], seats: int) -> int:
    """The largest choice within everyone's limit, of all choices."""

    def fits(chosen: tuple[tuple[str, str], ...]) -> bool:
        return all(sum(party in pair for pair in chosen) <= limit for party, limit in most.items())

    sizes = [n for n in range(min(seats, len(pairs)) + 1) if any(map(fits, combinations(pairs, n)))]
    return max(sizes)


def test_the_bound_is_what_a_choice_reaches() -> None:
    for seed in range(200):
        rng = Random(seed)
        experts, firms = [f"e{n}" for n in range(rng.randint(1, 3))], [f"f{n}" for n in range(rng.randint(1, 3))]
        pairs = [pair for pair in product(experts, firms) if rng.random() < 0.7]
        most = {party: rng.randint(0, 3) for party in experts + firms}
        seats = rng.randint(0, 6)

        assert most_meetings(pairs, most, seats) == by_hand(pairs, most, seats)


def test_without_pairs_there_is_no_meeting() -> None:
    assert most_meetings([], {"e1": 2}, 10) == 0
