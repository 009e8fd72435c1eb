"""Names that share too few choices are found on a graph, and only where there are such."""

import random
from itertools import product

import pytest

from matching.explaining.witnesses import violator

Choices = dict[str, list[int]]


def all_served(choices: Choices) -> bool:
    """By trying every way to give each name one of its choices."""
    return any(len(set(given)) == len(given) for given in product(*choices.values()))


def sample(seed: int) -> Choices:
    chance = random.Random(seed)
    return {f"p{n}": sorted(chance.sample(range(5), chance.randint(0, 4))) for n in range(chance.randint(1, 5))}


@pytest.mark.parametrize("first", range(0, 1000, 500))
def test_what_is_named_has_too_few_choices_and_nothing_is_missed(first: int) -> None:
    for seed in range(first, first + 500):
        choices = sample(seed)

        found = violator(choices)

        assert (seed, not found) == (seed, all_served(choices))
        if found:
            shared = {one for name in found for one in choices[name]}
            assert (seed, len(shared) < len(found)) == (seed, True)


def test_both_outcomes_are_common_in_the_sample() -> None:
    outcomes = [bool(violator(sample(seed))) for seed in range(1000)]

    assert 100 < sum(outcomes) < 900
