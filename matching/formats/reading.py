"""Types, ranges and references that both documents share; readers collect every fault."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from matching.errors import DocumentError
from matching.formats.documents import MAX_X_DEPTH, Fault, is_deeper, pointer

At = tuple[str | int, ...]
T = TypeVar("T")
D = TypeVar("D")

MAX_ID = 128
MAX_NUMBER = 2**53 - 1  # many JSON readers lose precision above this number
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_UNFIT_FOR_ID = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:)([0-5]\d|60)((?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class ObjectShape:
    """Required and known member names of an object; every object may also contain `x`."""

    required: frozenset[str]
    known: frozenset[str]

    @classmethod
    def of(cls, required: str, optional: str = "") -> "ObjectShape":
        needed = frozenset(required.split())
        return cls(needed, needed | frozenset(optional.split()) | {"x"})


class Members:
    """Members of an object, read one at a time."""

    __slots__ = ("_at", "_raw")

    def __init__(self, at: At, raw: Mapping[str, Any]) -> None:
        self._at = at
        self._raw = raw

    def take(self, key: str, read: Callable[[At, Any], T], default: D) -> T | D:
        """Return the member as read by `read`, or the default if it is missing."""
        return read((*self._at, key), self._raw[key]) if key in self._raw else default


class DocumentReader:
    """Reads values; on a fault, notes it and returns a harmless value of the right type, so that reading goes on.

    at: path of the value in the document.
    """

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.faults = list(faults)
        self._noted = {at for at, _ in self.faults}
        self._ids: dict[str, Set[str] | None] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}

    def fault(self, at: At, message: str) -> None:
        """Note a fault, unless the text already has a fault at the same path."""
        where = pointer(*at)
        if where not in self._noted:
            self.faults.append((where, message))

    def finish(self) -> None:
        """Raise DocumentError if any fault was noted."""
        if self.faults:
            raise DocumentError(self.faults)

    def know(self, kind: str, ids: Set[str] | None) -> None:
        """Set the ids to which references of a kind may point; None if the ids are unknown and any id passes."""
        self._ids[kind] = ids

    def ids(self, kind: str) -> Set[str] | None:
        """Return the ids set by `know`."""
        return self._ids[kind]

    def members(self, at: At, raw: Any, shape: ObjectShape) -> Members:
        """Return the members of an object and note missing and unknown ones; no members if `raw` is no object."""
        if not isinstance(raw, dict):
            self.fault(at, f"must be an object, not {_name(raw)}")
            return Members(at, {})
        keys = raw.keys()
        if not shape.required <= keys:
            for key in sorted(shape.required - keys):
                self.fault(at, f"{quote(key)} is missing")
        if not keys <= shape.known:
            for key in sorted(keys - shape.known):
                self.fault((*at, key), "unknown member")
        if "x" in raw and is_deeper(raw["x"], MAX_X_DEPTH):
            self.fault((*at, "x"), f"nested in more than {MAX_X_DEPTH} levels")
        return Members(at, raw)

    def array(self, at: At, raw: Any) -> list[Any]:
        """Read an array; on a fault, return an empty list."""
        if isinstance(raw, list):
            return raw
        self.fault(at, f"must be an array, not {_name(raw)}")
        return []

    def each(self, at: At, raw: Any, item: Callable[[At, Any], T | None]) -> tuple[T, ...]:
        """Return the items of an array, each read by `item`; items read as None are left out."""
        read = (item((*at, place), value) for place, value in enumerate(self.array(at, raw)))
        return tuple(value for value in read if value is not None)

    def id(self, at: At, raw: Any) -> str:
        """Read an id: 1 to MAX_ID characters without control characters."""
        if isinstance(raw, str) and 1 <= len(raw) <= MAX_ID and not _UNFIT_FOR_ID.search(raw):
            return raw
        text = self.string(at, raw)
        if not isinstance(raw, str):
            return text
        if not 1 <= len(text) <= MAX_ID:
            self.fault(at, f"an id has 1 to {MAX_ID} characters, not {len(text)}")
        elif _CONTROL.search(text):
            self.fault(at, "an id must not contain control characters")
        return text

    def ref(self, at: At, raw: Any, kind: str) -> str:
        """Read an id of the given kind that must be known."""
        text = self.string(at, raw)
        ids = self._ids[kind]
        if isinstance(raw, str) and ids is not None and text not in ids:
            self.fault(at, f"no {kind} {quote(text)}")
        return text

    def refs(self, at: At, raw: Any, kind: str) -> tuple[str, ...]:
        """Read an array of different ids of one kind, in the document's order."""
        if self._are_plain(raw, kind):
            return tuple(raw)
        read = self.each(at, raw, lambda where, value: self.ref(where, value, kind))
        seen = set()
        for place, value in enumerate(raw if isinstance(raw, list) else ()):
            if isinstance(value, str):
                if value in seen:
                    self.fault((*at, place), f"duplicate id {quote(value)}")
                seen.add(value)
        return read

    def ref_set(self, at: At, raw: Any, kind: str) -> frozenset[str]:
        """Read an array of ids as a set; equal sets share one object in memory."""
        found = frozenset(self.refs(at, raw, kind))
        return self._sets.setdefault(found, found)

    def _are_plain(self, raw: Any, kind: str) -> bool:
        """Whether `raw` is an array of known, different ids: a quick check for the usual case."""
        ids = self._ids[kind]
        if not isinstance(raw, list) or ids is None:
            return False
        try:
            distinct = set(raw)
        except TypeError:
            return False
        return len(distinct) == len(raw) and distinct <= ids

    def whole(self, at: At, raw: Any, least: int = 0) -> int:
        """Read a whole number from `least` to MAX_NUMBER."""
        if type(raw) is not int:
            self.fault(at, f"must be a whole number, not {_name(raw)}")
        elif not least <= raw <= MAX_NUMBER:
            self.fault(at, f"must be at least {least}" if raw < least else f"must be at most {MAX_NUMBER}")
        else:
            return raw
        return least

    def positive(self, at: At, raw: Any) -> int:
        return self.whole(at, raw, least=1)

    def number(self, at: At, raw: Any, low: float = 0, high: float = MAX_NUMBER, *, below: bool = False) -> float:
        """Read a number in [low, high], or in [low, high) if `below`."""
        if type(raw) not in (int, float):
            self.fault(at, f"must be a number, not {_name(raw)}")
        elif not (low <= raw < high if below else low <= raw <= high):
            self.fault(at, f"must be in [{low:g}, {high:g}{')' if below else ']'}")
        else:
            return float(raw)
        return low

    def flag(self, at: At, raw: Any) -> bool:
        """Read true or false."""
        if type(raw) is bool:
            return raw
        self.fault(at, f"must be true or false, not {_name(raw)}")
        return False

    def string(self, at: At, raw: Any) -> str:
        """Read a string without lone surrogates."""
        if not isinstance(raw, str):
            self.fault(at, f"must be a string, not {_name(raw)}")
            return ""
        if _SURROGATE.search(raw):
            self.fault(at, "text with a lone surrogate")
        return raw

    def choice(self, at: At, raw: Any, among: Iterable[str]) -> str:
        """Read one of a few strings; on a fault, return the first of them."""
        if isinstance(raw, str) and raw in among:
            return raw
        expected = ", ".join(among)
        self.fault(at, f"must be one of {expected}, not {quote(raw) if isinstance(raw, str) else _name(raw)}")
        return next(iter(among))

    def tags(self, at: At, raw: Any) -> tuple[str, ...]:
        return self.each(at, raw, self._tag)

    def _tag(self, at: At, raw: Any) -> str:
        text = self.string(at, raw)
        if isinstance(raw, str) and not _TAG.fullmatch(text):
            self.fault(at, f"{quote(text)} is no BCP 47 tag")
        return text

    def instant(self, at: At, raw: Any) -> datetime | None:
        """Read an RFC 3339 time with its offset; a leap second becomes the first second of the next minute."""
        text = self.string(at, raw)
        match = _INSTANT.fullmatch(text)
        try:
            if match:
                minute, second, rest = match.groups()
                if second != "60":
                    return datetime.fromisoformat(text.upper())
                return datetime.fromisoformat(f"{minute}59{rest}".upper()) + timedelta(seconds=1)
        except (ValueError, OverflowError):
            pass  # a day or year that does not exist
        if isinstance(raw, str):
            self.fault(at, f"{quote(text)} is no RFC 3339 date and time with offset")
        return None


def quote(text: str) -> str:
    """Return the text in quotation marks for a one-line message, cut after MAX_ID characters."""
    cut = text if len(text) <= MAX_ID else text[:MAX_ID] + "…"
    return f'"{cut}"' if cut.isprintable() and '"' not in cut else json.dumps(cut)


def _name(raw: Any) -> str:
    if raw is None:
        return "null"
    names = {dict: "an object", list: "an array", str: "a string", bool: "true or false"}
    for kind, name in names.items():
        if isinstance(raw, kind):
            return name
    return "a fraction" if isinstance(raw, float) and math.isfinite(raw) else "a number"
