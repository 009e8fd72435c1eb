"""Faults of problem documents, for tests."""

from typing import Any

import pytest

from matching.errors import DocumentError
from matching.formats.schedule import read_problem
from tests.matching.examples import document


def faults(**members: Any) -> list[tuple[str, str]]:
    """Return the faults of the example document (three slots, two tables, parties a, b, c) after changes."""
    with pytest.raises(DocumentError) as caught:
        read_problem(document(**members))
    return caught.value.faults
