"""JSON documents as bytes: strict parsing that collects every fault, and deterministic writing."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from matching.errors import DocumentError

MAX_BYTES = 256_000_000
MAX_X_DEPTH = 100  # levels of nesting inside an `x`; deeper values could not be hashed or written

Fault = tuple[str, str]
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Repeating(dict[str, Any]):
    """JSON object with repeated keys; contains the last value of each key."""

    repeated: tuple[str, ...] = ()


def pointer(*path: str | int) -> str:
    """Return a JSON pointer (RFC 6901): `pointer("parties", 3, "available", 0)` is `/parties/3/available/0`."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def parse(data: bytes) -> tuple[Any, list[Fault]]:
    """Return the document and the faults of its text: repeated keys, lone surrogates, infinite numbers.

    Raises DocumentError if the bytes are too large, not UTF-8 or not JSON.
    """
    if len(data) > MAX_BYTES:
        raise DocumentError([("", f"more than {MAX_BYTES} bytes")])
    suspicious = False

    def number(text: str) -> float:
        nonlocal suspicious
        value = float(text)
        suspicious = suspicious or not math.isfinite(value)
        return value

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal suspicious
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        suspicious = True
        repeating = _Repeating(found)
        repeating.repeated = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        return repeating

    try:
        text = data.decode("utf-8-sig")
        suspicious = _ESCAPED_SURROGATE.search(text) is not None
        document = json.loads(text, object_pairs_hook=members, parse_float=number, parse_constant=number)
    except UnicodeDecodeError as error:
        raise DocumentError([("", f"not UTF-8: {error.reason} at byte {error.start}")]) from error
    except json.JSONDecodeError as error:
        raise DocumentError([("", f"not JSON: line {error.lineno} column {error.colno}: {error.msg}")]) from error
    except ValueError as error:
        raise DocumentError([("", "a number has too many digits")]) from error
    except RecursionError as error:
        raise DocumentError([("", "nested too deeply")]) from error
    return document, list(_faults_of_text(document)) if suspicious else []


def _faults_of_text(document: Any) -> Iterator[Fault]:
    stack: list[tuple[str, Any]] = [("", document)]
    while stack:
        at, value = stack.pop()
        if isinstance(value, dict):
            if isinstance(value, _Repeating):
                yield from ((at + pointer(key), "key given more than once") for key in value.repeated)
            yield from ((at + pointer(key), "key with a lone surrogate") for key in value if _SURROGATE.search(key))
            stack += [(at + pointer(key), item) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            stack += [(f"{at}/{place}", value[place]) for place in reversed(range(len(value)))]
        elif isinstance(value, str) and _SURROGATE.search(value):
            yield at, "text with a lone surrogate"
        elif isinstance(value, float) and not math.isfinite(value):
            yield at, "not a finite number"


def is_deeper(value: Any, levels: int) -> bool:
    """Whether arrays and objects are nested in more than `levels` levels."""
    layer = [value]
    for _ in range(levels + 1):
        layer = [
            item
            for container in layer
            if isinstance(container, dict | list)
            for item in (container.values() if isinstance(container, dict) else container)
        ]
        if not layer:
            return False
    return True


def dump(document: Mapping[str, Any]) -> bytes:
    """Return the document as UTF-8 JSON: one line per member, and one per item of an array of objects.

    The same document always gives the same bytes.
    """
    lines = []
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value_text = "[\n" + ",\n".join(map(_encode, value)) + "\n]"
        else:
            value_text = _encode(value)
        lines.append(f"{_encode(key)}: {value_text}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _encode(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
