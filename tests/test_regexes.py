"""No text makes a regular expression backtrack without limit: the steps grow linearly with the length.

The steps are counted, not timed, over texts made of characters that each expression distinguishes.
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import i18n
import matching
import server
from matching.affinity.apart import separate_key
from tests.backtracking import Counter, TooManySteps, letters

LENGTH = 24
LETTERS = 5  # parts of a pattern that are combined
FEW = 2  # of them, where all would take long
PER_LETTER = 12  # additional steps that a letter may cost in a long text
MOST = 60_000
# Of lists in a file of ours, of the paths of routes, in which each name is one run of what is no slash, and of the
# forms that texts of the catalogues avoid, which are searched when the catalogues are checked and never in a request;
# of names and addresses, each between letters that it does not have.
MADE_AT_RUN_TIME = {
    "matching/affinity/apart.py",
    "server/routing.py",
    "i18n/wording.py",
    "server/drafting/holding.py",
    "server/privacy/scrubbing.py",
}


def modules() -> Iterator[ModuleType]:
    for package in (matching, i18n, server):
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def held(value: Any, depth: int = 3) -> Iterator[re.Pattern[str]]:
    """Return the patterns in a module's variable."""
    if isinstance(value, re.Pattern):
        # Of bytes: each byte is one letter.
        yield value if isinstance(value.pattern, str) else re.compile(value.pattern.decode("latin-1"), value.flags)
    elif depth and isinstance(value, Mapping):
        for each in value.values():
            yield from held(each, depth - 1)
    elif depth and isinstance(value, tuple):
        for each in value:
            yield from held(each, depth - 1)


def written_inside(path: Path) -> Iterator[ast.Call]:
    """Return calls of `re` inside functions, whose patterns no variable has."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text if re.search(r"\bre\.", text) else "")
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re":
                    assert isinstance(node, ast.Call)
                    yield node


def patterns() -> dict[str, tuple[re.Pattern[str], bool]]:
    """Return by pattern whether it is searched at every position of a text, or only matched from the start."""
    root = Path(matching.__file__).parents[1]
    paths = [path for package in ("matching", "i18n", "server") for path in (root / package).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    anchored = set(re.findall(r"\b(\w+)\.(?:full)?match\(", code)) - set(
        re.findall(r"\b(\w+)\.(?:search|sub|subn|split|findall|finditer)\(", code)
    )
    found = {
        each.pattern: (each, name not in anchored)
        for module in modules()
        for name, value in vars(module).items()
        for each in held(value)
    }
    for path in paths:
        if path.relative_to(root).as_posix() not in MADE_AT_RUN_TIME:
            for call in written_inside(path):
                assert isinstance(call.args[0], ast.Constant), f"{path}:{call.lineno}: of what is this pattern made?"
                text = str(call.args[0].value)
                found[text] = re.compile(text), True
    return found


PATTERNS = patterns()


def growth(pattern: re.Pattern[str], again: str, after: str, is_sought: bool) -> float:
    """Return how many more steps a letter costs in a text of triple length."""
    counter = Counter(pattern, MOST)
    times = LENGTH // len(again)
    one, two, three = (counter.steps(again * (times * length) + after, is_sought=is_sought) for length in (1, 2, 3))
    return (three - 2 * two + one) / LENGTH


def faults(pattern: re.Pattern[str], is_sought: bool = True, most: int = LETTERS) -> list[str]:
    told = list(dict.fromkeys(letters(Counter(pattern, MOST).tree)))[:most]
    pumps = [*told, *("".join(two) for two in product(told, repeat=2) if two[0] != two[1])]
    found = []
    for again, after in product(pumps, [*told, "\x00"]):
        try:
            is_slow = growth(pattern, again, after, is_sought) > PER_LETTER
        except TooManySteps:
            is_slow = True
        if is_slow:
            found.append(f"{again!r} again and again, then {after!r}")
    return found


@pytest.mark.parametrize("text", sorted(PATTERNS))
def test_an_expression_is_linear(text: str) -> None:
    assert faults(*PATTERNS[text])[:3] == []


@pytest.mark.parametrize("text", sorted(PATTERNS))
def test_an_expression_is_linear_in_texts_of_its_first_parts(text: str) -> None:
    assert faults(*PATTERNS[text], most=FEW)[:3] == []


@pytest.mark.parametrize(
    "text", [r"\([^)]*\)", r"(?:\d*[A-Z][a-z]?\d*)+", r"[.!?]+(?=\s)", r"(a|a)*b", r"\s*x|\s+$", r"[\w.]+@[\w.]+"]
)
def test_an_expression_that_is_not_is_found(text: str) -> None:
    assert faults(re.compile(text)) != []


def test_nonlinear_expressions_are_used_only_on_short_words() -> None:
    """Patterns made of a list of word forms, each anchored at both ends."""
    assert separate_key("магнитами", "ru") == "магнит"
