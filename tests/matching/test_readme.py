"""The engine's README: its example runs, and the names in it exist."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "matching" / "README.md").read_text(encoding="utf-8")
# Names that the two walk-throughs add.
ADDED = re.compile(r"max_a_day|H11|PARTY_OVER_DAY|parties_within_a_day|day_rows|region|REGION|False|NaN")


def test_the_example_runs() -> None:
    names: dict[str, Any] = {}

    for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(code, names)

    assert len(names["plan"]) == 4


def named() -> list[str]:
    prose = re.sub(r"```.*?```|^    .*?$", "", README, flags=re.DOTALL | re.MULTILINE)
    return sorted(set(re.findall(r"`([^`\n]+)`", prose)))


@pytest.mark.parametrize("path", [name for name in named() if re.fullmatch(r"[\w/.]+(\.py|\.yaml|/)", name)])
def test_every_path_exists(path: str) -> None:
    assert any((folder / path).exists() for folder in (ROOT, ROOT / "matching", ROOT / "matching" / "affinity"))


@pytest.mark.parametrize("name", [name for name in named() if re.fullmatch(r"[A-Za-z_][\w.]*(\(\w*\))?", name)])
def test_every_name_is_one_of_the_code(name: str) -> None:
    last = re.split(r"[.]", name.partition("(")[0])[-1]
    if ADDED.search(name) or name.endswith((".py", ".yaml")):
        return
    assert re.search(rf"\b{re.escape(last)}\b", code())


@cache
def code() -> str:
    """Return all sources as one text."""
    paths = (path for folder in ("matching", "server", "tests") for path in sorted((ROOT / folder).rglob("*.py")))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path != Path(__file__))
