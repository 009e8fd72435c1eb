"""What style sheets and other static files may say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SIDES = re.compile(
    r"(?:^|[;{\s])((?:margin|padding|border)-(?:left|right)\b|(?:left|right)\s*:"
    r"|(?:float|clear|text-align)\s*:\s*(?:left|right)\b|border-(?:top|bottom)-(?:left|right)-radius)"
)


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "css").glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_say_start_and_end_so_that_pages_can_be_mirrored(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert SIDES.findall(text) == []


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.*")), ids=lambda path: path.name)
def test_static_files_fetch_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    assert re.findall(r"(?:@import|url\(|import\s*\(|from\s+|fetch\()\s*[\"'(]?(?:https?:)?//", text) == []
