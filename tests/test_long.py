"""The tests that `make check` leaves out."""

from pathlib import Path

import pytest

from tests.conftest import LONG, UNUSED

TESTS = Path(__file__).parent


def test_every_name_of_a_long_test_is_one(pytestconfig: pytest.Config) -> None:
    """Of the files that this run collects; a run of all tests collects all files."""
    assert pytestconfig.stash[UNUSED] == set()


@pytest.mark.parametrize("name", LONG)
def test_the_file_of_a_long_test_defines_it(name: str) -> None:
    file, _, test = name.partition("[")[0].partition("::")

    assert (not test) or f"def {test}(" in (TESTS / file).read_text("utf-8")
    assert (TESTS / file).is_file()
    assert LONG[name]
