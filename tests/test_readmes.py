"""The README files name only what exists: a newcomer follows them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READMES = [ROOT / "README.md", *sorted(ROOT.glob("*/README.md"))]
MOST_WORDS = 1_500  # of the first README, which a newcomer reads whole
_NAMED = re.compile(r"`([\w./*-]+)`|\]\(([\w./-]+)(?:#[\w-]+)?\)")
_FORMAT = re.compile(r"[\w-]+/\d")  # problem/1
_PATH = re.compile(r"[\w.-]*/[\w./-]*|[\w-]+\.(?:py|md|toml|yaml|js|css|html|po|txt)")


def paths(readme: Path) -> Iterator[str]:
    """What a README puts in back quotes or links to and looks like a path of the repository."""
    for quoted, linked in _NAMED.findall(readme.read_text("utf-8")):
        name = quoted or linked
        if (
            "*" not in name
            and _PATH.fullmatch(name)
            and not _FORMAT.fullmatch(name)
            and not name.startswith(("/", "var/", "./", ".venv/", "../"))
        ):
            yield name


def exists(name: str, room: Path) -> bool:
    """Whether the path leads somewhere from the root or the room, or a plain file name is somewhere in the room."""
    if "/" in name.rstrip("/"):
        return (ROOT / name).exists() or (room / name).exists()
    return (ROOT / name).exists() or next(room.rglob(name.rstrip("/")), None) is not None


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_path_in_a_readme_exists(readme: Path) -> None:
    assert sorted({name for name in paths(readme) if not exists(name, readme.parent)}) == []


def test_the_first_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").split()) < MOST_WORDS
