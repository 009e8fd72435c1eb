"""Results written pair by pair are the documents that `answer` returns."""

from io import BytesIO
from typing import Any

import pytest

from matching.affinity.answering import Answer
from matching.affinity.writing import write
from matching.formats.documents import dump
from tests.matching.affinity.examples import MAGNETS_RU, MAGNETS_ZH, WELDING_RU, request, side

EXPERTS = [side("magnets", MAGNETS_RU), side("welder", WELDING_RU), side("silent")]


@pytest.mark.parametrize("many", [1, 1_000], ids=["two processes", "one process"])
@pytest.mark.parametrize("needs", [0, 1, 2, 5])
def test_the_bytes_are_those_of_the_document(needs: int, many: int) -> None:
    asked: dict[str, Any] = request([side(f"n{at}", MAGNETS_ZH, "激光焊接") for at in range(needs)], EXPERTS)
    file = BytesIO()

    write(Answer(asked, top=2), file, many)

    assert file.getvalue() == dump(Answer(asked, top=2).document())
