"""What is computed again of a pair among many texts equals what was computed of all pairs at once."""

from collections.abc import Sequence

import numpy as np
import pytest

from matching.affinity import Expert, Meaning, Need, RequestText, Scores, Totals
from matching.affinity.constants import ENOUGH_TEXTS
from matching.affinity.space import Matrix
from tests.matching.affinity.examples import MAGNETS_RU, MAGNETS_ZH, WELDING_RU

TEXTS = (MAGNETS_ZH, MAGNETS_RU, WELDING_RU, "Quiet harbour cranes for container terminals", "激光焊接铝合金车身")


class ByLetters:
    """Turns a text into the numbers of its letters."""

    model = "letters"

    def embed(self, texts: Sequence[str]) -> Matrix:
        return np.array([[text.count(letter) + 0.1 for letter in "аеионтсaeint金磁激"] for text in texts])


def texts(at: int, most: int) -> tuple[RequestText, ...]:
    return tuple(RequestText(f"{TEXTS[(at + more) % len(TEXTS)]} Nr. {at}") for more in range(at % most))


@pytest.mark.parametrize("number", [4, ENOUGH_TEXTS + 5], ids=["few", "many"])
@pytest.mark.parametrize("encoder", [None, ByLetters()], ids=["words", "encoder"])
def test_a_pair_alone_has_the_parts_and_reasons_that_it_has_among_all(number: int, encoder: ByLetters | None) -> None:
    needs = [Need(f"n{at}", texts(at, 3), topics=("mat.mag",) * (at % 2), languages=("zh",)) for at in range(number)]
    experts = [Expert(f"e{at}", texts(at + 1, 4), languages=("ru", "zh")[at % 2 :]) for at in range(number)]
    meaning = Meaning(needs, experts, encoder) if encoder else None
    scores = Scores(needs, experts, [("ru", "zh")], meaning=meaning)

    totals = Totals(scores)

    for at in range(0, number, number // 4):
        for column in range(3):
            assert totals.at(at, column) == scores.score[at, column]
            assert totals.explain(at, column) == scores.explain(at, column)
            told = [("mat.mag", "mat.mag")]
            assert totals.carried(at, column, told) == pytest.approx(scores.carried(at, column, told))
    beside = totals.with_experts(experts[1:3])
    assert [beside.at(0, column) for column in range(2)] == scores.score[0, 1:3].tolist()
    assert beside.explain(0, 1) == scores.explain(0, 2)
    assert totals.with_needs(needs[1:2]).explain(0, 0) == scores.explain(1, 0)
