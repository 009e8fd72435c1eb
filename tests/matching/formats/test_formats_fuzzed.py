"""Random documents: the readers accept them or raise DocumentError, and nothing else."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import DocumentError
from matching.formats.documents import dump
from matching.formats.schedule import load_plan, load_problem, read_plan, read_problem, write_plan, write_problem
from matching.plan import tiers, violations
from matching.problem import Problem
from tests.matching.examples import document, interpreter, random_problem, tiny
from tests.matching.formats.test_formats_plan import PLAN
from tests.sampling import share_of

SEEDS = [write_problem(random_problem(n, lengths=True, walk=True, previous=True, objective=True)) for n in range(20)]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=10)
    | st.sampled_from(["s1", "t1", "p1", "value", "problem/1", "2026-05-18T09:00:00Z", 2**70, 10**4000, 1.0, "\ud800"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Yield the paths of everything inside a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


@st.composite
def changed(draw: st.DrawFn, documents: st.SearchStrategy[Any]) -> Any:
    """Return a document in which a few members are replaced, removed, doubled or added."""
    raw = deepcopy(draw(documents))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(raw)))
        if not path:
            continue
        parent = raw
        for step in path[:-1]:
            parent = parent[step]
        change = draw(st.sampled_from(["replace", "remove", "double", "add"]))
        if change == "remove":
            del parent[path[-1]]
        elif change == "replace":
            parent[path[-1]] = draw(ANYTHING)
        elif isinstance(parent, list):
            parent.append(deepcopy(parent[path[-1]]) if change == "double" else draw(ANYTHING))
        else:
            parent[draw(st.text(max_size=3) | st.sampled_from(["x", "id"]))] = draw(ANYTHING)
    return raw


def read_or_refuse(raw: Any) -> Problem | None:
    try:
        return read_problem(raw)
    except DocumentError as error:
        assert error.faults
        assert len(str(error).splitlines()) == len(error.faults)
        return None


@settings(deadline=None)
@given(ANYTHING)
def test_any_value_is_read_or_refused(raw: Any) -> None:
    assert read_or_refuse(raw) is None


@settings(max_examples=share_of(300), deadline=None)
@given(changed(st.sampled_from(SEEDS)))
def test_a_changed_problem_is_read_or_refused(raw: Any) -> None:
    problem = read_or_refuse(raw)

    if problem is not None:
        assert read_problem(write_problem(problem)) == problem


@settings(max_examples=share_of(200), deadline=None)
@given(changed(st.sampled_from(SEEDS)))
def test_a_problem_that_is_read_can_be_judged(raw: Any) -> None:
    problem = read_or_refuse(raw)

    if problem is not None:
        violations(problem, problem.previous or ())
        tiers(problem, problem.previous or ())


@settings(max_examples=share_of(200), deadline=None)
@given(changed(st.just(write_plan(PLAN))))
def test_a_changed_plan_is_read_or_refused(raw: Any) -> None:
    problem = tiny(interpreters=[interpreter("i1")])
    try:
        plan = read_plan(raw, problem)
    except DocumentError as error:
        assert error.faults
    else:
        assert read_plan(write_plan(plan), problem) == plan


@settings(deadline=None)
@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_refused(data: bytes) -> None:
    try:
        load_problem(data)
    except DocumentError as error:
        assert error.faults
    else:
        raise AssertionError(data)


@settings(max_examples=share_of(200), deadline=None)
@given(st.data())
def test_bytes_changed_anywhere_are_read_or_refused(data: st.DataObject) -> None:
    text = bytearray(dump(document(x={"a": 1.5})))
    for _ in range(data.draw(st.integers(1, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        problem = load_problem(bytes(text))
    except DocumentError as error:
        assert error.faults
    else:
        assert problem.document == json.loads(bytes(text))


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_refused_as_a_plan(data: bytes) -> None:
    try:
        load_plan(data, tiny())
    except DocumentError as error:
        assert error.faults
    else:
        raise AssertionError(data)
