"""The engine's README: its example runs, and the names in it exist."""

import re
from pathlib import Path
from typing import Any

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


def test_every_path_exists() -> None:
    paths = [name for name in named() if re.fullmatch(r"[\w/.]+(\.py|\.yaml|/)", name)]
    folders = (ROOT, ROOT / "matching", ROOT / "matching" / "affinity")
    assert len(paths) > 50
    assert [path for path in paths if not any((folder / path).exists() for folder in folders)] == []


def test_every_name_is_one_of_the_code() -> None:
    names = [name for name in named() if re.fullmatch(r"[A-Za-z_][\w.]*(\(\w*\))?", name)]
    ours = [name for name in names if not ADDED.search(name) and not name.endswith((".py", ".yaml"))]
    known = words_of_the_code()
    assert len(ours) > 50
    assert [name for name in ours if re.split(r"[.]", name.partition("(")[0])[-1] not in known] == []


def words_of_the_code() -> set[str]:
    """Return all words of all sources but this one."""
    paths = (path for folder in ("matching", "server", "tests") for path in sorted((ROOT / folder).rglob("*.py")))
    return {word for path in paths if path != Path(__file__) for word in re.findall(r"\w+", path.read_text("utf-8"))}
