"""Count the steps of Python's backtracking engine when a regular expression matches a text.

Slow, for short texts: the growth of the steps with the length shows whether an expression can block the server.
"""

import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

_parser: Any = importlib.import_module("re._parser")
_BOUND = 6  # replaces larger bounds: bounded repetition is linear for any bound
_UNBOUNDED = int(_parser.MAXREPEAT)
_CATEGORIES: Mapping[str, Callable[[str], bool]] = {
    "SPACE": str.isspace,
    "DIGIT": str.isdigit,
    "WORD": lambda char: char.isalnum() or char == "_",
}
_LETTERS = frozenset({"LITERAL", "NOT_LITERAL", "ANY", "IN"})  # parts that match one character
_EXAMPLES = {"SPACE": " ", "DIGIT": "1", "WORD": "a"}


class TooManySteps(Exception):
    """Matching takes more steps than allowed."""


class Counter:
    """Counts the steps of one pattern over a text. most: limit after which counting stops."""

    def __init__(self, pattern: re.Pattern[str], most: int) -> None:
        self.tree = list(_parser.parse(pattern.pattern, pattern.flags))
        self._most = most
        self._text, self._steps = "", 0
        self._groups: dict[int, str] = {}
        self._fitting: dict[tuple[str, int, str], bool] = {}

    def steps(self, text: str, *, is_sought: bool) -> int:
        """Return the steps to match the whole text and, if is_sought, to find all matches. Raises TooManySteps."""
        self._text, self._steps, place = text, 0, 0
        while is_sought and place <= len(text):
            end = next(self._sequence(self.tree, place), place)
            place = max(end, place + 1)
        any(end == len(text) for end in self._sequence(self.tree, 0))
        return self._steps

    def _sequence(self, items: Sequence[Any], place: int) -> Iterator[int]:
        for at, (op, about) in enumerate(items):
            if op.name not in _LETTERS:
                for end in self._one(op.name, about, place):
                    yield from self._sequence(items[at + 1 :], end)
                return
            self._count()
            if place >= len(self._text) or not self._fits(op.name, about, self._text[place]):
                return
            place += 1
        yield place

    def _count(self) -> None:
        self._steps += 1
        if self._steps > self._most:
            raise TooManySteps

    def _fits(self, name: str, about: Any, char: str) -> bool:
        key = name, id(about), char  # the tree, which is kept, has the parts
        if key not in self._fitting:
            self._fitting[key] = fits(name, about, char)
        return self._fitting[key]

    def _one(self, name: str, about: Any, place: int) -> Iterator[int]:
        self._count()
        if name == "BRANCH":
            for way in about[1]:
                yield from self._sequence(list(way), place)
        elif name == "SUBPATTERN":
            for end in self._sequence(list(about[3]), place):
                self._groups[about[0]] = self._text[place:end]
                yield end
        elif name == "ATOMIC_GROUP":
            yield from islice(self._sequence(list(about), place), 1)
        elif name.endswith("_REPEAT"):
            yield from self._repeat(name, about, place)
        elif name in {"ASSERT", "ASSERT_NOT"}:
            if self._looks(about, place) == (name == "ASSERT"):
                yield place
        elif name == "GROUPREF":
            held = self._groups.get(about, "")
            if self._text.startswith(held, place):
                yield place + len(held)
        elif name == "AT":
            if self._stands(str(about), place):
                yield place
        else:
            raise NotImplementedError(name)

    def _repeat(self, name: str, about: Any, place: int) -> Iterator[int]:
        least, most, inner = about
        bound = most if most == _UNBOUNDED else min(most, max(least, _BOUND))

        def ends(times: int, at: int) -> Iterator[int]:
            if name == "MIN_REPEAT" and times >= least:
                yield at
            if times < bound:
                for end in self._sequence(list(inner), at):
                    if end > at or times < least:
                        yield from ends(times + 1, end)
            if name != "MIN_REPEAT" and times >= least:
                yield at

        yield from islice(ends(0, place), 1 if name == "POSSESSIVE_REPEAT" else None)

    def _looks(self, about: Any, place: int) -> bool:
        way, inner = about
        start = place if way > 0 else place - inner.getwidth()[0]
        return start >= 0 and any(way > 0 or end == place for end in self._sequence(list(inner), start))

    def _stands(self, where: str, place: int) -> bool:
        if "BEGINNING" in where:
            return place == 0
        if "END" in where:
            return place == len(self._text)
        word = [self._text[at : at + 1].isalnum() for at in (place - 1, place) if at >= 0]
        return (len(set(word)) == 2) != ("NON" in where)


def fits(name: str, about: Any, char: str) -> bool:
    """Return whether a character matches a part of a pattern."""
    if name == "ANY":
        return True
    if name in {"LITERAL", "NOT_LITERAL"}:
        return (char == chr(about)) == (name == "LITERAL")
    is_negated = str(about[0][0]) == "NEGATE"
    return any(_is_in(str(op), value, char) for op, value in about[is_negated:]) != is_negated


def _is_in(op: str, about: Any, char: str) -> bool:
    if op == "LITERAL":
        return char == chr(about)
    if op == "RANGE":
        return bool(about[0] <= ord(char) <= about[1])
    category = str(about).removeprefix("CATEGORY_")
    return bool(_CATEGORIES[category.removeprefix("NOT_")](char)) != category.startswith("NOT_")


def letters(items: Any) -> Iterator[str]:
    """Yield characters that the parts of a pattern distinguish: a few of each set."""
    for op, about in items:
        name = str(op)
        if name in {"LITERAL", "NOT_LITERAL"}:
            yield chr(about)
        elif name == "ANY":
            yield "x"
        elif name == "IN":
            for kind, value in about[:4]:
                if str(kind) in {"LITERAL", "RANGE"}:
                    yield chr(value if str(kind) == "LITERAL" else value[0])
                elif str(kind) == "CATEGORY":
                    yield _EXAMPLES[str(value).removeprefix("CATEGORY_").removeprefix("NOT_")]
                else:
                    yield "x"
        elif name == "BRANCH":
            for way in about[1]:
                yield from letters(way)
        elif name in {"SUBPATTERN", "ASSERT", "ASSERT_NOT"} or name.endswith("_REPEAT"):
            yield from letters(about[-1])
        elif name == "ATOMIC_GROUP":
            yield from letters(about)
