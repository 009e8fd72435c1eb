"""The tests that `make check` leaves out."""

from pathlib import Path

import pytest

from tests.conftest import LONG, UNUSED

TESTS = Path(__file__).parent


def test_every_name_of_a_long_test_is_one(pytestconfig: pytest.Config) -> None:
    """Of the files that this run collects; a run of all tests collects all files."""
    assert pytestconfig.stash[UNUSED] == set()


def test_the_file_of_each_long_test_defines_it() -> None:
    assert [name for name in LONG if not is_defined(name)] == []
    assert all(LONG.values())


def is_defined(name: str) -> bool:
    file, _, test = name.partition("[")[0].partition("::")
    path = TESTS / file
    return path.is_file() and (not test or f"def {test}(" in path.read_text("utf-8"))
