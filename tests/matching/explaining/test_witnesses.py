"""Hall violators are found in networks, and only if there are any."""

import random
from itertools import product

import numpy as np
import pytest

from matching.explaining.witnesses import hall_violating_pairs
from matching.graph import hall_violator
from matching.presolve import presolve
from tests.matching.examples import Item, interpreter, pair, party, tiny

Choices = list[list[int]]


def all_served(choices: Choices) -> bool:
    """Whether each name can get one of its choices, by trying all ways."""
    return any(len(set(given)) == len(given) for given in product(*choices))


def sample(seed: int) -> Choices:
    chance = random.Random(seed)
    return [sorted(chance.sample(range(5), chance.randint(1, 4))) for _ in range(chance.randint(1, 5))]


def found_in(choices: Choices) -> list[int]:
    name, choice = np.array([(k, one) for k, some in enumerate(choices) for one in some]).T
    every = np.unique(choice)
    return hall_violator([(name, choice, np.ones_like(name)), (every, np.zeros_like(every), np.ones_like(every))])


@pytest.mark.parametrize("first", range(0, 1000, 500))
def test_those_named_have_one_choice_too_few_and_nobody_is_missed_or_needless(first: int) -> None:
    for seed in range(first, first + 500):
        choices = sample(seed)

        found = found_in(choices)

        assert (seed, not found) == (seed, all_served(choices))
        if found:
            shared = {one for name in found for one in choices[name]}
            assert (seed, len(shared)) == (seed, len(found) - 1)
            for name in found:
                assert (seed, name, all_served([choices[k] for k in found if k != name])) == (seed, name, True)


def test_both_outcomes_are_common_in_the_sample() -> None:
    outcomes = [bool(found_in(sample(seed))) for seed in range(1000)]

    assert 70 <= sum(outcomes) <= 930


@pytest.mark.parametrize(("rest", "few"), [({}, []), ({"max_consecutive": 1}, [0, 1]), ({"max_meetings": 1}, [0, 1])])
def test_an_interpreter_has_as_many_places_as_hours_rest_and_limit_leave(rest: Item, few: list[int]) -> None:
    problem = tiny(
        parties=[party("a", "ru", "s1 s2"), party("b", available="s1 s2"), party("c", available="s1 s2")],
        pairs=[pair("ab", required=True), pair("ac", required=True)],
        interpreters=[interpreter("i", **rest)],
    )

    assert hall_violating_pairs(presolve(problem)) == few
